"""Intake: any vendor's query log, in any format, as canonical batches with every row accounted for."""

from anomaly.sources.canonical import Rows
from anomaly.sources.files import LogFile
from anomaly.sources.log import Log, open_log
from anomaly.sources.quality import ColumnQuality, ProfileReport, profile_report
from anomaly.sources.rejects import Reason, Reject, Rejects
from anomaly.sources.text import Filled
from anomaly.sources.vendor import Profile, load_profile, profile_names

__all__ = [
    "ColumnQuality",
    "Filled",
    "Log",
    "LogFile",
    "Profile",
    "ProfileReport",
    "Reason",
    "Reject",
    "Rejects",
    "Rows",
    "load_profile",
    "open_log",
    "profile_names",
    "profile_report",
]
