"""Textbook laws by scipy's special functions: to import scipy.stats takes half a second, which every command
would pay.

Sources: DLMF 8.4.10 (Poisson), 8.17.5 (binomial, negative binomial).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def poisson(k: Any, mean: Any) -> Floats:
    """P(X = k). k: integers, mean: > 0; of any shapes that go together."""
    return np.asarray(np.exp(special.xlogy(k, mean) - mean - special.gammaln(np.asarray(k) + 1.0)))


def poisson_tail(k: Any, mean: Any) -> Floats:
    """P(X >= k). k: integers, mean: > 0; of any shapes that go together."""
    least = np.maximum(k, 1)
    return np.where(np.asarray(k) > 0, special.gammainc(least, mean), 1.0)


def poisson_quantile(part: float, mean: Any) -> NDArray[np.int64]:
    """Return the least k with P(X <= k) >= part, 0 < part < 1. mean: (m,) > 0; returns (m,) int64."""
    k = np.ceil(special.pdtrik(part, mean))
    less = np.maximum(k - 1, 0)
    return np.asarray(np.where(special.pdtr(less, mean) >= part, less, k), np.int64)


def fair_tail(k: Any, n: Any) -> Floats:
    """P(X >= k heads of n throws). k, n: integers, 0 <= k <= n; of any shapes that go together."""
    least = np.maximum(k, 1)
    return np.where(np.asarray(k) > 0, special.betainc(least, np.asarray(n) - least + 1.0, 0.5), 1.0)


def negative_binomial(k: Any, size: Any, going_on: Any) -> Floats:
    """P(X = k), how often it goes on, each time with the same chance, before it stops `size` times."""
    ways = special.gammaln(k + size) - special.gammaln(size) - special.gammaln(k + 1.0)
    return np.asarray(np.exp(ways + special.xlog1py(size, -going_on) + special.xlogy(k, going_on)))


def negative_binomial_tail(k: Any, size: Any, going_on: Any) -> Floats:
    """P(X >= k), k > 0, see `negative_binomial`."""
    return np.asarray(special.betainc(k, size, going_on))


def hypergeometric_tail(k: Any, population: Any, marked: Any, drawn: Any) -> Floats:
    """P(X >= k marked among those drawn). All integers, (m,) or one; returns (m,) float64."""
    least, n, good, taken = np.atleast_1d(*np.broadcast_arrays(k, population, marked, drawn))
    first = np.maximum(least, np.maximum(taken + good - n, 0))
    terms = np.maximum(np.minimum(good, taken) - first + 1, 0)
    of = np.repeat(np.arange(len(first)), terms)
    x = first[of] + np.arange(len(of)) - (np.cumsum(terms) - terms)[of]
    n, good, taken = n[of], good[of], taken[of]
    ways = _choose(good, x) + _choose(n - good, taken - x) - _choose(n, taken)
    return np.asarray(np.minimum(np.bincount(of, np.exp(ways), len(first)), 1.0))


def _choose(n: NDArray[Any], k: NDArray[Any]) -> Floats:
    return np.asarray(-np.log1p(n) - special.betaln(n - k + 1.0, k + 1.0))
