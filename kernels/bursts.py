"""The busiest moment of each group."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I64
from kernels.compile import kernel


@kernel
def densest(starts: I64, times: I64, window: int) -> tuple[I64, I64, I64]:
    """Find the window that holds most rows of a group: those with t <= time < t + window.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. window: ms, > 0.
    Returns (g,) int64 each: count, the most rows in a window; begin, end: its rows begin:end, the earliest on
    ties. No rows: three zeros.
    Cost: O(n + g).
    """
    g = len(starts) - 1
    count, begin, end = np.zeros(g, np.int64), np.zeros(g, np.int64), np.zeros(g, np.int64)
    for k in range(g):
        first = starts[k]
        for i in range(starts[k], starts[k + 1]):
            while times[i] - times[first] >= window:
                first += 1
            if i + 1 - first > count[k]:
                count[k], begin[k], end[k] = i + 1 - first, first, i + 1
    return count, begin, end
