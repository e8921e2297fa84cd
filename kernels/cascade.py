"""Many rows, one human action: a query sets off others, and a person presses the key twice."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel


@kernel
def collapse(
    starts: I64, times: I64, subjects: I32, cascades: I32, n_subjects: int, n_cascades: int, window: int
) -> I32:
    """Number the action that each row belongs to.

    A row with a cascade joins the action of the same user and cascade, whatever the time between. A row
    without one joins the user's action on the same subject, if that action's latest row without a cascade is
    at most `window` before: a chain of repeats is one action however long it lasts. Any other row opens one.

    starts: (g + 1,) int64; user k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each user.
    subjects: (n,) int32, -1 or < n_subjects; cascades: (n,) int32, -1 or < n_cascades.
    window: ms, inclusive.
    Returns (n,) int32, numbers in order of opening, so that each user's actions are consecutive.
    Cost: O(n + n_subjects + n_cascades); a row without a cascade and without a neighbour inside the window
        can neither join nor be joined, and needs no access to n_subjects entries.
    """
    action = np.empty(len(times), np.int32)
    on_subject = np.full(n_subjects, -1, np.int32)
    in_cascade = np.full(n_cascades, -1, np.int32)
    latest = np.empty(n_subjects, np.int64)
    opened = 0
    for k in range(len(starts) - 1):
        mine = opened  # an action below this number is another user's: nothing to clear between users
        for i in range(starts[k], starts[k + 1]):
            subject, cascade = subjects[i], cascades[i]
            joined = -1
            if cascade >= 0:
                joined = in_cascade[cascade]
            elif subject >= 0 and i > starts[k] and times[i] - times[i - 1] <= window:
                joined = on_subject[subject]
                if joined >= mine and times[i] - latest[subject] > window:
                    joined = -1
            if joined < mine:
                joined = opened
                opened += 1
            if cascade >= 0:
                in_cascade[cascade] = joined
            elif subject >= 0 and i + 1 < starts[k + 1] and times[i + 1] - times[i] <= window:
                on_subject[subject] = joined
                latest[subject] = times[i]
            action[i] = joined
    return action
