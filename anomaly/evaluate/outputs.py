"""The scorecard as files: `scorecard.json` for programs, `scorecard.csv` with one figure a row for tables."""

from __future__ import annotations

from pathlib import Path

from anomaly.evaluate.run import Scorecard
from anomaly.report.staging import as_json, write_whole
from anomaly.report.tables import write_csv

FILES = ("scorecard.json", "scorecard.csv")


def write_scorecard(scorecard: Scorecard, out: Path) -> None:
    """Write both files into the folder `out`, made where it is missing; those of the same names are replaced.

    The bytes depend on the scorecard alone. Raises InputError where `out` is not a folder one may write to.
    """

    def write(folder: Path) -> None:
        (folder / FILES[0]).write_bytes(as_json(scorecard.to_json()))
        write_csv(scorecard.tidy(), folder / FILES[1])

    write_whole(out, FILES, write)
