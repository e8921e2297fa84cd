"""Identifiers that belong to one person become one subject."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32
from kernels.compile import kernel


@kernel
def unite(left: I32, right: I32, count: int) -> I32:
    """Join codes pairwise and give each code the smallest code that it is connected to.

    left, right: (m,) int32, 0 <= code < count; a pair with a -1 joins nothing.
    Returns root: (count,) int32; root[c] <= c.
    Cost: O((m + count) log count).
    Source: union-find with path halving, Tarjan & van Leeuwen 1984, J. ACM 31(2), section 2.
    """
    root = np.arange(count).astype(np.int32)
    for i in range(len(left)):
        a, b = left[i], right[i]
        if a < 0 or b < 0:
            continue
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        root[max(a, b)] = min(a, b)
    for c in range(count):
        root[c] = root[root[c]]  # a parent is never larger, so it is settled already
    return root
