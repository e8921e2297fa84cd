"""Columns into another order: what is taken, kept once, found again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anomaly.coding.gather import among, distinct

WHOLE = st.lists(st.integers(-3, 40), max_size=30)


@given(WHOLE)
def test_distinct_is_unique(values: list[int]) -> None:
    given = np.array(values, np.int32)
    assert np.array_equal(distinct(given), np.unique(given))
    assert np.array_equal(
        distinct(given[: len(given) // 2 * 2].reshape(2, -1)), np.unique(given[: len(given) // 2 * 2])
    )


@given(WHOLE, WHOLE)
def test_among_is_isin(values: list[int], others: list[int]) -> None:
    given, ascending = np.array(values, np.int64), distinct(np.array(others, np.int64))
    assert np.array_equal(among(given, ascending), np.isin(given, ascending))
