"""Records that nearly explain open rows: each says what would have to be otherwise, and for how many rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.explain.calls import around
from anomaly.explain.joins import FOREVER, days
from anomaly.explain.records import Records

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


class Open:
    """The open rows of an incident: one line for each action, with how many rows it has."""

    def __init__(self, records: Records, of_action: NDArray[np.int32]) -> None:
        """of_action: (r,) the action of each open row."""
        distinct, rows = np.unique(of_action, return_counts=True)
        actions = records.log.actions
        names = ("subject", "user", "agency")
        self.records = records
        self.tables = frozenset(records.context.files())
        self.lines = pl.DataFrame(
            {name: getattr(actions, name)[distinct] for name in names}
            | {"written": actions.case_number[distinct]}
            | {"time": actions.time[distinct], "day": actions.day[distinct].astype(np.int64), "rows": rows}
        ).with_row_index("action")
        self.subjects = self.lines.filter(pl.col("subject") >= 0)["subject"].unique()
        self.user = "the user" if self.lines["user"].n_unique() == 1 else "the users"
        self.subject = "the subject" if len(self.subjects) == 1 else "the subjects"

    def about(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return the lines of a table, in codes, that concern the subjects of open rows."""
        return table.filter(pl.col("subject").is_in(self.subjects.implode()))

    def inside(self, spans: pl.DataFrame, clock: str, *by: str) -> pl.DataFrame:
        """Pair the open actions with the spans they lie in.

        spans: `by` columns (codes), begin and end inclusive on the clock ("time" or "day"), and what else is
        wanted of them.
        """
        at = pl.col(clock)
        known = self.lines.filter(pl.col(name) >= 0 for name in by)
        return known.join(spans, on=by).filter((at >= pl.col("begin")) & (at <= pl.col("end")))

    @staticmethod
    def rows(pairs: pl.DataFrame) -> int:
        """Count the open rows among pairs, each once."""
        return int(pairs.unique("action")["rows"].sum())

    def foremost(self, pairs: pl.DataFrame, record: str) -> tuple[str | None, int]:
        """Find the record of most open rows, and how many; the first in the alphabet among equals."""
        counted = (
            pairs.unique(["action", record])
            .group_by(record)
            .agg(pl.col("rows").sum())
            .sort(["rows", record], descending=[True, False])
        )
        return counted.row(0) if counted.height else (None, 0)


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
    case, rows = opened.foremost(opened.inside(opened.about(records.cases), "day", "subject"), "case_number")
    if case is None:
        return
    named = "it names " + opened.subject + " and was open on those days"
    if "case_officers" in records.context:
        officers = records.assigned.filter(pl.col("case_number") == case)["user"].n_unique()
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
    after = opened.about(opened.records.worked).with_columns(begin=pl.col("end") + 1, end=pl.lit(FOREVER))
    after = after.filter(pl.col("begin") < FOREVER)
    case, rows = opened.foremost(opened.inside(after, "day", "subject", "user"), "case_number")
    if case is not None:
        yield Near(
            "case",
            f"case {case} had still been open",
            f"it names {opened.subject} and is assigned to {opened.user}, but was closed before",
            rows,
        )


def _numbered_case(opened: Open) -> Iterator[Near]:
    log = opened.records.log
    written = opened.lines.filter(pl.col("written") >= 0)
    written = written.with_columns(case=log.texts.named("case_number", written["written"].to_numpy()))
    case, rows = opened.foremost(written, "case")
    if case is None:
        return
    table = opened.records.context["cases"].filter(pl.col("case_number") == case)
    if not table.height:
        because = "the rows name it, and no case has that number"
    else:
        zone = log.zone
        begin, end = days(table["opened"], -FOREVER, zone)[0], days(table["closed"], FOREVER, zone)[0]
        ours = written.filter((pl.col("case") == case) & pl.col("day").is_between(begin, end))
        rows = opened.rows(ours)
        because = f"the rows name it and it was open, but it does not name {opened.subject}"
    yield Near("case", f"case {case} had named {opened.subject}", because, rows)


def _others_calls(opened: Open) -> Iterator[Near]:
    pairs = opened.inside(around(opened.about(opened.records.called("start", "end"))), "time", "subject")
    calls = pairs["call"].n_unique()
    which = "the call" if calls == 1 else f"the {calls} calls"
    yield Near(
        "call",
        f"{opened.user} had been sent to {which} with {opened.subject} in those hours",
        f"{'it names' if calls == 1 else 'they name'} {opened.subject}, but others were sent",
        opened.rows(pairs),
    )


def _own_calls(opened: Open) -> Iterator[Near]:
    users = opened.lines["user"].unique().implode()
    sent = opened.records.dispatched.filter(pl.col("user").is_in(users))
    pairs = opened.inside(around(sent), "time", "user")
    calls = pairs["call"].n_unique()
    which = "the call" if calls == 1 else f"the {calls} calls"
    whom = f"to which {opened.user} {'was' if opened.user == 'the user' else 'were'} sent in those hours"
    yield Near(
        "call",
        f"{which} {whom} had concerned {opened.subject}",
        f"{'it names' if calls == 1 else 'they name'} others or nobody",
        opened.rows(pairs),
    )


def _lapsed_bulletin(opened: Open) -> Iterator[Near]:
    spans = opened.about(opened.records.bulletins).with_columns(
        begin=pl.col("issued").fill_null(FOREVER) - LAPSED, end=pl.col("expires").fill_null(-FOREVER) + LAPSED
    )
    pairs = opened.inside(spans, "day", "subject")
    yield Near(
        "bulletin",
        f"the bulletin about {opened.subject} had been in force on those days",
        f"there was one in the {LAPSED} days before or after",
        opened.rows(pairs),
    )


def _other_purpose(opened: Open) -> Iterator[Near]:
    spans = opened.about(opened.records.permits).with_columns(
        begin=pl.col("applied").fill_null(-FOREVER), end=pl.lit(FOREVER)
    )
    pairs = opened.inside(spans, "day", "subject", "agency")
    kinds = ", ".join(sorted(pairs["kind"].drop_nulls().unique()))
    yield Near(
        "permit",
        f"the look-ups had been made under a purpose that is lawful for applications ({kinds or 'permits'})",
        f"{opened.subject} had applied to the agency",
        opened.rows(pairs),
    )
