"""Whom else a user looked up for the same work."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def days_of_others(starts: I64, days: I32, codes: I32, n_codes: int) -> tuple[I32, I32]:
    """Count the days of each group, and for each row those that were not for its code alone.

    A day is rows side by side of one local day.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. days: (n,) int32. codes: (n,) int32, not
    negative, < n_codes.
    Returns n_days: (g,) int32; others: (n,) int32.
    Cost: O(n + g + n_codes), two random accesses a row.
    """
    n_days, others = np.zeros(len(starts) - 1, np.int32), np.empty(len(codes), np.int32)
    alone = np.zeros(n_codes, np.int32)  # days of the group that were for this code alone
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        i = begin
        while i < end:
            opened, one = i, True
            while i < end and days[i] == days[opened]:
                one = one and codes[i] == codes[opened]
                i += 1
            n_days[k] += 1
            alone[codes[opened]] += one
        for i in range(begin, end):
            others[i] = n_days[k] - alone[codes[i]]
        for i in range(begin, end):
            alone[codes[i]] = 0
    return n_days, others
