"""The sweep over spans finds what pairing every action with every span finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.coding import inside_any
from anomaly.explain.joins import FOREVER

codes = st.integers(-1, 3)
moments = st.integers(-3, 12)
ends = st.one_of(moments, st.sampled_from([-FOREVER, FOREVER]))


def naive(
    keys: list[tuple[int, ...]], at: list[int], of_spans: list[tuple[int, ...]], spans: list[tuple[int, int]]
) -> list[bool]:
    return [
        any(
            -1 not in key and key == other and begin <= moment <= end
            for other, (begin, end) in zip(of_spans, spans, strict=True)
        )
        for key, moment in zip(keys, at, strict=True)
    ]


@settings(deadline=None, max_examples=300)
@given(st.data(), st.integers(1, 3))
def test_a_sweep_finds_what_pairing_finds(data: st.DataObject, width: int) -> None:
    key = st.tuples(*[codes] * width)
    keys = data.draw(st.lists(key, max_size=12))
    at = data.draw(st.lists(moments, min_size=len(keys), max_size=len(keys)))
    of_spans = data.draw(st.lists(key, max_size=8))
    spans = data.draw(st.lists(st.tuples(ends, ends), min_size=len(of_spans), max_size=len(of_spans)))

    def columns(rows: list[tuple[int, ...]]) -> list[np.ndarray]:
        return [np.array([row[k] for row in rows], np.int32) for k in range(width)]

    begin, end = (np.array([span[k] for span in spans], np.int64) for k in (0, 1))
    found = inside_any(columns(keys), np.array(at, np.int64), columns(of_spans), begin, end)
    assert found.dtype == np.bool_
    assert found.tolist() == naive(keys, at, of_spans, spans)


def test_actions_out_of_order_are_marked_in_their_places() -> None:
    """Local days run backwards where agencies of two zones stand in one log."""
    key = np.array([1, 1, 1, 2], np.int32)
    found = inside_any(
        [key], np.array([9, 7, 8, 8], np.int32), [np.array([1, 1])], np.array([8, 3]), np.array([8, 7])
    )
    assert found.tolist() == [False, True, True, False]


def test_codes_too_many_to_pair_are_refused() -> None:
    many = np.array([2**17], np.int32)
    with pytest.raises(AssertionError):
        inside_any([many] * 3, np.array([0]), [many] * 3, np.array([0]), np.array([0]))


def test_a_year_in_milliseconds_and_a_million_keys_do_not_overflow() -> None:
    year = 366 * 86_400_000
    key = np.array([0, 999_999, 999_999], np.int32)
    at = np.array([0, year, year - 1], np.int64)
    found = inside_any(
        [key], at, [np.array([999_999], np.int32)], np.array([year], np.int64), np.array([FOREVER], np.int64)
    )
    assert found.tolist() == [False, True, False]
