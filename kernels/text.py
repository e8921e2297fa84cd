"""Text as bytes: what can be told of it without making a string of each."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I64, U8
from kernels.compile import kernel

NUMBER = 8  # digits: as many as fit 32 bits


@kernel
def last_digits(data: U8, starts: I64) -> tuple[I64, I64]:
    """Read the number that each text ends in, its last eight digits at most.

    data: (b,) uint8; starts: (n + 1,) int64; text k is data[starts[k]:starts[k + 1]].
    Returns number: (n,) int64, -1 where a text ends in none; before: (n,) int64, the bytes in front of it.
    Cost: O(n).
    """
    number = np.full(len(starts) - 1, -1, np.int64)
    before = np.empty(len(starts) - 1, np.int64)
    for k in range(len(number)):
        begin = max(starts[k], starts[k + 1] - NUMBER)
        at = starts[k + 1]
        while at > begin and 48 <= data[at - 1] <= 57:
            at -= 1
        before[k] = at - starts[k]
        if at < starts[k + 1]:
            number[k] = 0
        for i in range(at, starts[k + 1]):
            number[k] = 10 * number[k] + data[i] - 48
    return number, before
