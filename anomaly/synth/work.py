"""Street work: stops, calls for service and plates run on the beat, sometimes through dispatch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.actions import CODES, Ints
from anomaly.synth.people import Officer
from anomaly.synth.reasons import CALLS, DISPATCH, PATROL, REPORT, TRAFFIC, Text, say
from anomaly.synth.rota import DAY, moments
from anomaly.synth.world import REGULARS, Case, World

THROUGH_DISPATCH = 0.14  # share of street queries that a dispatcher types
STOP, CALL, PLATE = 0, 1, 2
MIX = {"patrol": (0.42, 0.33, 0.25), "traffic": (0.72, 0.10, 0.18)}


def pick_people(world: World, rng: np.random.Generator, agency: str, n: int, regulars: float) -> Ints:
    """`n` residents of the agency's town (row numbers); a share are its regulars, the first met most."""
    low, high = world.towns[agency]
    person = rng.integers(low, high, size=n)
    again = rng.random(n) < regulars
    weight = 1 / np.arange(1, REGULARS + 1)
    known = rng.choice(REGULARS, size=int(again.sum()), p=weight / weight.sum())
    person[again] = low + known
    return person.astype(np.int64)


def pick_kinds(rng: np.random.Generator, n: int, **shares: float) -> Ints:
    """`n` codes of kinds of action, by their shares; an underscore stands for a space."""
    codes = np.array([CODES[name.replace("_", " ")] for name in shares])
    return codes[rng.choice(len(codes), size=n, p=np.array(list(shares.values())))]


def on_duty_in(world: World, unit: Sequence[Officer], time: Ints, rng: np.random.Generator) -> Ints:
    """For each time (n,) the row number of a user of `unit` who was on duty, -1 where there was none."""
    best = np.full(len(time), -1.0)
    chosen = np.full(len(time), -1, dtype=np.int64)
    for who in unit:
        shifts = world.duty[who.index].shifts
        at = np.searchsorted(shifts[:, 0], time, side="right") - 1
        on: NDArray[np.bool_] = (at >= 0) & (time < shifts[np.maximum(at, 0), 1])
        draw = np.where(on, rng.random(len(time)), -1.0)
        chosen = np.where(draw > best, who.index, chosen)
        best = np.maximum(best, draw)
    return chosen


def street(world: World, who: Officer, rng: np.random.Generator) -> None:
    """All the stops, calls and plate runs of one officer."""
    agency = next(a for a in world.agencies if a.agency == who.agency)
    time = moments(rng, world.duty[who.index].shifts, who.pace)
    n = len(time)
    what = rng.choice(3, size=n, p=MIX[who.work])
    person = np.where(
        what == CALL,
        pick_people(world, rng, who.agency, n, 0.16),
        pick_people(world, rng, who.agency, n, 0.03),
    )
    beat = rng.integers(*world.towns[who.agency], size=6)
    familiar = (what == PLATE) & (rng.random(n) < 0.04)
    person[familiar] = beat[rng.integers(6, size=int(familiar.sum()))]
    kind = np.choose(
        what,
        [
            pick_kinds(rng, n, plate=0.7, driver=0.3),
            pick_kinds(rng, n, driver=0.45, person=0.35, plate=0.2),
            pick_kinds(rng, n, plate_only=0.75, plate=0.25),
        ],
    )
    numbers = _reports(world, who, rng, time, person, what == CALL)
    calls = np.array(list(CALLS), dtype=object)[rng.integers(len(CALLS), size=n)]
    reason = np.select(
        [what == STOP, what == PLATE, numbers != ""],
        [say(rng, who, TRAFFIC, numbers), say(rng, who, PATROL, numbers), say(rng, who, REPORT, numbers)],
        _call_reasons(rng, who, calls),
    )
    called = what != PLATE
    kinds = np.where(what == STOP, "traffic stop", calls)[called]
    world.log_calls(who.agency, time[called], person[called], who.index, kinds.tolist())
    user, behalf = _through_dispatch(world, agency.dispatched_by, who, rng, time)
    shown = np.where(rng.random(n) < 0.8, numbers, "")
    world.actions.add(time, user, person, kind, reason, case_number=shown, on_behalf_of=behalf)

    again = called & (rng.random(n) < 0.08)  # the same stop, a second look
    world.actions.add(
        time[again] + rng.integers(90, 600, size=int(again.sum())),
        who.index,
        person[again],
        pick_kinds(rng, int(again.sum()), history=0.6, licence_only=0.4),
        reason[again],
        case_number=shown[again],
    )
    reported = (numbers != "") & (rng.random(n) < 0.15)  # a report is followed up on a later shift
    later = np.searchsorted(time, time + (DAY * rng.uniform(1, 12, size=n)).astype(np.int64))
    follow = reported & (later < n)
    at = time[np.minimum(later, n - 1)][follow] + rng.integers(60, 900, size=int(follow.sum()))
    world.actions.add(at, who.index, person[follow], "driver", reason[follow], case_number=shown[follow])


def _call_reasons(rng: np.random.Generator, who: Officer, calls: Text) -> Text:
    """A reason for each kind of call, (n,) both."""
    said = np.full(len(calls), "", dtype=object)
    for kind, phrases in CALLS.items():
        mine = calls == kind
        said[mine] = say(rng, who, phrases, [""] * int(mine.sum()))
    return said


def _reports(
    world: World, who: Officer, rng: np.random.Generator, time: Ints, person: Ints, calls: NDArray[np.bool_]
) -> Text:
    """The case number of each action, "" for most: three calls in ten end in a report."""
    numbers = np.full(len(time), "", dtype=object)
    for k in np.flatnonzero(calls & (rng.random(len(time)) < 0.3)):
        closed = int(time[k] + DAY * rng.integers(3, 40))
        number = f"24-{who.agency[:2]}{len(world.cases):05d}"
        world.file_case(
            Case(number, who.agency, int(time[k]) - 300, closed, "report", (int(person[k]),), (who.index,))
        )
        numbers[k] = number
    return numbers


def _through_dispatch(
    world: World, dispatched_by: str, who: Officer, rng: np.random.Generator, time: Ints
) -> tuple[Ints, Text]:
    """Who typed each query, (n,) row numbers, and for whom: a dispatcher on duty takes a share of them."""
    user = np.full(len(time), who.index, dtype=np.int64)
    behalf = np.full(len(time), "", dtype=object)
    if dispatched_by:
        typed = on_duty_in(world, world.unit(dispatched_by, "DISPATCH"), time, rng)
        taken = (typed >= 0) & (rng.random(len(time)) < THROUGH_DISPATCH)
        user[taken] = typed[taken]
        behalf[taken] = who.user
    return user, behalf


def dispatch(world: World, who: Officer, rng: np.random.Generator) -> None:
    """A dispatcher's own queries: callers, tows, somebody at the desk."""
    time = moments(rng, world.duty[who.index].shifts, who.pace)
    n = len(time)
    person = pick_people(world, rng, who.agency, n, 0.1)
    kind = pick_kinds(rng, n, plate=0.4, plate_only=0.3, person=0.3)
    world.actions.add(time, who.index, person, kind, say(rng, who, DISPATCH, [""] * n))
