"""Small tools of the rule detectors: dates as times, and the actions of each actor who has some."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.gather import distinct


def milliseconds(day: date | None) -> int:
    """Return the start of a day as ms UTC; the beginning of time when there is no date."""
    if day is None:
        return -(2**62)
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def split_some(
    groups: Groups, chosen: NDArray[np.int64], about: NDArray[np.int64]
) -> tuple[NDArray[np.int32], tuple[NDArray[np.int32], ...]]:
    """Return the groups that have a chosen action, (k,) int32, and for each the actions the signal is about.

    chosen, about: places in group order, ascending; all chosen are in both.
    """
    actor = distinct(np.searchsorted(groups.starts, chosen, side="right") - 1)
    begin, end = (np.searchsorted(about, groups.starts[actor + one]).tolist() for one in (0, 1))
    return actor.astype(np.int32), tuple(groups.actions(about[a:b]) for a, b in zip(begin, end, strict=True))


def first_since(groups: Groups, group: NDArray[np.integer], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find each group's first place at a time or later, else the end of the group. (k,) all.

    group: codes; times: ms. All are halved at once (`numpy.searchsorted` of each takes 12 us).
    """
    low: NDArray[np.int64] = groups.starts[group]
    high, all_times = groups.starts[group + 1], groups["time"]
    while (low < high).any():
        middle = (low + high) // 2
        before = (low < high) & (all_times[np.minimum(middle, len(all_times) - 1)] < times)
        low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
    return low


def places_between(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the places of some spans low:high, (k,) each, ascending and each once. (r,) int64."""
    sizes = np.maximum(high - low, 0)
    inside = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return distinct(np.repeat(low, sizes) + inside)


def cut(values: NDArray[Any], sizes: NDArray[np.integer]) -> tuple[NDArray[Any], ...]:
    """Cut values, (n,), into runs of some sizes, which are n together; a tenth of `numpy.split`'s time."""
    ends = np.cumsum(sizes).tolist()
    return tuple(values[begin:end] for begin, end in zip([0, *ends], ends, strict=False))
