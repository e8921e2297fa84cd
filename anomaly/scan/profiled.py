"""What a log is, and which detectors can run on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anomaly.context import load_context
from anomaly.detectors import DETECTORS, Detector
from anomaly.scan.budget import rows_of
from anomaly.scan.run import cannot_run
from anomaly.sources import ProfileReport, open_log, profile_report
from anomaly.telling import EXPECTED, Tell, silent


def profile_log(
    inputs: Sequence[str | Path | Any],
    profile: str | None = None,
    context: Path | None = None,
    time_zone: str | None = None,
    local_zone: str | None = None,
    tell: Tell = silent,
) -> tuple[ProfileReport, list[tuple[Detector, str | None]]]:
    """Read a log once and say what it is.

    Returns the report of its columns and quality, and each detector with the reason it cannot run, None when
    it can. Raises InputError as reading does.
    """
    log = open_log(inputs, profile, time_zone=time_zone, local_zone=local_zone)
    tell(EXPECTED, rows_of(log))
    report = profile_report(log, tell)
    tables = load_context(context, log.profile.local_zone)
    filled = frozenset(column.name for column in report.columns if column.filled)
    if filled & {"license", "fbi_number", "sid", "name", "plate", "vin"}:
        filled |= {"subject"}
    return report, [(one, cannot_run(one, filled, tables)) for one in DETECTORS]
