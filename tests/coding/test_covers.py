"""What spans of time cover is what pairing every action with every span finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from anomaly.coding.covers import ALIKE, OWN, Spans, matches, numbers
from anomaly.explain.joins import FOREVER

codes = st.integers(-1, 3)
moments = st.integers(-3, 12)
ends = st.one_of(moments, st.sampled_from([-FOREVER, FOREVER]))
Lines = list[tuple[int, ...]]


def columns(lines: Lines, width: int) -> list[NDArray[Any]]:
    return [np.array([line[k] for line in lines], np.int32) for k in range(width)]


def times(moments: list[int]) -> NDArray[np.int64]:
    return np.array(moments, np.int64)


def naive(keys: Lines, at: list[int], of_spans: Lines, spans: Lines) -> list[bool]:
    return [
        any(
            -1 not in key and key == other and begin <= moment <= end
            for other, (begin, end) in zip(of_spans, spans, strict=True)
        )
        for key, moment in zip(keys, at, strict=True)
    ]


def drawn(data: st.DataObject, width: int) -> tuple[Lines, list[int], Lines, Lines]:
    key = st.tuples(*[codes] * width)
    keys, of_spans = (data.draw(st.lists(key, max_size=most)) for most in (12, 8))
    at = data.draw(st.lists(moments, min_size=len(keys), max_size=len(keys)))
    spans = data.draw(st.lists(st.tuples(ends, ends), min_size=len(of_spans), max_size=len(of_spans)))
    return keys, at, of_spans, spans


@settings(deadline=None, max_examples=300)
@given(st.data(), st.integers(1, 3))
def test_spans_cover_what_pairing_finds(data: st.DataObject, width: int) -> None:
    keys, at, of_spans, spans = drawn(data, width)
    begin, end = (times([span[k] for span in spans]) for k in (0, 1))
    found = Spans(columns(of_spans, width), begin, end).cover(columns(keys, width), times(at))
    assert found.dtype == np.bool_
    assert found.tolist() == naive(keys, at, of_spans, spans)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_spans_of_one_s_own_come_before_those_of_one_s_kind(data: st.DataObject) -> None:
    keys, at, of_spans, spans = drawn(data, 2)
    kinds = np.array([0, 0, 1, -1], np.int32)
    of_kind = [(subject, -1 if user < 0 else int(kinds[user])) for subject, user in of_spans]
    asked = [(subject, -1 if user < 0 else int(kinds[user])) for subject, user in keys]
    own, alike = naive(keys, at, of_spans, spans), naive(asked, at, of_kind, spans)
    near = np.empty(len(at), np.uint8)
    begin, end = (times([span[k] for span in spans]) for k in (0, 1))
    Spans(columns(of_spans, 2), begin, end).closest(columns(keys, 2), times(at), near, kinds)
    assert near.tolist() == [OWN if a else ALIKE if b else 0 for a, b in zip(own, alike, strict=True)]


def test_actions_out_of_order_are_marked_in_their_places() -> None:
    """Local days run backwards where agencies of two zones stand in one log."""
    spans = Spans([np.array([1, 1, 1])], times([8, 3, 8]), times([8, 7, 8]))
    found = spans.cover([np.array([1, 1, 1, 2], np.int32)], np.array([9, 7, 8, 8], np.int32))
    assert found.tolist() == [False, True, True, False]


def test_codes_that_no_span_has_do_not_wrap_round() -> None:
    spans = Spans([np.array([0]), np.array([40_000]), np.array([40_000])], times([0]), times([9]))
    two = np.array([40_000, 2**31 - 1], np.int32)
    assert spans.cover([np.zeros(2, np.int32), two, two], times([1, 1])).tolist() == [True, False]


def test_codes_too_many_to_pair_are_refused() -> None:
    many = np.array([2**17], np.int32)
    with pytest.raises(AssertionError):
        Spans([many] * 3, times([0]), times([0]))


def test_a_year_in_milliseconds_and_a_million_keys_do_not_overflow() -> None:
    year = 366 * 86_400_000
    spans = Spans([np.array([999_999], np.int32)], times([year]), times([FOREVER]))
    found = spans.cover([np.array([0, 999_999, 999_999], np.int32)], times([0, year, year - 1]))
    assert found.tolist() == [False, True, False]


@settings(deadline=None)
@given(st.lists(codes, max_size=8), st.lists(st.integers(-1, 5), max_size=8))
def test_tables_are_matched_by_their_numbers(left: list[int], right: list[int]) -> None:
    rows = matches(np.array(left, np.int32), np.array(right, np.int32))
    pairs = [(i, j) for j, number in enumerate(right) for i, other in enumerate(left) if other == number >= 0]
    assert list(zip(*(of.tolist() for of in rows), strict=True)) == pairs
    assert all(of.dtype == np.int32 for of in rows)


def test_texts_are_numbered_by_the_first_row_that_has_them() -> None:
    listed = pl.Series(["C1", "C2", "C1", None, "C3"])
    others = pl.Series(["C3", "C4", None, "C1", "C2"]), pl.Series([], dtype=pl.String)
    found = numbers(listed, *others)
    assert [of.tolist() for of in found] == [[0, 1, 0, -1, 4], [4, -1, -1, 0, 1], []]
    assert [of.tolist() for of in numbers(others[1], listed)] == [[], [-1] * 5]
