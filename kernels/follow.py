"""What follows what: rows after which a row of another kind comes soon."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def follows(
    starts: I64, times: I64, subjects: I32, first: Bools, then: Bools, within: int, n_subjects: int
) -> tuple[Bools, Bools]:
    """Mark each row after which a row of another kind comes soon, same group and same subject, and each row
    that so comes.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. Of two rows of one time each follows the other.
    subjects: (n,) int32, < n_subjects; a row with -1 neither follows nor is followed.
    first, then: (n,) bool, which rows may be followed, and which may follow. within: ms, inclusive.
    Returns followed, following: (n,) bool.
    Cost: O(n + n_subjects), two random accesses a row.
    """
    followed, following = np.zeros(len(times), np.bool_), np.zeros(len(times), np.bool_)
    # Of each subject the last row before, and the next one after: a row of an earlier group says nothing.
    before, after = np.full(n_subjects, -1, np.int32), np.full(n_subjects, -1, np.int32)
    for k in range(len(starts) - 1):
        begin, end = starts[k], starts[k + 1]
        ahead = begin
        for i in range(begin, end):
            while ahead < end and times[ahead] == times[i]:
                if first[ahead] and subjects[ahead] >= 0:
                    before[subjects[ahead]] = ahead
                ahead += 1
            if then[i] and subjects[i] >= 0 and before[subjects[i]] >= begin:
                following[i] = times[i] - times[before[subjects[i]]] <= within
        behind = end - 1
        for i in range(end - 1, begin - 1, -1):
            while behind >= begin and times[behind] == times[i]:
                if then[behind] and subjects[behind] >= 0:
                    after[subjects[behind]] = behind
                behind -= 1
            if first[i] and subjects[i] >= 0 and after[subjects[i]] >= begin:
                followed[i] = times[after[subjects[i]]] - times[i] <= within
    return followed, following
