"""One user, one subject, again and again on different days."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def recurring(starts: I64, codes: I32, n_codes: int) -> tuple[I64, I32, I32]:
    """Sort the rows whose code recurs in their group by group and code, and leave out the others.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    codes: (n,) int32, < n_codes; a row with -1 does not count.
    Returns begins: (m + 1,) int64, and order: (r,) int32; the rows of pair q of group and code are
    order[begins[q]:begins[q + 1]], two at least, ascending; pairs by their first row; then
    groups_of: (n_codes,) int32, how many groups have each code.
    Cost: O(n + g + n_codes), one random access a row: 17 ms for 5 M rows of which few
    recur. What else is told of pairs is told of these rows alone.
    """
    largest = 0
    for k in range(len(starts) - 1):
        largest = max(largest, starts[k + 1] - starts[k])
    # Of each code the first row, and how many groups have it: side by side, for one access to memory. A row
    # before the group's own says nothing: no need to clear.
    met = np.empty((n_codes, 2), np.int32)
    for c in range(n_codes):
        met[c, 0], met[c, 1] = -1, 0
    later = np.empty(largest, np.int32)
    free = np.zeros(largest, np.int32)  # of first rows: how many come later, then where the next one goes
    # Not zeros: of room for all, which few need, that would touch every page.
    begins, order = np.empty(len(codes) // 2 + 1, np.int64), np.empty(len(codes), np.int32)
    begins[0] = m = r = 0
    for k in range(len(starts) - 1):
        begin, end, count = starts[k], starts[k + 1], 0
        for i in range(begin, end):
            c = codes[i]
            if c < 0:
                continue
            if met[c, 0] < begin:
                met[c, 0] = i
                met[c, 1] += 1
            else:
                free[met[c, 0] - begin] += 1
                later[count] = i
                count += 1
        if count == 0:
            continue
        for i in range(begin, end):
            if free[i - begin] > 0:
                order[r] = i
                m += 1
                begins[m] = r + 1 + free[i - begin]
                free[i - begin] = r + 1
                r = begins[m]
        for j in range(count):
            at = met[codes[later[j]], 0] - begin
            order[free[at]] = later[j]
            free[at] += 1
        free[: end - begin] = 0
    return begins[: m + 1].copy(), order[:r].copy(), met[:, 1].copy()


@kernel
def repeated_days(starts: I64, times: I64, days: I32, marks: Bools, gap: int) -> tuple[I32, I32, I32]:
    """Count the days on which marked rows of each pair of user and subject came back.

    A row opens a new day when its local day is not the one last opened, and at least `gap` has passed since
    the pair's marked row before: work across midnight is not two days.

    starts: (m + 1,) int64; pair q has rows starts[q]:starts[q + 1].
    times: (r,) int64, ms; ascending inside each pair. days: (r,) int32, local day number. marks: (r,) bool.
    gap: ms, inclusive.
    Returns n_days, n_rows: (m,) int32; first: (m,) int32, the first marked row, -1 where there is none.
    Cost: O(r + m).
    """
    m = len(starts) - 1
    n_days, n_rows, first = np.zeros(m, np.int32), np.zeros(m, np.int32), np.full(m, -1, np.int32)
    for q in range(m):
        last, opened = np.int64(0), np.int32(0)
        for i in range(starts[q], starts[q + 1]):
            if not marks[i]:
                continue
            if n_rows[q] == 0:
                first[q] = i
            if n_rows[q] == 0 or (days[i] != opened and times[i] - last >= gap):
                n_days[q] += 1
                opened = days[i]
            n_rows[q] += 1
            last = times[i]
    return n_days, n_rows, first


@kernel
def on_days(codes: I32, days: I32, n_codes: int, least: int) -> Bools:
    """Mark the codes that stand beside at least so many different days.

    codes: (n,) int32, < n_codes; a row with -1 does not count. days: (n,) int32. least: >= 1, a few.
    Returns (n_codes,) bool.
    Cost: O(n least + n_codes least), one random access a row.
    """
    seen = np.zeros((n_codes, least), np.int32)
    count = np.zeros(n_codes, np.int32)
    for i in range(len(codes)):
        c = codes[i]
        if c < 0 or count[c] == least:
            continue
        known = False
        for k in range(count[c]):
            known = known or seen[c, k] == days[i]
        if not known:
            seen[c, count[c]] = days[i]
            count[c] += 1
    enough: Bools = count == least
    return enough
