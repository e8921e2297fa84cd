"""One scan: a log goes in at one end, ranked and explained incidents come out at the other."""

from anomaly.scan.run import Settings, scan

__all__ = ["Settings", "scan"]
