"""How many rows of each group are of which kind, and how many codes."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U8, Integers
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


@kernel
def sums(starts: I64, values: Integers) -> I64:
    """Sum the values of each group.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. values: (n,) of any integers.
    Returns (g,) int64.
    Cost: O(n + g): 0.2 ms for a million marks, where numpy's cumsum and reduceat take 2 and 4.
    """
    total = np.zeros(len(starts) - 1, np.int64)
    for k in range(len(starts) - 1):
        of_group = np.int64(0)
        for i in range(starts[k], starts[k + 1]):
            of_group += values[i]
        total[k] = of_group
    return total


@kernel
def tally_once(starts: I64, codes: I32, kinds: U8, cells: U8, n_kinds: int, n_cells: int) -> I32:
    """Count the codes of each group by kind and cell: a code counts once in each kind, where its first row of
    that kind is.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. codes: (n,) int32, < n, each in one
    group alone; a row with -1 does not count. kinds: (n,) uint8, bit j set when the row is of kind j < 8.
    cells: (n,) uint8, < n_cells.
    Returns (n_kinds, g, n_cells) int32.
    Cost: O(n + n_kinds g n_cells): 12 ms for six kinds of 2.9 M rows, where a pass for each took 90.
    """
    count = np.zeros((n_kinds, len(starts) - 1, n_cells), np.int32)
    met = np.zeros(len(codes), np.uint8)
    for k in range(len(starts) - 1):
        for i in range(starts[k], starts[k + 1]):
            code = codes[i]
            if code < 0:
                continue
            new = kinds[i] & ~met[code]
            if new:
                met[code] |= new
                for j in range(n_kinds):
                    count[j, k, cells[i]] += (new >> j) & 1
    return count
