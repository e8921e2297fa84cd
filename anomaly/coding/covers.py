"""Spans of time that concern a subject, a user or several codes at once, and what lies in them: the one join
that explanations are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import gather, read_only
from anomaly.coding.hashes import Codes, hashes_of
from kernels.near import ALIKE, OWN

__all__ = ["ALIKE", "OWN", "Spans", "matches", "numbers"]

_MOST = 2**31 - 1
_NO_KINDS = np.zeros(0, np.int32)


class Spans:
    """Spans of time by the first of the codes they concern, in order of begin."""

    def __init__(
        self, keys: Sequence[NDArray[np.integer]], begin: NDArray[np.int64], end: NDArray[np.int64]
    ) -> None:
        """keys: (s,) codes each, -1 is missing and never the same, the one with fewest spans a code first;
        begin, end: (s,) inclusive.
        """
        self._sizes = [int(codes.max(initial=-1)) + 1 for codes in keys]
        assert np.prod(self._sizes[1:], dtype=np.float64) <= _MOST
        starts = np.zeros(self._sizes[0] + 1, np.int64)
        order, begins = np.empty(len(begin), np.int32), np.empty(len(begin), np.int64)
        first = _fixed(keys[0], np.int32)
        kernels.group_in_time(first, _fixed(begin, np.int64), starts, order, begins)
        order = order[: starts[-1]]
        ends = _fixed(gather(_fixed(end, np.int64), order), np.int64)
        self._starts, self._begins = _fixed(starts, np.int64), _fixed(begins[: len(order)], np.int64)
        self._spans = ends, _fixed(kernels.furthest(self._starts, ends), np.int64)
        self._names = _fixed(gather(_fixed(self._whole(keys), np.int32), order), np.int32)

    def cover(self, keys: Sequence[NDArray[np.integer]], at: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Mark what lies in a span of the same keys, (n,) bool.

        keys: (n,) codes each, in the order of those of the spans; at: (n,) in the unit of begin and end.
        """
        near = np.empty(len(at), np.uint8)
        self.closest(keys, at, near)
        return np.equal(near, OWN)

    def closest(
        self,
        keys: Sequence[NDArray[np.integer]],
        at: NDArray[np.integer],
        near: NDArray[np.uint8],
        kinds: Codes = _NO_KINDS,
    ) -> None:
        """Fill (n,) uint8: OWN in a span of the same keys, ALIKE in one that differs by the last of two keys
        alone, which is of the same kind, else 0.

        kinds: (c,) int32 of every code of the last key, -1 like no other.
        """
        of, whole = _fixed(keys[0], np.int32), _fixed(self._whole(keys), np.int32)
        times, kinds = _fixed(at, np.int64), _fixed(kinds, np.int32)
        kernels.closest(self._starts, self._begins, *self._spans, self._names, kinds, of, whole, times, near)

    def _whole(self, keys: Sequence[NDArray[np.integer]]) -> NDArray[np.integer]:
        """Make one code of all keys but the first; -1 where one is missing, or none of the spans has it."""
        whole, most = keys[min(1, len(keys) - 1)], self._sizes[min(1, len(keys) - 1)]
        for codes, size in zip(keys[2:], self._sizes[2:], strict=True):
            known = (whole >= 0) & (whole < most) & (codes >= 0) & (codes < size)
            whole, most = np.where(known, whole * np.int32(size) + codes, np.int32(-1)), most * size
        return whole


def numbers(listed: pl.Series, *others: pl.Series) -> list[Codes]:
    """Number texts, (n,) String, by the first row that has them, and those of other columns alike, (m,) each.

    Returns int32 for each column, -1 for what is missing or not listed.
    """
    hashes = hashes_of(listed)
    slots = np.zeros(1 << (2 * len(hashes)).bit_length(), np.int32)
    firsts = _fixed(kernels.first_rows(hashes, slots), np.int32)
    slots = _fixed(slots, np.int32)
    return [firsts, *(kernels.rows_of(hashes_of(other), hashes, firsts, slots) for other in others)]


def matches(left: Codes, right: Codes) -> tuple[Codes, Codes]:
    """Join two tables by a number, (l,) and (r,) int32, -1 for none -> the rows of all pairs, (p,) int32
    each, in order of `right`.
    """
    count = int(left.max(initial=-1)) + 1
    starts, order = kernels.group(_fixed(left, np.int32), count)
    begins, sizes = (_fixed(values, np.int32) for values in (starts, np.append(np.diff(starts), 0)))
    of = np.where((right >= 0) & (right < count), right, np.int32(-1))
    counts = gather(sizes, of)
    known = np.flatnonzero(counts).astype(np.int32)
    begin, counts = gather(begins, gather(_fixed(of, np.int32), known)), gather(counts, known)
    if counts.max(initial=0) > 1:
        ends = np.cumsum(counts)
        begin = np.repeat(begin - ends + counts, counts) + np.arange(ends[-1])
        known = np.repeat(known, counts)
    return gather(order, begin.astype(np.int32, copy=False)), known


def _fixed(values: NDArray[Any], dtype: type[np.integer]) -> NDArray[Any]:
    """Return the values as one type, contiguous and read-only: kernels compile once."""
    return read_only(np.ascontiguousarray(values, dtype))
