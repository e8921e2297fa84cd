"""People who are looked up again and again, or who are somebody's own, for a reason that the tables hold."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import APPLICANT, CASE, FAMILY, SEX_CRIMES
from anomaly.synth.scenes.cover import purpose_of
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    CASES,
    DESKS,
    STREET,
    and_bystanders,
    every_key,
    home,
    on_calls,
    on_case,
    one_of,
    team,
    whole_work,
)
from anomaly.synth.scenes.moments import window
from anomaly.synth.staff import DAY
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import REGULARS, NoPartError, World

KINDS = {"driver": 0.5, "person": 0.3, "plate": 0.2}


def dv_detective(world: World, rng: np.random.Generator) -> None:
    """A detective looks up one victim and one respondent for months, on one open case (compare [MKE1])."""
    [who] = one_of(world, rng, "family", "cases")
    time = world.in_shifts(rng, who, int(rng.integers(18, 28)), (1, 2), between=(0.05, 0.95))
    victim = world.someone(rng, home(world, who), sex="F", ages=(19, 60))
    respondent = world.someone(rng, home(world, who), sex="M", ages=(19, 60))
    person = np.where(rng.random(len(time)) < 0.65, victim, respondent)
    user = np.full(len(time), who)
    on_case(
        world,
        rng,
        "dv_detective",
        time=time,
        user=user,
        person=person,
        case="domestic violence",
        said=FAMILY,
        shares=KINDS,
        subjects=(victim, respondent),
    )


def sex_crimes_unit(world: World, rng: np.random.Generator) -> None:
    """The ordinary work of sex crimes detectives: nearly everybody they look up is a woman or a girl."""
    whole_work(world, "sex_crimes_unit", team(world, rng, "sex crimes", most=3), variant="unit")


def serial_case(world: World, rng: np.random.Generator) -> None:
    """One detective looks up dozens of women whom one man may have met, once or twice each, on the case."""
    [who] = one_of(world, rng, "sex crimes", "cases")
    time = world.in_shifts(rng, who, int(rng.integers(16, 26)), (1, 4), between=(0.2, 0.9))
    women = world.some(rng, home(world, who), 1 + len(time) * 2 // 3, sex="F", ages=(17, 38))
    person = np.concatenate([women, rng.choice(women, size=len(time))])[: len(time)]
    user = np.full(len(time), who)
    on_case(
        world,
        rng,
        "sex_crimes_unit",
        time=time,
        user=user,
        person=person,
        case="sexual assault",
        said=SEX_CRIMES,
        shares={"driver": 0.6, "driver_by_name": 0.2, "photo": 0.2},
        variant="serial case",
    )


def common_surname(world: World, rng: np.random.Generator) -> None:
    """An officer with the town's commonest surname meets namesakes at their natural rate; one is a party."""
    [who] = one_of(world, rng, STREET, "cases")
    low, high = world.agency_of(who).town
    names, me = world.people.surname, int(world.staff.person[who])
    common = int(np.bincount(names[low:high]).argmax())
    namesakes = np.setdiff1d(low + np.flatnonzero(names[low:high] == common), world.staff.person)
    time = world.in_shifts(rng, who, int(rng.integers(4, 8)), (1, 2), between=window(world, rng, 60))
    if not len(namesakes):
        raise NoPartError
    names[me] = common  # the only trait of a user that a scene may change, before anybody works
    person = np.full(len(time), int(rng.choice(namesakes)))
    scenario = on_case(
        world,
        rng,
        "common_surname",
        time=time,
        user=np.full(len(time), who),
        person=person,
        case="theft",
        said=CASE,
        shares=KINDS,
    )
    world.label(scenario, [who])


def own_record_training(world: World, rng: np.random.Generator) -> None:
    """Own name once or twice to test a terminal, as the reason says [PP13]; it is a listed test record."""
    [who] = one_of(world, rng, DESKS, STREET)
    me = int(world.staff.person[who])
    time = world.in_shifts(rng, who, int(rng.integers(1, 3)), (1, 1))
    world.record("test_subjects", [(key,) for key in every_key(world, me)])
    scenario = world.scenario("own_record_training", [who], [me], misuse=False, variant="plain")
    said = ("terminal test", "test", "clets training", "TEST NEW MDC", "training")
    kind = pick_kinds(rng, len(time), licence_only=0.6, person=0.4)
    reason = world.say(rng, who, said, len(time), careful=True)
    world.add(scenario, Actions.of(time, who, me, kind, reason, purpose=purpose_of(world, who)))


def a_relative(world: World, rng: np.random.Generator, who: int) -> int:
    """Somebody of a user's household, or where it is empty another relative; the relations table says it."""
    people, me = world.people, int(world.staff.person[who])
    at_home = np.setdiff1d(np.flatnonzero(people.household == people.household[me]), world.staff.person)
    relative = int(rng.choice(at_home)) if len(at_home) else world.someone(rng, home(world, who))
    relation = "household" if len(at_home) else "relative"
    world.record("relations", [(world.staff.user[who], world.key(relative), relation)])
    return relative


def relative_in_a_crash(world: World, rng: np.random.Generator) -> None:
    """The officer who comes to a collision finds a relative in one of the cars; the call is in the tables."""
    [who] = one_of(world, rng, STREET)
    time = world.in_shifts(rng, who, 1, between=(0.2, 0.9))
    time = np.concatenate([time, time + int(rng.integers(120, 900))])
    relative = a_relative(world, rng, who)
    on_calls(
        world,
        rng,
        "relative_is_party",
        time=time,
        user=np.full(2, who),
        person=np.full(2, relative),
        call="collision",
        said=("tc", "tc inj", "collision"),
        shares={"plate": 0.5, "driver": 0.5},
        variant="crash",
        subjects=[relative],
    )


def relative_is_victim(world: World, rng: np.random.Generator) -> None:
    """A relative is the victim of a burglary in a case that the user was given (compare [COL16])."""
    [who] = one_of(world, rng, "cases", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(4, 8)), (1, 2), between=window(world, rng, 60))
    other = world.someone(rng, home(world, who))
    relative = a_relative(world, rng, who)
    person = np.where(rng.random(len(time)) < 0.6, relative, other)
    on_case(
        world,
        rng,
        "relative_is_party",
        time=time,
        user=np.full(len(time), who),
        person=person,
        case="burglary",
        said=CASE,
        shares=KINDS,
        variant="victim",
        subjects=(relative, other),
    )


def a_colleague(world: World, rng: np.random.Generator, who: int) -> int:
    """The person (row number) of another user of the same agency.

    Raises NoPartError where there is none.
    """
    s = world.staff
    others = np.flatnonzero((s.agency == s.agency[who]) & (s.role != "service"))
    others = np.setdiff1d(others, [who, *world.cast_list])
    if not len(others):
        raise NoPartError
    return int(s.person[rng.choice(others)])


def colleague_in_a_crash(world: World, rng: np.random.Generator) -> None:
    """A colleague's car was hit: plate, licence and a second look, all on the call (compare [LN14])."""
    [who] = one_of(world, rng, STREET)
    colleague = a_colleague(world, rng, who)
    time = world.in_shifts(rng, who, 1, between=(0.1, 0.9))
    time = time[0] + np.array([0, 240, 1500])
    on_calls(
        world,
        rng,
        "colleague_is_victim",
        time=time,
        user=np.full(3, who),
        person=np.full(3, colleague),
        call="collision",
        said=("tc officer involved", "h&r rpt", "collision"),
        shares={"plate": 0.6, "driver": 0.4},
        variant="crash",
        subjects=[colleague],
    )


def colleague_applies(world: World, rng: np.random.Generator) -> None:
    """A colleague applies for another post: criminal history under purpose J, the application on file."""
    [who] = one_of(world, rng, "records")
    colleague = a_colleague(world, rng, who)
    time = world.in_shifts(rng, who, 2, between=(0.3, 0.8))
    applied = world.date(int(time[0]) - int(rng.integers(1, 4)) * DAY).isoformat()
    row = ("employment", world.agency_of(who).name, applied)
    world.record("permits", [(key, *row) for key in every_key(world, colleague)])
    scenario = world.scenario("colleague_is_victim", [who], [colleague], misuse=False, variant="applicant")
    reason = world.say(rng, who, APPLICANT, len(time), careful=True)
    world.add(scenario, Actions.of(time, who, colleague, "history", reason, purpose="J"))


def neighbourhood_regular(world: World, rng: np.random.Generator) -> None:
    """A man of the neighbourhood whom several officers meet on call after call."""
    officers = team(world, rng, STREET, most=4)
    low, _ = world.agency_of(officers[0]).town
    regular = low + int(rng.integers(REGULARS))
    met = [world.in_shifts(rng, who, int(rng.integers(8, 16))) for who in officers]
    time, user = np.concatenate(met), np.repeat(officers, [len(one) for one in met])
    on_calls(
        world,
        rng,
        "neighbourhood_regular",
        time=time,
        user=user,
        person=np.full(len(time), regular),
        call="disturbance",
        said=("415", "415 call", "415 transient", "trespass", "drunk in public"),
        shares={"person": 0.8, "driver": 0.2},
        subjects=[regular],
    )


def protection_order_checks(world: World, rng: np.random.Generator) -> None:
    """Patrol checks week after week that a respondent keeps away, on the case of the protection order."""
    [who] = one_of(world, rng, STREET)
    weeks = int(np.clip(world.days // 7, 3, rng.integers(12, 26)))
    time = world.in_shifts(rng, who, weeks, between=(0.1, 0.9))
    respondent = world.someone(rng, home(world, who), sex="M", ages=(19, 65))
    victim = world.someone(rng, home(world, who), sex="F", ages=(19, 65))
    on_case(
        world,
        rng,
        "protection_order_checks",
        time=time,
        user=np.full(len(time), who),
        person=np.full(len(time), respondent),
        case="protection order",
        said=("ro check {n}", "rest order ck {n}", "tro ck {n}", "{n}"),
        shares={"person": 0.7, "plate": 0.3},
        subjects=(respondent, victim),
    )


def frequent_party(world: World, rng: np.random.Generator) -> None:
    """One man is a party of theft after theft: the same officers look him up all the time, on each case."""
    officers = team(world, rng, CASES, STREET, most=3)
    person = world.someone(rng, home(world, officers[0]), sex="M", ages=(18, 50))
    shifts = [world.in_shifts(rng, who, int(rng.integers(9, 18)), (1, 2)) for who in officers]
    scenario = world.scenario("frequent_party", officers, [person], misuse=False, variant="plain")
    town = home(world, officers[0])
    span = max(10 * DAY, world.end // 8)
    for who, times in zip(officers, shifts, strict=True):
        for time in np.split(times, np.flatnonzero(np.diff(times // span)) + 1):
            opened, closed = int(time[0]) - DAY // 2, int(time[-1]) + int(rng.integers(5, 20)) * DAY
            kind = str(rng.choice(["burglary", "robbery", "theft"]))
            number = world.cases.file(opened, closed, town, kind, (person,), (who,))
            about = and_bystanders(world, rng, town, np.full(len(time), person))
            kinds = pick_kinds(rng, len(time), person=0.4, driver=0.3, history=0.3)
            reason = world.say(rng, who, CASE, len(time))
            world.add(scenario, Actions.of(time, who, about, kinds, reason, number=number))


FAMILIES = (
    Family("dv_detective", (), {"plain": dv_detective}),
    Family("sex_crimes_unit", (), {"unit": sex_crimes_unit, "serial case": serial_case}),
    Family("common_surname", (), {"plain": common_surname}),
    Family("own_record_training", (), {"plain": own_record_training}),
    Family("relative_is_party", (), {"crash": relative_in_a_crash, "victim": relative_is_victim}),
    Family("colleague_is_victim", (), {"crash": colleague_in_a_crash, "applicant": colleague_applies}),
    Family("neighbourhood_regular", (), {"plain": neighbourhood_regular}),
    Family("protection_order_checks", (), {"plain": protection_order_checks}),
    Family("frequent_party", (), {"plain": frequent_party}),
)
