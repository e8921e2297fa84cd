"""The pairs of one user and one subject: where each begins, and how many there are."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def first_meetings(starts: I64, subjects: I32, n_subjects: int) -> Bools:
    """Mark the rows in which a user meets a subject for the first time.

    starts: (g + 1,) int64; user k has rows starts[k]:starts[k + 1].
    subjects: (n,) int32, < n_subjects; a row with -1 is no meeting.
    Returns (n,) bool.
    Cost: O(n + n_subjects), one random access a row.
    """
    first = np.zeros(len(subjects), np.bool_)
    met_by = np.full(n_subjects, -1, np.int32)
    for k in range(len(starts) - 1):
        for i in range(starts[k], starts[k + 1]):
            if subjects[i] >= 0 and met_by[subjects[i]] != k:
                met_by[subjects[i]] = k
                first[i] = True
    return first
