"""Laws by special functions, beside scipy's own."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

from anomaly.detectors import laws

CLOSE = 1e-10  # relative
COUNT = st.integers(0, 60)
CHANCE = st.floats(0.01, 0.99)
MEAN = st.floats(0.01, 80)


def close(ours: object, theirs: object) -> bool:
    return bool(np.allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=CLOSE, atol=1e-280))


@settings(deadline=None)
@given(COUNT, MEAN, CHANCE)
def test_poisson(k: int, mean: float, part: float) -> None:
    assert close(laws.poisson(k, mean), stats.poisson.pmf(k, mean))
    assert close(laws.poisson_tail(k, mean), stats.poisson.sf(k - 1, mean))
    assert laws.poisson_quantile(part, np.array([mean])) == stats.poisson.ppf(part, mean)


@settings(deadline=None)
@given(COUNT, COUNT)
def test_heads(k: int, more: int) -> None:
    assert close(laws.fair_tail(k, k + more), stats.binom.sf(k - 1, k + more, 0.5))


@settings(deadline=None)
@given(COUNT, st.floats(0.1, 20), CHANCE)
def test_negative_binomial(k: int, size: float, going_on: float) -> None:
    assert close(laws.negative_binomial(k, size, going_on), stats.nbinom.pmf(k, size, 1 - going_on))
    tail = laws.negative_binomial_tail(k + 1, size, going_on)
    assert close(tail, stats.nbinom.sf(k, size, 1 - going_on))


@settings(deadline=None)
@given(st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT), max_size=6))
def test_hypergeometric(draws: list[tuple[int, int, int, int]]) -> None:
    k, marked, drawn, more = np.array(draws, np.int64).reshape(-1, 4).T
    population = np.maximum(marked, drawn) + more + 1
    ours = laws.hypergeometric_tail(k, population, marked, drawn)
    assert ours == pytest.approx(stats.hypergeom.sf(k - 1, population, marked, drawn), rel=CLOSE, abs=1e-12)
    assert ((ours == 0) == (k > np.minimum(marked, drawn))).all()
