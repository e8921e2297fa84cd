"""Signals about one actor and one target, or one theme, become incidents: ranked, told, with their
evidence.
"""

from anomaly.incidents.assemble import assemble
from anomaly.incidents.bundles import bundle
from anomaly.incidents.findings import keep
from anomaly.incidents.model import Day, Finding, Incident, Part, Peers, ScanResult, Tried
from anomaly.incidents.oversight import Oversight, oversee
from anomaly.incidents.shape import by_agency
from anomaly.incidents.tokens import token_key

__all__ = [
    "Day",
    "Finding",
    "Incident",
    "Oversight",
    "Part",
    "Peers",
    "ScanResult",
    "Tried",
    "assemble",
    "bundle",
    "by_agency",
    "keep",
    "oversee",
    "token_key",
]
