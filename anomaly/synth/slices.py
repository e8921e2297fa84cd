"""The log is made slice by slice of time: a slice depends on its number alone, so any thread may make any
slice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.actions import KTH_OF_STEP, MOST_STEPS, Actions, expand
from anomaly.synth.daylight import changes
from anomaly.synth.numbers import LANES, REPORTS
from anomaly.synth.rows import Rows, in_order
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints, scrambled
from anomaly.synth.work import WORK, Made
from anomaly.synth.work.manners import for_others, in_passing
from anomaly.synth.world import World

SERIALS, SLICES = 1 << 21, 1 << 12  # actions that one slice may have, and slices of a world
# Actions of scenes are numbered apart: ordinary rows carry the same ids in a world and in its clean twin.
EXTRA_SERIAL, MISUSE_SERIAL = 1 << 33, 3 << 32  # thrice the last is under 2^38 still (streams.scrambled)
LENGTHS = (3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY)
COURT_PACE = 0.2  # of a usual shift's


class Shifts(NamedTuple):
    """Shifts, (k,) each: user, begin and end in seconds, 1 for overtime and court."""

    user: Ints
    begin: Ints
    end: Ints
    overtime: Ints


class Duty(NamedTuple):
    """Who begins a shift on a day, (k,) each: users, begin and end in seconds, whether overtime or court,
    mean actions in the shift, and the share of them that is done after its end.
    """

    user: Ints
    begin: Ints
    end: Ints
    extra: NDArray[np.bool_]
    pace: NDArray[np.float64]
    late: NDArray[np.float64]


class Slice(NamedTuple):
    """Rows written in a slice, coded as `expand` says; what its work left for the tables; shifts that begin
    in it.

    Some rows are later than the slice: cascades, second looks and follow-ups run over its end.
    """

    rows: Rows
    made: Made
    shifts: Shifts


def length_of(events: int, days: int, most: int = 250_000) -> int:
    """Seconds of a slice: the longest of `LENGTHS` in which at most `most` rows are to be expected.

    A world of many years has longer ones, as it may have no more than `SLICES`.
    """
    allowed = [length for length in LENGTHS if days * DAY <= SLICES * length]
    fitting = [length for length in allowed if events * length <= most * days * DAY]
    return fitting[-1] if fitting else allowed[0]


def one_slice(
    world: World, number: int, length: int, *, on: Callable[[int], Duty] | None = None, name: str = "slice"
) -> Slice:
    """Slice `number` (0 the first) of `length` seconds: all ordinary work, of those `on` duty if given."""
    rng = world.rng(name, number)
    span = (number * length, min((number + 1) * length, world.end))
    time, who, shifts = _at_work(rng, span, on or partial(on_duty, world))
    made = Made(REPORTS + number % (LANES - REPORTS))
    for do, works in WORK.items():
        mine = np.flatnonzero(world.staff.does(*works)[who])
        if len(mine):
            do(world, rng, time[mine], who[mine], made)
    actions = Actions.joined(made.actions)
    for_others(world, rng, actions)
    in_passing(world, rng, actions)
    actions.scenario = world.labels[actions.user]
    made.actions.clear()
    return Slice(_after_the_gap(expand(actions, rng, 1 + number * SERIALS), world), made, shifts)


def on_duty(world: World, day: int, users: Ints | None = None) -> Duty:
    """Who of `users`, or of everybody, begins a shift on a day (0 the first)."""
    who, start, stop, extra = world.staff.shifts(day, users)
    pace = world.staff.pace[who] * world.staff.busy(who, np.full(len(who), day))
    pace = np.where(extra & (stop - start < 4 * HOUR), pace * COURT_PACE, pace)
    stays = np.where(world.staff.service[who], 0, world.p.habits.stays_late)
    return Duty(who, start, stop, extra, pace, stays)


def _at_work(
    rng: np.random.Generator, span: tuple[int, int], duty: Callable[[int], Duty]
) -> tuple[Ints, Ints, Shifts]:
    """When who does something between two times, (n,) each; and the shifts that begin then."""
    begin, end = span
    times, actors, shifts = [], [], []
    for day in range(begin // DAY - 1, -(-end // DAY)):
        who, start, stop, extra, pace, stays = duty(day)
        here = np.flatnonzero((start >= begin) & (start < end))
        shifts.append(np.stack([who[here], start[here], stop[here], extra[here].astype(np.int64)]))
        low, high = np.maximum(start, begin), np.minimum(stop, end)
        on = np.flatnonzero(high > low)
        counts = rng.poisson((pace * (high - low) / (stop - start))[on])
        of = np.repeat(on, counts)
        time = low[of] + (rng.random(len(of)) * (high - low)[of]).astype(np.int64)
        late = rng.random(len(of)) < stays[of]
        times.append(np.where(late, stop[of] + rng.integers(60, 2700, size=len(of)), time))
        actors.append(who[of])
    user, start, stop, overtime = np.concatenate(shifts, axis=1)
    return np.concatenate(times), np.concatenate(actors), Shifts(user, start, stop, overtime)


def scenes(world: World) -> tuple[Rows, Rows]:
    """The rows of the scenes, coded and ascending in time: those of innocent scenes, and those of misuse."""
    out = []
    for name, parts, serial in (
        ("extra", world.extra, EXTRA_SERIAL),
        ("misuse", world.misuse, MISUSE_SERIAL),
    ):
        rows = expand(Actions.joined(parts), world.rng("switch", name), serial)
        out.append(in_order(_after_the_gap(rows, world)))
    return out[0], out[1]


def event_number(world: World, rows: Rows) -> Ints:
    """A number for each row, (n,): unique, and silent about order, action and scenario."""
    return scrambled(world.rng("event ids"), rows["serial"] * MOST_STEPS + KTH_OF_STEP.take(rows["step"]))


def action_number(world: World, rows: Rows) -> Ints:
    """The same for the action of each row."""
    return scrambled(world.rng("action ids"), rows["serial"])


def _after_the_gap(rows: Rows, world: World) -> Rows:
    """Move the hour that the wall clock does not have, where the clocks go forward, one hour on."""
    time = rows["time"]
    for gap, seconds in changes(world.p.time_zone, world.p.first_day, world.days + 1):
        if seconds > 0:
            time[(time >= gap) & (time < gap + seconds)] += seconds
    return rows
