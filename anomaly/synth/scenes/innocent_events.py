"""Days on which many users ask about one person, or about a few, because they were told to."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import CODES, Actions
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    CASES,
    STREET,
    a_day,
    bulletin,
    every_key,
    home,
    on_case,
    on_shift,
    team,
    within,
)
from anomaly.synth.scenes.moments import window
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import World

BOLO = ("bolo", "BOLO 187 susp", "187 susp", "homicide susp bolo", "attempt locate", "atl bolo")
AMBER = ("amber alert", "AMBER", "missing juv", "207 juv bolo", "child abduction")


def look_out(
    world: World,
    rng: np.random.Generator,
    pattern: str,
    wanted: int,
    time: Ints,
    user: Ints,
    said: tuple[str, ...],
    shares: dict[str, float],
) -> None:
    """Officers look for one person whom a bulletin names: (n,) `user` at `time`; cameras reach far."""
    officers = [*dict.fromkeys(user.tolist())]
    scenario = world.scenario(pattern, officers, [wanted], misuse=False, variant="plain")
    kind = pick_kinds(rng, len(time), **shares)
    far = np.where(kind == CODES["cameras"], rng.integers(3000, 7000, size=len(time)), 0)
    world.add(scenario, Actions.of(time, user, wanted, kind, world.say(rng, user, said), networks=far))


def manhunt(world: World, rng: np.random.Generator) -> None:
    """Dozens of officers of several agencies look for one wanted man for three days, after a bulletin."""
    officers = team(world, rng, (*STREET, *CASES), most=45, least=3, together=False)
    issued = a_day(world, rng, 0.1, 0.9, room=4) * DAY + int(rng.integers(5, 22)) * HOUR
    time, user = within(world, rng, officers, issued + HOUR // 2, issued + 3 * DAY, (1, 3))
    wanted = world.someone(rng, home(world, int(user[0])), sex="M", ages=(18, 55))
    bulletin(world, wanted, "wanted person", issued, issued + 10 * DAY)
    shares = {"plate": 0.4, "driver": 0.4, "history": 0.2}
    look_out(world, rng, "manhunt", wanted, time, user, BOLO, shares)


def missing_child(world: World, rng: np.random.Generator) -> None:
    """An alert for a child names a parent's car: patrol looks for it, and the cameras of the whole state."""
    officers = team(world, rng, STREET, "dispatch", most=25, least=2, together=False)
    issued = a_day(world, rng, 0.1, 0.9, room=3) * DAY + int(rng.integers(8, 20)) * HOUR
    time, user = within(world, rng, officers, issued + HOUR // 4, issued + 2 * DAY, (1, 3))
    parent = world.someone(rng, home(world, int(user[0])), ages=(22, 50))
    bulletin(world, parent, "amber alert", issued, issued + 5 * DAY)
    shares = {"plate": 0.5, "cameras": 0.3, "driver": 0.2}
    look_out(world, rng, "missing_child", parent, time, user, AMBER, shares)


def officer_involved_news(world: World, rng: np.random.Generator) -> None:
    """The person is all over the news; the detectives who ask have the case (compare [CW24])."""
    officers = team(world, rng, "cases", CASES, STREET, most=4)
    event = a_day(world, rng, 0.1, 0.8, room=10) * DAY + int(rng.integers(8, 22)) * HOUR
    time, user = within(world, rng, officers, event + HOUR, event + 21 * DAY, (5, 12))
    known, other = world.some(rng, home(world, officers[0]), 2)
    world.record("public_subjects", [(key, world.clock(event)) for key in every_key(world, int(known))])
    on_case(
        world,
        rng,
        "officer_involved_news",
        time=time,
        user=user,
        person=np.where(rng.random(len(time)) < 0.75, known, other),
        case="homicide",
        said=("{n}", "187 {n}", "ois {n}", "{n} f/u"),
        shares={"history": 0.4, "driver": 0.4, "plate": 0.2},
        subjects=(int(known), int(other)),
    )


def training_day(world: World, rng: np.random.Generator) -> None:
    """A morning of training, in the shift table: everybody runs the same listed test records."""
    officers = team(world, rng, STREET, most=12, least=2)
    tests = world.some(rng, home(world, officers[0]), 6)
    start = a_day(world, rng, 0.1, 0.9) * DAY + 10 * HOUR
    world.record("test_subjects", [(key,) for test in tests.tolist() for key in every_key(world, test)])
    scenario = world.scenario("training_day", officers, tests, misuse=False, variant="plain")
    said = ("training", "clets training", "test", "TRAINING", "trng", "class")
    for who in officers:
        on_shift(world, who, start - HOUR, start + 3 * HOUR)
        n = int(rng.integers(4, 8))
        time = np.sort(rng.integers(start, start + 2 * HOUR, size=n))
        kind = pick_kinds(rng, n, plate=0.5, driver=0.5)
        world.add(scenario, Actions.of(time, who, rng.choice(tests, n), kind, world.say(rng, who, said, n)))


def major_case(world: World, rng: np.random.Generator) -> None:
    """One number over dozens of people for weeks: a major case, its people and its detectives all on file."""
    officers = team(world, rng, "cases", CASES, STREET, most=4)
    between = window(world, rng, 50)
    met = [world.in_shifts(rng, who, int(rng.integers(10, 20)), (1, 4), between=between) for who in officers]
    time, user = np.concatenate(met), np.repeat(officers, [len(one) for one in met])
    people = world.some(rng, home(world, officers[0]), max(8, min(60, len(time) * 2 // 3)))
    on_case(
        world,
        rng,
        "major_case",
        time=time,
        user=user,
        person=rng.choice(people, len(time)),
        case="homicide",
        said=("{n}", "{n}", "case {n}", "{n} canvass", "{n} witness"),
        shares={"driver": 0.5, "person": 0.2, "plate": 0.2, "history": 0.1},
        subjects=people.tolist(),
    )


FAMILIES = (
    Family("manhunt", (), {"plain": manhunt}),
    Family("missing_child", (), {"plain": missing_child}),
    Family("officer_involved_news", (), {"plain": officer_involved_news}),
    Family("training_day", (), {"plain": training_day}),
    Family("major_case", (), {"plain": major_case}),
)
