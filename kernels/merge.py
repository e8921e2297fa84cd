"""What an action says, out of what its rows say; and rows that were written twice."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U16, U64, Bools
from kernels.compile import kernel


@kernel
def earliest(action: I32, times: I64, codes: I32, n_actions: int) -> I32:
    """Take, for each action, the code of its earliest row that has one, the smallest among rows of one time.

    action: (n,) int32, < n_actions; times: (n,) int64, ms; ascending inside each action;
    codes: (n,) int32, -1 = missing.
    Returns (n_actions,) int32, -1 where no row of the action has a code. Cost: O(n).
    """
    taken = np.full(n_actions, -1, np.int32)
    at = np.zeros(n_actions, np.int64)
    for i in range(len(action)):
        a = action[i]
        if codes[i] >= 0 and (taken[a] < 0 or (times[i] == at[a] and codes[i] < taken[a])):
            taken[a] = codes[i]
            at[a] = times[i]
    return taken


@kernel
def union(action: I32, bits: U16, n_actions: int) -> U16:
    """Unite the bits of each action's rows.

    action: (n,) int32, < n_actions; bits: (n,) uint16. Returns (n_actions,) uint16. Cost: O(n).
    """
    united = np.zeros(n_actions, np.uint16)
    for i in range(len(action)):
        united[action[i]] |= bits[i]
    return united


@kernel
def written_twice(starts: I64, times: I64, digests: U64) -> Bools:
    """Find rows that repeat an earlier row of the same group, time and digest.

    starts: (g + 1,) int64; group k is rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group.
    digests: (n,) uint64, equal for equal rows.
    Returns (n,) bool, True for each row but the first of those equal.
    Cost: O(n), and t log t for t rows of one group at one time: a log with dates for times has many.
    """
    twice = np.zeros(len(times), np.bool_)
    for k in range(len(starts) - 1):
        begin = starts[k]
        while begin < starts[k + 1]:
            end = begin + 1
            while end < starts[k + 1] and times[end] == times[begin]:
                end += 1
            if end - begin > 1:
                order = np.argsort(digests[begin:end], kind="mergesort")  # stable: the first row stays first
                for i in range(1, len(order)):
                    twice[begin + order[i]] = digests[begin + order[i]] == digests[begin + order[i - 1]]
            begin = end
    return twice
