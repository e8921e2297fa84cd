"""Which subjects of a user stand beside one another, day after day."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def on_same_days(
    groups: I32, starts: I64, days: I32, marks: Bools, crowd: int, least: int
) -> tuple[I32, I32, I32, I32]:
    """Find the pairs of one group that share so many days, days with a crowd left out.

    groups: (m,) int32, the group of each pair, those of one group side by side. starts: (m + 1,) int64; pair
    q has rows starts[q]:starts[q + 1]. days: (r,) int32. marks: (r,) bool, the rows that count. crowd: the
    most pairs of a group that are told together on one day. least: days, >= 1.
    Returns one, other, shared: (k,) int32, two pairs, one < other, ascending, and the days they share; and
    n_days: (m,) int32, the different days of each pair.
    Cost: O(r log r) in each group, and (crowd^2 log) a day.
    """
    largest = last = 0
    for q in range(len(groups)):
        if groups[q] != groups[last]:
            last = q
        largest = max(largest, starts[q + 1] - starts[last])
    moment, met = np.empty(largest, np.int64), np.empty(1024, np.int64)
    told, k = np.empty((1024, 3), np.int32), 0
    n_days = np.zeros(len(groups), np.int32)
    begin = 0
    while begin < len(groups):
        end, n = begin, 0
        while end < len(groups) and groups[end] == groups[begin]:
            for i in range(starts[end], starts[end + 1]):
                if marks[i]:
                    moment[n] = (np.int64(days[i]) << 32) + (end - begin)
                    n += 1
            end += 1
        moment[:n].sort()
        couples = after = 0
        while after < n:
            first, size = after, 0
            while after < n and moment[after] >> 32 == moment[first] >> 32:
                if size == 0 or moment[after] != moment[first + size - 1]:
                    n_days[begin + (moment[after] & 0xFFFFFFFF)] += 1
                    moment[first + size] = moment[after]
                    size += 1
                after += 1
            if size > crowd:
                continue
            if couples + size * size > len(met):
                met = np.append(met, np.empty(len(met) + size * size, np.int64))
            for a in range(first, first + size):
                for b in range(a + 1, first + size):
                    met[couples] = ((moment[a] & 0xFFFFFFFF) << 32) + (moment[b] & 0xFFFFFFFF)
                    couples += 1
        met[:couples].sort()
        after = 0
        while after < couples:
            first = after
            while after < couples and met[after] == met[first]:
                after += 1
            if after - first >= least:
                if k == len(told):
                    told = np.append(told, np.empty_like(told)).reshape(-1, 3)
                told[k, 0], told[k, 1] = begin + (met[first] >> 32), begin + (met[first] & 0xFFFFFFFF)
                told[k, 2] = after - first
                k += 1
        begin = end
    return told[:k, 0].copy(), told[:k, 1].copy(), told[:k, 2].copy(), n_days
