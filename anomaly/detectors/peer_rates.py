"""Rates of users in groups: for each, a law of the peers, who are many enough to tell how they differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
# How many peers' worth of the whole log's spread each group borrows: groups of ten estimate their own spread
# poorly.
BORROWED = 30.0
# A count of less chance than this is no measure for others.
FAR_OUT = 0.001
FITS = 3
# Up to one deviation above the mean a beta-binomial tail is no less than LIKELY, where half is the mean at
# most, and a is PILED at least (tests/detectors/test_nulls.py: it is 0.07).
LIKELY, PILED = 0.05, 0.1


def law_of_peers(k: Counts, n: Counts, peer: NDArray[np.int32], alike: Counts) -> tuple[Floats, Floats]:
    """Return the beta law of each user's rate, (g,) float64 both, from the peers; 1 where there are none.

    k, n: (g,) int64 successes and trials; peer: (g,) int32 group, -1 not tested; alike: (g,) int64, how many
    are so, one where k is not 0. Rate and spread by Pearson's statistic (Williams 1982, Applied Statistics
    31), the user left out, the first time without the foremost; the spread is shrunk towards that of the
    whole log. Then again with each count that was far out lowered to the least that is (winsorised, Huber
    1981, section 1.7), or two users of one unit with one habit would hide each other.
    """
    a, b = np.ones(len(k)), np.ones(len(k))
    some = np.flatnonzero((peer >= 0) & (n > 0))
    some = some[np.argsort(peer[some], kind="stable")]
    if not len(some):
        return a, b
    groups, begin = np.unique(peer[some], return_index=True)
    size = np.diff(np.append(begin, len(some)))
    every = np.bincount(peer[peer >= 0], alike[peer >= 0])[groups].astype(np.int64)
    of, k, n, times = np.repeat(np.arange(len(begin)), size), k[some], n[some], alike[some].astype(float)
    tamed, vouches = k, (~_foremost(k / n, of, every, k > 0)).astype(float)
    for _ in range(FITS):
        its_a, its_b = _fit(tamed.astype(float), n.astype(float), vouches, times, begin, of)
        tamed, vouches = np.minimum(tamed, _tamed(k, n, its_a, its_b)), np.ones(len(k))
    a[some], b[some] = its_a, its_b
    return a, b


def _fit(
    k: Floats, n: Floats, vouches: Floats, times: Floats, begin: Counts, of: Counts
) -> tuple[Floats, Floats]:
    """Return the beta law of each member's rate, from the peers who vouch. All (m,) by group but begin: (c,),
    where each group begins.
    """
    weight = vouches * times
    voices, done, tried = (np.add.reduceat(one, begin) for one in (weight, k * weight, n * weight))
    mean = ((done + 0.5) / (tried + 1))[of]
    x = vouches * (k - n * mean) ** 2 / (n * mean * (1 - mean))  # each member's part of Pearson's statistic
    parts, ends = x * times, np.append(begin[1:], len(x)).tolist()
    # With numpy.split it takes half as long again: 0.50 ms, not 0.32, for 300 groups.
    of_group = [float(np.add.reduce(parts[a:b])) for a, b in zip(begin.tolist(), ends, strict=True)]
    freedom = float(np.maximum(voices - 1, 0).sum())
    others, trials = voices[of] - vouches, tried[of] - n * vouches
    rate = (done[of] - k * vouches + 0.5) / (trials + 1)
    spread = np.maximum(1.0, (sum(of_group) - x) / max(freedom - 1, 1.0))
    theirs = np.array(of_group)[of] - x
    phi = np.maximum(1.0, (theirs + BORROWED * spread) / (np.maximum(others - 1, 1) + BORROWED))
    size = np.maximum(trials / np.maximum(others, 1), 2.0)
    # The group's rate is itself an estimate, as uncertain as its trials are few (predictive variance).
    rho = np.clip((phi - 1) / (size - 1) + phi / (trials + 1), 1e-6, 0.5)
    return rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho


def _tamed(k: Counts, n: Counts, a: Floats, b: Floats) -> Counts:
    """Lower each count that is far out to the least that still is, found by halving: counts one by one took
    7 s where a user had 9,000 of them.
    """
    tamed = k.copy()
    far = np.flatnonzero(k > 1)
    far = far[_is_far_out(k[far] - 1, n[far], a[far], b[far])]
    below, least = np.zeros(len(far), np.int64), k[far] - 1
    while len(open_ones := np.flatnonzero(least - below > 1)):
        half, of = (below[open_ones] + least[open_ones]) // 2, far[open_ones]
        is_far = _is_far_out(half, n[of], a[of], b[of])
        least[open_ones[is_far]], below[open_ones[~is_far]] = half[is_far], half[~is_far]
    tamed[far] = least
    return tamed


def _is_far_out(k: Counts, n: Counts, a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Say where P(X >= k), X beta-binomial, is less than FAR_OUT."""
    far = may_be_seldom(k, n, a, b)
    of = np.flatnonzero(far)
    far[of] = kernels.beta_binomial_tail(k[of], n[of], a[of], b[of]) < FAR_OUT
    return far


def may_be_seldom(k: NDArray[np.number], n: NDArray[np.number], a: Floats, b: Floats) -> NDArray[np.bool_]:
    """Say where P(X >= k), X beta-binomial, may be less than LIKELY; of any shapes that go together."""
    rate = a / (a + b)
    above = k - n * rate
    far = above * np.abs(above) > n * rate * (1 - rate) * (a + b + n) / (a + b + 1)
    return np.asarray(far | (rate > 0.5) | (a < PILED))


def _foremost(rate: Floats, of: Counts, every: Counts, some: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the tenth of each group, two at least of eight, whose rates are highest: not in the first fit.

    rate, of, some: (m,) by group, those who have any; every: (c,) how many each group has.
    """
    marked, most = np.zeros(len(rate), np.bool_), np.flatnonzero(some)
    most = most[np.lexsort((-rate[most], of[most]))]
    rank = np.arange(len(most)) - np.searchsorted(of[most], of[most])
    marked[most[rank < np.maximum(np.minimum(2, every // 4), every // 10)[of[most]]]] = True
    return marked
