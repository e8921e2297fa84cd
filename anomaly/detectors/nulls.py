"""The chance models that detectors share: what a user's peers do, with more spread than coin tosses have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

import kernels
from anomaly.coding.gather import read_only
from anomaly.detectors.peer_rates import law_of_peers

Floats = NDArray[np.float64]
# How many users' worth of typical scatter a group's own is moderated by.
PRIOR = 4.0
MANY = 500
NODES, STEPS = 40, 6
CLOSE, UNSEEN = 1e-12, 1e-17  # of log-odds, of weights
RARE = 0.2  # of the trials
FEWEST, FARTHEST = 5, 0.02  # users, and part of all users, by whom a tail is judged
CALM = 10.0  # users
HALF = 0.5  # nobody asks by how much more likely something is


def rate_tail(
    k: NDArray[np.int64],
    n: NDArray[np.int64],
    peer: NDArray[np.int32],
    alike: NDArray[np.int64] | None = None,
    *,
    most: float = HALF,
) -> Floats:
    """P(X >= k) for each user, when users of a group share a rate that varies between them (beta-binomial).

    k, n: (g,) int64 successes and trials; peer: (g,) int32 group, -1 not tested; alike: (g,) int64, how many
    are so, one each unless said, and where k is not 0; most: larger p-values than this may be told too small,
    and are still larger. Returns (g,) float64; 1 where not tested. See `law_of_peers`, and `uneven_tail`: of
    the two the larger p-value counts.
    """
    alike = np.ones(len(k), np.int64) if alike is None else alike
    a, b = law_of_peers(k, n, peer, alike)
    tested = (peer >= 0) & (n > 0)
    some = np.flatnonzero(tested & (k > 0))  # none or more is certain
    p, certain = np.ones(len(k)), int((alike[tested] - 1).sum())
    p[some] = kernels.beta_binomial_tail(k[some], n[some], a[some], b[some])
    small = p[some] <= most
    for where in (some[small], some[~small]):
        p[where] = np.maximum(p[where], uneven_tail(k[where], n[where], a[where], b[where]))
        if (p[tested] <= most).sum() > _places(int(tested.sum()) + certain)[1]:
            break  # half of the users are spared
    p[tested] = tempered(p[tested], certain)
    return p


def uneven_tail(k: NDArray[np.int64], n: NDArray[np.int64], a: Floats, b: Floats) -> Floats:
    """P(X >= k), binomial, when habits multiply: rates scatter like a law of the mean and variance of
    beta(a, b) with a longer tail. (m,) all; Gauss-Hermite quadrature.

    Rare habits are log-normal; of others the odds are, as a log-normal law of large shares runs past one:
    by it 123 of 143 at a rate of 0.53 had 24 times the p-value of the beta law.
    """
    rate = a / (a + b)
    spread = np.sqrt(np.log1p((1 - rate) / (rate * (a + b + 1))))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / np.sqrt(2 * np.pi)
    rare = rate < RARE
    scatter = np.where(rare, spread, spread / (1 - rate))
    middle = np.log(rate) - spread**2 / 2
    middle[~rare] = _median_odds(rate[~rare], scatter[~rare], nodes, weights)
    return np.minimum(kernels.uneven_tail(k, n, middle, scatter, ~rare, nodes, weights), 1.0)


def _median_odds(rate: Floats, scatter: Floats, nodes: Floats, weights: Floats) -> Floats:
    """Return the median log-odds for which the mean is `rate`, by Newton's method. (m,) all."""
    middle: Floats = special.logit(rate)
    nodes, weights = nodes[weights > UNSEEN], weights[weights > UNSEEN]
    for _ in range(STEPS):
        each = special.expit(middle[:, None] + scatter[:, None] * nodes)
        slope = np.maximum((each * (1 - each)) @ weights, 1e-12)
        step = np.clip((rate - each @ weights) / slope, -1, 1)
        middle = middle + step
        if np.abs(step).max(initial=0) < CLOSE:
            break
    return middle


def tempered(p: Floats, certain: int = 0) -> Floats:
    """Make p-values larger where the log itself shows that small ones are too frequent. (k,) -> (k,).

    certain: how many more there are, all of them 1.

    Minus their logarithms should fall off at rate one. The rate is estimated over the fifth part of the users
    whose p is smallest (fifty at least), as if `CALM` users more had kept to one: of 11 users, two misusers
    do not move it. The fiftieth part (five at least) is censored where it begins, as a log of which one user
    in a hundred misuses something still tells it (88 of 11,000, Minnesota 2013). Beyond the fifth part p is
    raised to the rate's power (after Devlin & Roeder 1999, Biometrics 55, "genomic control"). 9 peers with
    log-normal rates gave 60 times too many p-values below 1e-4 without.
    """
    count = len(p) + certain
    if count < 2 * FEWEST:
        return p
    near = _parts(count)[1]
    ranked = np.append(np.sort(p), 1.0)
    small, middle = (ranked[min(place, len(p))] for place in _places(count))
    beyond = np.log(middle / np.maximum(p[p < middle], max(small, 1e-300)))
    told = max(near * count - (p <= small).sum() - certain * (small >= 1), 0.0)
    power = (CALM + told) / (CALM + beyond.sum())
    if power >= 1:
        return p
    return np.where(p < middle, np.maximum(p, near * (p / middle) ** power), p)


def _parts(count: int) -> tuple[float, float]:
    """Return the part of so many users where `tempered` begins to censor, and by which it judges."""
    far = max(FEWEST / count, FARTHEST)
    return far, min(10 * far, 0.5)


def _places(count: int) -> list[int]:
    """Return the places of these parts among the sorted p-values, below 0 where there are too few."""
    return [int(np.ceil((count - 1) * part)) if count >= 2 * FEWEST else -1 for part in _parts(max(count, 1))]


Tail: TypeAlias = Callable[[Floats, float], Floats]  # deviations in scales, degrees of freedom -> p


def student(deviation: Floats, freedom: float) -> Floats:
    """P(deviation or more) of a level that scatters evenly about the median. (k,) -> (k,) float64."""
    return np.asarray(special.stdtr(freedom, -deviation), float)


def extreme(deviation: Floats, freedom: float) -> Floats:
    """P(deviation or more) of the largest of several levels. (k,) -> (k,) float64.

    Gumbel's law (Coles 2001, section 3.1), whose median lies 0.3665 of its scale above its mode, and whose
    median absolute deviation is 0.767 of it; the scale being estimated, the tail falls as a power of
    `freedom`.
    """
    beyond = np.maximum(1 + (1.4826 * 0.767 * deviation + 0.3665) / freedom, 1e-9)
    return np.asarray(-np.expm1(-(beyond**-freedom)), float)


def level_tail(
    values: Floats,
    peer: NDArray[np.int32],
    tail: Tail = student,
    least_scale: float = 0.1,
    prior: float = PRIOR,
) -> Floats:
    """P(level >= value) for each user, when the logarithms of peers' levels scatter as `tail` says.

    values: (g,) float64; peer: (g,) int32, -1 not tested. Returns (g,) float64, 1 where not tested. See
    `level`; the typical scatter is that of the median group.
    """
    p = np.ones(len(values))
    logs = np.log(np.maximum(values, 1.0))
    alike = [groups for groups in by_size(peer) if groups.shape[1] >= 4]
    scatters = [_scatter(logs[groups])[1] for groups in alike]
    typical = float(np.median(np.concatenate(scatters))) if alike else 0.0
    for groups in alike:
        n = groups.shape[1]
        others = logs[groups]  # one of so many moves neither median
        if n <= MANY:
            others = logs[groups[:, (np.arange(n)[:, None] + np.arange(1, n)) % n]].reshape(-1, n - 1)
        scale = max(typical, least_scale)
        members = groups.ravel() if n <= MANY else groups.T.ravel()
        found = level(logs[members].reshape(-1, len(others)), others, scale, least_scale, tail, prior)
        p[members] = found.ravel()
    return p


def by_size(peer: NDArray[np.int32]) -> Iterator[NDArray[np.int64]]:
    """Give the members of the groups of each size, (k, n), ascending in each group: hundreds of groups have a
    few sizes, and what is asked of all of one size is asked once. peer: (g,) int32 group, -1 none.
    """
    starts, order = kernels.group(read_only(peer), int(peer.max(initial=-1)) + 1)
    sizes = np.diff(starts)
    for n in np.unique(sizes[sizes > 0]).tolist():
        yield order[starts[:-1][sizes == n][:, None] + np.arange(n)].astype(np.int64)


def level(
    values: Floats,
    others: Floats,
    typical: float,
    least_scale: float,
    tail: Tail = student,
    prior: float = PRIOR,
) -> Floats:
    """P(X >= value) for each user among others.

    values: (..., k), others: (k, m), both logarithms; typical: the usual scatter. Returns values' shape,
    float64.

    Centre and scatter are the median and the median absolute deviation, which knows as much as 0.37 m
    deviations do (its efficiency); the scatter is moderated towards the typical one (Smyth 2004, Stat. Appl.
    Genet. Mol. Biol. 3, section 3) as if that were known from `prior` users. least_scale: a group that
    differs less is too even to be believed, 0.1 being 10 %.
    """
    known = 0.37 * (others.shape[1] - 1)
    centre, scatter = _scatter(others)
    scale = np.sqrt((prior * typical**2 + known * scatter**2) / (prior + known))
    width = np.maximum(scale, least_scale) * np.sqrt(1 + 1.57 / others.shape[1])  # 1.57: variance of a median
    return tail((values - centre) / width, prior + known)


def _scatter(logs: Floats) -> tuple[Floats, Floats]:
    """Return the median of each row, and the median absolute deviation as a scale. (k, m) -> (k,) both."""
    centre = np.median(logs, axis=1)
    return centre, 1.4826 * np.median(np.abs(logs - centre[:, None]), axis=1)
