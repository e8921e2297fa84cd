"""Small tools of the rule detectors: dates as times, and the actions of each actor who has some."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups


def milliseconds(day: date | None) -> int:
    """Return the start of a day as ms UTC; the beginning of time when there is no date."""
    if day is None:
        return -(2**62)
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def split(
    groups: Groups, chosen: NDArray[np.bool_], about: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], tuple[NDArray[np.int32], ...]]:
    """Return the groups that have a chosen action, (k,) int32, and for each the actions the signal is about.

    chosen, about: (m,) bool in group order; what is chosen is also about.
    """
    actor = np.unique(np.searchsorted(groups.starts, np.flatnonzero(chosen), side="right") - 1)
    parts = [slice(groups.starts[a], groups.starts[a + 1]) for a in actor.tolist()]
    return actor.astype(np.int32), tuple(
        groups.actions(part.start + np.flatnonzero(about[part] | chosen[part])) for part in parts
    )
