"""A whole scan of a large Parquet log, beside what polars needs only to decode the columns it reads.

`python benchmarks/whole_scan.py [ROWS] [RUNS]` makes a seeded log of ten columns, and times scan and decoding
in turn, each in a process of its own. The log has realistic widths and no story: it measures, it does not
test detection.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from anomaly.bench import write_log

SCAN = """
import resource, sys, time
from anomaly.scan import scan
begin = time.perf_counter()
result = scan(sys.argv[1])
took = time.perf_counter() - begin
print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""
DECODE = """
import resource, sys, time
import polars as pl
from anomaly.coding import READ
begin = time.perf_counter()
columns = [name for name in pl.scan_parquet(sys.argv[1]).collect_schema().names() if name in READ]
log = pl.scan_parquet(sys.argv[1]).select(columns)
for batch in log.collect_batches(chunk_size=250_000, maintain_order=True):
    batch.height
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def timed(program: str, path: Path) -> tuple[float, float]:
    """Run a program on the log in a process of its own; seconds and peak GiB."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def main(rows: int = 5_000_000, runs: int = 5) -> None:
    """Print medians of the runs and the ratio of scan to decoding."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.parquet")
        write_log(path, rows, people=False)
        timed(SCAN, path)  # kernels compile on the first run
        pairs = [(timed(SCAN, path), timed(DECODE, path)) for _ in range(runs)]
    scans, decodes = zip(*pairs, strict=True)
    scan, decode = (statistics.median(seconds for seconds, _ in each) for each in (scans, decodes))
    print(f"{rows:,} rows, medians of {runs} runs in turn")
    for name, seconds, each in (("scan", scan, scans), ("decode", decode, decodes)):
        peak = max(memory for _, memory in each)
        print(f"{name:6}  {seconds:6.2f} s  {rows / seconds / 1e6:5.2f} M rows/s  {peak:.2f} GiB at the peak")
    print(f"a scan takes {scan / decode:.1f} times as long as decoding the columns it reads")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
