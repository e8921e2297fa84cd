"""Logins, terminals and case numbers that are not what they seem to be."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np

from anomaly.synth.reasons import VAGUE
from anomaly.synth.scenes.cover import STREET, Cover, borrowed, evasions, invented, looks
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.moments import after_work, bursts, visits, window
from anomaly.synth.scenes.personal import LOCAL
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

BUSY = Cover({"plate": 0.6, "driver": 0.25, "person": 0.15}, STREET)
BORROWED = Cover({"driver": 0.5, "person": 0.25, "plate": 0.25}, VAGUE)
NUMBERED = Cover(
    {"driver": 0.4, "plate": 0.25, "person": 0.2, "history": 0.15}, ("{n}", "{n}", "case {n}"), "careful"
)

Where = Literal["agency", "elsewhere", "unit"]


def terminal_of(world: World, rng: np.random.Generator, user: int, where: Where) -> int:
    """A user whose terminal is in another unit of the agency, elsewhere, or in the same unit.

    Raises NoPartError where there is none.
    """
    s = world.staff
    fits = (s.role != "service") & (np.arange(len(s)) != user)
    local = np.array([agency.kind == "local" for agency in world.plan.agencies])
    same = s.agency == s.agency[user]
    if where == "elsewhere":
        fits &= ~same & local[s.agency]
    else:
        fits &= same & ((s.unit == s.unit[user]) == (where == "unit"))
        fits &= (np.arange(len(s)) // 3 != user // 3) | (s.role == "officer")  # desks are shared by three
    if not fits.any():
        raise NoPartError
    return int(rng.choice(np.flatnonzero(fits)))


def strangers(world: World, rng: np.random.Generator, user: int, n: int) -> Ints:
    """`n` people of the user's town, all different where it has enough of them."""
    low, high = world.plan.agencies[int(world.staff.agency[user])].town
    few = world.some(rng, int(world.staff.agency[user]), min(n, (high - low) // 4))
    return np.resize(few, n)


def two_at_once(
    world: World, rng: np.random.Generator, *, variant: str, where: Where = "agency", cover: Cover = BORROWED
) -> None:
    """One login at two terminals at once: its owner on the street, somebody else at a desk [EFF25][SAI2]."""
    [user] = world.cast(rng, ("patrol", "traffic", "cases", "narcotics"))
    other = terminal_of(world, rng, user, where)
    start = visits(world, rng, user, n := int(rng.integers(7, 18)), shifts=n, between=window(world, rng, 120))
    time = bursts(rng, start, (6, 14), (20, 200))
    away = rng.random(len(time)) < 0.5
    person = strangers(world, rng, user, len(time))
    s = world.scenario("shared_login", [user], misuse=True, variant=variant)
    for elsewhere, look in ((False, BUSY), (True, cover)):
        rows = np.flatnonzero(away == elsewhere)
        actions = looks(world, rng, look, user, person[rows], time[rows])
        actions.terminal = np.full(len(rows), other if elsewhere else -1)
        world.add(s, actions)


def never_sleeps(
    world: World, rng: np.random.Generator, *, variant: str, hours: float = 24, cover: Cover = BORROWED
) -> None:
    """A login that three colleagues use round the clock for days, each at another terminal [SAI2].

    hours: of each day, from six in the morning on.
    """
    [user] = world.cast(rng, LOCAL, least_unit=4)
    others = [terminal_of(world, rng, user, "unit") for _ in range(3)]
    length = min(int(rng.integers(6, 13)), world.days // 4)
    first = int(rng.integers(world.days // 4, world.days - length - 1))
    begin = (first + np.arange(length)) * DAY + 6 * HOUR
    time = np.concatenate([np.arange(at, at + hours * HOUR, 2700) for at in begin]).astype(np.int64)
    time = np.sort(time + rng.integers(0, 2400, size=len(time)))
    s = world.scenario("shared_login", [user], misuse=True, variant=variant)
    actions = looks(world, rng, cover, user, strangers(world, rng, user, len(time)), time)
    turn = (time - begin[0]) // (8 * HOUR) % 3
    actions.terminal = np.array([user, *others[1:]])[turn]
    world.add(s, actions)


def in_turn(world: World, rng: np.random.Generator, *, variant: str, cover: Cover = BORROWED) -> None:
    """The second person waits until the owner has signed off, then uses the login at another terminal."""
    [user] = world.cast(rng, LOCAL)
    other = terminal_of(world, rng, user, "agency")
    start = after_work(world, rng, user, int(rng.integers(8, 20)), (8, 90))
    time = bursts(rng, start, (1, 4), (60, 900))
    s = world.scenario("shared_login", [user], misuse=True, variant=variant)
    actions = looks(world, rng, cover, user, strangers(world, rng, user, len(time)), time)
    actions.terminal = np.full(len(time), other)
    world.add(s, actions)


def wrong_terminal(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = BORROWED,
    n: tuple[int, int] = (5, 14),
    each: tuple[int, int] = (1, 4),
    days: int = 120,
) -> None:
    """A user signs on at a terminal of another agency, where the own one does not look."""
    [user] = world.cast(rng, LOCAL)
    other = terminal_of(world, rng, user, "elsewhere")
    size = int(rng.integers(n[0], n[1] + 1))
    start = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    time = bursts(rng, start, each, (40, 600))
    s = world.scenario("wrong_terminal", [user], misuse=True, variant=variant)
    actions = looks(world, rng, cover, user, strangers(world, rng, user, len(time)), time)
    actions.terminal = np.full(len(time), other)
    world.add(s, actions)


def one_number(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    numbers: int = 1,
    invent: bool = False,
    n: tuple[int, int] = (28, 70),
    days: int = 220,
) -> None:
    """One case number over people who have nothing to do with it or with each other, for months [GRD].

    numbers: how many are used by turns. invent: they are no case's.
    """
    [user] = world.cast(rng, LOCAL)
    size = int(rng.integers(n[0], n[1] + 1))
    person = strangers(world, rng, user, size)
    time = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    if (
        not invent
        and not (world.cases.opened[world.cases.agency == world.staff.agency[user]] < time[0]).any()
    ):
        raise NoPartError
    made = [
        invented(world, rng) if invent else borrowed(world, rng, user, person, int(time[0]))
        for _ in range(numbers)
    ]
    s = world.scenario("copied_case_number", [user], misuse=True, variant=variant)
    actions = looks(world, rng, NUMBERED, user, person, time)
    actions.number = np.array(made)[rng.integers(numbers, size=size)]
    world.add(s, actions)


def among_its_people(world: World, rng: np.random.Generator, *, variant: str) -> None:
    """Strangers are looked up under the number of an own case, in between the people who are in it."""
    [user] = world.cast(rng, ("cases", "family", "sex crimes", "narcotics"))
    files = world.cases
    mine = files.case[files.of == user]
    mine = mine[(files.opened[mine] > 0) & (files.opened[mine] < world.end * 0.7)]
    if not len(mine):
        raise NoPartError
    case = int(rng.choice(mine))
    begin = files.opened[case] / world.end
    size = int(rng.integers(14, 30))
    time = visits(world, rng, user, size, shifts=size, between=(begin, min(1.0, begin + 120 / world.days)))
    inside = files.people[case][files.people[case] >= 0]
    person = np.where(
        rng.random(size) < 0.35, rng.choice(inside, size=size), strangers(world, rng, user, size)
    )
    s = world.scenario("copied_case_number", [user], misuse=True, variant=variant)
    actions = looks(world, rng, NUMBERED, user, person, time)
    actions.number = np.full(size, int(files.number[case]))
    world.add(s, actions)


ACCOUNTS = (
    Family.of(
        "shared_login",
        (14,),
        {
            "two stations": two_at_once,
            "two towns": partial(two_at_once, where="elsewhere"),
            "never sleeps": never_sleeps,
            "evasive in turn": in_turn,
            "evasive long days": partial(never_sleeps, hours=17),
            **evasions(
                two_at_once, BORROWED, "evasive mixed", "evasive copied case", "evasive investigation"
            ),
        },
    ),
    Family.of(
        "wrong_terminal",
        (15,),
        {
            "another agency's": wrong_terminal,
            "evasive seldom": partial(wrong_terminal, n=(3, 5), each=(1, 1), days=300),
            **evasions(
                wrong_terminal,
                BORROWED,
                "evasive mixed",
                "evasive copied case",
                "evasive investigation",
                "evasive plates",
            ),
        },
    ),
    Family.of(
        "copied_case_number",
        (24,),
        {
            "one number for months": one_number,
            "invented": partial(one_number, invent=True),
            "evasive several numbers": partial(one_number, numbers=4),
            "evasive spread": partial(one_number, n=(10, 18), days=340),
            "evasive mixed": among_its_people,
        },
    ),
)
