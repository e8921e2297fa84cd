"""What the context tables say, in the codes of a log: read once, shared by all explanations."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Actions, CodedLog
from anomaly.coding.covers import Spans, matches, numbers
from anomaly.coding.hashes import Codes
from anomaly.context import Context
from anomaly.explain.joins import FOREVER, blocks, days, joined, milliseconds, spans_of
from anomaly.explain.named import Named
from anomaly.explain.narrow import narrowed
from anomaly.explain.people import everyone

Made = TypeVar("Made")


class Records:
    """A log beside its context tables.

    Subjects, agencies and units are codes; `users` has codes for those of the log and, above them, for those
    whom only a table knows. A line about a subject whom the log never saw is dropped.
    """

    def __init__(self, log: CodedLog, context: Context) -> None:
        self.log = log
        self.context = context
        self.named = Named(log, context)
        self._kept: dict[str, Any] = {}
        self._masks: dict[str, NDArray[Any]] = {}

    def over(self, actions: Actions) -> Records:
        """Return the same tables beside other actions in the same codes; units stay what they were."""
        other = copy(self)
        other.log = replace(self.log, actions=actions)
        other._masks = {}
        return other

    def afresh(self) -> Records:
        """Return the same without what was read of the tables, but the codes of subjects: 4 bytes a line."""
        other = Records(self.log, self.context)
        other.named = self.named
        return other

    def narrowed(self, actions: NDArray[np.int32]) -> Records:
        """Return what concerns the subjects or the users of some actions, (k,) int32, see `narrowed`."""
        return Records(self.log, narrowed(self.log, self.context, self.named, actions))

    def once(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """Return what several explanations share of the actions, (a,), made on first use."""
        if name not in self._masks:
            self._masks[name] = make()
        return self._masks[name]

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what several explanations share of the tables, made on first use."""
        if name not in self._kept:
            self._kept[name] = make()
        made: Made = self._kept[name]
        return made

    def covered(self, spans: pl.DataFrame | Spans, *, by: tuple[str, ...], clock: str) -> NDArray[np.bool_]:
        """Mark the actions that a span covers, (a,) bool.

        spans: `by` columns (subject, user, unit, agency, home, case_number, purpose: codes, -1 is missing),
        `begin` and `end` inclusive, Int64 on the clock, or spans by columns with the same codes; clock:
        "time" (ms) or "day" (local day number).
        """
        of = spans if isinstance(spans, Spans) else spans_of(spans, by)
        at = getattr(self.log.actions, clock)
        return self.marked(lambda rows: of.cover([self.of_actions(name, rows) for name in by], at[rows]))

    def closest(self, spans: Spans, clock: str) -> NDArray[np.uint8]:
        """Say of each action, (a,) uint8, whether spans by subject and user cover it: OWN for the user's own,
        ALIKE for none but those of somebody else in the unit.
        """
        actions = self.log.actions
        at = getattr(actions, clock)
        near = np.empty(len(actions), np.uint8)
        for rows in blocks(len(actions)):
            keys = actions.subject[rows], actions.user[rows]
            spans.closest(keys, at[rows], near[rows], self.units[:-1])
        return near

    def marked(self, tell: Callable[[slice], NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Mark actions, (a,) bool, a block after the other: copies of blocks stay in the cache."""
        marks = np.empty(len(self.log.actions), np.bool_)
        for rows in blocks(len(marks)):
            marks[rows] = tell(rows)
        return marks

    def of_actions(self, name: str, rows: slice) -> NDArray[np.signedinteger]:
        """Return the codes of some actions, (k,).

        `unit` is the user's, `home` the subject's address.
        """
        actions = self.log.actions
        if name == "unit":
            return self.units[actions.user[rows]]
        if name == "home":
            return np.append(self.homes, np.int32(-1))[actions.subject[rows]]
        codes: NDArray[np.signedinteger] = getattr(actions, name)
        return codes[rows]

    @cached_property
    def units(self) -> NDArray[np.int32]:
        """Return (u + 1,) int32: the unit of each of `people`; the last, -1, for nobody."""
        return np.append(self.people["unit"].to_numpy(), np.int32(-1))

    @cached_property
    def askers(self) -> NDArray[np.int32]:
        """Return (b + 1,) int32: the user that each text of `on_behalf_of` names; the last, -1, for none."""
        return np.append(self.users(self.log.texts["on_behalf_of"]), np.int32(-1))

    @cached_property
    def homes(self) -> NDArray[np.int32]:
        """Return (s,) int32: a code for the address of each subject, -1 unknown."""
        distinct, home = np.unique(self.log.subjects.address, return_inverse=True)
        return np.where(distinct[home] == 0, -1, home).astype(np.int32)

    @cached_property
    def people(self) -> pl.DataFrame:
        """List the users of the log and the tables, see `everyone`."""
        return everyone(self.log, self.context)

    def users(self, names: pl.Series) -> NDArray[np.int32]:
        """Find the codes of users, (n,) String -> (n,) int32; -1 where neither log nor tables know them."""
        return numbers(self.people["user"], names)[1]

    def subjects(self, name: str, *columns: str | pl.Expr | pl.Series) -> pl.DataFrame:
        """Return some columns of a table, and `subject`, see `Named.lines`."""
        return self.named.lines(name, *columns)

    def agencies(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace `agency` by its code, -1 where missing or unknown to the log."""
        codes = numbers(self.log.texts["agency"], table["agency"])[1]
        return table.with_columns(agency=pl.Series(codes))

    def staff(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace `user` by its code, and add their `unit`."""
        codes = self.users(table["user"])
        return table.with_columns(user=pl.Series(codes), unit=pl.Series(self.units[codes]))

    @cached_property
    def _call_numbers(self) -> dict[str, Codes]:
        """Number the calls, (lines,) int32 by table, -1 for one that is not listed: numbers join faster."""
        return self._numbers("call_id", "calls", "call_people", "call_units")

    @cached_property
    def _case_numbers(self) -> dict[str, Codes]:
        """Number the cases, as calls are."""
        return self._numbers("case_number", "cases", "case_people", "case_officers")

    def _numbers(self, column: str, first: str, *others: str) -> dict[str, Codes]:
        given = [first, *(name for name in others if name in self.context)]
        return dict(zip(given, numbers(*(self.context[name][column] for name in given)), strict=True))

    @cached_property
    def calls(self) -> pl.DataFrame:
        """Every call: call (its number), agency (code), kind, start and end (ms UTC), first and last (local
        days).
        """
        table, zone = self.context["calls"], self.log.zone
        return self.agencies(
            table.select(
                pl.Series("call", self._call_numbers["calls"]),
                "agency",
                "kind",
                start=milliseconds("start", FOREVER),
                end=milliseconds("end", -FOREVER),
                first=days(table["start"], FOREVER, zone),
                last=days(table["end"], -FOREVER, zone),
            )
        )

    @cached_property
    def _called(self) -> tuple[Codes, pl.DataFrame]:
        """Pair the calls with the subjects they name: rows of `calls`, (k,) int32, and call and subject."""
        of = pl.Series("call", self._call_numbers["call_people"])
        people = self.subjects("call_people", of)
        rows, lines = matches(self._call_numbers["calls"], people["call"].to_numpy())
        return rows, people[lines]

    def called(self, *columns: str | pl.Expr) -> pl.DataFrame:
        """Return some columns of `calls` with each subject that a call names: call (its number), subject
        (code). 1.2 M calls have 60 bytes each: no more is copied than is read.
        """
        rows, people = self._called
        return people.hstack(self.calls.select(columns)[rows])

    @cached_property
    def sent(self) -> pl.DataFrame:
        """List who was sent to which call: call (its number), user, unit (codes)."""
        of = pl.Series("call", self._call_numbers["call_units"])
        return self.staff(self.context["call_units"].select(of, "user"))

    @cached_property
    def dispatched(self) -> pl.DataFrame:
        """Return calls with each user sent: the columns of `calls`, user and unit (codes)."""
        return joined(self.calls, self.sent, "call")

    @property
    def unnamed(self) -> pl.DataFrame:
        """Return calls that list nobody, with each user sent: columns as of `dispatched`."""
        calls = self.calls
        if "call_people" in self.context:
            names = np.zeros(len(calls) + 1, np.bool_)
            names[self._call_numbers["call_people"]] = True
            calls = calls.filter(~names[self._call_numbers["calls"]])
        return joined(calls, self.sent, "call")

    def attended(self, *columns: str) -> pl.DataFrame:
        """Return some columns of `calls` with each subject and user: subject, user, unit (codes)."""
        rows, people = self._called
        lines, of_sent = matches(people["call"].to_numpy(), self.sent["call"].to_numpy())
        sent = self.sent.drop("call")[of_sent]
        return self.calls.select(columns)[rows[lines]].hstack(people.select("subject")[lines]).hstack(sent)

    @cached_property
    def listed(self) -> pl.DataFrame:
        """Every case: case (its number among the cases), case_number, kind (String), agency (code), begin and
        end (local days it was open), number (code of case_number in the log).
        """
        table, zone = self.context["cases"], self.log.zone
        cases = table.select(
            pl.Series("case", self._case_numbers["cases"]),
            "case_number",
            "agency",
            "kind",
            begin=days(table["opened"], -FOREVER, zone),
            end=days(table["closed"], FOREVER, zone),
            number=pl.Series(numbers(self.log.texts["case_number"], table["case_number"])[1]),
        )
        return self.agencies(cases)

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Return cases with each subject they name: the columns of `listed`, and subject (code)."""
        of = pl.Series("case", self._case_numbers["case_people"])
        people = self.subjects("case_people", of)
        return joined(self.listed.drop("case_number"), people, "case")

    @cached_property
    def assigned(self) -> pl.DataFrame:
        """List who was assigned to which case: case (its number), user, unit (codes)."""
        of = pl.Series("case", self._case_numbers["case_officers"])
        return self.staff(self.context["case_officers"].select(of, "user"))

    @cached_property
    def worked(self) -> pl.DataFrame:
        """Return cases with each subject they name and each user assigned: `cases`, user and unit (codes)."""
        return joined(self.cases, self.assigned, "case")

    @cached_property
    def shifts(self) -> pl.DataFrame:
        """List shifts and overtime: user, unit (codes), start and end (ms UTC)."""
        return self.staff(
            self.context["shifts"].select(
                "user", start=milliseconds("start", FOREVER), end=milliseconds("end", -FOREVER)
            )
        )

    @cached_property
    def bulletins(self) -> pl.DataFrame:
        """List bulletins: subject (code), issued and expires (local days, null where empty)."""
        table, zone = self.context["bulletins"], self.log.zone
        dates = (days(table[name], None, zone).alias(name) for name in ("issued", "expires"))
        return self.subjects("bulletins", *dates)

    @cached_property
    def permits(self) -> pl.DataFrame:
        """List applications: subject, agency (codes), kind (String), applied (day, null where empty)."""
        table = self.agencies(self.subjects("permits", "kind", "agency", "applied"))
        return table.with_columns(pl.col("applied").to_physical().cast(pl.Int64))

    @cached_property
    def bulletin_reasons(self) -> NDArray[np.bool_]:
        """Return (r + 1,) bool: whether a reason code states a bulletin; the last for none."""
        return np.append(self.log.policy.states_bulletin(self.log.texts["reason"]), np.False_)
