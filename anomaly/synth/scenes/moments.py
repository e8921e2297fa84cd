"""When misuse is done: visits inside shifts, hours of leisure, and bursts of a few queries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

MINUTE = 60


def window(world: World, rng: np.random.Generator, days: int) -> tuple[float, float]:
    """A stretch of `days` days of the world's, as shares of its time; all of it if it is shorter."""
    share = min(1.0, days / world.days)
    begin = float(rng.uniform(0, 1 - share))
    return begin, begin + share


def visits(
    world: World,
    rng: np.random.Generator,
    user: int,
    n: int,
    *,
    shifts: int,
    between: tuple[float, float] = (0.0, 1.0),
) -> Ints:
    """Exactly `n` times, ascending, in up to `shifts` shifts of a user between two shares of all time."""
    times = world.in_shifts(rng, user, shifts, (n, n), between=between)
    return np.sort(rng.choice(times, size=n, replace=False))


def on_leave(world: World, user: int, time: Ints) -> NDArray[np.bool_]:
    """Whether each time, (n,), is in a leave of the user."""
    first = world.staff.leave[user] * DAY
    last = first + int(world.staff.away[user]) * DAY
    away: NDArray[np.bool_] = ((time[:, None] >= first) & (time[:, None] < last)).any(axis=1)
    return away


def leisure(world: World, rng: np.random.Generator, user: int, n: int) -> Ints:
    """Up to `n` times, ascending, on days off, hours away from any shift and not on leave."""
    times = world.free_times(rng, user)
    times = times[~on_leave(world, user, times)] if len(times) else times
    if len(times) < 4:
        raise NoPartError
    return np.sort(rng.choice(times, size=min(n, len(times)), replace=False))


def after_work(world: World, rng: np.random.Generator, user: int, n: int, minutes: tuple[int, int]) -> Ints:
    """Up to `n` times, ascending, so many minutes (low, high) after a shift ends, before any other begins."""
    ends = world.shifts(user)[:, 1]
    times = ends + rng.integers(minutes[0] * MINUTE, minutes[1] * MINUTE, size=len(ends))
    free = times[~world.staff.on_duty(np.full(len(times), user), times) & (times < world.end)]
    if len(free) < 4:
        raise NoPartError
    return np.sort(rng.choice(free, size=min(n, len(free)), replace=False))


def bursts(rng: np.random.Generator, starts: Ints, each: tuple[int, int], seconds: tuple[int, int]) -> Ints:
    """From each of `starts` on, `each` (low, high) times that are `seconds` (low, high) apart; ascending."""
    counts = rng.integers(each[0], each[1] + 1, size=len(starts))
    of = np.repeat(np.arange(len(starts)), counts)
    gaps = rng.integers(seconds[0], seconds[1] + 1, size=len(of))
    kth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    gaps[kth == 0] = 0
    total = np.cumsum(gaps)
    base = np.repeat(total[np.cumsum(counts) - counts], counts) if len(of) else total
    return np.sort(np.asarray(starts)[of] + total - base).astype(np.int64)


def on_days(rng: np.random.Generator, days: Ints, hours: tuple[float, float]) -> Ints:
    """One time on each of `days`, (n,), between two hours of the clock; above 24 they are of the next day."""
    low, high = (int(hour * HOUR) for hour in hours)
    return np.sort(days * DAY + rng.integers(low, high, size=len(days))).astype(np.int64)
