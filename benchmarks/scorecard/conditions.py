"""The three conditions: what else is known beside the log, and what the log itself still says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

FULL, LOG_ONLY, BLANKED = "full context", "log only", "reasons blanked"
CONDITIONS = (FULL, LOG_ONLY, BLANKED)
MEANING = {
    FULL: "the log and every table of the context folder",
    LOG_ONLY: "the log alone, as a reporter has it",
    BLANKED: "log and context, every `reason` replaced by `***`, as in redacted public records",
}


class Given(NamedTuple):
    """What a detector is given to read."""

    log: Path
    context: Path | None


def under(condition: str, world: Path, room: Path) -> Given:
    """Return log and context of a world (or of its twin) under a condition; copies are made in `room`."""
    context = None if condition == LOG_ONLY else world / "context"
    if condition != BLANKED:
        return Given(world / "log", context)
    room.mkdir(parents=True, exist_ok=True)
    for file in sorted((world / "log").glob("*.parquet")):
        pl.scan_parquet(file).with_columns(reason=pl.lit("***")).sink_parquet(room / file.name)
    return Given(room, context)
