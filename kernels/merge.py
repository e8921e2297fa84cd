"""What an action says, out of what its rows say; and rows that were written twice."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U16, U64, Bools, Integers
from kernels.compile import kernel


@kernel
def earliest(starts: I32, times: I64, codes: Integers, ranks: I32, taken: Integers) -> None:
    """Take, for each action, the code of its earliest row that has one, the first among rows of one time.

    starts: (a + 1,) int32; action k is rows starts[k]:starts[k + 1], one at least. times: (n,) int64, ms;
    ascending inside each action; codes: (n,), -1 = missing; ranks: (c,) int32, the place of each code among
    those of one time, or (0,) when that is the code itself; taken: (a,) of the codes' type, filled in place,
    -1 where no row of the action has a code. Cost: O(n).
    """
    for k in range(len(taken)):
        first, at = codes[starts[k]], times[starts[k]]
        for i in range(starts[k] + 1, starts[k + 1]):
            code = codes[i]
            if code < 0:
                continue
            if first < 0:
                first, at = code, times[i]
            elif times[i] > at:
                break
            elif (ranks[code] < ranks[first]) if len(ranks) else (code < first):
                first = code
        taken[k] = first


@kernel
def contested(starts: I32, times: I64, codes: I32, count: int) -> Bools:
    """Find the codes that stand beside another one in the earliest rows of an action, at one time.

    starts, times: as in `earliest`; codes: (n,) int32, -1 or < count. Returns (count,) bool. Cost: O(n).
    """
    beside = np.zeros(count, np.bool_)
    for k in range(len(starts) - 1):
        first = starts[k]
        while first < starts[k + 1] and codes[first] < 0:
            first += 1
        for i in range(first + 1, starts[k + 1]):
            if times[i] > times[first]:
                break
            if codes[i] >= 0 and codes[i] != codes[first]:
                beside[codes[i]] = beside[codes[first]] = True
    return beside


@kernel
def union(starts: I32, bits: U16, united: U16) -> None:
    """Unite the bits of each action's rows.

    starts: (a + 1,) int32, as in `earliest`; bits: (n,) uint16; united: (a,) uint16, filled in place.
    Cost: O(n).
    """
    for k in range(len(united)):
        each = bits[starts[k]]
        for i in range(starts[k] + 1, starts[k + 1]):
            each |= bits[i]
        united[k] = each


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
