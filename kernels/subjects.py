"""Which subject a row is about, and what rows say of it."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, I64, U64, Integers
from kernels.compile import kernel


@kernel
def choose(subject: I32, written: I32, keys: I32, beside: I32) -> tuple[I32, I32]:
    """Give rows that have no subject yet the key that is written in a further column, and say which keys
    stand beside another.

    subject: (n,) int32, filled in place; -1 for none yet. written: (n,) int32, which writing of the column a
    row has; keys: (w,) int32, the key of each writing; -1 for none in both. beside: (s,) int32, for each key
    the subject beside which a row last had it, filled in place, so that a pair is told once while it lasts.
    Returns the pairs, (m,) int32 each: the subject of a row and another key in it. Cost: O(n).
    """
    left, right = np.empty(len(subject), np.int32), np.empty(len(subject), np.int32)
    m = 0
    for i in range(len(subject)):
        if written[i] < 0:
            continue
        key, chosen = keys[written[i]], subject[i]
        if chosen < 0:
            subject[i] = key
        elif key >= 0 and key != chosen and beside[key] != chosen:
            beside[key] = chosen
            left[m], right[m] = chosen, key
            m += 1
    return left[:m].copy(), right[:m].copy()


@kernel
def largest(held: Integers, subject: I32, written: I32, values: Integers) -> None:
    """Keep the largest value that rows say of their subject.

    held: (s,), of each subject, raised in place; subject, written: (n,) int32, as in `choose`; values: (w,),
    what each writing says. Cost: O(n).
    """
    for i in range(len(subject)):
        if subject[i] >= 0 and written[i] >= 0 and values[written[i]] > held[subject[i]]:
            held[subject[i]] = values[written[i]]


@kernel
def renumber(subject: I32, users: I32, times: I64, hashes: U64) -> tuple[I32, I32]:
    """Number subjects in the order in which rows first have them, by hash where one user has several at one
    time and where no row has them: so that their numbers do not depend on how the rows came.

    subject: (n,) int32, renumbered in place, -1 stays; users, times: (n,), user after user, each in time
    order; hashes: (s,) uint64, all different. Returns rank: (s,) int32, the new number of each, and order:
    (s,) int32, the old number of each that is new. Cost: O(n), and t log t for t subjects of one user at one
    time.
    """
    rank, order = np.full(len(hashes), -1, np.int32), np.empty(len(hashes), np.int32)
    begin, first, next_ = 0, 0, 0
    while begin < len(subject):
        end = begin
        while end < len(subject) and times[end] == times[begin] and users[end] == users[begin]:
            if subject[end] >= 0 and rank[subject[end]] < 0:
                rank[subject[end]] = next_
                order[next_] = subject[end]
                next_ += 1
            end += 1
        if next_ > first + 1:
            by_hash(order[first:next_], hashes, rank, first)
        first = next_
        for i in range(begin, end):
            if subject[i] >= 0:
                subject[i] = rank[subject[i]]
        begin = end
    order[first:] = np.flatnonzero(rank < 0)
    by_hash(order[first:], hashes, rank, first)
    return rank, order


@kernel
def by_hash(some: I32, hashes: U64, rank: I32, first: int) -> None:
    """Put some codes, (m,) int32, in the order of their hashes, and number them from the first on; all in
    place.
    """
    some[:] = some[np.argsort(hashes[some])]
    for i in range(len(some)):
        rank[some[i]] = first + i
