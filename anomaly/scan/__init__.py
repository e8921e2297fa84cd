"""One scan: a log goes in at one end, ranked and explained incidents come out at the other."""

from anomaly.scan.profiled import profile_log
from anomaly.scan.run import Settings, scan

__all__ = ["Settings", "profile_log", "scan"]
