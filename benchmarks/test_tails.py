"""Tail probabilities beside scipy, one element for ten rows of the world."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

import kernels


def test_poisson_tail(world: Any, contest: Any) -> None:
    mu = world.random.uniform(0.01, 200, world.n // 10)
    k = world.random.poisson(mu * 1.5) + 1
    contest(lambda: (kernels.poisson_tail(k, mu),), lambda: (special.gammainc(k, mu),), 1e-9)


def test_binomial_tail(world: Any, contest: Any) -> None:
    n = world.random.integers(1, 2000, world.n // 10)
    p = world.random.uniform(0.001, 0.5, len(n))
    k = world.random.binomial(n, p * 1.3) + 1
    k = np.minimum(k, n)
    contest(lambda: (kernels.binomial_tail(k, n, p),), lambda: (special.betainc(k, n - k + 1, p),), 1e-9)


def test_beta_binomial_tail(world: Any, contest: Any) -> None:
    """One element for 1,000 rows: scipy takes 0.1 ms an element and more."""
    n = world.random.integers(1, 500, world.n // 1000)
    a, b = world.random.uniform(0.5, 20, (2, len(n)))
    k = np.minimum(world.random.binomial(n, world.random.beta(a, b)) + 1, n)
    contest(
        lambda: (kernels.beta_binomial_tail(k, n, a, b),), lambda: (stats.betabinom.sf(k - 1, n, a, b),), 1e-7
    )


def test_uneven_tail(world: Any, contest: Any) -> None:
    """One element for 1,000 rows, of forty nodes."""
    n = world.random.integers(1, 2000, world.n // 1000)
    middle, scatter = world.random.uniform(-6, -1, len(n)), world.random.uniform(0.01, 1, len(n))
    k = np.clip(world.random.binomial(n, np.exp(middle)), 1, n)
    odds = n % 2 == 0
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)

    def rival() -> tuple[Any, ...]:
        each = middle[:, None] + scatter[:, None] * nodes
        p = np.where(odds[:, None], special.expit(each), np.minimum(np.exp(each), 0.999))
        return (special.betainc(k[:, None], n[:, None] - k[:, None] + 1, p) @ weights,)

    contest(lambda: (kernels.uneven_tail(k, n, middle, scatter, odds, nodes, weights),), rival, 1e-9)
