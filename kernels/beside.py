"""Keys that stand beside one another, in one answer of a switch or in one moment of a user."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U8
from kernels.compile import kernel

PLACE = 29  # bits: where a row stands among those of one time


@kernel
def neighbours(starts: I64, rows: I32, times: I64, subjects: I32, kinds: U8) -> tuple[I32, I32]:
    """Pair the different subjects of neighbouring rows of a group; those of one time stand in the order of
    their kinds, and of their codes.

    starts: (g + 1,) int64; group k is rows[starts[k]:starts[k + 1]], times ascending. rows: (m,) int32, < n;
    times: (n,) int64; subjects: (n,) int32, -1 is left out; kinds: (s,) uint8 of each subject.
    Returns the pairs, (p,) int32 each; one that follows on itself is told once. Cost: O(m), and t log t for t
    rows of one group at one time.
    """
    left, right = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    beside = np.full(len(kinds), -1, np.int32)
    moment = np.empty(len(rows), np.int64)
    p = 0
    for k in range(len(starts) - 1):
        last, begin = np.int32(-1), starts[k]
        while begin < starts[k + 1]:
            end, m = begin, 0
            while end < starts[k + 1] and times[rows[end]] == times[rows[begin]]:
                subject = subjects[rows[end]]
                if subject >= 0:
                    moment[m] = (np.int64(kinds[subject]) << 32) + subject
                    m += 1
                end += 1
            if m > 1:
                moment[:m].sort()
            for i in range(m):
                subject = np.int32(moment[i] & 0xFFFFFFFF)
                if last >= 0 and last != subject and beside[subject] != last:
                    beside[subject] = last
                    left[p], right[p] = last, subject
                    p += 1
                last = subject
            begin = end
    return left[:p].copy(), right[:p].copy()


@kernel
def moments(users: I32, times: I64, subjects: I32, kinds: U8, window: int) -> tuple[I32, I32]:
    """Pair neighbouring rows of one user, close in time, with keys of two kinds; those of one time stand in
    the order of their kinds, and of their codes.

    users: (n,) int32, user after user, -1 is left out; times: (n,) int64, ascending inside each user;
    subjects: (n,) int32, -1 is left out; kinds: (s,) uint8 of each subject, < 8; window: inclusive, as times.
    Returns the rows of each pair, (p,) int32 each. Cost: O(n), and t log t for t rows of one user at one
    time.
    """
    left, right = np.empty(len(users), np.int32), np.empty(len(users), np.int32)
    moment = np.empty(len(users), np.int64)
    p, begin, last = 0, 0, -1
    while begin < len(users):
        end, m = begin, 0
        while end < len(users) and users[end] == users[begin] and times[end] == times[begin]:
            if users[end] >= 0 and subjects[end] >= 0:
                of_kind = (np.int64(kinds[subjects[end]]) << 31) + subjects[end]
                moment[m] = (of_kind << PLACE) + (end - begin)
                m += 1
            end += 1
        if m > 1:
            moment[:m].sort()
        for i in range(m):
            row = begin + (moment[i] & ((1 << PLACE) - 1))
            if (
                last >= 0
                and users[last] == users[row]
                and times[row] - times[last] <= window
                and kinds[subjects[last]] != kinds[subjects[row]]
            ):
                left[p], right[p] = last, row
                p += 1
            last = row
        begin = end
    return left[:p].copy(), right[:p].copy()


@kernel
def faithful(left: I32, right: I32, kinds: U8, least: int, share: float) -> tuple[I32, I32]:
    """Keep the pairs that stand together so often, and in such a share of all that either does beside keys of
    the other's kind.

    left, right: (m,) int32 keys, of two kinds in each pair, as often as they stand together; kinds: (s,)
    uint8 of each key; share: more than a half.
    Returns (p,) int32 each, every pair once, the smaller key left. Cost: O(m + s k), k kinds.
    Source: who has more than half is told in one pass, and counted in another; Boyer & Moore 1991, MJRTY.
    """
    width = int(kinds.max()) + 1 if len(kinds) else 0
    held = np.zeros((len(kinds) * width, 3), np.int32)  # the key that may have more than half, votes, all
    for i in range(len(left)):
        for one, other in ((left[i], right[i]), (right[i], left[i])):
            at = held[one * width + kinds[other]]
            if at[1] == 0:
                at[0] = other
            at[1] += 1 if at[0] == other else -1
            at[2] += 1
    held[:, 1] = 0
    for i in range(len(left)):
        for one, other in ((left[i], right[i]), (right[i], left[i])):
            at = held[one * width + kinds[other]]
            at[1] += at[0] == other
    ones, others = np.empty(len(left), np.int32), np.empty(len(left), np.int32)
    p = 0
    for one in range(len(kinds)):
        for kind in range(width):
            at = held[one * width + kind]
            other = at[0]
            if at[1] < least or other <= one:
                continue
            back = held[other * width + kinds[one]]
            if back[0] == one and at[1] / at[2] >= share and back[1] / back[2] >= share:
                ones[p], others[p] = one, other
                p += 1
    return ones[:p].copy(), others[:p].copy()
