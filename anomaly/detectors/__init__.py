"""The detectors, in the order of the report.

Registration is this list: no discovery, no side effects of import.
"""

from anomaly.detectors.after_separation import after_separation
from anomaly.detectors.age_and_sex import age_and_sex
from anomaly.detectors.applicants import applicants
from anomaly.detectors.circle import circle
from anomaly.detectors.contract import Detector, Signals, Standing
from anomaly.detectors.convergence import convergence
from anomaly.detectors.copied_case_number import copied_case_number
from anomaly.detectors.coworker import coworker
from anomaly.detectors.critics import critics
from anomaly.detectors.ended_access import ended_access
from anomaly.detectors.federal_access import federal_access
from anomaly.detectors.foreign_access import foreign_access
from anomaly.detectors.harvesting import harvesting
from anomaly.detectors.household import household
from anomaly.detectors.immigration_proxy import immigration_proxy
from anomaly.detectors.immigration_purpose import immigration_purpose
from anomaly.detectors.immigration_query import immigration_query
from anomaly.detectors.implausible_zero import implausible_zero
from anomaly.detectors.isolated_sessions import isolated_sessions
from anomaly.detectors.linked_pair import linked_pair
from anomaly.detectors.listed_share import listed_share
from anomaly.detectors.low_and_slow import low_and_slow
from anomaly.detectors.missing_filing import missing_filing
from anomaly.detectors.name_fishing import name_fishing
from anomaly.detectors.off_duty import off_duty
from anomaly.detectors.on_leave import on_leave
from anomaly.detectors.one_sex import one_sex
from anomaly.detectors.own_hours import own_hours
from anomaly.detectors.plate_to_photo import plate_to_photo
from anomaly.detectors.protected_reasons import protected_reasons
from anomaly.detectors.reason_mismatch import reason_mismatch
from anomaly.detectors.reason_quality import reason_quality
from anomaly.detectors.repeated_lookups import repeated_lookups
from anomaly.detectors.same_surname import same_surname
from anomaly.detectors.scope_excess import scope_excess
from anomaly.detectors.self_lookup import self_lookup
from anomaly.detectors.shared_login import shared_login
from anomaly.detectors.unbroken_days import unbroken_days
from anomaly.detectors.unstated_reasons import unstated_reasons
from anomaly.detectors.volume import volume
from anomaly.detectors.wrong_program import wrong_program
from anomaly.detectors.wrong_terminal import wrong_terminal

DETECTORS: tuple[Detector, ...] = (
    repeated_lookups,
    circle,
    linked_pair,
    household,
    coworker,
    same_surname,
    self_lookup,
    one_sex,
    age_and_sex,
    plate_to_photo,
    convergence,
    critics,
    immigration_purpose,
    immigration_proxy,
    immigration_query,
    federal_access,
    foreign_access,
    wrong_program,
    applicants,
    reason_mismatch,
    protected_reasons,
    scope_excess,
    ended_access,
    wrong_terminal,
    after_separation,
    on_leave,
    shared_login,
    harvesting,
    name_fishing,
    low_and_slow,
    off_duty,
    own_hours,
    isolated_sessions,
    unbroken_days,
    volume,
    copied_case_number,
    unstated_reasons,
    reason_quality,
    missing_filing,
    implausible_zero,
    listed_share,
)
BY_NAME = {detector.name: detector for detector in DETECTORS}

__all__ = ["BY_NAME", "DETECTORS", "Detector", "Signals", "Standing"]
