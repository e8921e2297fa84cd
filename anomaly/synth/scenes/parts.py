"""How look-ups are told to a log: what scenes of different themes have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.scenes.cover import borrowed, invented, purpose_of
from anomaly.synth.scenes.family import Scene
from anomaly.synth.streams import Ints
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import NoPartError, World

RECORDS_OF_DRIVERS = {"driver": 0.45, "plate": 0.3, "licence_only": 0.15, "driver_history": 0.1}
PLATES = {"plate_only": 0.7, "plate": 0.3}
PEOPLE = {"driver": 0.45, "person": 0.2, "photo": 0.2, "history": 0.15}


@dataclass(frozen=True)
class Telling:
    """How the look-ups of one form of a scene are told.

    reasons, attention: texts; `reasons` as each user would type them, or exactly so when `exact`. kinds:
    shares of the kinds of action, as `pick_kinds` takes them. looks, users: how many in all, (low, high).
    case: "" for none, "copied" (a case without these people) or "invented". purpose: the user's usual one if
    empty. networks: reached, (low, high).
    """

    reasons: Sequence[str]
    kinds: Mapping[str, float] = field(default_factory=lambda: RECORDS_OF_DRIVERS)
    looks: tuple[int, int] = (12, 30)
    users: tuple[int, int] = (1, 1)
    attention: Sequence[str] = ()
    exact: bool = False
    case: str = ""
    purpose: str = ""
    networks: tuple[int, int] = (0, 0)


def forms(play: Callable[..., None], tellings: Mapping[str, Telling]) -> dict[str, Scene]:
    """Scenes by name from one that takes the name (`variant`) and how it is told (`how`)."""
    return {name: partial(play, variant=name, how=how) for name, how in tellings.items()}


def between(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    """A whole number between two bounds, both included."""
    return int(rng.integers(bounds[0], bounds[1] + 1))


def up_to(
    world: World,
    rng: np.random.Generator,
    n: int,
    work: str | Sequence[str] = (),
    *,
    least: int = 1,
    together: bool = False,
    agency: int | None = None,
) -> list[int]:
    """Cast `n` users, or as many of them as there are, but `least`; otherwise like `World.cast`.

    Raises NoPartError where there are not even `least`.
    """
    for k in range(n, least - 1, -1):
        try:
            return world.cast(rng, work, k, together=together, agency=agency)
        except NoPartError:
            continue
    raise NoPartError


def crew(world: World, rng: np.random.Generator, how: Telling, work: str | Sequence[str] = ()) -> list[int]:
    """Cast users of one unit, as many as `how` says and there are; two at least where it wants several."""
    return up_to(world, rng, between(rng, how.users), work, least=min(2, how.users[0]), together=True)


def moments(
    world: World, rng: np.random.Generator, user: int, n: int, span: tuple[float, float] = (0.0, 1.0)
) -> Ints:
    """Exactly `n` times of a user on duty, (n,) ascending, spread over a span of the world's time."""
    time = world.in_shifts(rng, user, n, between=span)
    while len(time) < n:
        time = np.concatenate([time, world.in_shifts(rng, user, n - len(time), between=span)])
    return np.sort(time)


def case_of(
    world: World, rng: np.random.Generator, user: int, how: Telling, persons: Ints, time: Ints
) -> int:
    """A case number to hide behind, for look-ups of `persons` at `time`, (n,) both; -1 where none is told."""
    if how.case == "copied":
        return borrowed(world, rng, user, persons, int(time[0]))
    return invented(world, rng) if how.case == "invented" else -1


def told(
    world: World,
    rng: np.random.Generator,
    users: Sequence[int],
    how: Telling,
    *,
    span: tuple[float, float] = (0.0, 1.0),
    persons: Ints | None = None,
    behalf: int = -1,
) -> Actions:
    """Look-ups of `users` on duty, told as `how` says.

    persons: (p,) who are looked up again and again; where left out, somebody else of the town each time.
    span: from this to that share of the world's time. behalf: the user for whom they ask.
    Raises NoPartError where somebody has no shift in that time.
    """
    total = max(between(rng, how.looks), len(users))
    counts = 1 + rng.multinomial(total - len(users), np.full(len(users), 1 / len(users)))
    home = int(world.staff.agency[users[0]])
    people = world.some(rng, home, total) if persons is None else rng.choice(persons, size=total)
    parts = []
    for user, person in zip(users, np.split(people, np.cumsum(counts)[:-1]), strict=True):
        n = len(person)
        said = partial(world.words if how.exact else world.say, rng, user)
        low, high = how.networks
        time = moments(world, rng, user, n, span)
        parts.append(
            Actions.of(
                time,
                user,
                person,
                pick_kinds(rng, n, **how.kinds),
                said(how.reasons, n),
                number=case_of(world, rng, user, how, person, time),
                purpose=how.purpose or purpose_of(world, user),
                behalf=behalf,
                attention=world.words(rng, user, how.attention, n) if how.attention else 0,
                networks=rng.integers(low, high + 1, size=n) if high else 0,
            )
        )
    return Actions.joined(parts)
