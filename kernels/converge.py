"""Many users on one subject at about one time."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def distinct_in_window(
    starts: I64, times: I64, users: I32, window: int, n_users: int
) -> tuple[I64, I64, I64]:
    """Find the window in which most different users asked about a subject: rows with t <= time < t + window.

    starts: (g + 1,) int64; subject k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each subject. users: (n,) int32, < n_users; -1 is nobody.
    window: ms, > 0.
    Returns (g,) int64 each: most, distinct users; begin, end: the rows begin:end of the window, the earliest
    on ties. Nobody: three zeros.
    Cost: O(n + g + n_users), two random accesses to n_users entries a row.
    """
    g = len(starts) - 1
    most, begin, end = np.zeros(g, np.int64), np.zeros(g, np.int64), np.zeros(g, np.int64)
    rows_of = np.zeros(n_users, np.int32)
    for k in range(g):
        distinct, after = 0, starts[k]
        for i in range(starts[k], starts[k + 1]):
            # Nobody else near, as for most: 7 ns a row without.
            if after == i and (i + 1 == starts[k + 1] or times[i + 1] - times[i] >= window):
                after = i + 1
                if most[k] == 0 and users[i] >= 0:
                    most[k], begin[k], end[k] = 1, i, after
                continue
            while after < starts[k + 1] and times[after] - times[i] < window:
                user = users[after]
                if user >= 0:
                    distinct += rows_of[user] == 0
                    rows_of[user] += 1
                after += 1
            if distinct > most[k]:
                most[k], begin[k], end[k] = distinct, i, after
            if users[i] >= 0:
                rows_of[users[i]] -= 1
                distinct -= rows_of[users[i]] == 0
    return most, begin, end
