"""What a log is: how well its columns are filled, its span and zones, what is ignored and what is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from anomaly.schema import EVENT
from anomaly.sources.log import Log
from anomaly.sources.rejects import Reject
from anomaly.telling import Tell, silent

# K minimum values (Beyer et al. 2007, section 3): exact below K distinct values, about 1.6 % off above.
_K = 4096


@dataclass(frozen=True)
class ColumnQuality:
    """One canonical column: its header in the file (None for a constant), and what the readable rows hold."""

    name: str
    header: str | None
    filled: int
    empty: int
    redacted: int
    unreadable: int
    distinct: int


@dataclass(frozen=True)
class ProfileReport:
    """What `anomaly profile` says of a log. first and last: UTC, of accepted rows."""

    profile: str
    title: str
    time_zone: str
    local_zone: str
    files: tuple[tuple[str, str, int], ...]
    rows_read: int
    rows_accepted: int
    first: dt.datetime | None
    last: dt.datetime | None
    columns: tuple[ColumnQuality, ...]
    unmapped: tuple[str, ...]
    rejects: dict[str, int]
    first_rejects: tuple[Reject, ...]
    warnings: tuple[str, ...]


def profile_report(log: Log, tell: Tell = silent) -> ProfileReport:
    """Read the log once, all columns, and describe it. Raises InputError as reading does."""
    sketches: dict[str, np.ndarray] = {}
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    for batch in log.batches():
        tell("reading", len(batch))
        low, high = batch["time"].min(), batch["time"].max()
        assert isinstance(low, dt.datetime)
        assert isinstance(high, dt.datetime)
        first, last = min(first or low, low), max(last or high, high)
        for name in log.columns:
            sketches[name] = _sketch(sketches.get(name), batch[name])
    columns = tuple(
        ColumnQuality(
            name,
            log.header_map.get(name),
            q.filled,
            q.empty,
            q.redacted,
            q.unreadable,
            min(_distinct(sketches[name]), q.filled),
        )
        for name in (column.name for column in EVENT)
        if (q := log.quality.get(name)) is not None and name in sketches
    )
    return ProfileReport(
        log.profile.name,
        log.profile.title,
        log.profile.time_zone,
        log.profile.local_zone,
        tuple((file.name, file.format, file.size) for file in log.files),
        log.rows_read,
        log.rows_read - log.rejects.total,
        first,
        last,
        columns,
        log.unmapped,
        {str(reason): count for reason, count in log.rejects.by_reason.most_common()},
        tuple(log.rejects.kept[:10]),
        tuple(log.warnings),
    )


def _sketch(kept: np.ndarray | None, column: pl.Series) -> np.ndarray:
    hashes = column.drop_nulls().unique().hash(seed=1).to_numpy()
    return np.unique(hashes if kept is None else np.concatenate((kept, hashes)))[:_K]


def _distinct(sketch: np.ndarray) -> int:
    return len(sketch) if len(sketch) < _K else round((_K - 1) / (float(sketch[-1]) / 2.0**64))
