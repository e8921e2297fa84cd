"""Benjamini and Hochberg's false discovery rate (1995, J. R. Stat. Soc. B 57), over all that was tested."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def q_values(p: NDArray[np.float64], tested: int) -> NDArray[np.float64]:
    """Return for each p-value the lowest false discovery rate at which it would be listed.

    p: (k,) float64, the small ones among all that was tested; tested: how many there were in all, those not significant included, >= k.
    Returns (k,) float64 in order of p. q of the i-th smallest is the least over j >= i of p_(j) * tested / j. Leaving p-values out is
    exact as long as every one left out exceeds every q in use.
    """
    order = np.argsort(p, kind="stable")
    steps = p[order] * max(tested, len(p)) / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


def expected_false(q: NDArray[np.float64]) -> float:
    """Return how many of the listed findings chance alone would put there: their number times the largest q among them."""
    return float(len(q) * q.max()) if len(q) else 0.0
