"""Times at which nobody should be looking: days off, deep in the night, on leave, after the last day."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from anomaly.synth.reasons import RECORDS, VAGUE
from anomaly.synth.scenes.cover import Cover, evasions, looks
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.moments import after_work, bursts, leisure, on_days
from anomaly.synth.scenes.personal import LOCAL
from anomaly.synth.staff import DAY, NEVER
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

OFFICE = ("records", "cases", "licensing", "family", "sex crimes")
ASKED = Cover({"driver": 0.4, "licence only": 0.3, "plate": 0.15, "photo": 0.15}, VAGUE)
DESK = Cover({"driver": 0.5, "person": 0.3, "photo": 0.2}, RECORDS)

Starts = Callable[[World, np.random.Generator, int, int], Ints]


def circle(world: World, rng: np.random.Generator, user: int, time: Ints, people: tuple[int, int]) -> Ints:
    """A few people of the user's town (low, high), one for each of `time`, (n,)."""
    few = world.some(rng, int(world.staff.agency[user]), int(rng.integers(people[0], people[1] + 1)))
    return np.resize(few, len(time)) if len(few) >= len(time) else rng.choice(few, size=len(time))


def off_duty(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = ASKED,
    starts: Starts = leisure,
    sessions: tuple[int, int] = (8, 18),
) -> None:
    """On days off a user signs on and looks up a few people of a private circle [MPR13][CW24]."""
    [user] = world.cast(rng, LOCAL)
    begin = starts(world, rng, user, int(rng.integers(sessions[0], sessions[1] + 1)))
    time = bursts(rng, begin, (1, 5), (40, 500))
    time = time[~world.staff.on_duty(np.full(len(time), user), time) & (time < world.end)]
    if not len(time):
        raise NoPartError
    person = circle(world, rng, user, time, (3, 9))
    s = world.scenario("off_duty", [user], np.unique(person), misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def single(
    world: World, rng: np.random.Generator, *, variant: str, cover: Cover = ASKED, starts: Starts = leisure
) -> None:
    """Single look-ups in the middle of long silences, each of somebody else [SAI]."""
    [user] = world.cast(rng, LOCAL)
    time = starts(world, rng, user, int(rng.integers(12, 26)))
    person = world.some(rng, int(world.staff.agency[user]), len(time))
    s = world.scenario("isolated_sessions", [user], person, misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def own_hours(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = DESK,
    hours: tuple[float, float] = (22.5, 26.5),
) -> None:
    """A user with office hours signs on late, on several nights, and looks a few people up [KRE]."""
    [user] = world.cast(rng, OFFICE)
    nights = min(int(rng.integers(7, 16)), world.days // 4)
    days = np.sort(rng.choice(np.arange(world.days // 3, world.days - 2), size=nights, replace=False))
    time = bursts(rng, on_days(rng, days, hours), (1, 4), (50, 600))
    person = circle(world, rng, user, time, (4, 14))
    s = world.scenario("isolated_sessions", [user], np.unique(person), misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def streak(world: World, rng: np.random.Generator, *, variant: str, cover: Cover = DESK) -> None:
    """A login used on every day for weeks: on its owner's days off somebody else signs on with it [SAI2]."""
    [user] = world.cast(rng, LOCAL)
    length = min(int(rng.integers(24, 41)), world.days // 2)
    first = int(rng.integers(world.days // 4, world.days - length))
    worked = np.unique(world.shifts(user) // DAY)
    days = np.setdiff1d(np.arange(first, first + length), worked)
    if not len(days):
        raise NoPartError
    time = bursts(rng, on_days(rng, days, (8, 19)), (2, 5), (200, 4000))
    time = time[time < world.end]
    person = circle(world, rng, user, time, (10, 30))
    s = world.scenario("isolated_sessions", [user], np.unique(person), misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def after_separation(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = ASKED,
    after: tuple[int, int] = (1, 60),
    hours: tuple[float, float] = (7, 23),
    share: float = 0.3,
    handed_on: bool = False,
) -> None:
    """The login of somebody who has left is used for weeks [CBS13][DAV-PPT].

    after: first and last day, counted from the last day of work. share: of those days on which it is used.
    handed_on: by a colleague who is still there, at the colleague's terminal.
    """
    [user] = world.cast(rng, LOCAL)
    colleague = world.cast(rng, LOCAL, agency=int(world.staff.agency[user]))[0] if handed_on else -1
    left = round(world.days * float(rng.uniform(0.35, 0.7)))
    span = np.arange(left + after[0], min(left + after[1], world.days - 1))
    used = np.sort(rng.choice(span, size=min(len(span), max(3, round(len(span) * share))), replace=False))
    time = bursts(rng, on_days(rng, used, hours), (1, 4), (60, 900))
    person = circle(world, rng, user, time, (3, 15))
    world.staff.separated[user] = world.staff.hr_separated[user] = left
    s = world.scenario("after_separation", [user], np.unique(person), misuse=True, variant=variant)
    actions = looks(world, rng, cover, user, person, time)
    actions.terminal = np.full(len(time), colleague)
    world.add(s, actions)


def on_leave(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = ASKED,
    away: tuple[int, int] = (0, 0),
    edges: bool = False,
) -> None:
    """A user on leave signs on from somewhere and looks people up.

    away: days of a longer leave (low, high), else one of the usual. edges: only its first and last day.
    """
    [user] = world.cast(rng, LOCAL)
    staff = world.staff
    if away[1]:
        length = min(int(rng.integers(away[0], away[1] + 1)), world.days // 3)
        first = int(rng.integers(world.days // 3, world.days - length))
    else:
        first = int(rng.choice(staff.leave[user]))
        length = min(int(staff.away[user]), world.days - 1 - first)
    if length < 3:
        raise NoPartError
    days = np.array([first, first + length - 1]) if edges else np.arange(first, first + length)
    days = days if edges else np.sort(rng.choice(days, size=max(3, len(days) // 2), replace=False))
    time = bursts(rng, on_days(rng, days, (8, 22)), (2 if edges else 1, 4), (60, 900))
    person = circle(world, rng, user, time, (2, 6))
    if away[1]:
        staff.leave[user], staff.away[user] = NEVER, length
        staff.leave[user, 0] = first
    s = world.scenario("on_leave", [user], np.unique(person), misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


soon_after_work = partial(after_work, minutes=(60, 200))
between_shifts = partial(after_work, minutes=(300, 460))  # under the eight hours of silence of [SAI]

HOURS = (
    Family.of(
        "off_duty",
        (10,),
        {
            "days off": off_duty,
            "evasive soon after work": partial(off_duty, starts=soon_after_work),
            "evasive seldom": partial(off_duty, sessions=(4, 6)),
            **evasions(off_duty, ASKED, "evasive investigation", "evasive copied case", "evasive plates"),
        },
    ),
    Family.of(
        "isolated_sessions",
        (11,),
        {
            "single": single,
            "own hours": own_hours,
            "streak": streak,
            "evasive between shifts": partial(single, starts=between_shifts),
            "evasive early evening": partial(own_hours, hours=(18.5, 20)),
            **evasions(single, ASKED, "evasive investigation", "evasive copied case", "evasive plates"),
        },
    ),
    Family.of(
        "after_separation",
        (12,),
        {
            "still signs on": after_separation,
            "handed on": partial(after_separation, handed_on=True),
            "evasive first days": partial(after_separation, after=(1, 6), share=0.7),
            "evasive office hours": partial(
                after_separation, cover=Cover(DESK.kinds, RECORDS, "careful"), hours=(8, 16), share=0.12
            ),
            "evasive seldom": partial(after_separation, after=(5, 200), share=0.04),
            **evasions(
                after_separation, ASKED, "evasive copied case", "evasive investigation", "evasive plates"
            ),
        },
    ),
    Family.of(
        "on_leave",
        (13,),
        {
            "annual leave": on_leave,
            "long leave": partial(on_leave, away=(21, 40)),
            "evasive first and last day": partial(on_leave, edges=True),
            **evasions(on_leave, ASKED, "evasive copied case", "evasive investigation", "evasive plates"),
        },
    ),
)
