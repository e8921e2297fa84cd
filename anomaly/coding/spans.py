"""The one join explanations are made of: actions against spans of time that concern a subject, a user, a
unit, an agency, or several of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.hashes import Codes

_MOST = 2**31 - 1


def inside_any(
    keys: Sequence[NDArray[np.integer]],
    at: NDArray[np.integer],
    of_spans: Sequence[NDArray[np.integer]],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Mark what lies in a span of the same keys.

    keys: (a,) codes each, -1 is missing and never the same, the one with fewest spans a code first; at:
    (a,); of_spans: (s,) codes each, in the order of `keys`; begin, end: (s,) inclusive, in the unit of `at`.
    Returns (a,) bool. 2.9 M actions against 1.2 M calls: 0.13 s; sorting the pairs of codes and searching for
    each action took 0.9 s. Spans in order of begin, and actions in order of time, need no sort.
    """
    code, of_code = _paired(keys, of_spans)
    first, of_first = (codes[0].astype(np.int32, copy=False) for codes in (keys, of_spans))
    (begin, end, of_first, of_code), _ = _ascending(begin, end, of_first, of_code)
    (times, first, code), order = _ascending(at.astype(np.int64, copy=False), first, code)
    count = int(of_first.max(initial=-1)) + 1
    marked = kernels.inside(begin, end, of_first, of_code, first, code, times, count)
    if order is None:
        return marked
    inside = np.empty(len(at), np.bool_)
    inside[order] = marked
    return inside


def _ascending(
    by: NDArray[Any], *columns: NDArray[Any]
) -> tuple[list[NDArray[Any]], NDArray[np.intp] | None]:
    """Sort columns by the first of them; returns the order, None where they were sorted."""
    if np.all(by[1:] >= by[:-1]):
        return [by, *columns], None
    order = np.argsort(by, kind="stable")
    return [column[order] for column in (by, *columns)], order


def _paired(
    keys: Sequence[NDArray[np.integer]], of_spans: Sequence[NDArray[np.integer]]
) -> tuple[Codes, Codes]:
    """Make one code of all keys but the first, of actions and of spans alike; -1 where one is missing."""
    whole, of_whole = (
        codes[min(1, len(keys) - 1)].astype(np.int32, copy=False) for codes in (keys, of_spans)
    )
    for codes, of_codes in zip(keys[2:], of_spans[2:], strict=True):
        pairs = ((whole, codes), (of_whole, of_codes))
        most, size = (
            max(int(codes.max(initial=-1)) for codes in both) + 1 for both in zip(*pairs, strict=True)
        )
        assert most * size <= _MOST
        whole, of_whole = (
            np.where((a >= 0) & (b >= 0), a * np.int32(size) + b, -1).astype(np.int32) for a, b in pairs
        )
    return whole, of_whole
