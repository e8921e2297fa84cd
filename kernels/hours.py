"""The hours of the day that are a user's own."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I8, I64
from kernels.compile import kernel


@kernel
def own_hours(starts: I64, hours: I8, width: int) -> tuple[I8, I64]:
    """Find the block of consecutive hours, round the clock, that holds most of a user's rows.

    starts: (g + 1,) int64; user k has rows starts[k]:starts[k + 1].
    hours: (n,) int8, local hour 0..23; any order. width: hours, 1..24.
    Returns window: (g,) int8, first hour of the block, the earliest on ties, 0 for no rows;
    and inside: (g,) int64, rows in window, window + 1, ..., window + width - 1 (mod 24).
    Cost: O(n + 48 g).
    """
    g = len(starts) - 1
    window, inside = np.zeros(g, np.int8), np.zeros(g, np.int64)
    rows = np.empty(24, np.int64)
    for k in range(g):
        rows[:] = 0
        for i in range(starts[k], starts[k + 1]):
            rows[hours[i]] += 1
        block = np.sum(rows[:width])
        inside[k] = block
        for hour in range(1, 24):
            block += rows[(hour + width - 1) % 24] - rows[hour - 1]
            if block > inside[k]:
                window[k], inside[k] = hour, block
    return window, inside
