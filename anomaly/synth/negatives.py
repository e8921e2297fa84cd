"""Hard negatives: innocent work that looks like misuse, each a labelled scenario of its own.

They belong to the ordinary work: a clean world has them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from anomaly.synth.misuse import free_times
from anomaly.synth.people import Officer
from anomaly.synth.reasons import FAMILY, VAGUE, WARRANTS, say
from anomaly.synth.rota import DAY, HOUR, Seconds, in_shifts, midnight
from anomaly.synth.work import pick_kinds, pick_people
from anomaly.synth.world import N_TEST, Case, World, clock


def family_case(world: World, rng: np.random.Generator, who: Officer, victim: int, respondent: int) -> None:
    """A domestic-violence detective looks up one victim and one respondent for months, on an open case."""
    shifts = world.duty[who.index].shifts
    case = Case(
        f"24-{who.agency[:2]}DV{who.index:03d}",
        who.agency,
        int(shifts[2, 0]),
        int(shifts[-1, 1]) + 20 * DAY,
        "domestic violence",
        (victim, respondent),
        (who.index,),
    )
    world.file_case(case, keep=True)
    time = in_shifts(rng, shifts[3:], 22, (1, 2))
    n = len(time)
    person = np.where(rng.random(n) < 0.65, victim, respondent)
    shown = np.where(rng.random(n) < 0.8, case.number, "").astype(object)
    number = world.scenario("dv_detective", who.agency, [who], [victim, respondent], misuse=False)
    world.actions.add(
        time,
        who.index,
        person,
        pick_kinds(rng, n, driver=0.5, person=0.3, plate=0.2),
        say(rng, who, FAMILY, [case.number] * n),
        case_number=shown,
        scenario=number,
    )


def regular(world: World, rng: np.random.Generator, who: Officer, person: int) -> None:
    """A neighbourhood regular whom one beat officer meets on call after call, and other officers meet too."""
    time = in_shifts(rng, world.duty[who.index].shifts, 15, (1, 1))
    n = len(time)
    number = world.scenario("neighbourhood_regular", who.agency, [who], [person], misuse=False)
    world.label(number, pl.col("person") == person)
    world.log_calls(who.agency, time, np.full(n, person), who.index, ["disturbance"] * n)
    reason = say(rng, who, ("415", "415 transient", "trespass", "welf ck", "ped ck"), [""] * n)
    world.actions.add(time, who.index, person, "person", reason, scenario=number)


def manhunt(
    world: World, rng: np.random.Generator, officers: Sequence[Officer], wanted: int, day: int
) -> None:
    """Dozens of officers of several agencies look for one wanted man in three days, after a bulletin."""
    issued = world.first + day * DAY + 7 * HOUR
    world.record("bulletins", [(world.key(wanted), "wanted person", clock(issued), clock(issued + 10 * DAY))])
    number = world.scenario("manhunt", "", officers, [wanted], misuse=False)
    said = ("bolo", "BOLO 187 susp", "187 susp", "homicide susp bolo", "attempt locate", "atl bolo")
    for who in officers:
        time = in_window(world, rng, who, issued + HOUR, issued + 3 * DAY, 1 + int(rng.integers(2)))
        n = len(time)
        kind = pick_kinds(rng, n, plate=0.4, driver=0.4, history=0.2)
        world.actions.add(
            time, who.index, wanted, kind, say(rng, who, said, [""] * n), case_number="", scenario=number
        )


def in_window(world: World, rng: np.random.Generator, who: Officer, start: int, end: int, n: int) -> Seconds:
    """`n` times of one user on duty between two times; where there is no shift in between, any time of it."""
    shifts = world.duty[who.index].shifts
    inside = shifts[(shifts[:, 0] >= start) & (shifts[:, 1] <= end)]
    if not len(inside):
        inside = np.array([[start, end]])
    begin, stop = inside[int(rng.integers(len(inside)))]
    return np.sort(rng.integers(begin, stop, size=n)).astype(np.int64)


def whole_account(world: World, pattern: str, who: Officer, rows: pl.Expr | None = None) -> None:
    """Label the work of one account, or the `rows` of it, as a scenario: the work itself is the hard case."""
    number = world.scenario(pattern, who.agency, [who], misuse=False)
    mine = pl.col("user") == who.index
    world.label(number, mine if rows is None else mine & rows)


def whole_agency(world: World, pattern: str, agency: str) -> None:
    """Label all the ordinary work of an agency as a scenario."""
    users = [who for who in world.staff if who.agency == agency]
    number = world.scenario(pattern, agency, users, misuse=False)
    world.label(number, pl.col("user").is_in([who.index for who in users]))


def words(
    world: World, rng: np.random.Generator, who: Officer, pattern: str, said: Sequence[str], n: int
) -> None:
    """Reasons whose words look like immigration enforcement and are not: a drug, a truck, a U visa."""
    time = in_shifts(rng, world.duty[who.index].shifts, n, (1, 1))
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    number = world.scenario(pattern, who.agency, [who], misuse=False)
    plain = replace(who, vague=0.0)
    kind = pick_kinds(rng, len(time), driver=0.5, plate=0.5)
    world.actions.add(time, who.index, person, kind, say(rng, plain, said, [""] * len(time)), scenario=number)


def training(world: World, rng: np.random.Generator, officers: Sequence[Officer], day: int) -> None:
    """A training day: everybody in the room runs the same test records."""
    start = world.first + day * DAY + 10 * HOUR
    tests = range(len(world.staff), len(world.staff) + N_TEST)
    world.record("test_subjects", [(world.key(person, "license"),) for person in tests])
    if not world.bare:
        world.record(
            "test_subjects", [(world.key(person, kind),) for person in tests for kind in ("plate", "name")]
        )
    number = world.scenario("training_day", officers[0].agency, officers, list(tests), misuse=False)
    for who in officers:
        time = np.sort(rng.integers(start, start + 2 * HOUR, size=5)).astype(np.int64)
        kind = pick_kinds(rng, 5, plate=0.5, driver=0.5)
        said = say(rng, who, ("training", "clets training", "test", "TRAINING", "trng"), [""] * 5)
        world.actions.add(time, who.index, rng.choice(list(tests), size=5), kind, said, scenario=number)


def warrant_round(world: World, rng: np.random.Generator, who: Officer, rounds: int) -> None:
    """A warrants clerk validates a stack of warrants by hand once a month, one every half minute or so."""
    number = world.scenario("warrant_round", who.agency, [who], misuse=False)
    for begin in np.array_split(world.duty[who.index].shifts[:, 0], rounds):
        n = int(rng.integers(35, 55))
        time = int(begin[len(begin) // 2]) + HOUR + np.cumsum(rng.integers(18, 75, size=n))
        person = pick_people(world, rng, who.agency, n, 0.0)
        reason = say(rng, who, WARRANTS, [""] * n)
        world.actions.add(time.astype(np.int64), who.index, person, "person", reason, scenario=number)


def overtime(world: World, rng: np.random.Generator, who: Officer, nights: Sequence[int], case: Case) -> None:
    """A detective works nights on a fresh case, with the overtime in the shift table."""
    number = world.scenario("overtime_nights", who.agency, [who], case.people, misuse=False)
    for night in nights:
        start = world.first + night * DAY + 20 * HOUR
        world.record("shifts", [(who.user, clock(start), clock(start + 7 * HOUR))])
        n = int(rng.integers(5, 9))
        time = np.sort(rng.integers(start + 600, start + 7 * HOUR, size=n)).astype(np.int64)
        person = rng.choice(case.people, size=n)
        kind = pick_kinds(rng, n, history=0.3, driver=0.4, plate=0.3)
        said = say(rng, who, ("{n}", "{n} f/u", "187 {n}"), [case.number] * n)
        world.actions.add(time, who.index, person, kind, said, case_number=case.number, scenario=number)


def fresh_case(world: World, rng: np.random.Generator, who: Officer, day: int) -> Case:
    """A case that opens on a day and stays open for six weeks, sure to be in the tables."""
    people = pick_people(world, rng, who.agency, 4, 0.0)
    opened = midnight(world.day(0)) + day * DAY + 9 * HOUR
    number = f"24-{who.agency[:2]}HX{who.index:03d}"
    return world.file_case(
        Case(number, who.agency, opened, opened + 42 * DAY, "homicide", tuple(people.tolist()), (who.index,)),
        keep=True,
    )


def says_little(world: World, who: Officer) -> None:
    """Label an officer who only ever types something vague but does name the case: careless, not hiding."""
    whole_account(world, "vague_with_case", who, pl.col("reason").is_in(list(VAGUE)))


def callouts(world: World, rng: np.random.Generator, who: Officer, *, n: int = 12) -> None:
    """Somebody on call is fetched on days off for one quick check; each call-out is in the shift table."""
    number = world.scenario("on_call", who.agency, [who], misuse=False)
    for at in np.sort(rng.permutation(free_times(world, rng, who))[:n]):
        world.record("shifts", [(who.user, clock(at - HOUR // 2), clock(at + 3 * HOUR))])
        person = pick_people(world, rng, who.agency, 1, 0.0)
        world.actions.add(np.array([at]), who.index, person, "licence only", "call out", scenario=number)


def lot_sweep(world: World, rng: np.random.Generator, who: Officer, *, n: int = 60) -> None:
    """An officer on a call walks a car park and checks plate after plate for stolen cars."""
    begin, _ = world.duty[who.index].shifts[len(world.duty[who.index].shifts) // 2]
    time = int(begin) + 3 * HOUR + np.cumsum(4 + rng.gamma(2, 9, size=n).astype(np.int64))
    person = pick_people(world, rng, who.agency, n, 0.0)
    number = world.scenario("lot_sweep", who.agency, [who], misuse=False)
    world.log_calls(who.agency, time[:1], person[:1], who.index, ["stolen vehicle"], keep=True)
    world.actions.add(time.astype(np.int64), who.index, person, "stolen", "lot check", scenario=number)


def last_shift(world: World, rng: np.random.Generator, who: Officer) -> None:
    """The last night shift runs past midnight, into the day after the last day of employment."""
    end = int(world.duty[who.index].shifts[-1, 1])
    time = np.sort(rng.integers(end - 5 * HOUR, end, size=3)).astype(np.int64)
    person = pick_people(world, rng, who.agency, 3, 0.0)
    number = world.scenario("last_night_shift", who.agency, [who], misuse=False)
    world.log_calls(who.agency, time, person, who.index, ["disturbance"] * 3, keep=True)
    world.actions.add(time, who.index, person, "driver", "415", scenario=number)
