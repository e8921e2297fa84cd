"""A block of rows becomes a batch of canonical columns; a row without a usable time or user is refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from anomaly.schema import EVENT, EVENT_BY_NAME, Kind
from anomaly.sources.blocks import Block
from anomaly.sources.recognise import Recognised
from anomaly.sources.rejects import Reason, Refusal
from anomaly.sources.text import Filled, clean
from anomaly.sources.times import Times, read_dates, read_times
from anomaly.sources.vendor import Prefix

EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
TWICE = "local time that happened twice (clocks went back), taken as the earlier"


@dataclass
class Tally:
    """Counts gathered while reading: quality per column, oddities, and what prefixes said of values."""

    quality: dict[str, Filled] = field(default_factory=dict)
    noticed: Counter[str] = field(default_factory=Counter)
    marked: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)


def canonical(
    block: Block, names: Recognised, asked: Collection[str], file: int, latest: dt.datetime, tally: Tally
) -> tuple[pl.DataFrame, list[Refusal]]:
    """The block's readable rows as `file`, `row` and the asked canonical columns, and the refused rows.

    asked: canonical columns; time and user refuse rows only when they are among them. latest: later is the
    future. Columns: `file` UInt32, `row` Int64, `time` Datetime(ms, UTC), the others String, null when empty
    or redacted.
    """
    height = block.frame.height
    found = block.frame.select(
        pl.col(header).alias(name) for name, header in names.header_map.items() if name in asked
    )
    typed = [
        name
        for name, dtype in found.schema.items()
        if EVENT_BY_NAME[name].kind is Kind.TIME and dtype.is_temporal()
    ]
    cleaned = clean(found.drop(typed))
    columns = {name: cleaned.frame[name] for name in cleaned.frame.columns} | {
        name: found[name] for name in typed
    }
    counts = cleaned.counts | {name: Filled(found[name].count(), found[name].null_count()) for name in typed}
    for name in names.profile.constants.keys() & asked - columns.keys():
        columns[name] = pl.repeat(names.profile.constants[name], height, dtype=pl.String, eager=True)
        counts[name] = Filled(height)
    problems: dict[Reason, tuple[str, pl.Series]] = {}
    for name in columns.keys() & names.profile.strip_prefixes.keys():
        for prefix in names.profile.strip_prefixes[name]:
            columns[name] = _unmarked(columns[name], prefix, tally.marked.setdefault(name, {}))
    if "dob" in columns:
        columns["dob"] = read_dates(columns["dob"])
        _recount(counts["dob"], columns["dob"])
        tally.noticed["dob that is no date, taken as empty"] += counts["dob"].unreadable
    if "time" in columns:
        given = columns["time"]
        times = read_times(given, names.profile.time_zone, names.profile.time_formats)
        columns["time"] = times.utc
        _recount(counts["time"], times.utc)
        tally.noticed[TWICE] += times.ambiguous
        problems = {reason: ("time", mask) for reason, mask in _time_problems(given, times, latest).items()}
    if "user" in columns and "user" in cleaned.empty:
        problems[Reason.USER_MISSING] = ("user", cleaned.empty["user"])
    for name, part in counts.items():
        tally.quality.setdefault(name, Filled()).add(part)
    tally.noticed.update(block.noticed)
    absent = {
        name: pl.repeat(None, height, dtype=pl.String, eager=True) for name in asked if name not in columns
    }
    batch = pl.DataFrame(
        {"file": pl.repeat(file, height, dtype=pl.UInt32, eager=True), "row": block.rows}
        | {column.name: (columns | absent)[column.name] for column in EVENT if column.name in asked}
    )
    return _without(batch, problems, block)


def _without(
    batch: pl.DataFrame, problems: dict[Reason, tuple[str, pl.Series]], block: Block
) -> tuple[pl.DataFrame, list[Refusal]]:
    """The batch without the rows that have a problem; a row is refused once, for its first problem."""
    refused = list(block.refused)
    bad = pl.repeat(False, batch.height, dtype=pl.Boolean, eager=True)
    for reason, (column, mask) in problems.items():
        if mask.any():
            refused += [Refusal(row, column, reason) for row in block.rows.filter(mask & ~bad)]
            bad = bad | mask
    refused.sort(key=lambda refusal: refusal.row)
    return (batch.filter(~bad), refused) if bad.any() else (batch, refused)


def _time_problems(given: pl.Series, times: Times, latest: dt.datetime) -> dict[Reason, pl.Series]:
    """For each way a time can be wrong, where it is so: (n,) Boolean."""
    problems: dict[Reason, pl.Series] = {}
    if times.utc.null_count():
        problems[Reason.TIME_MISSING] = given.is_null()
        problems[Reason.TIME_GAP] = times.gap
        problems[Reason.TIME_UNREADABLE] = given.is_not_null() & times.utc.is_null() & ~times.gap
    if times.utc.count():
        problems[Reason.TIME_EARLY] = (times.utc < EARLIEST).fill_null(False)
        problems[Reason.TIME_FUTURE] = (times.utc > latest).fill_null(False)
    return problems


def _unmarked(text: pl.Series, prefix: Prefix, marked: dict[str, dict[str, str]]) -> pl.Series:
    has = text.str.starts_with(prefix.text).fill_null(False)
    if not has.any():
        return text
    bare = text.str.strip_prefix(prefix.text).str.strip_chars()
    for value in bare.filter(has).unique().sort():
        marked.setdefault(value, {}).update(prefix.sets)
    return bare


def _recount(count: Filled, read: pl.Series) -> None:
    count.unreadable = count.filled - read.count()
    count.filled = read.count()
