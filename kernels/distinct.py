"""How many different codes a group's rows have."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def distinct(starts: I64, codes: I32, n_codes: int) -> tuple[I32, I32]:
    """Count the different codes of each group, and the rows that have one.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    codes: (n,) int32, < n_codes; -1 is none.
    Returns (g,) int32 twice.
    Cost: O(n + g + n_codes), one random access to n_codes entries a row: for codes that are few.
    """
    g = len(starts) - 1
    different, rows = np.zeros(g, np.int32), np.zeros(g, np.int32)
    met_in = np.full(n_codes + 1, -1, np.int32)  # the last is where code -1 falls
    for k in range(g):
        count = with_one = 0
        for i in range(starts[k], starts[k + 1]):
            code = codes[i]
            with_one += code >= 0
            count += (code >= 0) & (met_in[code] != k)
            met_in[code] = k
        different[k], rows[k] = count, with_one
    return different, rows


@kernel
def distinct_of_many(starts: I64, codes: I32) -> I32:
    """Count the different codes of each group, of which there may be millions.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. codes: (n,) int32, -1 is none.
    Returns (g,) int32.
    Cost: O(n + g), in a table of two to four places a row of the group, which stays in the cache: 3.9 ns a
    row of 5 M codes, where one table for all of them took 24.
    Source: open addressing, linear probing, Fibonacci hashing: Knuth, The Art of Computer Programming 3,
    section 6.4.
    """
    g = len(starts) - 1
    different = np.zeros(g, np.int32)
    longest = 0
    for k in range(g):
        longest = max(longest, starts[k + 1] - starts[k])
    bits = 1
    while 1 << bits < 2 * longest:
        bits += 1
    held = np.empty(1 << bits, np.int32)
    for k in range(g):
        bits = 1
        while 1 << bits < 2 * (starts[k + 1] - starts[k]):
            bits += 1
        size = 1 << bits
        held[:size] = -1
        for i in range(starts[k], starts[k + 1]):
            code = codes[i]
            if code < 0:
                continue
            at = ((np.int64(code) * 2_654_435_769) & 0xFFFFFFFF) >> (32 - bits)
            while held[at] >= 0 and held[at] != code:
                at = (at + 1) & (size - 1)
            different[k] += held[at] < 0
            held[at] = code
    return different
