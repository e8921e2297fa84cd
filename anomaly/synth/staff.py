"""The users as arrays: who they are, where and how they work, and when they are at work."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.parameters import Parameters, Rota
from anomaly.synth.plan import Plan
from anomaly.synth.streams import Ints, edges, uniform

DAY, HOUR = 86_400, 3_600
NEVER = 1 << 30  # a day that does not come
ROTATION_DAYS = 28


@dataclass
class Staff:
    """All users, (u,) each, in the order of the units; a scene may change them before anybody works.

    user: login names; that of a leaver may be somebody's who was hired later. person: row number among the
    residents. agency, unit: indices. work: name of the work. rota: index into `rotas`. pace: mean actions
    in a shift. vague: share of reasons that say nothing. hired, separated: first and last day of work (days
    from the first day of the world); hr_hired, hr_separated: what the roster says. leave: (u, k) first days
    of leave; each lasts `away` days.
    """

    seed: int
    rotas: tuple[Rota, ...]
    p: Parameters
    user: list[str]
    person: Ints
    agency: Ints
    unit: Ints
    work: NDArray[np.str_]
    role: NDArray[np.str_]
    rota: Ints
    phase: Ints
    pace: NDArray[np.float64]
    vague: NDArray[np.float64]
    capitals: NDArray[np.bool_]
    hired: Ints
    separated: Ints
    hr_hired: Ints
    hr_separated: Ints
    leave: Ints
    away: Ints
    late_start: NDArray[np.float64]
    rotates: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def __len__(self) -> int:
        """How many users there are."""
        return len(self.user)

    def does(self, *works: str) -> NDArray[np.bool_]:
        """Whether the work of each user is one of `works`, (u,)."""
        if works not in self._does:  # comparing 100,000 names takes some milliseconds, and every slice asks
            self._does[works] = np.isin(self.work, works)
        return self._does[works]

    @cached_property
    def of_agency(self) -> Ints:
        """Where the users of each agency begin, (a + 1,)."""
        return edges(self.agency, int(self.agency.max()) + 1)

    @cached_property
    def of_unit(self) -> Ints:
        """Where the users of each unit begin, (units + 1,)."""
        return edges(self.unit, int(self.unit.max()) + 1)

    def shifts(self, day: int, users: Ints | None = None) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
        """Who begins a shift on a day (0 the first): users, begins and ends (seconds from the first
        midnight), overtime.

        users: only these are asked for (u,), or everybody. Each result is (k,), in the order of the users.
        """
        who = np.arange(len(self)) if users is None else users
        on, begin, end, extra = self.on(who, np.full(len(who), day))
        return who[on], begin[on], end[on], extra[on]

    def on(self, who: Ints, day: Ints) -> tuple[NDArray[np.bool_], Ints, Ints, NDArray[np.bool_]]:
        """For each user and day, (n,) both: has a shift that begins then, its begin and end (seconds), is
        it overtime.
        """
        start, hours, on, cycle = self._plan
        rota = self.rota[who]
        regular = (day + self.phase[who]) % cycle[rota] < on[rota]
        length, away = self.away[who], np.zeros(len(who), dtype=np.bool_)
        for first in self.leave.T:
            since = day - first[who]
            away |= (since >= 0) & (since < length)
        h = self.p.habits
        draw = uniform(self.seed, who, day)
        service = self.service[who]
        free = ~regular & ~away & ~service
        overtime, court = free & (draw < h.overtime), free & (draw >= 1 - h.court)
        there = (day >= self.hired[who]) & (day <= self.separated[who])
        works = ((regular & ~away) | overtime | court) & there
        at = start[rota] + self.late_start[who] + 12 * (self.rotates[who] & (day // ROTATION_DAYS % 2 == 1))
        at = np.where(court, 9, at)
        long = np.where(overtime, 6, np.where(court, 3, hours[rota]))
        begin = (day * DAY + at * HOUR).astype(np.int64)
        return works, begin, begin + (long * HOUR).astype(np.int64), overtime | court

    def on_duty(self, who: Ints, time: Ints) -> NDArray[np.bool_]:
        """Whether each user, (n,), is in a shift at each time, (n,) seconds from the first midnight."""
        today = time // DAY
        result = np.zeros(len(who), dtype=np.bool_)
        for day in (today - 1, today):
            works, begin, end, _ = self.on(who, day)
            result |= works & (begin <= time) & (time < end)
        return result

    def busy(self, who: Ints, day: Ints) -> NDArray[np.float64]:
        """How busy each user's shift of each day is, (n,): mean 1, the same in whatever slice it is asked."""
        at = (uniform(self.seed + 1, who, day) * len(self._law)).astype(np.int64)
        return self._law[at]

    def __post_init__(self) -> None:
        """Prepare the law of busy shifts: 1,024 quantiles of a gamma law of mean 1."""
        shape = self.p.habits.busy_shape
        draws = np.sort(np.random.default_rng(0).gamma(shape, 1 / shape, size=1 << 16))
        self._law: NDArray[np.float64] = draws.reshape(1024, -1).mean(axis=1)
        self.service = self.role == "service"
        self._plan = [
            np.array([getattr(r, k) for r in self.rotas]) for k in ("start", "hours", "on", "cycle")
        ]
        self._does: dict[tuple[str, ...], NDArray[np.bool_]] = {}
        self.rotates = np.array([name == "rotating" for name in self.p.rotas], dtype=np.bool_)[self.rota]


def hire(rng: np.random.Generator, plan: Plan, days: int, seed: int, p: Parameters) -> Staff:
    """The staff of all units in the order of the plan; no two users have the same login at the same time."""
    rotas = {name: k for k, name in enumerate(p.rotas)}
    sizes = [unit.size for unit in plan.units]
    n = sum(sizes)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    agency = np.array([u.agency for u in plan.units])[unit]
    kth = np.arange(n) - np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    plans = [plan.units[k].plan for k in unit]
    role = np.array([one.role for one in plans])
    service = role == "service"
    rota = np.array([rotas[one.rotas[k % len(one.rotas)]] for one, k in zip(plans, kth, strict=True)])
    pace = np.array([one.pace for one in plans])
    h = p.habits
    office = np.isin(rota, [rotas["office"], rotas["batch"]])
    leaves = max(1, int(days // h.leave_every))
    leave = np.sort(rng.integers(10, max(11, days - 12), size=(n, leaves)), axis=1)
    leave[service] = NEVER
    year = days / 365.25
    leaves_us = ~service & (rng.random(n) < h.separated_a_year * year)
    joins = ~service & ~leaves_us & (rng.random(n) < h.hired_a_year * year)
    hired = np.where(joins, rng.integers(1, max(2, days), size=n), -rng.integers(200, 7000, size=n))
    separated = np.where(leaves_us, rng.integers(days // 4, max(days // 4 + 1, days), size=n), NEVER)
    late = rng.random(n) < p.imperfect.late_hr
    delay = np.where(late, rng.integers(1, max(1, p.imperfect.late_hr_days) + 1, size=n), 0)
    delay = np.minimum(delay, p.imperfect.late_hr_days)
    staff = Staff(
        seed=seed,
        rotas=tuple(p.rotas.values()),
        p=p,
        user=_logins(rng, plan, agency, service),
        person=_residents(rng, plan, agency),
        agency=agency,
        unit=unit,
        work=np.array([one.work for one in plans]),
        role=role,
        rota=rota,
        phase=np.where(office, 0, rng.integers(8, size=n)),
        pace=np.where(service, pace, pace * rng.gamma(h.pace_shape, 1 / h.pace_shape, size=n)),
        vague=np.where(service, 0.0, rng.beta(h.vague_a, h.vague_b, size=n)),
        capitals=rng.random(n) < h.capitals,
        hired=hired,
        separated=separated,
        # entered late: the first days are before the hiring, the separation is after the last day of work
        hr_hired=np.where(joins, np.minimum(hired + delay, days - 1), hired),
        hr_separated=np.where(leaves_us, separated + delay, NEVER),
        leave=leave,
        away=rng.integers(5, 11, size=n),
        late_start=np.where(office & ~service, 0.25 * rng.integers(-2, 3, size=n), 0.0),
    )
    _hand_on(rng, staff, np.flatnonzero(leaves_us), np.flatnonzero(joins), p.imperfect.recycled_ids)
    return staff


def _hand_on(rng: np.random.Generator, staff: Staff, leavers: Ints, joiners: Ints, share: float) -> None:
    """Give a share of the leavers' logins to whoever is hired next into their unit, where somebody is.

    The roster knows in time when such a leaver left: a login is free before it is given on.
    """
    joiners = joiners[np.argsort(staff.hired[joiners], kind="stable")]
    free = np.ones(len(joiners), dtype=np.bool_)
    for old in leavers[rng.random(len(leavers)) < share].tolist():
        later = staff.hired[joiners] > staff.separated[old] + 1  # the last night shift ends a day later
        same = free & later & (staff.unit[joiners] == staff.unit[old])
        if same.any():
            place = int(np.argmax(same))
            free[place] = False
            staff.user[joiners[place]] = staff.user[old]
            staff.hr_separated[old] = staff.separated[old]


def _logins(rng: np.random.Generator, plan: Plan, agency: Ints, service: NDArray[np.bool_]) -> list[str]:
    names = [""] * len(agency)
    for index, one in enumerate(plan.agencies):
        mine = np.flatnonzero(agency == index)
        room = max(9000, 4 * len(mine))
        badges = rng.choice(room, size=len(mine), replace=False) + 1000
        for k, badge in zip(mine.tolist(), badges.tolist(), strict=True):
            names[k] = f"svc_{one.prefix.lower()}" if service[k] else f"{one.prefix}{badge}"
    return names


def _residents(rng: np.random.Generator, plan: Plan, agency: Ints) -> Ints:
    """A resident of the own town for each user, all different (users of an agency draw without
    replacement).
    """
    person = np.zeros(len(agency), dtype=np.int64)
    taken: set[int] = set()
    for index, one in enumerate(plan.agencies):
        mine = np.flatnonzero(agency == index)
        low, high = one.town
        free = rng.choice(high - low, size=min(high - low, 2 * len(mine) + 50), replace=False) + low
        chosen = [k for k in free.tolist() if k not in taken][: len(mine)]
        taken.update(chosen)
        person[mine] = chosen
    return person
