"""Which scenes are played in a world: one of each family as far as they fit, then more by prevalence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from anomaly.synth.scenes.catalogue import INNOCENT, MISUSE
from anomaly.synth.scenes.family import Family
from anomaly.synth.work.manners import in_passing
from anomaly.synth.world import NoPartError, World

MOST = 10_000  # scenes of a world, beyond one of each family
PLAIN_FIRST = 0.5  # of the first round of scenes; the other half is a variant or an evasion


class Missed(NamedTuple):
    """A scene that this world has nobody for."""

    pattern: str
    form: str


def play(world: World, misuse: int | None) -> list[Missed]:
    """Play `misuse` scenes of misuse (None: by prevalence), and innocent scenes: one of each family, if they
    fit.

    Both kinds take turns, so that neither takes all the parts. A scene that nobody here can play gives way to
    the next; returns those.
    """
    wanted = how_many(world) if misuse is None else misuse
    innocent = min(len(INNOCENT), room(world))
    missed: list[Missed] = []
    bad, good = _programme(world, MISUSE, "misuse"), _programme(world, INNOCENT, "innocent")
    for turn in range(max(wanted, innocent)):
        if turn < wanted:
            missed += _next_of(world, bad)
        if turn < innocent:
            missed += _next_of(world, good)
    for kind, parts in (("extra", world.extra), ("misuse", world.misuse)):
        for k, actions in enumerate(parts):
            in_passing(world, world.rng("in passing", kind, k), actions)
    return missed


def how_many(world: World) -> int:
    """Scenes of misuse by prevalence; in a small world one of each family, up to a share of its users."""
    p = world.p.prevalence
    by_prevalence = round(p.per_user_year * len(world.staff) * world.days / 365.25)
    return max(by_prevalence, min(len(MISUSE), room(world)))


def room(world: World) -> int:
    """How many users of a small world may have a part in each kind of scene, two at least."""
    return max(2, int(len(world.staff) * world.p.prevalence.least_families))


def _programme(world: World, families: tuple[Family, ...], name: str) -> Iterator[tuple[Family, str, int]]:
    """Scenes in the order of the seed: one of each family, half of them in their plain form; then by
    share.
    """
    rng = world.rng("programme", name)
    share = np.array([family.share for family in families])
    rounds = [*rng.permutation(len(families)), *rng.choice(len(families), size=MOST, p=share / share.sum())]
    for turn, k in enumerate(rounds):
        forms = list(families[k].forms)
        plain = turn < len(families) and rng.random() < PLAIN_FIRST
        yield families[k], forms[0] if plain else forms[int(rng.integers(len(forms)))], turn


def _next_of(world: World, programme: Iterator[tuple[Family, str, int]]) -> list[Missed]:
    """Play the next scene that somebody can play; returns those before it."""
    missed = []
    for family, form, turn in programme:
        try:
            family.forms[form](world, world.rng("scene", family.pattern, form, turn))
        except NoPartError:
            missed.append(Missed(family.pattern, form))
        else:
            break
    return missed
