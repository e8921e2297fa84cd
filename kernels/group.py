"""Rows to groups, and columns into their order.

What is as long as the log is made by numpy and filled here: numpy asks for large pages, and the five million
rows of one gathered column took 5,000 page faults.
"""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Unsigned
from kernels.compile import kernel


@kernel
def group(codes: I32, count: int) -> tuple[I64, I32]:
    """Sort rows by code and keep their order inside a code.

    codes: (n,) int32, -1 or 0 <= code < count; rows with -1 are left out.
    Returns starts: (count + 1,) int64, and order: (m,) int32; the rows of group k are
    order[starts[k]:starts[k + 1]], ascending: a log in time order gives groups in time order.
    Cost: O(n + count).
    Source: counting sort, Knuth, The Art of Computer Programming 3, section 5.2, algorithm D.
    """
    starts = np.zeros(count + 1, np.int64)
    for i in range(len(codes)):
        if codes[i] >= 0:
            starts[codes[i] + 1] += 1
    for k in range(count):
        starts[k + 1] += starts[k]
    order = np.empty(starts[count], np.int32)
    free = starts[:-1].copy()
    for i in range(len(codes)):
        k = codes[i]
        if k >= 0:
            order[free[k]] = i
            free[k] += 1
    return starts, order


@kernel
def group_in_time(codes: I32, times: I64, starts: I64, order: I32, when: I64) -> None:
    """Sort rows by code, and those of one code by time; rows of one time keep their order.

    codes: (n,) int32, -1 or 0 <= code < count; rows with -1 are left out. times: (n,) int64, ms.
    starts: (count + 1,) int64, 0; order: (n,) int32; when: (n,) int64: filled in place, as `group` returns
        them, and the time of each row; what is left out leaves their ends as they are.
    Cost: O(n + count), and of r rows of a code r log r where their times do not ascend, r^2 where r < 32.
    """
    for i in range(len(codes)):
        if codes[i] >= 0:
            starts[codes[i] + 1] += 1
    for k in range(len(starts) - 1):
        starts[k + 1] += starts[k]
    free = starts[:-1].copy()
    for i in range(len(codes)):
        k = codes[i]
        if k >= 0:
            order[free[k]] = i
            when[free[k]] = times[i]
            free[k] += 1
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        if end - begin < 32:
            for i in range(begin + 1, end):
                time, row = when[i], order[i]
                j = i
                while j > begin and when[j - 1] > time:
                    when[j], order[j] = when[j - 1], order[j - 1]
                    j -= 1
                when[j], order[j] = time, row
        else:
            by_time = np.argsort(when[begin:end], kind="mergesort")  # stable
            order[begin:end] = order[begin:end][by_time]
            when[begin:end] = when[begin:end][by_time]


@kernel
def destinations(codes: I32, count: int, place: I32) -> None:
    """Find the place of each row when rows are sorted by code and keep their order inside a code.

    codes: (n,) int32, < count; -1 comes last. place: (n,) int32, filled in place.
    Cost: O(n + count), a third of `group`'s.
    """
    free = np.zeros(count + 2, np.int32)
    for i in range(len(codes)):
        code = codes[i] if codes[i] >= 0 else count
        free[code + 1] += 1
    for k in range(count + 1):
        free[k + 1] += free[k]
    for i in range(len(codes)):
        code = codes[i] if codes[i] >= 0 else count
        place[i] = free[code]
        free[code] += 1


@kernel
def move(column: Unsigned, places: I32, moved: Unsigned) -> None:
    """Put each value at its place.

    column: (n,) of any unsigned type (a view of what it is: each width compiles once); places: (n,) int32,
        all different; moved: (n,) of that type, filled in place.
    Cost: O(n). Where places ascend inside each of a few thousand groups, a third of what `gather` takes:
        11 ms for 5 M rows of 4,000 groups, not 26.
    """
    for i in range(len(column)):
        moved[places[i]] = column[i]


@kernel
def gather(column: Unsigned, order: I32, gathered: Unsigned) -> None:
    """Take the values of some rows.

    column: (n,) of any unsigned type (a view of what it is: each width compiles once); order: (m,) int32, -1
        is the last; gathered: (m,) of that type, filled in place.
    Cost: O(m). Half of what numpy takes, which makes 64-bit copies of the order: 29 ms for 5 M rows, not 61.
    """
    for i in range(len(order)):
        gathered[i] = column[order[i]]
