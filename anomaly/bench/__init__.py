"""How fast a scan is: each stage and each detector alone, beside decoding the same columns."""

from anomaly.bench.log import write_log
from anomaly.bench.run import Measured, bench

__all__ = ["Measured", "bench", "write_log"]
