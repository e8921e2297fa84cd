"""Rows to groups, without comparing anything, and columns into their order."""

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
def gather(column: Unsigned, order: I32) -> Unsigned:
    """Take the values of some rows.

    column: (n,) of any unsigned type (a view of what it is: each width compiles once); order: (m,) int32, -1
        is the last.
    Returns (m,) of that type.
    Cost: O(m). Half of what numpy takes, which makes 64-bit copies of the order: 29 ms for 5 M rows, not 61.
    """
    gathered = np.empty(len(order), column.dtype)
    for i in range(len(order)):
        gathered[i] = column[order[i]]
    return gathered
