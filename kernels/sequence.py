"""Keys tried one after another: 4KLM101, 4KLM102, 4KLM103."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I64
from kernels.compile import kernel


@kernel
def settle(starts: I64, times: I64, serials: I64) -> I64:
    """Sort rows of one group and one time by serial, so that their order in the log does not matter.

    starts: (g + 1,) int64; times: (n,) int64, ms, ascending inside each group; serials: (n,) int64.
    Returns (n,) int64.
    Cost: O(n log(most rows of one time)).
    """
    settled = serials.copy()
    for k in range(len(starts) - 1):
        tie = starts[k]
        for i in range(starts[k] + 1, starts[k + 1]):
            if times[i] == times[i - 1]:
                continue
            if i - tie > 1:
                settled[tie:i].sort()
            tie = i
        if starts[k + 1] - tie > 1:
            settled[tie : starts[k + 1]].sort()
    return settled


@kernel
def sequential(starts: I64, times: I64, serials: I64) -> tuple[I64, I64, I64, I64]:
    """Count the steps of one between consecutive rows, and find the longest run that keeps its direction.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. Rows of one time count as ascending by serial.
    serials: (n,) int64, -1 = none: no step to or from such a row.
    Returns (g,) int64 each: steps, pairs of consecutive rows whose serials differ by exactly 1; longest, rows
    of the longest run up or down, the earliest on ties, 1 for a lone serial, 0 for none; begin, end: the rows
    begin:end hold the run, and whatever else has the time of its first or last row.
    Cost: O(n log(most rows of one time) + g).
    """
    g = len(starts) - 1
    steps, longest = np.zeros(g, np.int64), np.zeros(g, np.int64)
    begin, end = np.zeros(g, np.int64), np.zeros(g, np.int64)
    settled = settle(starts, times, serials)
    for k in range(g):
        run, heading = 0, 0
        for i in range(starts[k], starts[k + 1]):
            step = 0
            if run > 0 and settled[i] >= 0 and abs(settled[i] - settled[i - 1]) == 1:
                step = settled[i] - settled[i - 1]
                steps[k] += 1
            if settled[i] < 0:
                run = 0
            elif step == 0:
                run = 1
            elif step == heading:
                run += 1
            else:
                run = 2
            heading = step
            if run > longest[k]:
                longest[k], begin[k], end[k] = run, i + 1 - run, i + 1
        while begin[k] > starts[k] and times[begin[k] - 1] == times[begin[k]]:
            begin[k] -= 1
        while 0 < end[k] < starts[k + 1] and times[end[k]] == times[end[k] - 1]:
            end[k] += 1
    return steps, longest, begin, end
