"""`python -m benchmarks.rivals [--sizes ROWS ...] [--runs N]`: measure, compare, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from anomaly.errors import InputError
from benchmarks.rivals.contenders import check_installed
from benchmarks.rivals.make import benchmark

SIZES = (1_000_000, 5_000_000)


def main() -> int:
    """Read the arguments and make the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rivals", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[*SIZES], help="rows of each log, about")
    parser.add_argument("--files", type=int, default=1, help="Parquet files of a log")
    parser.add_argument("--runs", type=int, default=3, help="of each contender")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of benchmarks.md")
    parser.add_argument("--room", type=Path, help="folder for the worlds, a temporary one if not given")
    parser.add_argument("--keep", action="store_true", help="keep other sizes of the page that is there")
    given = parser.parse_args()
    begin = time.perf_counter()

    def tell(text: str) -> None:
        print(f"{time.perf_counter() - begin:6.0f} s  {text}", file=sys.stderr, flush=True)

    try:
        check_installed()
        with tempfile.TemporaryDirectory(prefix="rivals-", dir=given.room) as room:
            benchmark(given.sizes, given.files, given.runs, given.out, Path(room), tell, keep=given.keep)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
