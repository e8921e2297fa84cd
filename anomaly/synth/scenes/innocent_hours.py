"""Work at hours that are not the user's own, or that no rota has, and is in the shift table all the same."""

from __future__ import annotations

from datetime import date

import numpy as np

from anomaly.synth.daylight import changes
from anomaly.synth.reasons import CASE
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    CASES,
    DESKS,
    STREET,
    a_day,
    home,
    off_days,
    on_calls,
    on_case,
    on_shift,
    one_of,
    team,
    whole_work,
)
from anomaly.synth.staff import DAY, HOUR, NEVER
from anomaly.synth.work.people import pick_people
from anomaly.synth.world import NoPartError, World

OFFICE = (*CASES, "records", "licensing")


def put_on(world: World, user: int, rota: str) -> None:
    """Give a user another rota, before anybody works."""
    world.staff.rota[user] = list(world.p.rotas).index(rota)
    world.staff.rotates[user] = rota == "rotating"


def rotating_shifts(world: World, rng: np.random.Generator) -> None:
    """Four weeks of days, four weeks of nights: no hour is out of this officer's own hours."""
    [who] = one_of(world, rng, STREET)
    put_on(world, who, "rotating")
    whole_work(world, "rotating_shifts", [who], variant="rotating")


def overtime_nights(world: World, rng: np.random.Generator) -> None:
    """A detective works the first nights of a homicide case, the overtime in the shift table."""
    [who] = one_of(world, rng, "cases", CASES, STREET)
    put_on(world, who, "office")
    town = home(world, who)
    people = world.some(rng, town, 4)
    first = a_day(world, rng, 0.3, 0.8, room=6)
    nights = np.arange(first, first + int(rng.integers(3, 5))) * DAY + 20 * HOUR
    for start in nights.tolist():
        on_shift(world, who, start, start + 7 * HOUR)
    each = int(rng.integers(5, 9))
    time = np.sort(
        rng.integers(nights + 600, nights + 7 * HOUR - 600, size=(each, len(nights))), axis=0
    ).T.ravel()
    on_case(
        world,
        rng,
        "overtime_nights",
        time=time,
        user=np.full(len(time), who),
        person=rng.choice(people, len(time)),
        case="homicide",
        said=("{n}", "{n} f/u", "187 {n}"),
        shares={"history": 0.3, "driver": 0.4, "plate": 0.3},
        subjects=people.tolist(),
    )


def court_day(world: World, rng: np.random.Generator) -> None:
    """Somebody reads up on a case on free mornings before giving evidence; court is in the shift table."""
    [who] = one_of(world, rng, STREET, CASES)
    days = off_days(world, rng, who, int(rng.integers(3, 7)))
    people = world.some(rng, home(world, who), 3)
    for start in (days * DAY + 8 * HOUR).tolist():
        on_shift(world, who, start, start + 4 * HOUR)
    time = np.concatenate(
        [day * DAY + 8 * HOUR + np.sort(rng.integers(600, 3 * HOUR, size=2)) for day in days]
    )
    on_case(
        world,
        rng,
        "court_day",
        time=time,
        user=np.full(len(time), who),
        person=rng.choice(people, len(time)),
        case="assault",
        said=("court {n}", "court prep {n}", "subpoena {n}", "{n} da prep"),
        shares={"history": 0.5, "licence_only": 0.5},
        subjects=people.tolist(),
    )


def on_call(world: World, rng: np.random.Generator) -> None:
    """Somebody on call is fetched on days off for one quick check; call and call-out are in the tables."""
    [who] = one_of(world, rng, CASES, STREET)
    free = rng.permutation(world.free_times(rng, who))[: int(rng.integers(7, 14))]
    if not len(free):
        raise NoPartError
    time = np.sort(free)
    for at in time.tolist():
        on_shift(world, who, at - HOUR // 2, at + 3 * HOUR)
    user = np.full(len(time), who)
    on_calls(
        world,
        rng,
        "on_call",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call="collision",
        said=("call out", "callout", "fatal tc callout", "call out 187"),
        shares={"licence_only": 0.7, "plate_only": 0.3},
    )


def on_light_duty_leave(world: World, rng: np.random.Generator) -> None:
    """The leave table has weeks of modified duty, the shift table the hours at a desk on those same days."""
    [who] = one_of(world, rng, OFFICE, DESKS)
    put_on(world, who, "office")
    first = a_day(world, rng, 0.2, 0.7, room=10)
    last = min(first + int(rng.integers(14, 43)), world.days)
    user = world.staff.user[who]
    world.record("leave", [(user, world.clock(first * DAY), world.clock(last * DAY), "modified duty")])
    whole_work(world, "on_light_duty_leave", [who])


def the_clocks_change(zone: str, first: date, days: int) -> int:
    """The day (from the first) on which the clocks of a zone go forward or back; -1 where the world has no
    such day.
    """
    known = [one.at // DAY for one in changes(zone, first, days)]
    return next((day for day in known if 1 <= day < days), -1)


def daylight_saving(world: World, rng: np.random.Generator) -> None:
    """A night shift over the change of the clocks: an hour is missing or comes twice, calls around it."""
    day = the_clocks_change(world.p.time_zone, world.p.first_day, world.days)
    if day < 0:
        raise NoPartError
    [who] = one_of(world, rng, STREET)
    put_on(world, who, "nights")
    cycle = world.p.rotas["nights"].cycle
    world.staff.phase[who] = (
        1 - (day - 1)
    ) % cycle  # the second of the nights on is the one before the change
    world.staff.leave[who] = NEVER
    midnight = day * DAY
    hours = np.array([-1.5, 1.3, 3.2, 4.4]) + rng.uniform(0, 0.5, size=4)
    time = (midnight + hours * HOUR).astype(np.int64)
    user = np.full(len(time), who)
    on_calls(
        world,
        rng,
        "daylight_saving",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call="disturbance",
        said=("415", "noise compl", "415 call", "welf ck"),
        shares={"driver": 0.6, "person": 0.4},
    )


def long_shift(world: World, rng: np.random.Generator) -> None:
    """Mutual aid at a fire: officers stay on until sixteen hours are full, as the shift table says."""
    officers = team(world, rng, STREET, most=4)
    day = a_day(world, rng, 0.2, 0.85, room=5)
    time, user = [], []
    for who in officers:
        shifts = world.shifts(who)
        for begin, end in shifts[(shifts[:, 0] >= day * DAY) & (shifts[:, 0] < (day + 5) * DAY)][:3].tolist():
            stays = begin + 16 * HOUR
            on_shift(world, who, end, stays)
            n = int(rng.integers(4, 9))
            time.append(np.sort(rng.integers(end, max(end + 1, stays), size=n)))
            user.append(np.full(n, who))
    if not time:
        raise NoPartError
    at, of = np.concatenate(time), np.concatenate(user)
    on_calls(
        world,
        rng,
        "long_shift",
        time=at,
        user=of,
        person=pick_people(world, rng, of),
        call="welfare check",
        said=("mutual aid", "evac ck", "fire evac", "mutual aid fire", "rd closure"),
        shares={"plate": 0.6, "driver": 0.4},
    )


def night_watch(world: World, rng: np.random.Generator) -> None:
    """One detective of a unit with office hours is its night watch, as the shift table says."""
    [who] = one_of(world, rng, "cases", CASES)
    put_on(world, who, "nights")
    time = world.in_shifts(rng, who, int(rng.integers(10, 20)), (1, 2))
    people = world.some(rng, home(world, who), 3)
    scenario = on_case(
        world,
        rng,
        "rotating_shifts",
        time=time,
        user=np.full(len(time), who),
        person=rng.choice(people, len(time)),
        case="burglary",
        said=CASE,
        shares={"driver": 0.6, "person": 0.4},
        variant="night watch",
    )
    world.label(scenario, [who])


FAMILIES = (
    Family("rotating_shifts", (), {"rotating": rotating_shifts, "night watch": night_watch}),
    Family("overtime_nights", (), {"plain": overtime_nights}),
    Family("court_day", (), {"plain": court_day}),
    Family("on_call", (), {"plain": on_call}),
    Family("on_light_duty_leave", (), {"plain": on_light_duty_leave}),
    Family("daylight_saving", (), {"plain": daylight_saving}),
    Family("long_shift", (), {"plain": long_shift}),
)
