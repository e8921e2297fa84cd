"""Rates of agencies: for each, a law of all the others, who are too few to form groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.detectors.peer_rates import FAR_OUT

Floats = NDArray[np.float64]
LEAST_AGENCIES = 8  # fewer say little about what is usual; UNV
FITS = 3


def law_of_others(k: NDArray[np.int64], n: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the beta law of each agency's rate, (g,) float64 both, from all the others.

    k, n: (g,) int64 successes and trials, n > 0. Rate and spread by Pearson's statistic (Williams 1982,
    Applied Statistics 31), the first time without the two highest rates, then with what is far out lowered
    (winsorised, Huber 1981, section 1.7). The rate is itself an estimate, as uncertain as its trials are few.
    """
    tamed, vouches = k, np.ones(len(k))
    vouches[np.argsort(-(k / n), kind="stable")[:2]] = 0.0
    for _ in range(FITS):
        a, b = _fit(tamed.astype(float), n.astype(float), vouches)
        tamed, vouches = np.minimum(tamed, _least_far_out(k, n, a, b)), np.ones(len(k))
    return a, b


def _fit(k: Floats, n: Floats, vouches: Floats) -> tuple[Floats, Floats]:
    others = vouches * ~np.eye(len(k), dtype=bool)  # (g, g): row i is who speaks for agency i
    trials = others @ n
    rate = (others @ k + 0.5) / (trials + 1)
    expected = rate[:, None] * n
    pearson = (others * (k - expected) ** 2 / (expected * (1 - rate[:, None]))).sum(axis=1)
    count = others.sum(axis=1)
    spread = np.maximum(1.0, pearson / np.maximum(count - 1, 1))
    size = np.maximum(trials / np.maximum(count, 1), 2.0)
    rho = np.clip((spread - 1) / (size - 1) + spread / (trials + 1), 1e-9, 0.5)
    return rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho


def _least_far_out(k: NDArray[np.int64], n: NDArray[np.int64], a: Floats, b: Floats) -> NDArray[np.int64]:
    """Lower each count that is far out to the least that still is, by halving. (g,) -> (g,) int64."""
    low, high = np.zeros_like(k), k.copy()
    while np.any(low < high):
        middle = (low + high) // 2
        far = kernels.beta_binomial_tail(middle, n, a, b) < FAR_OUT
        low, high = np.where(far, low, middle + 1), np.where(far, middle, high)
        low = np.minimum(low, high)
    return high
