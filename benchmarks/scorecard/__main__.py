"""`python -m benchmarks.scorecard [--worlds whole|tiny] [--out docs]`: make the scorecard from scratch."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.make import scorecard
from benchmarks.scorecard.plans import PLANS


def main() -> None:
    """Read the arguments and make the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scorecard", description=__doc__)
    parser.add_argument("--worlds", choices=sorted(PLANS), default="whole", help="how much to run")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of scorecard.md")
    given = parser.parse_args()
    scorecard(PLANS[given.worlds], given.out, Clock())


if __name__ == "__main__":
    main()
