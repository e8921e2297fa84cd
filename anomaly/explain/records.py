"""What the context tables say, in the codes of a log: read once, shared by all explanations."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Actions, CodedLog, Grouping, inside_any
from anomaly.coding.hashes import Codes, CodeTable
from anomaly.context import Context
from anomaly.explain.joins import FOREVER, days, milliseconds

_WITH_USERS = ("users", "call_units", "case_officers", "shifts")


class Records:
    """A log beside its context tables.

    Subjects, agencies and units are codes; `users` has codes for those of the log and, above them, for those
    whom only a table knows. A line about a subject whom the log never saw is dropped.
    """

    def __init__(self, log: CodedLog, context: Context) -> None:
        self.log = log
        self.context = context
        self._masks: dict[str, NDArray[np.bool_]] = {}

    def over(self, actions: Actions) -> Records:
        """Return the same tables beside other actions in the same codes; units stay what they were."""
        other = copy(self)
        other.log = replace(self.log, actions=actions)
        other._masks = {}
        return other

    def narrowed(self, actions: NDArray[np.int32]) -> Records:
        """Return the tables without the people and calls that concern neither the subjects nor the users of
        some actions, (k,) int32; shifts are left empty.

        What comes near an incident is sought in these: 51 incidents took 11 s on a region's whole tables.
        """
        log, tables = self.log, dict(self.context.tables)
        asked = np.zeros(len(log.subjects) + 1, np.bool_)
        asked[log.actions.subject[actions]] = True
        asked[-1] = False  # where code -1 finds it
        for name in {"call_people", "case_people", "bulletins", "permits"} & tables.keys():
            tables[name] = tables[name].filter(asked[log.subjects.lookup(tables[name]["subject"])])
        if "call_units" in tables:
            users = log.texts.named("user", np.unique(log.actions.user[actions]))
            tables["call_units"] = tables["call_units"].filter(pl.col("user").is_in(users.implode()))
        if "calls" in tables:
            of = [tables[name]["call_id"] for name in ("call_people", "call_units") if name in tables]
            listed = pl.concat([tables["calls"]["call_id"].clear(), *of]).unique().implode()
            tables["calls"] = tables["calls"].filter(pl.col("call_id").is_in(listed))
        if "shifts" in tables:
            tables["shifts"] = tables["shifts"].clear()
        return Records(log, replace(self.context, tables=tables))

    def once(self, name: str, make: Callable[[], NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return a mask that several explanations share, (a,) bool, made on first use."""
        if name not in self._masks:
            self._masks[name] = make()
        return self._masks[name]

    def covered(self, spans: pl.DataFrame, *, by: tuple[str, ...], clock: str) -> NDArray[np.bool_]:
        """Mark the actions that a span covers, (a,) bool.

        spans: `by` columns (subject, user, asker, unit, agency, case_number, purpose: codes, -1 is missing),
        `begin` and `end` inclusive, Int64 on the clock; clock: "time" (ms) or "day" (local day number).
        """
        keys = [self.of_actions(name) for name in by]
        of_spans = [spans[name].to_numpy() for name in by]
        at = getattr(self.log.actions, clock)
        return inside_any(keys, at, of_spans, spans["begin"].to_numpy(), spans["end"].to_numpy())

    def of_actions(self, name: str) -> NDArray[np.int32]:
        """Return the codes of the actions, (a,) int32.

        `unit` is the user's, `asker` the one in `on_behalf_of`, `home` the subject's address.
        """
        actions = self.log.actions
        if name == "unit":
            return np.append(self.people["unit"].to_numpy(), np.int32(-1))[actions.user]
        if name == "asker":
            return np.append(self.users(self.log.texts["on_behalf_of"]), np.int32(-1))[actions.on_behalf_of]
        if name == "home":
            return np.append(self.homes, np.int32(-1))[actions.subject]
        codes: NDArray[np.int32] = getattr(actions, name)
        return codes

    @cached_property
    def homes(self) -> NDArray[np.int32]:
        """Return (s,) int32: a code for the address of each subject, -1 unknown."""
        distinct, home = np.unique(self.log.subjects.address, return_inverse=True)
        return np.where(distinct[home] == 0, -1, home).astype(np.int32)

    @cached_property
    def people(self) -> pl.DataFrame:
        """List the users of the log, in order of code, then those of the tables: user, role (String), unit,
        agency (Int32 codes, -1 unknown).

        The roster says which unit and agency; where it does not, most of what the user did.
        """
        own = self.log.texts["user"]
        tables = [self.context[name]["user"] for name in _WITH_USERS if name in self.context]
        everyone = pl.concat([own, *tables]).drop_nulls().unique(maintain_order=True).alias("user").to_frame()
        places = self.log.texts.places[Grouping("user", self.log).home]
        home = pl.DataFrame(
            {
                "user": own,
                "its_agency": self.log.texts.named("agency", places[:, 0]),
                "its_unit": self.log.texts.named("unit", places[:, 1]),
            },
            schema={"user": pl.String, "its_agency": pl.String, "its_unit": pl.String},
        )
        listed = pl.DataFrame(schema=dict.fromkeys(("user", "role", "agency", "unit"), pl.String))
        if "users" in self.context:
            listed = self.context["users"].select(listed.columns).unique("user", keep="last")
        whole = everyone.join(listed, on="user", how="left", maintain_order="left")
        whole = whole.join(home, on="user", how="left", maintain_order="left")
        whole = whole.with_columns(
            agency=pl.coalesce("agency", "its_agency"),
            unit=pl.when(pl.col("unit").is_not_null()).then("unit").otherwise("its_unit"),
        )
        return whole.select(
            "user",
            "role",
            unit_name="unit",
            unit=pl.when(pl.col("unit").is_null())
            .then(-1)
            .otherwise(pl.concat_str("agency", "unit", separator="\0", ignore_nulls=True).rank("dense") - 1)
            .cast(pl.Int32),
            agency=pl.Series(self.log.texts.lookup("agency", whole["agency"])),
        )

    def users(self, names: pl.Series) -> NDArray[np.int32]:
        """Find the codes of users, (n,) String -> (n,) int32; -1 where neither log nor tables know them."""
        known = self.people.select("user").with_row_index("code")
        found = pl.DataFrame({"user": names}).join(known, on="user", how="left", maintain_order="left")
        return found["code"].cast(pl.Int32).fill_null(-1).to_numpy()

    def subjects(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace `subject` by its code; lines about strangers to the log are dropped."""
        coded = table.with_columns(subject=pl.Series(self.log.subjects.lookup(table["subject"])))
        return coded.filter(pl.col("subject") >= 0)

    def agencies(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace `agency` by its code, -1 where missing or unknown to the log."""
        return table.with_columns(agency=pl.Series(self.log.texts.lookup("agency", table["agency"])))

    def staff(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace `user` by its code, and add their `unit`."""
        codes = self.users(table["user"])
        unit = np.append(self.people["unit"].to_numpy(), np.int32(-1))[codes]
        return table.with_columns(user=pl.Series(codes), unit=pl.Series(unit))

    @cached_property
    def _call_numbers(self) -> dict[str, Codes]:
        """Number the calls, (lines,) int32 by table, -1 for one that is not listed: numbers join faster."""
        numbers = CodeTable(keep_text=False)
        calls, _ = numbers.code(self.context["calls"]["call_id"])
        others = [name for name in ("call_people", "call_units") if name in self.context]
        return {"calls": calls} | {name: numbers.known(self.context[name]["call_id"]) for name in others}

    def of_calls(self, name: str) -> pl.DataFrame:
        """Return the table `call_people` or `call_units` with `call`, the number of its call, for call_id."""
        return self.context[name].select(pl.Series("call", self._call_numbers[name]), pl.exclude("call_id"))

    @cached_property
    def calls(self) -> pl.DataFrame:
        """Every call: call (its number), agency (code), kind, start and end (ms UTC), first and last (local
        days), in order of start.
        """
        zone = self.log.zone
        table = self.context["calls"].select(
            pl.Series("call", self._call_numbers["calls"]),
            "agency",
            "kind",
            first=days("start", FOREVER, zone),
            last=days("end", -FOREVER, zone),
            start=milliseconds("start", FOREVER),
            end=milliseconds("end", -FOREVER),
        )
        return self.agencies(table.sort("start", maintain_order=True))

    @cached_property
    def called(self) -> pl.DataFrame:
        """Return calls with each subject they name: the columns of `calls`, and subject (code)."""
        people = self.subjects(self.of_calls("call_people"))
        return self.calls.join(people, on="call", maintain_order="left")

    @cached_property
    def sent(self) -> pl.DataFrame:
        """List who was sent to which call: call (its number), user, unit (codes)."""
        return self.staff(self.of_calls("call_units"))

    @cached_property
    def dispatched(self) -> pl.DataFrame:
        """Return calls with each user sent: the columns of `calls`, user and unit (codes)."""
        return self.calls.join(self.sent, on="call", maintain_order="left")

    @cached_property
    def attended(self) -> pl.DataFrame:
        """Return calls with each subject they name and each user sent: the codes and times of `called`, user,
        unit.
        """
        called = self.called.drop("kind", "agency")
        return called.join(self.sent, on="call", maintain_order="left").drop("call")

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Return cases with each subject they name: case_number, kind (String), agency, subject (codes),
        begin and end (local days it was open; in order of begin), number (code of case_number in the log).
        """
        table = self.context["cases"].select(
            "case_number",
            "agency",
            "kind",
            begin=days("opened", -FOREVER, self.log.zone),
            end=days("closed", FOREVER, self.log.zone),
        )
        numbers = self.log.texts.lookup("case_number", table["case_number"])
        people = self.subjects(self.context["case_people"].select("case_number", "subject"))
        cases = self.agencies(
            table.with_columns(number=pl.Series(numbers)).sort("begin", maintain_order=True)
        )
        return cases.join(people, on="case_number", maintain_order="left")

    @cached_property
    def assigned(self) -> pl.DataFrame:
        """List who was assigned to which case: case_number, user, unit (codes)."""
        return self.staff(self.context["case_officers"].select("case_number", "user"))

    @cached_property
    def worked(self) -> pl.DataFrame:
        """Return cases with each subject they name and each user assigned: `cases` and `assigned` joined."""
        return self.cases.join(self.assigned, on="case_number", maintain_order="left")

    @cached_property
    def shifts(self) -> pl.DataFrame:
        """List shifts and overtime: user (code), agency (of the user, code), start and end (ms UTC)."""
        table = self.staff(
            self.context["shifts"].select(
                "user", start=milliseconds("start", FOREVER), end=milliseconds("end", -FOREVER)
            )
        ).sort("start", maintain_order=True)
        agency = np.append(self.people["agency"].to_numpy(), np.int32(-1))[table["user"].to_numpy()]
        return table.with_columns(agency=pl.Series(agency))

    @cached_property
    def bulletins(self) -> pl.DataFrame:
        """List bulletins: subject (code), issued and expires (local days, null where empty)."""
        zone = self.log.zone
        return self.subjects(
            self.context["bulletins"].select(
                "subject", issued=days("issued", None, zone), expires=days("expires", None, zone)
            )
        )

    @cached_property
    def permits(self) -> pl.DataFrame:
        """List applications: subject, agency (codes), kind (String), applied (day, null where empty)."""
        table = self.agencies(self.subjects(self.context["permits"]))
        return table.with_columns(pl.col("applied").to_physical().cast(pl.Int64))

    @cached_property
    def bulletin_reasons(self) -> NDArray[np.bool_]:
        """Return (r + 1,) bool: whether a reason code states a bulletin; the last for none."""
        return np.append(self.log.policy.states_bulletin(self.log.texts["reason"]), np.False_)
