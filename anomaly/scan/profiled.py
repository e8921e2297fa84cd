"""What a log is, and which detectors and explanations can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anomaly.context import load_context
from anomaly.detectors import DETECTORS
from anomaly.explain import EXPLANATIONS
from anomaly.report.profiled import Asker, Profiled
from anomaly.scan.budget import rows_of
from anomaly.scan.run import lacks
from anomaly.schema import SUBJECT_KINDS
from anomaly.sources import open_log, profile_report
from anomaly.telling import EXPECTED, Tell, silent


def profile_log(
    inputs: Sequence[str | Path | Any],
    profile: str | None = None,
    context: Path | None = None,
    time_zone: str | None = None,
    local_zone: str | None = None,
    tell: Tell = silent,
) -> Profiled:
    """Read a log once and say what it is.

    Returns the report of its columns and quality, and what each detector and each explanation lacks. Raises
    InputError as reading does.
    """
    log = open_log(inputs, profile, time_zone=time_zone, local_zone=local_zone)
    tables = load_context(context, log.profile.local_zone)
    tell(EXPECTED, rows_of(log))
    report = profile_report(log, tell)
    filled = frozenset(column.name for column in report.columns if column.filled)
    if filled.intersection(SUBJECT_KINDS):
        filled |= {"subject"}
    return Profiled(
        report,
        tuple(Asker(one.name, *lacks(one, filled, tables)) for one in DETECTORS),
        tuple(
            Asker(
                one.name,
                tuple(name for name in one.needs if name not in filled),
                tuple(name for name in one.tables if name not in tables),
            )
            for one in EXPLANATIONS
        ),
        tuple(tables.files()),
        (*report.warnings, *tables.warnings),
    )
