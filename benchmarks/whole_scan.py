"""A whole scan of large Parquet logs, beside what polars needs only to decode the columns it reads.

`python benchmarks/whole_scan.py [ROWS] [RUNS]` makes two logs, a narrow one of ten columns that no story
runs through, and a world of `anomaly synth`, whose rows come in cascades and whose columns are all there; it
times scans, without the world's tables and with them, and decoding in turn, each in a process of its own.
What a process does once, whatever the log (loading compiled kernels), is timed apart, by a log of 1,000 rows
that both read first. It measures, it does not test detection.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from anomaly.bench import write_log
from anomaly.synth import load, size_of, write_world

SCAN = """
from pathlib import Path
from anomaly.scan import Settings, scan
def read(path, tables=None):
    scan([path], Settings(context=Path(tables) if tables else None))
"""
DECODE = """
from pathlib import Path
import polars as pl
from anomaly.coding import READ
def read(path, tables=None):
    log = pl.scan_parquet(f"{path}/*.parquet" if Path(path).is_dir() else path)
    columns = [name for name in log.collect_schema().names() if name in READ]
    for batch in log.select(columns).collect_batches(chunk_size=250_000, maintain_order=True):
        batch.height
"""
TIMED = """
import resource, sys, time
for given in sys.argv[1:]:
    begin = time.perf_counter()
    read(*given.split("|"))
    print(time.perf_counter() - begin)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def timed(program: str, *logs: str) -> list[float]:
    """Run a program on logs, `path` or `path|tables`, one after the other, in a process of its own; seconds
    each, and peak GiB.
    """
    done = subprocess.run(
        [sys.executable, "-c", program + TIMED, *logs], capture_output=True, text=True, check=True
    )
    return [*map(float, done.stdout.split())]


def main(rows: int = 5_000_000, runs: int = 5) -> None:
    """Print medians of the runs and the ratio of scan to decoding, log after log."""
    with tempfile.TemporaryDirectory() as folder:
        small, narrow, world = (f"{folder}/{name}" for name in ("small.parquet", "narrow.parquet", "world"))
        write_log(Path(small), 1_000, people=False)
        write_log(Path(narrow), rows, people=False)
        parameters = load()
        size = size_of(parameters, events=rows, days=365, users=max(10, rows // 1_250), seed=77)
        write_world(Path(world), size, parameters, clean=False)
        timed(SCAN, small)  # kernels compile on the first run
        print(f"about {rows:,} rows, medians of {runs} runs in turn")
        for name, log, tables in (
            ("a log of ten columns", narrow, ""),
            ("a world's log, no tables", f"{world}/log", ""),
            ("a world's log and its tables", f"{world}/log", f"|{world}/context"),
        ):
            print(f"\n{name}")
            compare(small, log, tables, runs)


def compare(small: str, log: str, tables: str, runs: int) -> None:
    """Time scan and decoding of one log in turn."""
    runs_of = [(timed(SCAN, small, log + tables), timed(DECODE, small, log)) for _ in range(runs)]
    medians = []
    for name, each in zip(("scan", "decode"), zip(*runs_of, strict=True), strict=True):
        once, seconds, peak = map(statistics.median, zip(*each, strict=True))
        medians.append((seconds, peak))
        print(f"{name:6}  {seconds:6.2f} s, after {once:.2f} s for 1,000 rows; {peak:.2f} GiB at the peak")
    (scan, held), (decode, least) = medians
    print(f"a scan takes {scan / decode:.1f} times as long as decoding, and {held - least:.2f} GiB more")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
