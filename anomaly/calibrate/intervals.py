"""How sure a figure is: exact intervals for one run, and the spread over several worlds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95


class Interval(NamedTuple):
    """Both ends of a 95 % interval."""

    low: float
    high: float


class Spread(NamedTuple):
    """The mean over worlds, the ends of its 95 % interval (null for one world), and how many there are."""

    mean: float
    low: float | None
    high: float | None
    n: int


def of_share(part: int, whole: int) -> Interval | None:
    """Return the exact interval of a share (Clopper and Pearson 1934); None of nothing."""
    if whole == 0:
        return None
    tail = (1 - LEVEL) / 2
    low = 0.0 if part == 0 else float(stats.beta.ppf(tail, part, whole - part + 1))
    high = 1.0 if part == whole else float(stats.beta.ppf(1 - tail, part + 1, whole - part))
    return Interval(low, high)


def of_count(count: int) -> Interval:
    """Return the exact interval of the mean of a Poisson count (Garwood 1936)."""
    tail = (1 - LEVEL) / 2
    low = 0.0 if count == 0 else float(stats.chi2.ppf(tail, 2 * count)) / 2
    return Interval(low, float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2)


def over_worlds(values: Sequence[float | None], *, share: bool = True) -> Spread | None:
    """Return the mean of one figure over independent worlds with Student's t interval; None of no figures.

    Worlds where the figure does not exist (None) are left out, and `n` says how many are left. share: the
    interval is cut at 0 and 1.
    """
    known = np.array([value for value in values if value is not None], np.float64)
    if not len(known):
        return None
    mean = float(known.mean())
    if len(known) == 1:
        return Spread(mean, None, None, 1)
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    low, high = mean - half, mean + half
    return Spread(mean, max(low, 0.0), min(high, 1.0) if share else high, len(known))
