"""The scorecard as files: `scorecard.json` for programs, `scorecard.csv` with one figure a row for tables."""

from __future__ import annotations

from pathlib import Path

from anomaly.evaluate.run import Scorecard
from anomaly.report.folder import as_json, write_files
from anomaly.report.tables import as_csv


def write_scorecard(scorecard: Scorecard, out: Path) -> None:
    """Write both files into the folder `out`, as `write_files` does: the bytes depend on the scorecard alone.

    Raises InputError where `out` is not a folder one may write to.
    """
    files = {"scorecard.json": as_json(scorecard.to_json()), "scorecard.csv": as_csv(scorecard.tidy())}
    write_files(files, out)
