"""Logins that look wrong and are not: somebody leaves, comes back, inherits a name or shares a desk."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import TRAFFIC
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_hours import put_on
from anomaly.synth.scenes.innocent_parts import (
    DESKS,
    STREET,
    a_day,
    add_calls,
    on_calls,
    on_shift,
    one_of,
    team,
    whole_work,
)
from anomaly.synth.staff import DAY, HOUR, NEVER
from anomaly.synth.streams import Ints
from anomaly.synth.work.people import pick_kinds, pick_people
from anomaly.synth.world import NoPartError, World

AT_THE_DESK = ("dispatch", "records")


def last_night_shift(world: World, rng: np.random.Generator) -> None:
    """The last night shift runs past midnight into the day after the last of employment; calls explain it."""
    [who] = one_of(world, rng, STREET)
    put_on(world, who, "nights")
    shifts = world.shifts(who)
    late = shifts[(shifts[:, 0] > 0.4 * world.end) & (shifts[:, 1] < 0.95 * world.end)]
    late = late[(late[:, 1] - HOUR) // DAY > late[:, 0] // DAY]
    if not len(late):
        raise NoPartError
    begin, end = late[int(rng.integers(len(late)))].tolist()
    last = begin // DAY
    world.staff.separated[who] = world.staff.hr_separated[who] = last
    time = np.sort(rng.integers((last + 1) * DAY, end, size=int(rng.integers(3, 6))))
    user = np.full(len(time), who)
    on_calls(
        world,
        rng,
        "last_night_shift",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call="disturbance",
        said=("415", "415 call", "noise compl"),
        shares={"driver": 0.7, "person": 0.3},
    )


def rehired(world: World, rng: np.random.Generator) -> None:
    """Somebody left before the first day and came back: the roster has a separation, and a later hiring."""
    [who] = one_of(world, rng, STREET, DESKS, "cases")
    s, back = world.staff, a_day(world, rng, 0.1, 0.3)
    s.hired[who] = s.hr_hired[who] = back
    s.separated[who], s.hr_separated[who] = NEVER, -int(rng.integers(40, 120))
    whole_work(world, "rehired", [who])


def recycled_id(world: World, rng: np.random.Generator) -> None:
    """A login is given to somebody new: the roster has when the first owner left and the second was hired."""
    [who] = one_of(world, rng, STREET)
    s, given = world.staff, a_day(world, rng, 0.45, 0.65)
    left = given - int(rng.integers(4, min(31, max(5, given // 2))))
    before = world.shifts(who)
    before = before[before[:, 0] // DAY < left]
    if not len(before):
        raise NoPartError
    each = rng.integers(3, 8, size=len(before))
    begin, end = np.repeat(before, each, axis=0).T
    time = np.sort(rng.integers(begin, end)).astype(np.int64)
    s.hired[who] = s.hr_hired[who] = given
    s.separated[who], s.hr_separated[who] = NEVER, left
    for start, stop in before.tolist():
        on_shift(world, who, start, stop)
    user = np.full(len(time), who)
    scenario = on_calls(
        world,
        rng,
        "recycled_id",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call="traffic stop",
        said=TRAFFIC,
        shares={"plate": 0.7, "driver": 0.3},
    )
    world.label(scenario, [who])


def hr_late(world: World, rng: np.random.Generator) -> None:
    """The roster learns of a hiring two weeks late; the first days are in the shift table all the same."""
    [who] = one_of(world, rng, STREET, DESKS, "cases")
    s, first = world.staff, a_day(world, rng, 0.15, 0.7, room=8)
    s.hired[who], s.hr_hired[who] = first, first + int(rng.integers(6, 19))
    whole_work(world, "hr_late", [who])


def shared_desk(world: World, rng: np.random.Generator) -> None:
    """One console for everybody on the shift, an hour each and never at once: many names, one terminal."""
    users = team(world, rng, *AT_THE_DESK, STREET, most=4, least=2)
    desk, free = users[0], np.zeros(world.end // HOUR, dtype=np.bool_)
    time, user = [], []
    for who in users:
        for start in world.in_shifts(rng, who, int(rng.integers(15, 30))).tolist():
            hour = start // HOUR
            if hour + 1 < len(free) and not free[hour - 1 : hour + 2].any():
                free[hour] = True
                n = int(rng.integers(2, 5))
                time.append(hour * HOUR + np.sort(rng.integers(300, HOUR - 300, size=n)))
                user.append(np.full(n, who))
    at, of = np.concatenate(time), np.concatenate(user)
    scenario = world.scenario("shared_desk", users, misuse=False, variant="plain")
    people = pick_people(world, rng, of)
    add_calls(world, rng, at, of, people, "welfare check")
    kind = pick_kinds(rng, len(at), plate=0.5, person=0.5)
    said = world.say(rng, of, ("caller info", "rp check", "welf ck", "tow verify"))
    world.add(scenario, Actions.of(at, of, people, kind, said, terminal=desk))


def mobile_and_desk(world: World, rng: np.random.Generator) -> None:
    """One officer, two terminals within minutes: the car's, then a free desk, on the same call."""
    [who] = one_of(world, rng, STREET)
    desk = an_empty_desk(world, rng, who)
    time = world.in_shifts(rng, who, int(rng.integers(10, 20)))
    time = time[~world.staff.on_duty(np.full(len(time), desk), time)]
    if not len(time):
        raise NoPartError
    later = time + rng.integers(120, 900, size=len(time))
    person = pick_people(world, rng, np.full(len(time), who))
    both, user = np.concatenate([time, later]), np.full(2 * len(time), who)
    scenario = world.scenario("mobile_and_desk", [who], misuse=False, variant="plain")
    add_calls(world, rng, time, user[: len(time)], person, "theft")
    terminal = np.repeat([-1, desk], len(time))
    kind = np.repeat([pick_kinds(rng, 1, plate=1)[0], pick_kinds(rng, 1, history=1)[0]], len(time))
    said = np.tile(world.say(rng, user[: len(time)], ("484", "459 rpt", "theft rpt", "shoplift")), 2)
    world.add(scenario, Actions.of(both, user, np.tile(person, 2), kind, said, terminal=terminal))


def an_empty_desk(world: World, rng: np.random.Generator, user: int) -> int:
    """Another user of the same agency, best a clerk, whose terminal stands free when that user is off.

    Raises NoPartError where the user works alone.
    """
    s = world.staff
    others: Ints = np.flatnonzero((s.agency == s.agency[user]) & (s.role != "service"))
    others = np.setdiff1d(others, [user])
    clerks = others[np.isin(s.work[others], DESKS)]
    if not len(others):
        raise NoPartError
    return int(rng.choice(clerks if len(clerks) else others))


FAMILIES = (
    Family("last_night_shift", (), {"plain": last_night_shift}),
    Family("rehired", (), {"plain": rehired}),
    Family("recycled_id", (), {"plain": recycled_id}),
    Family("hr_late", (), {"plain": hr_late}),
    Family("shared_desk", (), {"plain": shared_desk}),
    Family("mobile_and_desk", (), {"plain": mobile_and_desk}),
)
