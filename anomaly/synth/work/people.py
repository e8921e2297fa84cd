"""Whom users meet: people of the own town, its regulars, and now and then somebody from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from anomaly.synth.actions import CODES
from anomaly.synth.streams import Ints, chosen, uniform
from anomaly.synth.world import REGULARS, World

_WEIGHT = np.cumsum(1 / np.arange(1, REGULARS + 1))
_LAW = _WEIGHT / _WEIGHT[-1]


def towns(world: World, who: Ints) -> tuple[Ints, Ints]:
    """First and last-but-one resident (row numbers) of each user's town, (n,) each."""
    agency = world.staff.agency[who]
    return world.plan.towns[:, 0][agency], world.plan.towns[:, 1][agency]


def pick_people(world: World, rng: np.random.Generator, who: Ints, *, regulars: float = 0.0) -> Ints:
    """One person for each user, (n,): `regulars` is the share of the town's regulars, the first met most."""
    low, high = towns(world, who)
    n = len(who)
    person = low + (rng.random(n) * (high - low)).astype(np.int64)
    draw = rng.random(n)
    away = draw < world.p.street.elsewhere
    person[away] = rng.integers(len(world.people), size=int(away.sum()))
    known = draw >= 1 - regulars
    rank = chosen(_LAW, rng.random(int(known.sum())), "left")
    person[known] = low[known] + rank
    return person


def on_the_beat(world: World, rng: np.random.Generator, who: Ints) -> Ints:
    """One of the few people whose car stands on each officer's beat, (n,)."""
    low, high = towns(world, who)
    which = rng.integers(world.p.street.beat_vehicles, size=len(who))
    return low + (uniform(world.seed + 2, who, which) * (high - low)).astype(np.int64)


def usual_kinds(world: World, rng: np.random.Generator, n: int, shares: Mapping[str, float]) -> Ints:
    """Like `pick_kinds`, with what every unit asks now and then beside the work's own `shares`."""
    always = world.p.asked.now_and_then
    left = 1 - sum(always.values())
    own = {name: left * share for name, share in shares.items()}
    return pick_kinds(rng, n, **{name: own.get(name, 0) + always.get(name, 0) for name in own | always})


def pick_kinds(rng: np.random.Generator, n: int, **shares: float) -> Ints:
    """`n` codes of kinds of action, by their shares; an underscore stands for a space."""
    codes = np.array([CODES[name.replace("_", " ")] for name in shares])
    return codes[chosen(np.cumsum(list(shares.values()))[:-1], rng.random(n), "right")]
