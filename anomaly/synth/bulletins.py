"""Bulletins: now and then a county looks for somebody, and officers who meet that person ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anomaly.synth.parameters import Parameters
from anomaly.synth.plan import Plan
from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints

ROOM = 1 << 40
KINDS = ("wanted person", "missing person", "stolen vehicle", "attempt to locate")


@dataclass(frozen=True)
class Bulletins:
    """Ordinary bulletins, (b,) each, ascending by county and issue: county (index), seconds, person, place in
    `KINDS`.

    of_agency: the index of each agency's county.
    """

    of_agency: Ints
    county: Ints
    issued: Ints
    expires: Ints
    person: Ints
    kind: Ints

    def live(self, agency: Ints, time: Ints) -> Ints:
        """The person of the newest bulletin in force in each agency's county at each time, (n,) both; -1
        for none.
        """
        county = self.of_agency[agency]
        newest = np.searchsorted(self.county * ROOM + self.issued, county * ROOM + time, side="right") - 1
        at = np.maximum(newest, 0)
        there = (newest >= 0) & (self.county[at] == county) & (time < self.expires[at])
        return np.where(there, self.person[at], -1)


def issue(rng: np.random.Generator, plan: Plan, days: int, p: Parameters) -> Bulletins:
    """The bulletins of all counties; each is about a resident of one of the county's towns."""
    counties = {name: k for k, name in enumerate(dict.fromkeys(one.county for one in plan.agencies))}
    of_agency = np.array([counties[one.county] for one in plan.agencies])
    n = max(1, round(days / p.street.days_per_bulletin))
    county = np.repeat(np.arange(len(counties)), n)
    issued = np.sort(rng.integers(0, days * DAY, size=(len(counties), n)), axis=1).ravel()
    low = np.array(
        [min(a.town[0] for a in plan.agencies if a.county == name and a.has_town) for name in counties]
    )
    high = np.array(
        [max(a.town[1] for a in plan.agencies if a.county == name and a.has_town) for name in counties]
    )
    person = low[county] + (rng.random(len(county)) * (high - low)[county]).astype(np.int64)
    life = (rng.exponential(p.street.bulletin_days, size=len(county)) * DAY).astype(np.int64) + DAY
    return Bulletins(
        of_agency, county, issued, issued + life, person, rng.integers(len(KINDS), size=len(county))
    )
