"""Rows to groups, without comparing anything."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def group(codes: I32, count: int) -> tuple[I64, I64]:
    """Sort rows by code and keep their order inside a code.

    codes: (n,) int32, -1 or 0 <= code < count; rows with -1 are left out.
    Returns starts: (count + 1,) int64, and order: (m,) int64; the rows of group k are
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
    order = np.empty(starts[count], np.int64)
    free = starts[:-1].copy()
    for i in range(len(codes)):
        k = codes[i]
        if k >= 0:
            order[free[k]] = i
            free[k] += 1
    return starts, order
