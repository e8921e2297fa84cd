"""Tail probabilities against exact arithmetic; run once more without the compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings

import kernels
from tests import naive

EXAMPLES = 150 if hasattr(kernels.group, "py_func") else 30  # plain Python is 100 times slower
settings.register_profile("kernels", deadline=None, max_examples=EXAMPLES)
settings.load_profile("kernels")

RELATIVE_ERROR = 1e-9
SHAPE = st.floats(1e-3, 1e4)


def agree(name: str, *arguments: Any) -> None:
    """Assert that one tail is within 1e-9 of the exact one, or below what the type can hold."""
    columns = [np.atleast_1d(argument).copy() for argument in arguments]
    for column in columns:
        column.setflags(write=False)
    got, wanted = getattr(kernels, name)(*columns)[0], getattr(naive, name)(*columns)[0]
    assert got == pytest.approx(wanted, rel=RELATIVE_ERROR, abs=1e-300)


@given(st.integers(-1, 400), st.floats(0, 300))
@example(1, 1e-299)
@example(170, 0.5)
@example(2000, 1000.0)
@example(1000, 1000.0)
@example(900, 1000.0)
@example(40, 1e-6)
def test_poisson_tail(k: int, mu: float) -> None:
    agree("poisson_tail", k, mu)


@given(st.integers(-1, 130), st.integers(0, 120), st.floats(0, 1))
@example(1, 1, 1e-290)
@example(100, 100, 1e-3)
@example(500, 1000, 0.1)
@example(100, 1000, 0.1)
@example(1000, 1000, 0.999999)
def test_binomial_tail(k: int, n: int, p: float) -> None:
    agree("binomial_tail", k, n, p)


@given(st.integers(-1, 60), st.integers(0, 50), SHAPE, SHAPE)
@example(1, 300, 1e-3, 1e4)
@example(300, 300, 0.25, 1e3)
@example(290, 300, 1e-3, 1e-3)
@example(250, 300, 50.0, 900.0)
@example(60, 300, 9e3, 9e3)
@example(5, 300, 0.01, 1.0)
def test_beta_binomial_tail(k: int, n: int, a: float, b: float) -> None:
    agree("beta_binomial_tail", k, n, a, b)


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(16)


@given(st.integers(1, 60), st.integers(0, 50), st.floats(-9, 3), st.floats(0, 3), st.booleans())
@example(60, 0, -7.0, 0.1, False)
@example(1, 50, 3.0, 3.0, True)
@example(3, 50, -1.0, 0.0, False)
def test_uneven_tail(k: int, more: int, middle: float, scatter: float, odds: bool) -> None:
    agree("uneven_tail", k, k + more, middle, scatter, odds, NODES, WEIGHTS)


def test_a_tail_reaches_the_smallest_numbers_and_then_zero() -> None:
    tails = kernels.poisson_tail(np.array([110, 400]), np.array([0.1, 0.1]))
    assert 0 < tails[0] < 1e-285
    assert tails[1] == 0


@pytest.mark.parametrize(
    ("tail", "arguments", "expected"),
    [
        (kernels.poisson_tail, (0, 0.0), 1.0),
        (kernels.poisson_tail, (1, 0.0), 0.0),
        (kernels.binomial_tail, (0, 0, 0.5), 1.0),
        (kernels.binomial_tail, (1, 0, 0.5), 0.0),
        (kernels.binomial_tail, (1, 9, 0.0), 0.0),
        (kernels.binomial_tail, (9, 9, 1.0), 1.0),
        (kernels.binomial_tail, (10, 9, 1.0), 0.0),
        (kernels.beta_binomial_tail, (0, 0, 1.0, 1.0), 1.0),
        (kernels.beta_binomial_tail, (1, 0, 1.0, 1.0), 0.0),
    ],
)
def test_edges(tail: Callable[..., Any], arguments: tuple[float, ...], expected: float) -> None:
    assert tail(*(np.array([argument]) for argument in arguments)).tolist() == [expected]


@pytest.mark.parametrize("k", [2.0, 40.0])
def test_not_a_number_stays_so(k: float) -> None:
    one, nan = np.array([k]), np.array([np.nan])
    tails = [
        kernels.poisson_tail(one, nan),
        kernels.poisson_tail(nan, one),
        kernels.binomial_tail(one, one + 9, nan),
        kernels.beta_binomial_tail(one, one + 9, nan, one),
        kernels.beta_binomial_tail(one, one + 9, one, nan),
    ]
    assert np.isnan(tails).all()


@given(st.floats(0.1, 1e5))
def test_a_tail_never_rises_with_k(mu: float) -> None:
    k = np.unique(np.round(mu + np.sqrt(mu) * np.linspace(-12, 12, 9)))
    tail = kernels.poisson_tail(k, np.full(len(k), mu))
    assert (np.diff(tail) <= 1e-12).all()
