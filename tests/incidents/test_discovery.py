"""q-values against the definition; what is expected by chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.calibrate import expected_false, q_values

P = st.floats(0, 1)
FAMILIES = st.lists(st.tuples(st.lists(P, max_size=6), st.integers(0, 40), st.integers(1, 5)), max_size=4)
Families = list[tuple[np.ndarray, int, int]]


def arrays(families: list[tuple[list[float], int, int]]) -> Families:
    """Every family tested at least what it found."""
    return [(np.array(p, float), max(tested, len(p)), weight) for p, tested, weight in families]


def naive(families: Families) -> list[float]:
    """The lowest level at which Benjamini and Hochberg's step-up procedure would list each one."""
    whole = sum(weight for _, tested, weight in families if tested)
    weighted = [float(p) * tested * whole / weight for ps, tested, weight in families for p in ps]
    levels = []
    for own in weighted:
        level = 1.0
        for other in weighted:
            rank = sum(w <= other for w in weighted)
            if other >= own:
                level = min(level, other / rank)
        levels.append(level)
    return levels


@settings(deadline=None, derandomize=True, max_examples=100)
@given(families=FAMILIES)
def test_q_values_are_those_of_the_naive_twin(families: list[tuple[list[float], int, int]]) -> None:
    given_families = arrays(families)
    assert q_values(given_families).tolist() == pytest.approx(naive(given_families))


@settings(deadline=None, derandomize=True, max_examples=100)
@given(p=st.lists(P, min_size=1, max_size=8), tested=st.integers(8, 50))
def test_one_family_is_plain_benjamini_hochberg(p: list[float], tested: int) -> None:
    ranks = np.argsort(np.argsort(p, kind="stable")) + 1
    plain = np.array(p) * tested / ranks
    expected = [min(1.0, min(plain[j] for j in range(len(p)) if ranks[j] >= ranks[i])) for i in range(len(p))]
    assert q_values([(np.array(p), tested, 3)]).tolist() == pytest.approx(expected)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(families=FAMILIES)
def test_q_values_are_probabilities_no_smaller_than_p_and_in_its_order(
    families: list[tuple[list[float], int, int]],
) -> None:
    given_families = arrays(families)
    q = q_values(given_families)
    assert ((q >= 0) & (q <= 1)).all()
    at = 0
    for p, _, _ in given_families:
        own = q[at : at + len(p)]
        assert (own[np.argsort(p, kind="stable")] == np.sort(own)).all()
        at += len(p)


def test_what_was_tested_and_not_significant_counts() -> None:
    alone = q_values([(np.array([0.001]), 1, 1)])
    among = q_values([(np.array([0.001]), 50, 1)])
    assert among[0] == pytest.approx(50 * alone[0])


def test_a_large_family_does_not_drown_a_small_one() -> None:
    small, large = (np.array([1e-4]), 100, 1), (np.full(3, 0.15), 10**6, 1)
    assert q_values([small, large])[0] == pytest.approx(2 * 1e-4 * 100)


def test_a_family_of_three_times_the_weight_has_three_parts_of_four() -> None:
    heavy, light = (np.array([1e-4]), 100, 3), (np.full(3, 0.15), 10**6, 1)
    assert q_values([heavy, light])[0] == pytest.approx(4 / 3 * 1e-4 * 100)


def test_a_family_that_tested_nothing_costs_nothing() -> None:
    one = (np.array([1e-4]), 100, 1)
    assert q_values([one, (np.zeros(0), 0, 5)]).tolist() == q_values([one]).tolist()


def test_input_is_left_alone() -> None:
    p = np.array([0.01, 0.2, 0.003])
    q_values([(p, 30, 1)])
    assert p.tolist() == [0.01, 0.2, 0.003]


def test_expected_false_alarms() -> None:
    assert expected_false(np.zeros(0)) == 0
    assert expected_false(np.array([0.01, 0.08, 0.02])) == pytest.approx(0.24)


def test_a_world_of_noise_is_rarely_listed() -> None:
    """2,000 worlds of pure chance, two families each: worlds with any listing are no more than the level."""
    rng = np.random.default_rng(11)
    worlds = ([(rng.random(50), 50, 1), (rng.random(200), 200, 4)] for _ in range(2000))
    listed = sum((q_values(world) <= 0.1).any() for world in worlds)
    assert listed <= 0.1 * 2000 + 4 * np.sqrt(0.09 * 2000)
