"""Small logs from rows or frames, coded as a scan codes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.coding import READ, CodedLog, EventCoder, finish
from anomaly.policy import load_policy
from anomaly.sources import open_log

POLICY = load_policy(None)
START = datetime(2024, 3, 4, 9, tzinfo=UTC)


def at(days: float = 0, minutes: float = 0, seconds: float = 0) -> str:
    """Write a moment after a Monday morning in UTC as ISO 8601."""
    moment = START + timedelta(days=days, minutes=minutes, seconds=seconds)
    return moment.isoformat(timespec="milliseconds")


def frame_of(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Make a text frame of rows that may lack columns; `user` is ANN where it is not said."""
    names = dict.fromkeys(name for row in rows for name in ("time", "user", *row))
    whole = [{"user": "ANN", **row} for row in rows]
    return pl.DataFrame({name: [row.get(name) for row in whole] for name in names}).cast(pl.String)


def coded(
    given: pl.DataFrame | Path | Sequence[Mapping[str, str | None]],
    zone: str = "UTC",
    agency_zones: Mapping[str, str] | None = None,
    time_zone: str | None = None,
) -> CodedLog:
    """Code a log: a path, a frame, or rows; naive times are in `time_zone`, or else in `zone`."""
    source: Any = given if isinstance(given, pl.DataFrame | Path) else frame_of(given)
    log = open_log([source], time_zone=time_zone or zone, local_zone=zone)
    columns = log.columns & READ if "event_id" in log.columns else log.columns
    coder = EventCoder(columns)
    coder.read(coder.rows_of(log))
    return finish(coder, POLICY, zone, dict(agency_zones or {}))
