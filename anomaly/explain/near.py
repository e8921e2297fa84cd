"""Records that nearly explain open rows: each says what would have to be otherwise, and for how many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.gather import distinct
from anomaly.explain.calls import around
from anomaly.explain.joins import FOREVER
from anomaly.explain.records import Records

Rows: TypeAlias = NDArray[np.int64]

LAPSED = 30  # days around a bulletin in which its dates may be wrong; later it is another matter


@dataclass(frozen=True)
class Near:
    """A fact the tables do not hold, though they hold a record that comes near it.

    explanation: the one it would complete; fact: a clause in the past perfect ("case 24-1 had been assigned
    to the user"); because: what the record says instead; rows: the open rows it would clear.
    """

    explanation: str
    fact: str
    because: str
    rows: int


class Lines:
    """Lines of a table with the time they hold for, by one of their codes and by begin."""

    def __init__(self, table: pl.DataFrame, by: str) -> None:
        """table: `by` and other codes, begin and end (inclusive, Int64 on one clock)."""
        self.by = by
        self._begins, rank = np.unique(table["begin"].to_numpy(), return_inverse=True)
        place = table[by].to_numpy().astype(np.int64) * (len(self._begins) + 1) + rank
        order = np.argsort(place)
        self._places, self.table = place[order], table[order]
        begin, end = (self.table[name].to_numpy() for name in ("begin", "end"))
        endless = bool(np.any((begin == -FOREVER) | (end == FOREVER)))
        self._longest = None if endless else int((end - begin).max(initial=0))
        self.end = end

    def held(self, codes: NDArray[np.integer], at: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """Pair codes, (n,), -1 for none, with the lines that hold at a time, (n,): (p,) places of both."""
        size = len(self._begins) + 1
        first = np.zeros(len(at), np.int64)
        if self._longest is not None:
            first = np.searchsorted(self._begins, at - self._longest)
        after = np.searchsorted(self._begins, at, side="right")
        begin, end = (np.searchsorted(self._places, codes * np.int64(size) + k) for k in (first, after))
        counts = np.where(codes >= 0, np.maximum(end - begin, 0), 0)
        of = np.repeat(np.arange(len(at)), counts)
        lines = np.arange(len(of)) + np.repeat(begin - np.cumsum(counts) + counts, counts)
        held = self.end[lines] >= at[of]
        return of[held], lines[held]


class Open:
    """The open rows of an incident: the actions they belong to, and how many rows each has."""

    def __init__(self, records: Records, of_action: NDArray[np.int32]) -> None:
        """of_action: (r,) the action of each open row."""
        actions, names = records.log.actions, ("subject", "user", "agency", "case_number", "time", "day")
        each, self.counts = np.unique(of_action, return_counts=True)
        self.columns = {name: getattr(actions, name)[each].astype(np.int64) for name in names}
        self.records = records
        self.tables = frozenset(records.context.files())
        users, subjects = (distinct(self.columns[name]) for name in ("user", "subject"))
        self.user = "the user" if len(users) == 1 else "the users"
        self.subject = "the subject" if np.count_nonzero(subjects >= 0) == 1 else "the subjects"

    def inside(
        self, name: str, make: Callable[[], pl.DataFrame], by: str, clock: str, *also: str
    ) -> tuple[Rows, pl.DataFrame]:
        """Pair the open actions with the lines of a table that hold then: (p,) actions, and the lines.

        name, make: the table, see `Lines`, made for the first incident that asks; by, also: the codes that
        must be the same, -1 never is; clock: "time" or "day".
        """
        lines = self.records.kept(f"near {name}", lambda: Lines(make(), by))
        of, found = lines.held(self.columns[by], self.columns[clock])
        table = lines.table[found]
        for other in also:
            code = self.columns[other][of]
            same = (code >= 0) & (table[other].to_numpy() == code)
            of, table = of[same], table.filter(same)
        return of, table

    def rows(self, of: Rows) -> int:
        """Count the open rows of some actions, each once."""
        return int(self.counts[distinct(of)].sum())

    def foremost(self, of: Rows, record: Rows, names: pl.Series) -> tuple[int, str, int] | None:
        """Find the record of most open rows: its number, name and how many; the first in the alphabet among
        equals.

        of, record: (p,) actions and the numbers of records they go with; names: of all numbers.
        """
        if not len(of):
            return None
        numbers, which = np.unique(record, return_inverse=True)
        pairs = distinct(of * len(numbers) + which)
        rows = np.bincount(pairs % len(numbers), self.counts[pairs // len(numbers)])
        best = numbers[rows == rows.max()]
        name, number = min(zip(names.gather(best), best.tolist(), strict=True))
        return number, name, int(rows.max())


def nearest(opened: Open) -> Iterator[Near]:
    """Give every record that comes near, in no order of weight."""
    if {"cases", "case_people"} <= opened.tables:
        yield from _others_case(opened)
        yield from _closed_case(opened)
        yield from _numbered_case(opened)
    if {"calls", "call_people", "call_units"} <= opened.tables:
        yield from _others_calls(opened)
        yield from _own_calls(opened)
    if "bulletins" in opened.tables:
        yield from _lapsed_bulletin(opened)
    if "permits" in opened.tables:
        yield from _other_purpose(opened)


def _others_case(opened: Open) -> Iterator[Near]:
    records = opened.records
    of, cases = opened.inside("cases", lambda: records.cases, "subject", "day")
    found = opened.foremost(of, cases["case"].to_numpy(), records.context["cases"]["case_number"])
    if found is None:
        return
    number, case, rows = found
    named = "it names " + opened.subject + " and was open on those days"
    if "case_officers" in records.context:
        officers = records.assigned.filter(pl.col("case") == number)["user"].n_unique()
        yield Near(
            "case",
            f"case {case} had been assigned to {opened.user}",
            f"{named}, but is assigned to {f'{officers} others' if officers > 1 else 'somebody else'}"
            if officers
            else f"{named}, but is assigned to nobody",
            rows,
        )
    else:
        yield Near("case", f"case {case} had been one of the user's agency", f"{named}", rows)


def _closed_case(opened: Open) -> Iterator[Near]:
    if "case_officers" not in opened.tables:
        return
    records = opened.records
    of, cases = opened.inside("closed", lambda: _closed(records), "subject", "day", "user")
    found = opened.foremost(of, cases["case"].to_numpy(), records.context["cases"]["case_number"])
    if found is not None:
        yield Near(
            "case",
            f"case {found[1]} had still been open",
            f"it names {opened.subject} and is assigned to {opened.user}, but was closed before",
            found[2],
        )


def _closed(records: Records) -> pl.DataFrame:
    after = records.worked.with_columns(begin=pl.col("end") + 1, end=pl.lit(FOREVER))
    return after.filter(pl.col("begin") < FOREVER)


def _numbered_case(opened: Open) -> Iterator[Near]:
    written, day = opened.columns["case_number"], opened.columns["day"]
    of = np.flatnonzero(written >= 0)
    found = opened.foremost(of, written[of], opened.records.log.texts["case_number"])
    if found is None:
        return
    number, case, rows = found
    listed = opened.records.listed.filter(pl.col("number") == number)
    if not listed.height:
        because = "the rows name it, and no case has that number"
    else:
        begin, end = listed.select("begin", "end").row(0)
        rows = opened.rows(np.flatnonzero((written == number) & (day >= begin) & (day <= end)))
        because = f"the rows name it and it was open, but it does not name {opened.subject}"
    yield Near("case", f"case {case} had named {opened.subject}", because, rows)


def _others_calls(opened: Open) -> Iterator[Near]:
    records = opened.records
    of, met = opened.inside("called", lambda: around(records.called("start", "end")), "subject", "time")
    calls = met["call"].n_unique()
    which = "the call" if calls == 1 else f"the {calls} calls"
    yield Near(
        "call",
        f"{opened.user} had been sent to {which} with {opened.subject} in those hours",
        f"{'it names' if calls == 1 else 'they name'} {opened.subject}, but others were sent",
        opened.rows(of),
    )


def _own_calls(opened: Open) -> Iterator[Near]:
    records = opened.records
    of, sent = opened.inside("sent", lambda: around(records.dispatched), "user", "time")
    calls = sent["call"].n_unique()
    which = "the call" if calls == 1 else f"the {calls} calls"
    whom = f"to which {opened.user} {'was' if opened.user == 'the user' else 'were'} sent in those hours"
    yield Near(
        "call",
        f"{which} {whom} had concerned {opened.subject}",
        f"{'it names' if calls == 1 else 'they name'} others or nobody",
        opened.rows(of),
    )


def _lapsed_bulletin(opened: Open) -> Iterator[Near]:
    of, _ = opened.inside("bulletins", lambda: _around_bulletins(opened.records), "subject", "day")
    yield Near(
        "bulletin",
        f"the bulletin about {opened.subject} had been in force on those days",
        f"there was one in the {LAPSED} days before or after",
        opened.rows(of),
    )


def _around_bulletins(records: Records) -> pl.DataFrame:
    begin, end = pl.col("issued").fill_null(FOREVER), pl.col("expires").fill_null(-FOREVER)
    return records.bulletins.with_columns(begin=begin - LAPSED, end=end + LAPSED)


def _other_purpose(opened: Open) -> Iterator[Near]:
    of, applied = opened.inside("permits", lambda: _since(opened.records), "subject", "day", "agency")
    kinds = ", ".join(sorted(applied["kind"].drop_nulls().unique()))
    yield Near(
        "permit",
        f"the look-ups had been made under a purpose that is lawful for applications ({kinds or 'permits'})",
        f"{opened.subject} had applied to the agency",
        opened.rows(of),
    )


def _since(records: Records) -> pl.DataFrame:
    return records.permits.with_columns(begin=pl.col("applied").fill_null(-FOREVER), end=pl.lit(FOREVER))
