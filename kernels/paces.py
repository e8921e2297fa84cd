"""How much each group does of a day, month by month."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def paces(
    starts: I64, times: I64, days: I32, marks: Bools, occasion: int, since: int, month: int, months: int
) -> tuple[I64, I64, I64]:
    """Count the occasions of marked rows in each month, and the days.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. marks: (n,) bool.
    days: (n,) int32, since <= day < since + month * months; month: days, > 0.
    occasion: ms, > 0; marked rows of one such span of the clock are one occasion, counted at the first.
    Returns (g, months) int64 each: made, occasions; active, stretches of rows of one day, marked or not;
    most, the most occasions in such a stretch.
    Cost: O(n + g months).
    """
    g = len(starts) - 1
    made, active = np.zeros((g, months), np.int64), np.zeros((g, months), np.int64)
    most = np.zeros((g, months), np.int64)
    for k in range(g):
        cell, today, until = 0, 0, np.int64(-(1 << 62))
        for i in range(starts[k], starts[k + 1]):
            if i == starts[k] or days[i] != days[i - 1]:
                cell, today = (days[i] - since) // month, 0
                active[k, cell] += 1
            if marks[i] and times[i] >= until:
                until = (times[i] // occasion + 1) * occasion
                today += 1
                made[k, cell] += 1
                most[k, cell] = max(most[k, cell], today)
    return made, active, most
