"""The value that most rows of a group have."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def commonest(starts: I64, codes: I32, n_codes: int) -> I32:
    """Find the code that most rows of each group have; the smallest on ties.

    starts: (g + 1,) int64; group k is rows starts[k]:starts[k + 1]. codes: (n,) int32, -1 or < n_codes.
    Returns (g,) int32, -1 where no row of the group has a code. Cost: O(n + g + n_codes).
    """
    answer = np.full(len(starts) - 1, -1, np.int32)
    counted = np.zeros(n_codes, np.int64)
    for k in range(len(starts) - 1):
        most, run, runs = 0, 0, 0
        for i in range(starts[k], starts[k + 1]):
            run += 1
            c = codes[i]
            # Most rows are like the one before, and counted together.
            if i + 1 < starts[k + 1] and codes[i + 1] == c:
                continue
            if c >= 0:
                counted[c] += run
                if counted[c] > most or (counted[c] == most and c < answer[k]):
                    most, answer[k] = counted[c], c
            run, runs = 0, runs + 1
        if runs == 1 and most > 0:
            counted[answer[k]] = 0
        elif runs > 1:
            for i in range(starts[k], starts[k + 1]):
                if codes[i] >= 0:
                    counted[codes[i]] = 0
    return answer
