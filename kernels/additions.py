"""Somebody new, day after day, under one heading."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def additions(starts: I64, subjects: I32, days: I32, marks: Bools, n_subjects: int) -> tuple[Bools, I32, I32]:
    """Find the rows in which a group meets a subject for the first time, and count the days of such rows.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    subjects: (n,) int32, 0 <= subject < n_subjects. days: (n,) int32, >= 0. marks: (n,) bool.
    Returns new: (n,) bool, those rows; n_days: (g,) int32, their days; and n_marked: (g,) int32, the days of
    those that are marked, 0 for a group in which they are half of the new rows or fewer.
    Cost: O(n + g + n_subjects + the last day), two random accesses a row.
    """
    g = len(starts) - 1
    new = np.zeros(len(subjects), np.bool_)
    n_days, n_marked = np.zeros(g, np.int32), np.zeros(g, np.int32)
    met_by = np.full(n_subjects, -1, np.int32)
    width = max(days) + 1 if len(days) else 0
    seen_by, marked_by = np.full(width, -1, np.int32), np.full(width, -1, np.int32)
    for k in range(g):
        balance = 0
        for i in range(starts[k], starts[k + 1]):
            if met_by[subjects[i]] != k:
                met_by[subjects[i]] = k
                new[i] = True
                balance += 1 if marks[i] else -1
        for i in range(starts[k], starts[k + 1]):
            if new[i] and seen_by[days[i]] != k:
                seen_by[days[i]] = k
                n_days[k] += 1
            if new[i] and marks[i] and balance > 0 and marked_by[days[i]] != k:
                marked_by[days[i]] = k
                n_marked[k] += 1
    return new, n_days, n_marked
