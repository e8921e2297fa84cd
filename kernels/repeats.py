"""One user, one subject, again and again on different days."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64
from kernels.compile import kernel

MOST = 16  # days told apart; more are counted as this many
SUBJECT, DAYS, ACTIONS, FIRST, LAST, DAY = range(6)
PAIR, ALL_DAYS, USERS = range(3)


@kernel
def repeated_days(
    starts: I64, times: I64, days: I32, subjects: I32, n_subjects: int, gap: int, least: int
) -> tuple[I32, I32, I32, I32, I64, I64, I64, I64, I32]:
    """Count, for each user and subject, the days on which the user came back to the subject.

    A look-up opens a new day when its local day is not the one last opened, and at least `gap` has passed
    since the pair's look-up before: work across midnight is not two days.

    starts: (g + 1,) int64; user k has rows starts[k]:starts[k + 1].
    times: (n,) int64, ms; ascending inside each user. days: (n,) int32, local day number.
    subjects: (n,) int32, < n_subjects; a row with -1 does not count.
    gap: ms, inclusive. least: days that a returned pair has at least, >= 1.
    Returns the m pairs with at least `least` days, by user and then by first look-up:
    user, subject, n_days, n_actions: (m,) int32; first, last: (m,) int64, ms; then
    at_least: (g, 16) int64, of each user the pairs with at least 1, 2 ... 16 days; and
    subject_days: (n_subjects,) int64, the sum over users of n_days; subject_users: (n_subjects,) int32, how
    many users.
    Cost: O(n + g + n_subjects), one random access a row; at most 32 / least bytes a row.
    """
    g = len(starts) - 1
    pairs = np.empty((max(0, np.max(np.diff(starts))) if g else 0, 6), np.int64)  # of one user at a time
    # Of each subject, side by side: three arrays were three random accesses, 82 ns a row and not 50.
    known = np.zeros((n_subjects, 4), np.int32)
    known[:, PAIR] = -1
    room = len(times) // least
    user, subject = np.empty(room, np.int32), np.empty(room, np.int32)
    n_days, n_actions = np.empty(room, np.int32), np.empty(room, np.int32)
    first, last = np.empty(room, np.int64), np.empty(room, np.int64)
    at_least = np.zeros((g, MOST), np.int64)
    opened = m = 0
    for k in range(g):
        mine = opened  # a pair below this number is another user's: nothing to clear between users
        for i in range(starts[k], starts[k + 1]):
            s, t, day = subjects[i], times[i], days[i]
            if s < 0:
                continue
            if known[s, PAIR] < mine:
                known[s, PAIR] = opened
                pair = pairs[opened - mine]
                opened += 1
                pair[SUBJECT], pair[DAYS], pair[ACTIONS], pair[FIRST], pair[DAY] = s, 1, 0, t, day
            else:
                pair = pairs[known[s, PAIR] - mine]
                if day != pair[DAY] and t - pair[LAST] >= gap:
                    pair[DAYS] += 1
                    pair[DAY] = day
            pair[ACTIONS] += 1
            pair[LAST] = t
        for p in range(opened - mine):
            pair = pairs[p]
            known[pair[SUBJECT], ALL_DAYS] += pair[DAYS]
            known[pair[SUBJECT], USERS] += 1
            for d in range(min(pair[DAYS], MOST)):
                at_least[k, d] += 1
            if pair[DAYS] >= least:
                user[m], subject[m], n_days[m], n_actions[m] = k, pair[SUBJECT], pair[DAYS], pair[ACTIONS]
                first[m], last[m] = pair[FIRST], pair[LAST]
                m += 1
    return (
        user[:m].copy(),
        subject[:m].copy(),
        n_days[:m].copy(),
        n_actions[:m].copy(),
        first[:m].copy(),
        last[:m].copy(),
        at_least,
        known[:, ALL_DAYS].astype(np.int64),
        known[:, USERS].copy(),
    )
