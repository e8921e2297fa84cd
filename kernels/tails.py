"""Upper tails P(X >= k), right in the far tail, where a long list of tests needs them.

A tail is its first term times a sum of positive ratios, so nothing cancels. Below the mean it is one minus
the lower sum, which is not close to one there. First terms come from saddle-point densities, because a
difference of large log-gammas loses the digits that matter.
Sources: tails as sums, DLMF 8.11.4 (Poisson) and 8.17.5 (binomial); densities, Loader 2000, "Fast and
accurate computation of binomial probabilities".
"""

from __future__ import annotations

import math

import numpy as np

from kernels.arrays import F64, I64, Bools
from kernels.compile import kernel

NEGLIGIBLE = 1e-19  # of the sum so far; thousands of terms of this size may be left out
UNSEEN = 1e-13  # of a sum of weighted tails


@kernel
def stirling_error(x: float) -> float:
    """Say by how much log(x!) exceeds Stirling's formula, log(sqrt(2 pi x) (x / e)^x); x > 0.

    Source: DLMF 5.11.1, six terms, error below 1e-17 from 16 on.
    """
    if x < 16:
        return math.lgamma(x + 1) - (x + 0.5) * math.log(x) + x - 0.5 * math.log(2 * math.pi)
    y = 1 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * 691 / 360360))))) / x


@kernel
def deviance(x: float, mean: float) -> float:
    """Compute x log(x / mean) + mean - x, >= 0, without cancellation near x = mean; x, mean > 0.

    Source: Loader 2000, section 4, the series in v = (x - mean) / (x + mean).
    """
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, power = (x - mean) * v, 2 * x * v
    for j in range(3, 100, 2):
        power *= v * v
        longer = total + power / j
        if longer == total:
            break
        total = longer
    return total


@kernel
def poisson_density(k: float, mu: float) -> float:
    """P(X = k) for X ~ Poisson(mu); k >= 0, mu > 0."""
    if k == 0:
        return math.exp(-mu)
    return math.exp(-stirling_error(k) - deviance(k, mu)) / math.sqrt(2 * math.pi * k)


@kernel
def binomial_density(k: float, r: float, p: float, q: float) -> float:
    """P(X = k) for X ~ binomial(k + r, p), at real k, r >= 0 as well; 0 < p < 1, q = 1 - p.

    k and r = n - k, p and q are all given: a difference taken here would lose the digits of a small one.
    """
    n = k + r
    if k == 0:
        return math.exp(n * (math.log1p(-p) if p < q else math.log(q)))
    if r == 0:
        return math.exp(n * (math.log1p(-q) if q < p else math.log(p)))
    error = stirling_error(n) - stirling_error(k) - stirling_error(r)
    return math.exp(error - deviance(k, n * p) - deviance(r, n * q)) * math.sqrt(n / (2 * math.pi * k * r))


@kernel
def beta_binomial_density(k: float, n: float, a: float, b: float) -> float:
    """P(X = k) for X ~ beta-binomial(n, a, b); a, b > 0, 0 <= k <= n, n > 0.

    Plain formula: C(a + k - 1, k) C(b + n - k - 1, n - k) / C(a + b + n - 1, n). Each C is a binomial density
    over its powers of p and q; those cancel, and p = n / (n + a + b) keeps the denominator far from zero.
    """
    size = n + a + b
    p, q = n / size, (a + b) / size
    drawn = binomial_density(k, a, p, q) * binomial_density(n - k, b, p, q) / binomial_density(n, a + b, p, q)
    return drawn * (a / (a + k)) * (b / (b + n - k)) * (size / (a + b))


@kernel
def poisson_upper(k: float, mu: float) -> float:
    """P(X >= k) for X ~ Poisson(mu), mu >= 0; O(sqrt(mu)) terms at worst."""
    if k <= 0 or mu == 0:
        return 1.0 if k <= 0 else 0.0
    total = term = 1.0
    if k > mu:
        j = k
        while term > NEGLIGIBLE * total:
            j += 1
            term *= mu / j
            total += term
        return min(poisson_density(k, mu) * total, 1.0)
    j = k - 1
    while term > NEGLIGIBLE * total:
        term *= j / mu
        total += term
        j -= 1
    return 1 - poisson_density(k - 1, mu) * total


@kernel
def binomial_sum(k: float, n: float, p: float, q: float) -> float:
    """P(X >= k) as a sum from k up; 0 < p < 1, q = 1 - p, n p < k <= n + 1, so that terms fall."""
    if k > n:
        return 0.0
    total = term = 1.0
    j = k
    while term > NEGLIGIBLE * total:
        term *= (n - j) / (j + 1) * (p / q)
        total += term
        j += 1
    return min(binomial_density(k, n - k, p, q) * total, 1.0)


@kernel
def binomial_upper(k: float, n: float, p: float) -> float:
    """P(X >= k) for X ~ binomial(n, p), 0 <= p <= 1; O(sqrt(n)) terms at worst."""
    if k <= 0 or k > n:
        return 1.0 if k <= 0 else 0.0
    if p == 0 or p == 1:
        return p
    if k > n * p:
        return binomial_sum(k, n, p, 1 - p)
    return 1 - binomial_sum(n - k + 1, n, 1 - p, p)


@kernel
def beta_binomial_sum(k: float, n: float, a: float, b: float) -> float:
    """P(X >= k) as a sum from k up; a, b > 0, 0 <= k <= n + 1, n > 0.

    With b < 1 the terms may rise again towards n, so every one of them is added.
    """
    if k > n:
        return 0.0
    total = term = 1.0
    j = k
    while j < n:
        ratio = (n - j) / (j + 1) * ((j + a) / (n - j - 1 + b))
        term *= ratio
        total += term
        j += 1
        if b >= 1 and ratio < 1 and term * (n - j) < NEGLIGIBLE * total:
            break
    return min(beta_binomial_density(k, n, a, b) * total, 1.0)


@kernel
def beta_binomial_upper(k: float, n: float, a: float, b: float) -> float:
    """P(X >= k) for X ~ beta-binomial(n, a, b), a, b > 0; O(n) terms at worst."""
    if k <= 0 or k > n:
        return 1.0 if k <= 0 else 0.0
    if k * (a + b) <= n * a:
        lower = beta_binomial_sum(n - k + 1, n, b, a)
        if lower < 0.9:
            return 1 - lower
    return beta_binomial_sum(k, n, a, b)


@kernel
def poisson_tail(k: I64 | F64, mu: F64) -> F64:
    """P(X >= k) for X ~ Poisson(mu), elementwise.

    k: (n,) int64 or float64, counts; k <= 0 gives 1. mu: (n,) float64, >= 0; mu = 0 < k gives 0.
    Returns (n,) float64, relative error below 1e-9 down to 1e-300; NaN stays NaN.
    Cost: O(sqrt(mu)) an element near the mean, a few terms in the far tail.
    Source: DLMF 8.11.4.
    """
    tail = np.empty(len(k), np.float64)
    for i in range(len(k)):
        tail[i] = poisson_upper(float(k[i]), float(mu[i]))
    return tail


@kernel
def binomial_tail(k: I64 | F64, n: I64 | F64, p: F64) -> F64:
    """P(X >= k) for X ~ binomial(n, p), elementwise.

    k, n: (m,) int64 or float64, counts, n >= 0; k <= 0 gives 1, k > n gives 0. p: (m,) float64, 0..1.
    Returns (m,) float64, relative error below 1e-9 down to 1e-300; NaN stays NaN.
    Cost: O(sqrt(n)) an element near the mean, a few terms in the far tail.
    Source: DLMF 8.17.5.
    """
    tail = np.empty(len(k), np.float64)
    for i in range(len(k)):
        tail[i] = binomial_upper(float(k[i]), float(n[i]), float(p[i]))
    return tail


@kernel
def beta_binomial_tail(k: I64 | F64, n: I64 | F64, a: F64, b: F64) -> F64:
    """P(X >= k) for X ~ beta-binomial(n, a, b), elementwise: binomial, p differs between persons.

    k, n: (m,) int64 or float64, counts, n >= 0; k <= 0 gives 1, k > n gives 0.
    a, b: (m,) float64, > 0, the shape of the beta that p comes from; mean of p a / (a + b).
    Returns (m,) float64, relative error below 1e-9 down to 1e-300; NaN stays NaN.
    Cost: O(n) an element with b < 1, fewer otherwise.
    Source: Skellam 1948, J. R. Stat. Soc. B 10(2), section 2.
    """
    tail = np.empty(len(k), np.float64)
    for i in range(len(k)):
        tail[i] = beta_binomial_upper(float(k[i]), float(n[i]), float(a[i]), float(b[i]))
    return tail


@kernel
def uneven_tail(k: I64, n: I64, middle: F64, scatter: F64, odds: Bools, nodes: F64, weights: F64) -> F64:
    """P(X >= k) for X ~ binomial(n, p), elementwise, where log p, or the log-odds of p, are normal.

    k, n: (m,) int64, counts, 0 < k <= n. middle, scatter: (m,) float64, mean and deviation, >= 0, of log p,
    or of the log-odds where odds, (m,) bool. nodes, weights: (c,) float64, > 0, by which the mean over a
    standard normal law is taken; nodes ascending.
    Returns (m,) float64, p being 0.999 at most where log p is normal.
    Cost: as `binomial_tail` for each node that counts: the tail grows with p, so nodes whose weights together
    cannot add 1e-13 of the sum are left out, two in five.
    """
    tail = np.empty(len(k), np.float64)
    below, above = np.zeros(len(nodes) + 1), np.zeros(len(nodes) + 1)
    first = 0
    for j in range(len(nodes)):
        below[j + 1] = below[j] + weights[j]
        first += nodes[j] < 0
    for j in range(len(nodes) - 1, -1, -1):
        above[j] = above[j + 1] + weights[j]
    for i in range(len(k)):
        total = 0.0
        for place in range(len(nodes)):  # from the middle upwards, then downwards
            up = first + place < len(nodes)
            j = first + place if up else len(nodes) - 1 - place
            if up and above[j] <= UNSEEN * total:
                continue
            each = middle[i] + scatter[i] * nodes[j]
            p = 1 / (1 + math.exp(-each)) if odds[i] else min(math.exp(each), 0.999)
            one = binomial_upper(float(k[i]), float(n[i]), p)
            total += weights[j] * one
            if not up and below[j] * one <= UNSEEN * total:
                break
        tail[i] = total
    return tail
