"""A world before its log is written: people, staff, cases, and the scenes that are played in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.actions import Actions
from anomaly.synth.bulletins import Bulletins
from anomaly.synth.casefiles import CaseFiles
from anomaly.synth.parameters import Parameters
from anomaly.synth.people import People
from anomaly.synth.phrases import Phrases
from anomaly.synth.plan import Agency, Plan
from anomaly.synth.reasons import say
from anomaly.synth.staff import DAY, Staff
from anomaly.synth.streams import Ints, stream

FEW = 10  # subjects of a scene
AHEAD, LARGE = 64, 1 << 18  # of a town so large, first so many are drawn for each who is wanted
REGULARS = 25  # people of a town whom its officers meet again and again


@dataclass(frozen=True)
class Scenario:
    """One story: who, about whom, and whether it is misuse. persons: row numbers of residents."""

    scenario_id: str
    pattern: str
    variant: str
    misuse: bool
    agency: str
    users: tuple[str, ...]
    persons: tuple[int, ...]


class NoPartError(Exception):
    """This world has nobody who could play a part: the scene is left out, and said to be."""


@dataclass
class World:
    """People and work of some agencies over `days` days; times are seconds from the first midnight.

    tables: rows of the context tables that scenes add. extra, misuse: what scenes add to the ordinary work.
    labels: scenario of each user's ordinary work, (u,), -1 for none. habits: for an agency (index) the share
    of its reasons that a scenario makes vague, and that scenario. signatures: what each user types into the
    attention field, (u,). cast_list: users who have a part.
    """

    seed: int
    days: int
    p: Parameters
    plan: Plan
    people: People
    staff: Staff
    cases: CaseFiles
    bulletins: Bulletins
    phrases: Phrases
    tables: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    extra: list[Actions] = field(default_factory=list)
    misuse: list[Actions] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    labels: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    signatures: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    habits: dict[int, tuple[float, int]] = field(default_factory=dict)
    calls: list[tuple[int, int, int, str, int, int]] = field(default_factory=list)
    cast_list: set[int] = field(default_factory=set)

    def rng(self, *names: str | int) -> np.random.Generator:
        """The random generator of that name."""
        return stream(self.seed, *names)

    # who is there

    def agency_of(self, user: int) -> Agency:
        """The agency of a user."""
        return self.plan.agencies[int(self.staff.agency[user])]

    def colleagues(self, user: int) -> list[int]:
        """Everybody in the unit of a user, the user too."""
        return np.flatnonzero(self.staff.unit == self.staff.unit[user]).tolist()

    def cast(
        self,
        rng: np.random.Generator,
        work: str | Sequence[str] = (),
        n: int = 1,
        *,
        together: bool = False,
        agency: int | None = None,
        least_unit: int = 1,
        all_days: bool = True,
        form: str = "",
    ) -> list[int]:
        """`n` users who have no part yet and whose work is one of `work` (any human work if empty).

        together: all of one unit. agency: of that agency (index) only. least_unit: units of so many users or
        more. all_days: employed from before the first day to after the last. form: agencies of that form
        only. Raises NoPartError where there are not enough of them.
        """
        s = self.staff
        works = (work,) if isinstance(work, str) else tuple(work)
        fits = s.role != "service"
        if works:
            fits &= s.does(*works)
        if agency is not None:
            fits &= s.agency == agency
        if form:
            fits &= np.array([one.form == form for one in self.plan.agencies])[s.agency]
        if all_days:
            fits &= (s.hired < 0) & (s.separated > self.days)
        sizes = np.array([unit.size for unit in self.plan.units])
        fits &= sizes[s.unit] >= least_unit
        if self.cast_list:
            fits[list(self.cast_list)] = False
        free = np.flatnonzero(fits)
        if together and len(free):
            counts = np.bincount(s.unit[free], minlength=len(sizes))
            units = np.flatnonzero(counts >= n)
            if not len(units):
                raise NoPartError
            free = free[s.unit[free] == rng.choice(units)]
        if len(free) < n:
            raise NoPartError
        chosen = [int(k) for k in rng.choice(free, size=n, replace=False)]
        self.cast_list.update(chosen)
        return chosen

    def someone(
        self, rng: np.random.Generator, agency: int, *, sex: str = "", ages: tuple[int, int] | None = None
    ) -> int:
        """A resident of an agency's town (row number), none of its regulars; ages: youngest and oldest."""
        return int(self.some(rng, agency, 1, sex=sex, ages=ages)[0])

    def some(
        self,
        rng: np.random.Generator,
        agency: int,
        n: int,
        *,
        sex: str = "",
        ages: tuple[int, int] | None = None,
    ) -> Ints:
        """`n` different residents of an agency's town, none a regular or a user; like `someone`.

        A few are, if possible, of no case file: else some case would explain them by accident.
        """
        low, high = self.plan.agencies[agency].town
        town = high - low - REGULARS
        known = self.people.among(self.cases.about(agency)[: None if n <= FEW else 0])
        for count in dict.fromkeys((AHEAD * n if town > max(LARGE, AHEAD * n) else town, town)):
            drawn = rng.permutation(town) if count == town else rng.choice(town, count, replace=False)
            rows = low + REGULARS + drawn
            fits = ~self.people.among(self.staff.person)[rows]
            if sex:
                fits &= self.people.female[rows] == (sex == "F")
            if ages is not None:
                fits &= ((age := self.age(rows)) >= ages[0]) & (age <= ages[1])
            found = rows[fits]
            strangers = found[~known[found]]
            if len(strangers) >= n:
                return strangers[:n]
        if len(found) < n:
            raise NoPartError
        return np.concatenate([strangers, found[known[found]]])[:n]

    def age(self, persons: Ints) -> Ints:
        """Age in years of each person, (n,), on the first day."""
        today = (self.p.first_day - date(1970, 1, 1)).days
        return ((today - self.people.born[persons]) // 365.25).astype(np.int64)

    # when

    @property
    def end(self) -> int:
        """Midnight after the last day, in seconds from the first."""
        return self.days * DAY

    def date(self, time: int) -> date:
        """The day of a time."""
        return self.p.first_day + timedelta(days=int(time) // DAY)

    def clock(self, time: int) -> str:
        """A time as ISO 8601 without a zone."""
        midnight = datetime.combine(self.p.first_day, datetime.min.time())
        return (midnight + timedelta(seconds=int(time))).isoformat()

    def shifts(self, user: int) -> NDArray[np.int64]:
        """All shifts of a user: (k, 2) begin and end, ascending."""
        day = np.arange(self.days)
        works, begin, end, _ = self.staff.on(np.full(self.days, user), day)
        return np.stack([begin[works], end[works]], axis=1)

    def in_shifts(
        self,
        rng: np.random.Generator,
        user: int,
        n_shifts: int,
        per_shift: tuple[int, int] = (1, 1),
        *,
        between: tuple[float, float] = (0.0, 1.0),
    ) -> Ints:
        """Times inside `n_shifts` shifts spread over the user's, `per_shift` (low, high) in each, ascending.

        between: only shifts from this to that share of the world's time. Fewer when there are fewer shifts.
        """
        shifts = self.shifts(user)
        low, high = (share * self.end for share in between)
        shifts = shifts[(shifts[:, 0] >= low) & (shifts[:, 1] <= high)]
        if not len(shifts):
            raise NoPartError
        parts = np.array_split(np.arange(len(shifts)), min(n_shifts, len(shifts)))
        times = []
        for part in parts:
            begin, end = shifts[int(rng.choice(part))]
            times.append(rng.integers(begin, end, size=int(rng.integers(per_shift[0], per_shift[1] + 1))))
        return np.sort(np.concatenate(times)).astype(np.int64)

    def free_times(self, rng: np.random.Generator, user: int) -> Ints:
        """Times about once a day while a user is off, nine hours or more from work; ascending."""
        shifts = self.shifts(user)
        times = []
        for low, high in zip(shifts[:-1, 1] + 10 * 3600, shifts[1:, 0] - 9 * 3600, strict=True):
            at = int(low) + int(rng.integers(0, 12 * 3600))
            while at < high:
                times.append(at)
                at += int(rng.integers(16 * 3600, 28 * 3600))
        return np.array(times, dtype=np.int64)

    # what is said and done

    def say(
        self,
        rng: np.random.Generator,
        who: Ints | int,
        texts: Sequence[str],
        n: int | None = None,
        *,
        careful: bool = False,
    ) -> Ints:
        """Reasons from `texts` in the users' own style (vague or blank by habit unless `careful`): codes,
        (n,).
        """
        users = np.full(n, who) if n is not None else np.asarray(who)
        return say(rng, self.staff, self.phrases, users, texts, careful=careful)

    def words(self, rng: np.random.Generator, who: int, texts: Sequence[str], n: int) -> Ints:
        """Reasons of a user, each one of `texts` to the letter, but in capitals if all are: codes, (n,)."""
        return self.phrases.codes(texts)[rng.integers(len(texts), size=n)] + int(self.staff.capitals[who])

    def scenario(
        self,
        pattern: str,
        users: Sequence[int],
        persons: Sequence[int] | Ints = (),
        *,
        misuse: bool,
        variant: str = "",
        agency: int | None = None,
    ) -> int:
        """Register a scenario and return its number, which its actions carry.

        agency: of the first user unless given. pattern: a name of the catalogue; variant: which form of it.
        """
        letter = "M" if misuse else "N"
        nth = 1 + sum(known.misuse == misuse for known in self.scenarios)
        home = int(self.staff.agency[users[0]]) if agency is None and users else agency
        where = "" if home is None else self.plan.agencies[home].name
        logins, about = tuple(self.staff.user[k] for k in users), tuple(int(k) for k in persons)
        one = Scenario(f"{letter}{nth:03d}", pattern, variant, misuse, where, logins, about)
        self.scenarios.append(one)
        return len(self.scenarios) - 1

    def add(self, scenario: int, actions: Actions) -> None:
        """Play actions of a scenario; what falls outside the world's days is dropped."""
        inside = actions.take((actions.time >= 0) & (actions.time < self.end))
        inside.scenario = np.full(len(inside), scenario, dtype=np.int64)
        (self.misuse if self.scenarios[scenario].misuse else self.extra).append(inside)

    def label(self, scenario: int, users: Sequence[int] | Ints) -> None:
        """Give a scenario the whole ordinary work of some users."""
        self.labels[np.asarray(users)] = scenario

    def record(self, table: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Add rows to a context table, in the order of its columns; the clean twin has them too."""
        self.tables.setdefault(table, []).extend(rows)

    def call(self, time: int, agency: int, user: int, kind: str, person: int) -> None:
        """Enter a call for service around a time, sure to be in the tables."""
        self.calls.append((int(time) - 300, int(time) + 2400, agency, kind, user, int(person)))

    def key(self, person: int, kind: str = "license") -> str:
        """A person in a context table: `license:...`, `plate:...`, `name:SURNAME,GIVEN|dob`."""
        return self.people.key(int(person), kind)
