"""Street work: stops, calls for service and plates run on the beat, sometimes through dispatch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import ALPR, ALPR_CASE, BULLETIN, CALLS, PATROL, REPORT, TRAFFIC
from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints, edges
from anomaly.synth.work.made import CALL_KINDS, Calls, Made, Reports
from anomaly.synth.work.people import on_the_beat, pick_kinds, pick_people, usual_kinds
from anomaly.synth.world import World

STOP, CALL, PLATE = 0, 1, 2


def street(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """The stops, calls and plate runs of officers at these times, (n,) both."""
    s, asked, n = world.p.street, world.p.asked, len(time)
    stops, calls_too = (
        np.where(world.staff.does("traffic")[who], *of_both)
        for of_both in zip(np.cumsum(s.traffic)[:2], np.cumsum(s.patrol)[:2], strict=True)
    )
    draw = rng.random(n)
    what = (draw >= stops).astype(np.int64) + (draw >= calls_too)
    person = pick_people(world, rng, who)
    calls = what == CALL
    person[calls] = pick_people(world, rng, who[calls], regulars=s.regulars)
    familiar = np.flatnonzero((what == PLATE) & (rng.random(n) < s.familiar_plate))
    person[familiar] = on_the_beat(world, rng, who[familiar])
    met = np.flatnonzero((what != CALL) & (rng.random(n) < s.bulletin))
    sought = world.bulletins.live(world.staff.agency[who[met]], time[met])
    met, sought = met[sought >= 0], sought[sought >= 0]
    person[met] = sought
    kind = np.choose(
        what,
        [
            usual_kinds(world, rng, n, asked.stop),
            usual_kinds(world, rng, n, asked.call),
            usual_kinds(world, rng, n, asked.beat),
        ],
    )
    call_kind = np.where(what == CALL, rng.integers(1, len(CALL_KINDS), size=n), 0)
    number = _reports(world, rng, time, who, person, calls, made)
    reason = _reasons(world, rng, who, what, call_kind, number)
    reason[met] = world.say(rng, who[met], BULLETIN)
    called = what != PLATE
    made.calls.append(
        Calls(time[called], world.staff.agency[who[called]], call_kind[called], who[called], person[called])
    )
    typed = _through_dispatch(world, rng, who, time)
    shown = rng.random(n) < s.number_shown
    behalf = np.where(typed == who, -1, who)
    made.actions.append(
        Actions.of(time, typed, person, kind, reason, number=number, shown=shown, behalf=behalf)
    )
    again = np.flatnonzero(called & (rng.random(n) < s.second_look))
    made.actions.append(
        Actions.of(
            time[again] + rng.integers(90, 600, size=len(again)),
            who[again],
            person[again],
            pick_kinds(rng, len(again), **asked.second_look),
            reason[again],
            number=number[again],
            shown=shown[again],
        )
    )
    _follow_up(world, rng, time, who, person, reason, number, made)
    seen = np.flatnonzero((what != CALL) & (rng.random(n) < s.alpr))
    cameras(world, rng, time[seen], who[seen], person[seen], number[seen], made)


def cameras(
    world: World, rng: np.random.Generator, time: Ints, who: Ints, person: Ints, number: Ints, made: Made
) -> None:
    """Searches of the plate readers' records a few minutes later, (n,) each."""
    n = len(time)
    reason = np.where(number >= 0, world.say(rng, who, ALPR_CASE), world.say(rng, who, ALPR))
    made.actions.append(
        Actions.of(
            time + rng.integers(60, 900, size=n),
            who,
            person,
            "cameras",
            reason,
            number=number,
            networks=networks(world, rng, n),
        )
    )


def networks(world: World, rng: np.random.Generator, n: int) -> Ints:
    """How many networks each of `n` searches reached: few for most, thousands for some."""
    s = world.p.street
    reached = s.networks_median * np.exp(s.networks_sigma * rng.standard_normal(n))
    return np.clip(reached, 1, s.networks_most).astype(np.int64)


def _reasons(
    world: World, rng: np.random.Generator, who: Ints, what: Ints, call_kind: Ints, number: Ints
) -> Ints:
    reason = np.zeros(len(who), dtype=np.int64)
    groups: list[tuple[NDArray[np.bool_], tuple[str, ...] | list[str]]] = [
        (what == STOP, TRAFFIC),
        (what == PLATE, PATROL),
        (number >= 0, REPORT),
    ]
    quiet = (what == CALL) & (number < 0)
    groups += [(quiet & (call_kind == k), CALLS[name]) for k, name in enumerate(CALL_KINDS) if name in CALLS]
    for chosen, texts in groups:
        rows = np.flatnonzero(chosen)
        reason[rows] = world.say(rng, who[rows], texts)
    return reason


def _reports(
    world: World,
    rng: np.random.Generator,
    time: Ints,
    who: Ints,
    person: Ints,
    calls: NDArray[np.bool_],
    made: Made,
) -> Ints:
    """The case number of each action, (n,), -1 for most: a share of the calls ends in a report."""
    number = np.full(len(time), -1, dtype=np.int64)
    rows = np.flatnonzero(calls & (rng.random(len(time)) < world.p.street.report))
    agency = world.staff.agency[who[rows]]
    number[rows] = world.cases.numbering.numbers(agency, time[rows], made.lane)
    made.reports.append(Reports(number[rows], time[rows] - 300, agency, person[rows], who[rows]))
    return number


def _follow_up(
    world: World,
    rng: np.random.Generator,
    time: Ints,
    who: Ints,
    person: Ints,
    reason: Ints,
    number: Ints,
    made: Made,
) -> None:
    """Some reports are looked at again in a later shift of the same officer."""
    rows = np.flatnonzero((number >= 0) & (rng.random(len(time)) < world.p.street.follow_up))
    day = time[rows] // DAY + rng.integers(1, world.p.street.follow_up_days, size=len(rows))
    at = np.full(len(rows), -1, dtype=np.int64)
    for later in range(8):  # no rota has more days off in a row
        works, begin, end, _ = world.staff.on(who[rows], day + later)
        inside = begin + (rng.random(len(rows)) * (end - begin)).astype(np.int64)
        at = np.where((at < 0) & works, inside, at)
    done = at >= 0
    rows, at = rows[done], at[done]
    made.actions.append(Actions.of(at, who[rows], person[rows], "driver", reason[rows], number=number[rows]))


def _through_dispatch(world: World, rng: np.random.Generator, who: Ints, time: Ints, tries: int = 4) -> Ints:
    """Who typed each query, (n,): a dispatcher on duty takes a share of them."""
    typed = who.copy()
    by = world.plan.dispatched_by[world.staff.agency[who]]
    desk = np.flatnonzero(world.staff.does("dispatch"))  # ascending by agency
    of_agency = edges(world.staff.agency[desk], len(world.plan.agencies))
    first, after = of_agency[by], of_agency[by + 1]
    left = np.flatnonzero(
        (after > first) & (by >= 0) & (rng.random(len(who)) < world.p.street.through_dispatch)
    )
    for _ in range(tries):
        pick = desk[first[left] + (rng.random(len(left)) * (after - first)[left]).astype(np.int64)]
        there = world.staff.on_duty(pick, time[left])
        typed[left[there]] = pick[there]
        left = left[~there]
    return typed
