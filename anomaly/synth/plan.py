"""What a world is made of before anybody works in it: counties, agencies and their units, for any number
of users.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from anomaly.errors import InputError
from anomaly.synth.names import places
from anomaly.synth.parameters import Parameters, UnitPlan
from anomaly.synth.streams import Ints


@dataclass(frozen=True)
class Unit:
    """A unit of an agency (its index): name, how it works, and how many users it has."""

    agency: int
    name: str
    plan: UnitPlan
    size: int


@dataclass(frozen=True)
class Agency:
    """An agency: its town is the residents low to high (row numbers, high excluded).

    kind, component, access_from, access_to as in the agencies table. form: sheriff, police, state, systems,
    or a federal component. dispatched_by: index of the agency whose dispatchers query for it, -1 where there
    is none.
    """

    name: str
    full_name: str
    prefix: str
    county: str
    form: str
    town: tuple[int, int]
    kind: str = "local"
    component: str = ""
    access_from: date | None = None
    access_to: date | None = None
    dispatched_by: int = -1

    @property
    def has_town(self) -> bool:
        """Whether it serves a town of its own; the others meet everybody."""
        return self.form in ("sheriff", "police")


@dataclass(frozen=True)
class Plan:
    """All agencies, all units, and the number of residents."""

    agencies: tuple[Agency, ...]
    units: tuple[Unit, ...]
    residents: int

    @cached_property
    def towns(self) -> Ints:
        """First and last-but-one resident (row numbers) of each agency's town, (a, 2)."""
        return np.array([agency.town for agency in self.agencies])

    @cached_property
    def dispatched_by(self) -> Ints:
        """The agency (index) whose dispatchers query for each, (a,), -1 where there is none."""
        return np.array([agency.dispatched_by for agency in self.agencies])


SMALLEST_COUNTY = 60  # users; below it there is one town police and nothing else


def plan(rng: np.random.Generator, users: int, days: int, p: Parameters) -> Plan:
    """Agencies for `users` users: per county a sheriff, police departments, a warrants system and federal
    offices.
    """
    draft = _Draft(p, days)
    if users < SMALLEST_COUNTY:
        [name] = places(1)
        draft.agency(f"{name} PD", f"{name.title()} Police Department", name, "police", users)
        return draft.finish()
    n = max(1, round(users / p.agencies.users_per_county))
    shares = rng.dirichlet(np.full(n, 3.0))
    left = [max(SMALLEST_COUNTY, round(users * share)) for share in shares]
    left[int(np.argmax(left))] += users - sum(left)
    names = iter(places(4 * users // SMALLEST_COUNTY + 8 * n))
    for k, size in enumerate(left):
        draft.a_county(rng, next(names), size, names, federal=k % 3 == 0)
    return draft.finish()


class _Draft:
    """Agencies and units as they are added."""

    def __init__(self, p: Parameters, days: int) -> None:
        self.p, self.days = p, days
        self.agencies: list[Agency] = []
        self.units: list[Unit] = []
        self.residents = 0
        self.prefixes: set[str] = set()

    def a_county(
        self, rng: np.random.Generator, county: str, users: int, names: object, *, federal: bool
    ) -> None:
        a = self.p.agencies
        title = county.title()
        low, high = a.federal_users
        offices = [int(rng.integers(low, high + 1)) for _ in range(3)] if federal else []
        state = round(users * a.state_share) if users >= a.state_needs else 0
        local = users - 1 - sum(offices) - state
        sheriff = self.agency(
            f"{county} SO",
            f"{title} County Sheriff",
            county,
            "sheriff",
            max(SMALLEST_COUNTY // 2, round(local * a.sheriff_share)),
        )
        local -= sum(unit.size for unit in self.units if unit.agency == sheriff)
        while local > 0:
            size = max(4, round(a.police_median * float(rng.lognormal(0, a.police_sigma))))
            size = local if size > local - 4 else size
            town = next(names)  # type: ignore[call-overload]
            self.agency(f"{town} PD", f"{town.title()} Police Department", county, "police", size, sheriff)
            local -= size
        if state:
            self.agency(f"STATE POLICE {county}", f"State Police, {title} Office", county, "state", state)
        self.agency(f"{county} JIS", f"{title} County Justice Information Systems", county, "systems", 1)
        for form, size in zip(("ERO", "HSI", "CBP"), offices, strict=False):
            full = {
                "ERO": "Enforcement and Removal Operations",
                "HSI": "Homeland Security Investigations",
                "CBP": "Customs and Border Protection",
            }[form]
            self.agency(f"{form} {county}", f"{full}, {title}", county, form, size)

    def agency(
        self, name: str, full_name: str, county: str, form: str, users: int, dispatched_by: int = -1
    ) -> int:
        """Add an agency of `users` users and its units; returns its index. A federal ERO loses access
        midway.
        """
        index = len(self.agencies)
        federal = form in ("ERO", "HSI", "CBP")
        first = self.p.first_day
        residents = (
            max(200, int(users * self.p.agencies.residents_per_user)) if form in ("sheriff", "police") else 0
        )
        town = (self.residents, self.residents + residents)
        self.residents += residents
        own = self._units(index, form, users)
        self.units.extend(own)
        has_dispatch = any(unit.plan.work == "dispatch" for unit in own)
        self.agencies.append(
            Agency(
                name,
                full_name,
                self._prefix(name),
                county,
                form,
                town,
                "federal" if federal else "state" if form == "state" else "local",
                form if federal else "",
                date(2015, 7, 1) if federal else None,
                first + timedelta(days=int(self.days * 0.55)) if form == "ERO" else None,
                index if has_dispatch else dispatched_by,
            )
        )
        return index

    def _units(self, index: int, form: str, users: int) -> list[Unit]:
        mine = [
            (name, unit) for name, unit in self.p.units.items() if form in unit.kinds and users >= unit.needs
        ]
        sized = {name: max(1, round(users * unit.share)) for name, unit in mine if unit.share < 1}
        rest = [name for name, unit in mine if unit.share == 1]
        left = users - sum(sized.values())
        if len(rest) != 1 or left < 1:
            raise InputError(
                f"the units of a {form} of {users} users leave {left} for {', '.join(rest) or 'no unit'}",
                "units",
                "one unit of each kind of agency has `share = 1.0`: the rest; give the others less",
            )
        sized[rest[0]] = left
        return [Unit(index, name, unit, sized[name]) for name, unit in mine]

    def _prefix(self, name: str) -> str:
        """Three letters or more, unique, for login names, terminals and case numbers."""
        words = name.split()
        short = (words[0][:2] + words[-1][0]) if len(words) > 1 else words[0][:3]
        prefix, k = short, 0
        while prefix in self.prefixes:  # no digits: HAR2 and 1234 would be HAR and 21234
            k += 1
            prefix = short + _letters(k)
        self.prefixes.add(prefix)
        return prefix

    def finish(self) -> Plan:
        """Everything; an agency without a town of its own meets everybody."""
        everyone = (0, self.residents)
        agencies = tuple(
            agency if agency.town[1] > agency.town[0] else _at(agency, everyone) for agency in self.agencies
        )
        return Plan(agencies, tuple(self.units), self.residents)


def _at(agency: Agency, town: tuple[int, int]) -> Agency:
    from dataclasses import replace

    return replace(agency, town=town)


def _letters(k: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    return (_letters((k - 1) // 26) if k > 26 else "") + chr(65 + (k - 1) % 26)
