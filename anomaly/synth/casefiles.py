"""Case files that live for weeks, as arrays sorted by officer and opening; and what their numbers look
like.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.synth.numbers import DETECTIVES, OTHERS, Numbering
from anomaly.synth.parameters import Parameters
from anomaly.synth.plan import Plan
from anomaly.synth.staff import DAY, Staff
from anomaly.synth.streams import Ints, edges

KEY = 1 << 40  # of a user beside seconds in one integer


@dataclass
class CaseFiles:
    """Cases in the order in which they were opened by their officers.

    opened, closed: seconds, (c,). number, kind, agency: (c,). people: (c, most), -1 where there are fewer.
    officer, second: users, (c,), second -1 for nobody. by_officer: pairs (user, case) sorted by user and
    opening: `of` users (k,), `case` (k,), `at` opening (k,). added: those of scenes, which no bookkeeping
    loses. texts: what was typed for a number and is none.
    """

    opened: Ints
    closed: Ints
    number: Ints
    agency: Ints
    kind: NDArray[np.str_]
    people: Ints
    officer: Ints
    second: Ints
    numbering: Numbering
    longest: int
    added: list[tuple[int, int, int, int, str, tuple[int, ...], tuple[int, ...]]] = field(
        default_factory=list
    )
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort the pairs of officers and cases."""
        both = np.flatnonzero(self.second >= 0)
        of = np.concatenate([self.officer, self.second[both]])
        case = np.concatenate([np.arange(len(self.officer)), both])
        order = np.lexsort((self.opened[case], of))
        self.of, self.case = of[order], case[order]
        self.at = self.opened[self.case]
        self._key = self.of * KEY + self.at

    @cached_property
    def of_agency(self) -> tuple[Ints, Ints]:
        """Cases by agency, (c,), and where in them the cases of each begin, (a + 1,)."""
        order = np.argsort(self.agency, kind="stable")
        return order, edges(self.agency[order], len(self.numbering.prefixes))

    def live(self, rng: np.random.Generator, who: Ints, time: Ints, tries: int = 8) -> Ints:
        """A random open case of each user at each time, (n,) both; -1 where several tries found none."""
        low = np.searchsorted(self._key, who * KEY + np.maximum(time - self.longest, -self.longest))
        high = np.searchsorted(self._key, who * KEY + time, side="right")
        found = np.full(len(who), -1, dtype=np.int64)
        for _ in range(tries):
            open_ = np.flatnonzero((found < 0) & (high > low))
            if not len(open_):
                break
            pick = low[open_] + (rng.random(len(open_)) * (high - low)[open_]).astype(np.int64)
            case = self.case[pick]
            found[open_] = np.where(self.closed[case] > time[open_], case, -1)
        return found

    def file(
        self,
        opened: int,
        closed: int,
        agency: int,
        kind: str,
        people: tuple[int, ...],
        officers: tuple[int, ...],
    ) -> int:
        """Open a case file of a scene, sure to be in the tables; returns its number."""
        taken = {one[0] for one in self.added}
        at = int(opened)
        while (number := int(self.numbering.numbers(np.array([agency]), np.array([at]), OTHERS)[0])) in taken:
            at += int(self.numbering.every[agency])
        self.added.append((number, int(opened), int(closed), agency, kind, people, officers))
        return number

    def about(self, agency: int) -> Ints:
        """Everybody in the case files of an agency, (k,), some of them several times."""
        on_file = self.people[self.agency == agency].ravel()
        added = [k for one in self.added if one[3] == agency for k in one[5]]
        return np.append(on_file[on_file >= 0], np.array(added, dtype=np.int64))

    def own(self, user: int, *, without: int = -1) -> int:
        """The number of some case of a user in which a person has no part; -1 where there is none."""
        mine = self.case[self.of == user]
        mine = mine[~(self.people[mine] == without).any(axis=1)] if len(mine) else mine
        return int(self.number[mine[len(mine) // 2]]) if len(mine) else -1

    def invent(self, text: str) -> int:
        """A number that is no case's: the text as typed."""
        self.texts.append(text)
        return -1 - len(self.texts)

    def render(self, numbers: Ints) -> pl.Series:
        """The text of each number, (n,); null for -1."""
        return self.numbering.render(numbers, self.texts)


KINDS_OF_CASE = {
    "cases": ("burglary", "robbery", "fraud", "assault", "homicide"),
    "family": ("domestic violence",),
    "sex crimes": ("sexual assault", "child abuse"),
    "narcotics": ("narcotics",),
    "federal": ("child exploitation", "smuggling"),
}


def open_cases(
    rng: np.random.Generator, plan: Plan, staff: Staff, days: int, p: Parameters, female: NDArray[np.bool_]
) -> CaseFiles:
    """The cases of everybody whose work is cases, some opened before the first day."""
    c = p.cases
    on_cases = np.flatnonzero(np.isin(staff.work, list(KINDS_OF_CASE)))
    counts = rng.poisson(days / c.days_per_case, size=len(on_cases)) + 3
    officer = np.repeat(on_cases, counts)
    n = len(officer)
    opened = (rng.uniform(-20, days, size=n) * DAY).astype(np.int64)
    life = (rng.gamma(c.life_shape, c.life_days, size=n) * DAY).astype(np.int64) + 2 * DAY
    low, high = plan.towns[staff.agency[officer]].T
    people = low[:, None] + (rng.random((n, c.people)) * (high - low)[:, None]).astype(np.int64)
    # In family and sex crime cases the first person, the victim, is most often a woman or a girl.
    again = low + (rng.random(n) * (high - low)).astype(np.int64)
    gendered = np.isin(staff.work[officer], ["family", "sex crimes"])
    people[:, 0] = np.where(gendered & ~female[people[:, 0]], again, people[:, 0])
    fewer = rng.integers(1, c.people + 1, size=n)
    people[np.arange(c.people) >= fewer[:, None]] = -1
    kinds = np.empty(n, dtype=object)
    for work, names in KINDS_OF_CASE.items():
        mine = staff.work[officer] == work
        kinds[mine] = np.array(names, dtype=object)[rng.integers(len(names), size=int(mine.sum()))]
    agency = staff.agency[officer]
    users = np.bincount(staff.agency, minlength=len(plan.agencies))
    prefixes = [one.prefix for one in plan.agencies]
    numbering = Numbering.of(staff.seed, prefixes, users, p.first_day, days)
    return CaseFiles(
        opened=opened,
        closed=opened + life,
        number=numbering.numbers(agency, opened, DETECTIVES),
        agency=agency,
        kind=kinds.astype(np.str_),
        people=people,
        officer=officer,
        second=np.where(rng.random(n) < c.shared, _colleague(rng, staff, officer), -1),
        numbering=numbering,
        longest=int(life.max()) if n else DAY,
    )


def _colleague(rng: np.random.Generator, staff: Staff, officer: Ints) -> Ints:
    """Another user of the same unit for each user, (n,), -1 where that is the user again."""
    first = np.searchsorted(staff.unit, staff.unit[officer])
    after = np.searchsorted(staff.unit, staff.unit[officer], side="right")
    other = first + (rng.random(len(officer)) * (after - first)).astype(np.int64)
    return np.where(other == officer, -1, other)
