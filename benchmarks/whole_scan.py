"""A whole scan of a large Parquet log, beside what polars needs only to decode the columns it reads.

`python benchmarks/whole_scan.py [ROWS] [RUNS]` makes a seeded log of ten columns, and times scan and decoding
in turn, each in a process of its own. What a process does once, whatever the log (loading compiled kernels),
is timed apart, by a log of 1,000 rows that both read first. The log has realistic widths and no story: it
measures, it does not test detection.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from anomaly.bench import write_log

SCAN = """
from anomaly.scan import scan as read
"""
DECODE = """
import polars as pl
from anomaly.coding import READ
def read(path):
    columns = [name for name in pl.scan_parquet(path).collect_schema().names() if name in READ]
    log = pl.scan_parquet(path).select(columns)
    for batch in log.collect_batches(chunk_size=250_000, maintain_order=True):
        batch.height
"""
TIMED = """
import resource, sys, time
for path in sys.argv[1:]:
    begin = time.perf_counter()
    result = read(path)
    print(time.perf_counter() - begin)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def timed(program: str, *paths: Path) -> list[float]:
    """Run a program on the logs, one after the other, in a process of its own; seconds each, and peak GiB."""
    done = subprocess.run(
        [sys.executable, "-c", program + TIMED, *map(str, paths)], capture_output=True, text=True, check=True
    )
    return [*map(float, done.stdout.split())]


def main(rows: int = 5_000_000, runs: int = 5) -> None:
    """Print medians of the runs and the ratio of scan to decoding."""
    with tempfile.TemporaryDirectory() as folder:
        small, path = Path(folder, "small.parquet"), Path(folder, "log.parquet")
        write_log(small, 1_000, people=False)
        write_log(path, rows, people=False)
        timed(SCAN, small)  # kernels compile on the first run
        runs_of = [(timed(SCAN, small, path), timed(DECODE, small, path)) for _ in range(runs)]
        peaks = [max(timed(program, path)[-1] for _ in range(runs)) for program in (SCAN, DECODE)]
    print(f"{rows:,} rows, medians of {runs} runs in turn")
    medians = []
    for name, each, peak in zip(("scan", "decode"), zip(*runs_of, strict=True), peaks, strict=True):
        once, seconds, _ = map(statistics.median, zip(*each, strict=True))
        medians.append(seconds)
        print(
            f"{name:6}  {seconds:6.2f} s  {rows / seconds / 1e6:5.2f} M rows/s, after {once:.2f} s for the"
            f" first 1,000 rows of a process; {peak:.2f} GiB at the peak of one that reads this log alone"
        )
    above = (peaks[0] - peaks[1]) * 2**30 / rows
    print(f"a scan takes {medians[0] / medians[1]:.1f} times as long as decoding the columns it reads,")
    print(f"and {above:.0f} bytes a row more")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
