"""The detectors, in the order of the report.

Registration is this list: no discovery, no side effects of import.
"""

from anomaly.detectors.after_separation import after_separation
from anomaly.detectors.contract import Detector, Signals, Standing
from anomaly.detectors.convergence import convergence
from anomaly.detectors.ended_access import ended_access
from anomaly.detectors.harvesting import harvesting
from anomaly.detectors.immigration_purpose import immigration_purpose
from anomaly.detectors.isolated_sessions import isolated_sessions
from anomaly.detectors.own_hours import own_hours
from anomaly.detectors.reason_quality import reason_quality
from anomaly.detectors.repeated_lookups import repeated_lookups
from anomaly.detectors.unbroken_days import unbroken_days
from anomaly.detectors.volume import volume

DETECTORS: tuple[Detector, ...] = (
    repeated_lookups,
    convergence,
    immigration_purpose,
    ended_access,
    after_separation,
    harvesting,
    own_hours,
    isolated_sessions,
    unbroken_days,
    volume,
    reason_quality,
)
BY_NAME = {detector.name: detector for detector in DETECTORS}

__all__ = ["BY_NAME", "DETECTORS", "Detector", "Signals", "Standing"]
