"""What follows what: rows after which a row of another kind comes soon."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def follows(
    starts: I64, times: I64, subjects: I32, first: Bools, then: Bools, within: int, n_subjects: int
) -> Bools:
    """Mark each row that comes soon after a row of another kind, same group and same subject.

    starts: (g + 1,) int64; group k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each group. Of two rows of one time each follows the other.
    subjects: (n,) int32, < n_subjects; a row with -1 neither follows nor is followed.
    first, then: (n,) bool, which rows may be followed, and which may follow. within: ms, inclusive.
    Returns (n,) bool. The rows that are followed are those that follow when time runs backwards.
    Cost: O(n + n_subjects), one random access a row.
    """
    follower = np.zeros(len(times), np.bool_)
    seen_by = np.full(n_subjects, -1, np.int32)
    seen_at = np.zeros(n_subjects, np.int64)
    for k in range(len(starts) - 1):
        ahead = starts[k]
        for i in range(starts[k], starts[k + 1]):
            while ahead < starts[k + 1] and times[ahead] == times[i]:
                if first[ahead] and subjects[ahead] >= 0:
                    seen_by[subjects[ahead]], seen_at[subjects[ahead]] = k, times[ahead]
                ahead += 1
            s = subjects[i]
            if then[i] and s >= 0 and seen_by[s] == k:
                follower[i] = times[i] - seen_at[s] <= within
    return follower
