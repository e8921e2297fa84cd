"""Which subject a row is about, and what rows say of it."""

from __future__ import annotations

import numpy as np

from kernels.arrays import I32, Integers
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
