"""Rows of one group that are alike."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel

LOW = (1 << 31) - 1
OF_LOW, OF_HIGH = 1_640_531_527, 1_013_904_223  # odd; a product of either with 31 bits is less than 2 ** 62


@kernel
def first_alike(starts: I64, codes: I64) -> I32:
    """Find for each row the first of its group that has the same code.

    starts: (g + 1,) int64; group k is rows starts[k]:starts[k + 1]. codes: (n,) int64, any that are not
    negative; a negative one is like none.
    Returns (n,) int32, the row itself where it is the first, -1 for a negative code.
    Cost: O(n) with a table of two to four slots for each row of the largest group, which stays in the cache.
    Source: multiplicative hashing, Knuth, The Art of Computer Programming 3, section 6.4.
    """
    first = np.empty(len(codes), np.int32)
    bits = 1
    for k in range(len(starts) - 1):
        while (1 << bits) < 2 * (starts[k + 1] - starts[k]):
            bits += 1
    table = np.full(1 << bits, -1, np.int32)
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        bits = 1
        while (1 << bits) < 2 * (end - begin):
            bits += 1
        mask, shift = (1 << bits) - 1, 32 - bits
        for i in range(begin, end):
            code = codes[i]
            if code < 0:
                first[i] = -1
                continue
            mixed = (code & LOW) * OF_LOW + ((code >> 31) & LOW) * OF_HIGH
            slot = (mixed & 0xFFFFFFFF) >> shift
            # What an earlier group left behind counts as empty: clearing would cost as much as looking.
            while table[slot] >= begin and codes[table[slot]] != code:
                slot = (slot + 1) & mask
            if table[slot] < begin:
                table[slot] = i
            first[i] = table[slot]
    return first
