"""How misuse is made to look on the screen: what is asked, what is typed, which case number is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from anomaly.synth.actions import CODES, Actions
from anomaly.synth.reasons import CALLS, PATROL, TRAFFIC
from anomaly.synth.streams import Ints
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.work.street import networks
from anomaly.synth.world import World

READERS = ("patrol", "traffic", "cases", "family", "sex crimes", "narcotics")  # who may search cameras


@dataclass(frozen=True)
class Cover:
    """What somebody asks and types: kinds of action with their shares, and reasons.

    style: "own" as the user types everything, "careful" without vague and blank ones, "exact" to the letter
    (but for the user's capitals). Cameras are left out for users who may not search them.
    number: none, that of a case with other people in it, or one that is no case's. first: the kind of the
    first look-up of each person, whatever the shares.
    """

    kinds: Mapping[str, float]
    reasons: Sequence[str]
    style: Literal["own", "careful", "exact"] = "own"
    number: Literal["", "copied", "invented"] = ""
    first: str = ""


STREET = (*TRAFFIC, *PATROL, *(text for texts in CALLS.values() for text in texts))
# A bulletin of 2025 told users to keep reasons vague; "investigation" is the modal one [HIBF-FBI][REDL].
EVASIONS: dict[str, dict[str, Any]] = {
    "evasive investigation": {"reasons": ("investigation",), "style": "exact"},
    "evasive blank": {"reasons": ("",), "style": "exact"},
    "evasive copied case": {"reasons": ("{n}", "{n} f/u", "f/u {n}"), "style": "careful", "number": "copied"},
    "evasive invented case": {"reasons": ("{n}", "inv {n}"), "style": "careful", "number": "invented"},
    "evasive plates": {
        "kinds": {"plate only": 0.55, "licence only": 0.45},
        "reasons": PATROL,
        "style": "careful",
        "first": "plate",  # its cascade brings the licence, which is asked on other days
    },
    "evasive mixed": {"kinds": {"plate": 0.7, "driver": 0.3}, "reasons": STREET, "style": "careful"},
}


def evasions(scene: Callable[..., None], base: Cover, *names: str) -> dict[str, Callable[..., None]]:
    """A scene once under each of the `EVASIONS` named, its cover otherwise `base`."""
    return {name: partial(scene, cover=replace(base, **EVASIONS[name])) for name in names}


def looks(
    world: World, rng: np.random.Generator, cover: Cover, user: int, person: Ints | int, time: Ints
) -> Actions:
    """The look-ups of a user under a cover: `person` single or one for each of `time`, (n,) ascending."""
    n = len(time)
    persons = np.broadcast_to(np.asarray(person, dtype=np.int64), n)
    reads = world.staff.work[user] in READERS
    kind = pick_kinds(
        rng, n, **{name: share for name, share in cover.kinds.items() if reads or name != "cameras"}
    )
    if cover.first:
        kind[np.unique(persons, return_index=True)[1]] = CODES[cover.first]
    if cover.style == "exact":
        reason = world.words(rng, user, cover.reasons, n)
    else:
        reason = world.say(rng, user, cover.reasons, n, careful=cover.style == "careful")
    number = -1
    if cover.number == "copied" and n:
        number = borrowed(world, rng, user, persons, int(time[0]))
    elif cover.number == "invented":
        number = invented(world, rng)
    reached = np.where(kind == CODES["cameras"], networks(world, rng, n), 0)
    purpose = purpose_of(world, user)
    return Actions.of(time, user, persons, kind, reason, number=number, networks=reached, purpose=purpose)


def purpose_of(world: World, user: int) -> str:
    """The purpose under which everything of a user goes out: F, firearms, from a licensing unit, else C."""
    return "F" if world.staff.work[user] == "licensing" else "C"


def borrowed(world: World, rng: np.random.Generator, user: int, persons: Ints, time: int) -> int:
    """The number of a case that was open before `time` and has none of `persons` in it.

    The user's own if there is one, else one of the agency's, else one that is no case's.
    """
    files = world.cases
    fits = (files.agency == world.staff.agency[user]) & (files.opened < time)
    fits &= ~np.isin(files.people, persons).any(axis=1)
    own = fits & ((files.officer == user) | (files.second == user))
    free = np.flatnonzero(own if own.any() else fits)
    return int(files.number[rng.choice(free[-12:])]) if len(free) else invented(world, rng)


def invented(world: World, rng: np.random.Generator) -> int:
    """A number that looks like a case's and is none: the agency's letters left out, or digits too few."""
    year, serial = world.p.first_day.year % 100, int(rng.integers(100, 9000))
    forms = (f"{year}-{serial:06d}", f"{year}-{serial}", f"C{year}{serial:05d}", f"{serial:04d}")
    return world.cases.invent(forms[int(rng.integers(len(forms)))])
