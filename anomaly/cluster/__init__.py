"""A scan whose text is read on a cluster: what executors code goes to the driver, which judges it."""

from __future__ import annotations

from anomaly.cluster.call import scan
from anomaly.cluster.engine import Spark
from anomaly.cluster.session import session

__all__ = ["Spark", "scan", "session"]
