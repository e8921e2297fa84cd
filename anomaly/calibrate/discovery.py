"""Benjamini and Hochberg's false discovery rate (1995, J. R. Stat. Soc. B 57), over all that was tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def q_values(families: Sequence[tuple[NDArray[np.float64], int, int]]) -> NDArray[np.float64]:
    """Return for each p-value the lowest false discovery rate at which it would be listed.

    families: of each detector its small p-values (k,) float64, how many it tested in all, those not
    significant included, and its weight. Returns the q-values of all families one after another, (sum of k,)
    float64.

    A family has its weight in the whole, however many it tests (weights fixed in advance: Genovese, Roeder &
    Wasserman 2006, Biometrika 93), so that a detector which tests every pair of user and subject does not
    drown one which tests every user. With weights w_f that add up to W, family f testing m_f, the i-th
    smallest of p * m_f * W / w_f, divided by i, the least over all j >= i. Leaving p-values out is exact as
    long as every one left out exceeds every q in use.
    """
    whole = sum(weight for _, tested, weight in families if tested)
    levels = (p * max(tested, len(p)) * whole / weight for p, tested, weight in families)
    weighted = np.concatenate([np.zeros(0), *levels])
    order = np.argsort(weighted, kind="stable")
    steps = weighted[order] / np.arange(1, len(weighted) + 1)
    q = np.empty(len(weighted))
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


def expected_false(q: NDArray[np.float64]) -> float:
    """Return how many of the listed findings chance alone would put there: their number times the largest q
    among them.
    """
    return float(len(q) * q.max()) if len(q) else 0.0
