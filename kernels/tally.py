"""How many rows of each group are of which kind."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I64, U8
from kernels.compile import kernel


@kernel
def tally(starts: I64, kinds: U8, n_kinds: int) -> I64:
    """Count the rows of each kind in each group.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. kinds: (n,) uint8, < n_kinds.
    Returns (g, n_kinds) int64.
    Cost: O(n + g * n_kinds).
    """
    count = np.zeros((len(starts) - 1, n_kinds), np.int64)
    for k in range(len(starts) - 1):
        for i in range(starts[k], starts[k + 1]):
            count[k, kinds[i]] += 1
    return count
