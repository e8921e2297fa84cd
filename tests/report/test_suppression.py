"""Withheld counts stay unknown to somebody who has every total, and who knows how they were withheld."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from anomaly.report.public.suppress import at_least, band, roughly, shown, suppress

CELLS = st.lists(st.integers(0, 40), min_size=1, max_size=9)
TABLES = CELLS.map(lambda ns: {f"c{i}": n for i, n in enumerate(ns)})
THRESHOLDS = st.integers(3, 7)


def reach(cells: dict[str, int | None], total: int) -> dict[str, tuple[float, float]]:
    """The least and the most each withheld cell can be: linear programming over all that is published."""
    hidden = [name for name, n in cells.items() if n is None]
    left = total - sum(n for n in cells.values() if n is not None)
    ends = {}
    for i, name in enumerate(hidden):
        aim = np.eye(len(hidden))[i]
        solved = [
            linprog(sign * aim, A_eq=np.ones((1, len(hidden))), b_eq=[left], bounds=[(1, None)] * len(hidden))
            for sign in (1, -1)
        ]
        assert all(one.status == 0 for one in solved)
        ends[name] = (solved[0].fun, -solved[1].fun)
    return ends


@given(TABLES, THRESHOLDS)
def test_an_attack_by_linear_programming_leaves_every_withheld_cell_open(
    cells: dict[str, int], threshold: int
) -> None:
    out = suppress(cells, threshold, total=True)
    for low, high in reach(out, sum(cells.values())).values():
        assert high - low >= threshold - 1


@given(TABLES, THRESHOLDS, st.booleans())
def test_no_small_count_is_shown_and_nothing_is_withheld_without_need(
    cells: dict[str, int], threshold: int, total: bool
) -> None:
    out = suppress(cells, threshold, total=total)
    small = {name for name, n in cells.items() if 0 < n < threshold}
    assert all(n is None or n == cells[name] for name, n in out.items())
    assert not any(out.get(name) for name in small)
    if not small or not total:
        assert {name for name, n in out.items() if n is None} == small
        assert set(out) == set(cells)
    elif out:
        beside = {cells[name] for name, n in out.items() if n is None and name not in small}
        assert beside == {min(n for n in cells.values() if n >= threshold)}
    else:
        assert all(n < threshold for n in cells.values())


@pytest.mark.parametrize("threshold", [3, 4])
def test_who_knows_the_rule_cannot_turn_it_round(threshold: int) -> None:
    """Of all tables of three cells, those that give the same edition differ in every withheld cell."""
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(13), repeat=3):
        out = suppress(dict(zip("abc", counts, strict=True)), threshold, total=True)
        alike.setdefault((sum(counts), *sorted(out.items())), []).append(counts)
    for edition, tables in alike.items():
        for i, name in enumerate("abc"):
            if (name, None) in edition[1:]:
                assert len({table[i] for table in tables}) >= 2, (edition, tables)


def test_a_lone_small_cell_takes_the_smallest_other_with_it() -> None:
    cells = {"police": 700, "vague": 90, "test": 2, "other": 12, "missing": 0}
    out = suppress(cells, 5, total=True)
    assert out == {"police": 700, "vague": 90, "test": None, "other": None, "missing": 0}
    assert suppress(cells, 5, total=False) == cells | {"test": None}
    assert suppress({"a": 2, "b": 3}, 5, total=True) == {}  # nothing left to stand beside them
    assert suppress({"a": 2, "b": 9, "c": 9}, 5, total=True) == {"a": None, "b": None, "c": None}


@given(st.integers(0, 10**7), THRESHOLDS)
def test_bands_hold_their_figure_and_begin_at_the_threshold(n: int, threshold: int) -> None:
    least, most = band(n, threshold)
    assert least <= n <= most
    assert least == 0 or least >= threshold
    assert band(most + 1, threshold)[0] == most + 1
    assert at_least(n, threshold) == (least or None)
    assert shown(n, threshold) == (None if 0 < n < threshold else n)
    assert 0 <= n - roughly(n) <= n / 10


def test_bands_are_those_of_the_page() -> None:
    assert [band(n, 5) for n in (0, 4, 5, 9, 10, 49, 100, 1999)] == [
        (0, 4), (0, 4), (5, 9), (5, 9), (10, 19), (20, 49), (100, 199), (1000, 1999),
    ]  # fmt: skip
    assert [roughly(n) for n in (7, 42, 160, 159, 25_494)] == [7, 42, 160, 150, 25_000]
