"""One scan: a log goes in at one end, ranked and explained incidents come out at the other."""

from anomaly.scan.profiled import profile_log
from anomaly.scan.run import scan
from anomaly.scan.settings import Settings

__all__ = ["Settings", "profile_log", "scan"]
