"""A block of rows becomes rows of canonical columns; a row without a usable time or user is refused."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.sources.blocks import Block
from anomaly.sources.meaning import Meaning
from anomaly.sources.recognise import Recognised
from anomaly.sources.rejects import Reason, Refusal
from anomaly.sources.text import Filled, State, States, as_text
from anomaly.sources.times import Times, read_times
from anomaly.sources.vendor import Profile

EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
TWICE = "local time that happened twice (clocks went back), taken as the earlier"


class Column(Protocol):
    """A column as a reader gives it."""

    def filter(self, predicate: pl.Series, /) -> Self:
        """Leave rows out, (n,) Boolean."""
        ...


C = TypeVar("C", bound=Column, covariant=True)


class Reader(Protocol[C]):
    """Reads the columns of a block: every value, or only what the log has not written before."""

    def read(self, meaning: Meaning, written: pl.Series) -> tuple[C, States]:
        """Read what is written, (n,) String; the column, and the state of each value, (n,)."""
        ...


@dataclass
class Tally:
    """Counts gathered while reading: quality per column, oddities, and what prefixes said of values."""

    quality: dict[str, Filled] = field(default_factory=dict)
    noticed: Counter[str] = field(default_factory=Counter)
    marked: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def count(self, name: str, states: States) -> None:
        """Count the states of a block's rows in one column, (n,)."""
        self.quality.setdefault(name, Filled()).add(states)
        if name == "dob":
            self.noticed["dob that is no date, taken as empty"] = self.quality[name].unreadable

    def meaning(self, name: str, profile: Profile) -> Meaning:
        """How a column is read in files of a profile; what prefixes say of its values is kept here."""
        prefixes = profile.strip_prefixes.get(name, ())
        return Meaning(name, prefixes, self.marked.setdefault(name, {}) if prefixes else {})


@dataclass(frozen=True)
class Rows(Generic[C]):
    """The readable rows of a block.

    file: index of it; row: (n,) Int64, 1-based data rows; time: (n,) Datetime(ms, UTC), None when not asked;
    columns: canonical text columns, (n,) each.
    """

    file: int
    row: pl.Series
    time: pl.Series | None
    columns: dict[str, C]

    def __len__(self) -> int:
        return len(self.row)

    def of(self, wanted: Collection[str]) -> Rows[C]:
        """The same rows with some columns only."""
        time = self.time if "time" in wanted else None
        return Rows(self.file, self.row, time, {n: c for n, c in self.columns.items() if n in wanted})


def canonical(
    block: Block,
    names: Recognised,
    asked: Collection[str],
    file: int,
    latest: dt.datetime,
    tally: Tally,
    reader: Reader[C],
) -> tuple[Rows[C], list[Refusal]]:
    """The block's readable rows with the asked canonical columns that the file has, and the refused rows.

    asked: canonical columns; time and user refuse rows only when they are among them. latest: later is the
    future.
    """
    found = _found(block, names, asked)
    refused = list(block.refused)
    tally.noticed.update(block.noticed)
    meanings = {name: tally.meaning(name, names.profile) for name in found}
    row, time = block.rows, None
    if "time" in found:
        written = found.pop("time")
        times, problems = _times(written, names.profile, meanings["time"], latest, tally)
        time, bad = times.utc, np.zeros(len(row), np.bool_)
        for reason, mask in problems.items():
            wrong = mask.to_numpy() & ~bad
            refused += [Refusal(at, "time", reason) for at in row.filter(pl.Series(wrong))]
            bad |= wrong
        row, time, found = _left(bad, row, time, found, meanings, tally)
    columns: dict[str, C] = {}
    if "user" in found:
        columns["user"], states = reader.read(meanings["user"], as_text(found.pop("user")))
        tally.count("user", states)
        bad = states == State.EMPTY.value
        if bad.any():
            refused += [Refusal(at, "user", Reason.USER_MISSING) for at in row.filter(pl.Series(bad))]
            row, time, found = _left(bad, row, time, found, meanings, tally)
            columns["user"] = columns["user"].filter(pl.Series(~bad))
    for name, written in found.items():
        columns[name], states = reader.read(meanings[name], as_text(written))
        tally.count(name, states)
    return Rows(file, row, time, columns), sorted(refused, key=lambda refusal: refusal.row)


def as_frame(rows: Rows[pl.Series], order: Collection[str]) -> pl.DataFrame:
    """The text of every value as a frame: `file`, `row` and the named columns, null where absent."""
    absent = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    found = {"file": pl.repeat(rows.file, len(rows), dtype=pl.UInt32, eager=True), "row": rows.row}
    said = rows.columns if rows.time is None else {"time": rows.time, **rows.columns}
    return pl.DataFrame(found | {name: said.get(name, absent) for name in order})


def _found(block: Block, names: Recognised, asked: Collection[str]) -> dict[str, pl.Series]:
    """The asked columns as the block has them; a profile's constants are in every row."""
    found = {
        name: block.frame[header].alias(name) for name, header in names.header_map.items() if name in asked
    }
    for name in names.profile.constants.keys() & asked - found.keys():
        found[name] = pl.repeat(
            names.profile.constants[name], len(block.rows), dtype=pl.String, eager=True
        ).alias(name)
    return found


def _left(
    bad: NDArray[np.bool_],
    row: pl.Series,
    time: pl.Series | None,
    found: dict[str, pl.Series],
    meanings: dict[str, Meaning],
    tally: Tally,
) -> tuple[pl.Series, pl.Series | None, dict[str, pl.Series]]:
    """Leave refused rows, (n,) True, out of all columns, and count what they hold."""
    if not bad.any():
        return row, time, found
    gone, kept = pl.Series(bad), pl.Series(~bad)
    for name, written in found.items():
        tally.count(name, meanings[name].read(as_text(written.filter(gone))).states)
    left = {name: written.filter(kept) for name, written in found.items()}
    return row.filter(kept), None if time is None else time.filter(kept), left


def _times(
    written: pl.Series, profile: Profile, meaning: Meaning, latest: dt.datetime, tally: Tally
) -> tuple[Times, dict[Reason, pl.Series]]:
    """Read the times of a block, and say for each way a time can be wrong where it is so: (n,) Boolean."""
    if written.dtype.is_temporal():
        given, states = written, np.zeros(len(written), np.uint8)
        if written.null_count():
            states[written.is_null().to_numpy()] = State.EMPTY
    else:
        cleaned = meaning.read(as_text(written))
        given, states = cleaned.texts, cleaned.states
    times = read_times(given, profile.time_zone, profile.time_formats)
    problems: dict[Reason, pl.Series] = {}
    if times.utc.null_count():
        unread = given.is_not_null() & times.utc.is_null()
        states[unread.to_numpy()] = State.UNREADABLE
        problems[Reason.TIME_MISSING] = given.is_null()
        problems[Reason.TIME_GAP] = times.gap
        problems[Reason.TIME_UNREADABLE] = unread & ~times.gap
    first, last = times.utc.min(), times.utc.max()
    if isinstance(first, dt.datetime) and first < EARLIEST:
        problems[Reason.TIME_EARLY] = (times.utc < EARLIEST).fill_null(False)
    if isinstance(last, dt.datetime) and last > latest:
        problems[Reason.TIME_FUTURE] = (times.utc > latest).fill_null(False)
    tally.count("time", states)
    tally.noticed[TWICE] += times.ambiguous
    return times, problems
