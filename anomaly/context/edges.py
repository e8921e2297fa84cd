"""How texts begin and end: most need no cleaning, and looking is cheaper than cleaning."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.sources.arrow import Views, views_of

BLOCK = 1 << 14  # texts whose views stay in the cache
_VIEW = 16  # bytes
_INSIDE = 12  # bytes of a text that a view itself has room for
_MOST_RUNS = 64
# What a text may begin or end with that has white space there: a sign that is not ASCII may be a wide space.
_EDGE = np.ones(256, np.bool_)
_EDGE[33:127] = False
_BEFORE_FIRST = np.arange(BLOCK) * _VIEW + 3


def bare(texts: pl.Series) -> bool:
    """Say whether texts, (n,) String, are all there and none begins or ends with white space, as far as one
    byte tells: 6 ns a text, where stripping takes 16 and copies what stays as it is.
    """
    if texts.null_count():
        return False
    views = views_of(texts)
    return not any(
        _EDGE[words.view(np.uint8)[4::_VIEW]].any() or _EDGE[_last(words, views)].any()
        for words in (views.words[begin : begin + 2 * BLOCK] for begin in range(0, 2 * len(texts), 2 * BLOCK))
    )


def _last(words: NDArray[np.uint64], views: Views) -> NDArray[np.uint8]:
    """Return the last byte of some texts, (m,) uint8, of long ones first; an edge for an empty one."""
    parts = words.view(np.uint32)
    lengths = parts[::4]
    short = lengths <= _INSIDE
    if short.all():
        inside: NDArray[np.uint8] = words.view(np.uint8)[_BEFORE_FIRST[: len(lengths)] + lengths]
        return inside
    long = ~short
    of, begins = parts[2::4][long], parts[3::4][long]
    ends = begins + (lengths[long] - np.uint32(1))
    cuts = np.flatnonzero(of[1:] != of[:-1]) + 1
    if len(cuts) > _MOST_RUNS:
        return np.zeros(1, np.uint8)
    runs = zip(of[np.append(0, cuts)], np.split(ends, cuts), strict=True)
    last = [views.buffers[buffer][run] for buffer, run in runs]
    if len(ends) < len(lengths):
        last.append(words.view(np.uint8)[(_BEFORE_FIRST[: len(lengths)] + lengths)[short]])
    return np.concatenate(last)
