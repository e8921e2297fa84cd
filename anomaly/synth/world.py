"""A world while it is being made: people, duty, actions, context tables, and scenarios with their truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from anomaly.synth.actions import Actions, Ints, Switch
from anomaly.synth.people import Officer, hire, residents, stream
from anomaly.synth.plan import FIRST_DAY, Agency
from anomaly.synth.rota import DAY, Duty, duty, midnight

N_TEST = 3  # records that exist for training
REGULARS = 25  # people of a town whom its officers meet again and again


@dataclass(frozen=True)
class Scenario:
    """One story: who, about whom, and whether it is misuse. persons: row numbers of residents."""

    scenario_id: str
    pattern: str
    misuse: bool
    agency: str
    users: tuple[str, ...]
    persons: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """A case file. opened, closed: local seconds; people, officers: row numbers of residents and of staff."""

    number: str
    agency: str
    opened: int
    closed: int
    kind: str
    people: tuple[int, ...]
    officers: tuple[int, ...]


def clock(seconds: int) -> str:
    """Local wall-clock time as ISO 8601 without a zone."""
    return (datetime(1970, 1, 1) + timedelta(seconds=int(seconds))).isoformat()


@dataclass
class World:
    """People and work of some agencies over `days` days.

    bare: subjects of the context tables are the log's own identifiers, not licences. kept: ids of cases
    and calls that a scenario stands on, so that imperfect bookkeeping does not lose them. labels: scenarios
    made of ordinary actions. habits: scenario, agency, and share of the reasons that the habit replaces.
    """

    seed: int
    days: int
    agencies: tuple[Agency, ...]
    residents: pl.DataFrame
    staff: list[Officer]
    towns: dict[str, tuple[int, int]]
    bare: bool = False
    duty: list[Duty] = field(default_factory=list)
    actions: Actions = field(default_factory=Actions)
    misuse: Actions = field(default_factory=Actions)
    scenarios: list[Scenario] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    tables: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    labels: list[tuple[int, pl.Expr]] = field(default_factory=list)
    habits: list[tuple[int, str, float]] = field(default_factory=list)

    @classmethod
    def of(cls, agencies: Sequence[Agency], *, seed: int, days: int, bare: bool = False) -> World:
        """People of the agencies and their towns, before duty is known; the staff may still be changed."""
        staff = hire(stream(seed, "staff"), agencies)
        at = len(staff) + N_TEST
        towns = {}
        for agency in agencies:
            towns[agency.agency] = (at, at + agency.residents)
            at += agency.residents
        everyone = (len(staff) + N_TEST, at)
        for agency in agencies:
            if not agency.residents:
                towns[agency.agency] = everyone
        people = residents(stream(seed, "residents"), at)
        return cls(seed, days, tuple(agencies), people, staff, towns, bare)

    @property
    def first(self) -> int:
        """Local midnight of the first day, in seconds."""
        return midnight(FIRST_DAY)

    @property
    def last(self) -> int:
        """Local midnight after the last day, in seconds."""
        return self.first + self.days * DAY

    @property
    def switch(self) -> Switch:
        """What is needed to expand actions into rows."""
        return Switch(self.staff, self.residents)

    def day(self, share: float) -> date:
        """The day at a share of the world's time: 0 the first, 1 the last."""
        return FIRST_DAY + timedelta(days=int(share * (self.days - 1)))

    def rng(self, *names: str) -> np.random.Generator:
        """The random generator of that name."""
        return stream(self.seed, *names)

    def roster(self) -> None:
        """Decide everybody's duty, once the staff is final."""
        self.duty = [duty(self.rng("duty", who.user), who, self.days) for who in self.staff]

    def unit(self, agency: str, unit: str) -> list[Officer]:
        """The users of a unit in the order of the staff."""
        return [who for who in self.staff if (who.agency, who.unit) == (agency, unit)]

    def key(self, person: int, kind: str = "license") -> str:
        """A person in a context table: `license:...`, `plate:...`, `name:SURNAME,GIVEN|dob`, or bare."""
        row = self.residents.row(person, named=True)
        if self.bare:
            return str(row["subject"])
        return f"name:{row['name']}|{row['dob']}" if kind == "name" else f"{kind}:{row[kind]}"

    def record(self, table: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Add rows to a context table."""
        self.tables.setdefault(table, []).extend(rows)

    def scenario(
        self,
        pattern: str,
        agency: str,
        users: Sequence[Officer],
        persons: Sequence[int] = (),
        *,
        misuse: bool,
    ) -> int:
        """Register a scenario and return its number, which its actions carry."""
        letter = "M" if misuse else "N"
        nth = 1 + sum(known.misuse == misuse for known in self.scenarios)
        logins = tuple(who.user for who in users)
        self.scenarios.append(
            Scenario(f"{letter}{nth:02d}", pattern, misuse, agency, logins, tuple(map(int, persons)))
        )
        return len(self.scenarios) - 1

    def label(self, scenario: int, rows: pl.Expr) -> None:
        """Give a scenario the ordinary actions that `rows` selects and no other scenario has."""
        self.labels.append((scenario, rows))

    def someone(self, rng: np.random.Generator, agency: str, sex: str = "") -> int:
        """A resident of the agency's town (row number) who is none of its regulars."""
        low, high = self.towns[agency]
        while True:
            person = int(rng.integers(low + REGULARS, high))
            if not sex or self.residents["sex"][person] == sex:
                return person

    def file_case(self, case: Case, *, keep: bool = False) -> Case:
        """Open a case file with its people and officers."""
        self.cases.append(case)
        if keep:
            self.kept.add(case.number)
        return case

    def log_calls(
        self,
        agency: str,
        time: Ints,
        person: Ints,
        user: Ints | int,
        kinds: Sequence[str],
        *,
        keep: bool = False,
    ) -> None:
        """Enter one call for service for each of `time`: begun before the query, ended after it.

        A stop is entered by plate half of the time, other calls by licence, and 15 % by name only.
        """
        calls = self.tables.setdefault("calls", [])
        rng = self.rng("calls", agency, str(len(calls)))
        n = len(time)
        before, after = rng.integers(20, 600, size=n), rng.integers(400, 3600, size=n)
        draw = rng.random(n)
        users = np.broadcast_to(np.asarray(user, dtype=np.int64), n)
        for k in range(n):
            call = f"24C{len(calls):06d}"
            kind = kinds[k]
            plate = 0.5 if kind == "traffic stop" else 0.05
            how = "plate" if draw[k] < plate else "name" if draw[k] > 0.85 else "license"
            calls.append((call, agency, clock(time[k] - before[k]), clock(time[k] + after[k]), kind))
            self.record("call_people", [(call, self.key(int(person[k]), how))])
            self.record("call_units", [(call, self.staff[int(users[k])].user)])
            if keep:
                self.kept.add(call)
