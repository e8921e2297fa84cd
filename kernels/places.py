"""Who comes back to a subject, and from which places."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def came_back(starts: I64, times: I64, users: I32, apart: int, n_users: int) -> Bools:
    """Mark the rows of users whose first and last row in a group lie far apart.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. users: (n,) int32, < n_users; -1 is nobody.
    apart: ms, inclusive.
    Returns (n,) bool.
    Cost: O(n + n_users), four random accesses to n_users entries a row.
    """
    again = np.zeros(len(users), np.bool_)
    met_by = np.full(n_users, -1, np.int32)
    first, last = np.zeros(n_users, np.int64), np.zeros(n_users, np.int64)
    for k in range(len(starts) - 1):
        for i in range(starts[k], starts[k + 1]):
            user = users[i]
            if user >= 0:
                if met_by[user] != k:
                    met_by[user], first[user] = k, times[i]
                last[user] = times[i]
        for i in range(starts[k], starts[k + 1]):
            again[i] = users[i] >= 0 and last[users[i]] - first[users[i]] >= apart
    return again


@kernel
def homes(starts: I64, codes: I32, marks: Bools, n_codes: int) -> tuple[I32, Bools, I64, I64]:
    """Find the code that most rows of each group have: among equals a marked one, then the smallest.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1]. codes: (n,) int32, -1 or < n_codes.
    marks: (n,) bool; a code is marked in a group where one of its rows is.
    Returns home: (g,) int32, -1 where no row has a code; at_home: (g,) bool, whether it is marked; and (g,)
    int64 twice: the codes beside it, and those of them that are marked.
    Cost: O(n + g + n_codes), two random accesses to n_codes entries a row.
    """
    g = len(starts) - 1
    home, at_home = np.full(g, -1, np.int32), np.zeros(g, np.bool_)
    others, marked = np.zeros(g, np.int64), np.zeros(g, np.int64)
    rows, marked_in = np.zeros(n_codes, np.int32), np.full(n_codes, -1, np.int32)
    for k in range(g):
        for i in range(starts[k], starts[k + 1]):
            if codes[i] >= 0:
                rows[codes[i]] += 1
                if marks[i]:
                    marked_in[codes[i]] = k
        most = 0
        for i in range(starts[k], starts[k + 1]):
            code = codes[i]
            if code < 0 or rows[code] == 0:  # none, or seen already
                continue
            is_marked = marked_in[code] == k
            others[k] += 1
            marked[k] += is_marked
            level = rows[code] == most
            if rows[code] > most or (level and is_marked and not at_home[k]):
                most, home[k], at_home[k] = rows[code], code, is_marked
            elif level and is_marked == at_home[k] and code < home[k]:
                home[k] = code
            rows[code] = 0
        if most > 0:
            others[k] -= 1
            marked[k] -= at_home[k]
    return home, at_home, others, marked
