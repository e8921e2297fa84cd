"""The scorecard as files: `scorecard.json` for programs, `scorecard.csv` with one figure a row for tables."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from anomaly.errors import InputError
from anomaly.evaluate.run import Scorecard
from anomaly.report.outputs import base_of
from anomaly.report.tables import write_csv

FILES = ("scorecard.json", "scorecard.csv")


def write_scorecard(scorecard: Scorecard, out: Path) -> None:
    """Write both files into the folder `out`, made where it is missing; those of the same names are replaced.

    The bytes depend on the scorecard alone. Raises InputError where `out` is not a folder one may write to.
    """
    base = base_of(out)
    try:
        with tempfile.TemporaryDirectory(prefix=".anomaly-", dir=base) as room:
            staged = Path(room)
            text = json.dumps(scorecard.to_json(), indent=2, sort_keys=True, allow_nan=False) + "\n"
            (staged / FILES[0]).write_bytes(text.encode("ascii"))
            write_csv(scorecard.tidy(), staged / FILES[1])
            out.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                (staged / name).replace(out / name)
    except OSError as error:
        raise InputError(
            f"the scorecard cannot be written here ({error.strerror or error})",
            str(out),
            "choose a folder you may write to, on a disk with room, with --out",
        ) from error
