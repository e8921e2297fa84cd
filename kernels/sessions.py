"""Stretches of work: sessions between silences, and runs of consecutive days."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def sessions(starts: I64, times: I64, silence: int) -> tuple[I64, I32]:
    """Split each group wherever it was silent.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group.
    silence: ms between two rows that parts them, inclusive; > 0.
    Returns begins: (m + 1,) int64, session j has rows begins[j]:begins[j + 1], begins[m] = n;
    and owner: (m,) int32, its group, ascending.
    Cost: O(n + g).
    """
    n, m = len(times), 0
    begins, owner = np.empty(n + 1, np.int64), np.empty(n, np.int32)
    for k in range(len(starts) - 1):
        if starts[k] == starts[k + 1]:
            continue
        first, before = m, times[starts[k]] - silence
        for i in range(starts[k], starts[k + 1]):
            begins[m] = i  # kept if the row opens a session: 1.5 ms for 1 M rows, 3.8 ms with a branch here
            m += times[i] - before >= silence
            before = times[i]
        owner[first:m] = k
    begins[m] = n
    return begins[: m + 1].copy(), owner[:m].copy()


@kernel
def long_sessions(starts: I64, times: I64, silence: int, length: int) -> tuple[I64, I64, I64, I32]:
    """Split each group wherever it was silent, count the parts, and find those that last long.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. silence: ms between two rows that parts them,
    inclusive; > 0. length: ms from the first row to the last that a long one has more than; >= 0.
    Returns count: (g,) int64, the sessions of each group; begin, end: (m,) int64, rows begin:end of the long
    ones; owner: (m,) int32, their groups, ascending.
    Cost: O(n + g): 2 ns a row where `sessions` of all, and what is told of them, took 9.
    """
    g, m = len(starts) - 1, 0
    count = np.zeros(g, np.int64)
    most = len(times) // 2  # one row lasts no time
    begin, end, owner = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int32)
    ends = np.empty(len(times) + 1, np.int64)
    for k in range(g):
        if starts[k] == starts[k + 1]:
            continue
        found = 0
        for i in range(starts[k] + 1, starts[k + 1]):
            ends[found] = i  # kept if the row opens a session, see `sessions`
            found += times[i] - times[i - 1] >= silence
        ends[found] = starts[k + 1]
        opened, count[k] = starts[k], found + 1
        for j in range(found + 1):
            if times[ends[j] - 1] - times[opened] > length:
                begin[m], end[m], owner[m] = opened, ends[j], k
                m += 1
            opened = ends[j]
    return count, begin[:m].copy(), end[:m].copy(), owner[:m].copy()


@kernel
def day_streaks(starts: I64, days: I32, rest: int) -> tuple[I64, I64, I64, I64]:
    """Find each group's longest stretch of days without more than `rest` empty days in a row.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    days: (n,) int32, local day number; ascending inside each group.
    rest: >= 0; with 0 every day of the stretch has a row.
    Returns (g,) int64 each: active, distinct days; longest, days from the first to the last of the longest
    stretch, the earliest on ties; begin, end: its rows begin:end. No rows: four zeros.
    Cost: O(n + g).
    """
    g = len(starts) - 1
    active, longest = np.zeros(g, np.int64), np.zeros(g, np.int64)
    begin, end = np.zeros(g, np.int64), np.zeros(g, np.int64)
    after = np.empty(len(days) + 1, np.int64)
    for k in range(g):
        if starts[k] == starts[k + 1]:
            continue
        different = 0
        for i in range(starts[k] + 1, starts[k + 1]):
            after[different] = (
                i  # kept if a day begins here: days change at random, and a branch has to guess
            )
            different += days[i] != days[i - 1]
        after[different] = starts[k + 1]
        opened, active[k] = starts[k], different + 1
        for j in range(different + 1):
            run = days[after[j] - 1] - days[opened] + 1
            if run > longest[k]:
                longest[k], begin[k], end[k] = run, opened, after[j]
            if j < different and days[after[j]] > days[after[j] - 1] + 1 + rest:
                opened = after[j]
    return active, longest, begin, end
