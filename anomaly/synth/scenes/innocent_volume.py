"""Much work, or very even work, that somebody must do: batches, rounds, desks with a queue."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import CASE, WARRANTS
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    STREET,
    a_day,
    and_bystanders,
    bulletin,
    entered,
    home,
    on_files,
    one_of,
    whole_work,
)
from anomaly.synth.scenes.moments import bursts
from anomaly.synth.staff import DAY
from anomaly.synth.work.people import pick_kinds, pick_people
from anomaly.synth.work.street import networks
from anomaly.synth.world import NoPartError, World


def warrant_batch(world: World, rng: np.random.Generator) -> None:
    """The nightly validation of warrants by a service account: one every few seconds, hundreds a week."""
    services = np.flatnonzero(world.staff.role == "service")
    free = np.setdiff1d(services, list(world.cast_list))
    if not len(free):
        raise NoPartError
    account = int(rng.choice(free))
    world.cast_list.add(account)
    whole_work(world, "warrant_batch", [account])


def warrant_round(world: World, rng: np.random.Generator) -> None:
    """A clerk validates a stack of warrants once a month, one every half minute; nearly all are on the
    bulletin.
    """
    [who] = one_of(world, rng, "records", STREET)
    starts = world.in_shifts(rng, who, max(1, round(world.days / 30)))
    time = bursts(rng, starts, (30, 55), (18, 75))
    user = np.full(len(time), who)
    person = pick_people(world, rng, user)
    known = entered(rng, len(time))
    for at, about in zip(time[known].tolist(), person[known].tolist(), strict=True):
        issued = at - int(rng.integers(20, 300)) * DAY
        bulletin(world, about, "warrant", issued, at + int(rng.integers(30, 300)) * DAY)
    scenario = world.scenario("warrant_round", [who], misuse=False, variant="plain")
    world.add(scenario, Actions.of(time, who, person, "person", world.say(rng, user, WARRANTS)))


def lot_sweep(world: World, rng: np.random.Generator) -> None:
    """An officer on a call walks a car park and checks plate after plate for stolen cars."""
    [who] = one_of(world, rng, STREET)
    start = world.in_shifts(rng, who, 1, between=(0.1, 0.9))
    time = bursts(rng, start, (40, 80), (6, 40))
    person = pick_people(world, rng, np.full(len(time), who))
    scenario = world.scenario("lot_sweep", [who], misuse=False, variant="plain")
    world.call(int(time[0]), home(world, who), who, "stolen vehicle", int(person[0]))
    reason = world.say(rng, who, ("lot check", "lot ck", "hotel lot ck", "stolen ck"), len(time))
    world.add(scenario, Actions.of(time, who, person, "stolen", reason))


def new_traffic_officer(world: World, rng: np.random.Generator) -> None:
    """A new officer on traffic stops far more cars than the rest of the unit, from the first day on."""
    [who] = one_of(world, rng, "traffic", STREET)
    first = a_day(world, rng, 0.1, 0.3)
    world.staff.hired[who] = world.staff.hr_hired[who] = first
    world.staff.pace[who] *= rng.uniform(1.7, 2.6)
    whole_work(world, "new_traffic_officer", [who])


def dispatcher_volume(world: World, rng: np.random.Generator) -> None:
    """The dispatcher of the busiest channel types for twice as many officers as the others do."""
    [who] = one_of(world, rng, "dispatch")
    world.staff.pace[who] *= rng.uniform(1.6, 2.4)
    whole_work(world, "dispatcher_volume", [who])


def jail_intake(world: World, rng: np.random.Generator) -> None:
    """Intake on the busiest shift of the jail: every booking is looked up twice or more."""
    [who] = one_of(world, rng, "jail")
    world.staff.pace[who] *= rng.uniform(1.6, 2.4)
    whole_work(world, "jail_intake", [who])


def alpr_desk(world: World, rng: np.random.Generator) -> None:
    """One officer searches the cameras' records for the unit: its cases, and cars on the bulletin."""
    [who] = one_of(world, rng, "cases", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(25, 50)), (3, 9))
    agency, n = home(world, who), len(time)
    cases = np.array_split(world.some(rng, agency, max(6, min(60, n // 6))), max(3, min(30, n // 12)))
    of = np.sort(rng.integers(len(cases), size=n))
    person, number = np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    on_bulletin = rng.random(n) < 0.4
    scenario = world.scenario("alpr_desk", [who], misuse=False, variant="plain")
    for k, people in enumerate(cases):
        mine = np.flatnonzero(of == k)
        person[mine] = rng.choice(people, size=len(mine))
        wanted, filed = mine[on_bulletin[mine]], mine[~on_bulletin[mine]]
        if len(filed):
            opened, closed = int(time[filed[0]]) - DAY, int(time[filed[-1]]) + 20 * DAY
            asked = tuple(dict.fromkeys(person[filed].tolist()))
            person[filed] = and_bystanders(world, rng, agency, person[filed])
            number[filed] = world.cases.file(opened, closed, agency, "robbery", asked, (who,))
        for about in dict.fromkeys(person[wanted].tolist()):
            bulletin(
                world, about, "stolen vehicle", int(time[wanted[0]]) - DAY, int(time[wanted[-1]]) + 10 * DAY
            )
    stolen = world.say(rng, who, ("stolen vehicle", "10851", "bolo", "wanted person"), n)
    reason = np.where(on_bulletin, stolen, world.say(rng, who, CASE, n))
    reached = networks(world, rng, n)
    world.add(scenario, Actions.of(time, who, person, "cameras", reason, number=number, networks=reached))


def front_desk_clerk(world: World, rng: np.random.Generator) -> None:
    """People ask at the front desk for reports: many strangers' addresses, each a request on file."""
    [who] = one_of(world, rng, "records", "dispatch", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(30, 60)), (1, 3))
    user = np.full(len(time), who)
    on_files(
        world,
        rng,
        "front_desk_clerk",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        case="records request",
        said=("records req {n}", "rpt request {n}", "front desk {n}", "{n}"),
        shares={"licence_only": 0.7, "plate_only": 0.3},
    )


def pseudo_number(world: World, rng: np.random.Generator) -> None:
    """The warrants desk types one bulk number for all its checks. The cases table has it, of the kind
    "administrative", open all the time, with its clerk as officer and nobody as its subject: that clears it.
    """
    [who] = one_of(world, rng, "records", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(40, 90)), (1, 4))
    number = world.cases.file(-30 * DAY, world.end + DAY, home(world, who), "administrative", (), (who,))
    user = np.full(len(time), who)
    scenario = world.scenario("pseudo_number", [who], misuse=False, variant="plain")
    kind = pick_kinds(rng, len(time), person=0.8, licence_only=0.2)
    reason = world.say(rng, who, ("wants {n}", "warrant val {n}", "{n}"), len(time), careful=True)
    world.add(scenario, Actions.of(time, who, pick_people(world, rng, user), kind, reason, number=number))


FAMILIES = (
    Family("warrant_batch", (), {"plain": warrant_batch}),
    Family("warrant_round", (), {"plain": warrant_round}),
    Family("lot_sweep", (), {"plain": lot_sweep}),
    Family("new_traffic_officer", (), {"plain": new_traffic_officer}),
    Family("dispatcher_volume", (), {"plain": dispatcher_volume}),
    Family("jail_intake", (), {"plain": jail_intake}),
    Family("alpr_desk", (), {"plain": alpr_desk}),
    Family("front_desk_clerk", (), {"plain": front_desk_clerk}),
    Family("pseudo_number", (), {"plain": pseudo_number}),
)
