"""What lies in a span of time that concerns it: an interval join, without pairing."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, Bools
from kernels.compile import kernel


@kernel
def inside(
    begins: I64, ends: I64, of_group: I32, of_code: I32, groups: I32, codes: I32, times: I64, n_groups: int
) -> Bools:
    """Mark the rows that lie in a span of their group with their code.

    begins, ends: (s,) int64, inclusive, in the unit of `times`; begins ascending.
    of_group: (s,) int32, < n_groups; of_code: (s,) int32; a span with a -1 concerns nothing.
    groups, codes: (n,) int32, any, -1 is missing; times: (n,) int64, ascending.
    Returns (n,) bool.
    Cost: O(s + n + n_groups), and a step for each span of the row's group that had begun and reaches it or is
    reached over by an earlier one. A search in each group's spans took twice the time: what is asked about
    today is in the cache, because its spans begin today.
    Source: sweep line, Preparata & Shamos, Computational Geometry, section 8.3; latest span first.
    """
    latest = np.full(n_groups, -1, np.int32)
    before = np.empty(len(begins), np.int32)
    reaches = np.empty(len(begins), np.int64)  # the largest end among a span and those of its group before
    marked = np.zeros(len(times), np.bool_)
    begun = 0
    for i in range(len(times)):
        while begun < len(begins) and begins[begun] <= times[i]:
            k = of_group[begun]
            if k >= 0 and of_code[begun] >= 0 and ends[begun] >= times[i]:
                before[begun] = latest[k]
                reaches[begun] = ends[begun] if latest[k] < 0 else max(ends[begun], reaches[latest[k]])
                latest[k] = begun
            begun += 1
        if 0 <= groups[i] < n_groups:
            j = latest[groups[i]]
            while j >= 0 and reaches[j] >= times[i] and not marked[i]:
                marked[i] = of_code[j] == codes[i] and ends[j] >= times[i]
                j = before[j]
    return marked
