"""The search for a span finds what pairing every action with every span finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.explain import joins
from anomaly.explain.joins import FOREVER, inside_any

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
def test_a_search_finds_what_pairing_finds(data: st.DataObject, width: int) -> None:
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


@given(st.lists(moments), st.lists(moments), st.sampled_from(["left", "right"]))
def test_sorting_first_changes_nothing(known: list[int], wanted: list[int], side: str) -> None:
    ascending, asked = np.array(sorted(known), np.int64), np.array(wanted, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joins, "LARGE", 0)
        sorted_first = joins._search(ascending, asked, side)
    assert sorted_first.tolist() == np.searchsorted(ascending, asked, side).tolist()


def test_a_year_in_milliseconds_and_a_million_keys_do_not_overflow() -> None:
    year = 366 * 86_400_000
    key = np.array([0, 999_999, 999_999], np.int32)
    at = np.array([0, year, year - 1], np.int64)
    found = inside_any(
        [key], at, [np.array([999_999], np.int32)], np.array([year], np.int64), np.array([FOREVER], np.int64)
    )
    assert found.tolist() == [False, True, False]
