"""How often the look-ups of each group bear a mark, and which do: asked of part after part."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups, Some
from anomaly.detectors.since import split_some

OCCASION = (
    900_000  # ms: what is asked within a quarter of an hour is one piece of work, as a car park is; UNV
)

Marks = NDArray[np.bool_]
Marked = Callable[[Groups], tuple[Marks, ...]]  # of a part, (m,) bool each


def tally(groups: Groups, marked: Marked, occasion: int = 0) -> NDArray[np.int64]:
    """Count the look-ups of each group that bear each mark, (c, g) int64, eight marks at most.

    occasion: ms; where it is given, such spans of the clock are counted in which some look-up bears the mark.
    """
    tell = partial(_count, marked=marked, occasion=occasion)
    return np.concatenate(groups.each(tell), axis=1)


def split_marked(
    groups: Groups, chosen: NDArray[np.bool_], marked: Marked
) -> tuple[NDArray[np.int32], tuple[NDArray[np.int32], ...]]:
    """Return what `split_some` does, of some groups, (g,) bool.

    marked: what is chosen, and what it is about.
    """
    tell = partial(_places, chosen=chosen, marked=marked)
    both = zip(*groups.each(tell), strict=True)
    return split_some(groups, *(np.concatenate(places) for places in both))


def those(groups: Groups, marked: Callable[[Groups], Marks]) -> tuple[Some, Marks]:
    """Return the look-ups that bear a mark, and which of them, (k,) bool, nothing explains."""
    tell = partial(_those, marked=marked)
    places, counted = (np.concatenate(each) for each in zip(*groups.each(tell), strict=True))
    return Some(groups, places), counted


def _those(part: Groups, marked: Callable[[Groups], Marks]) -> tuple[NDArray[np.int64], Marks]:
    places = np.flatnonzero(marked(part))
    return part.begin + places, part.counted[places] if len(places) else np.zeros(0, np.bool_)


def _count(part: Groups, marked: Marked, occasion: int) -> NDArray[np.int64]:
    return count(part, marked(part), occasion)


def count(part: Groups, marks: tuple[Marks, ...], occasion: int = 0) -> NDArray[np.int64]:
    """Count the look-ups of each group that bear each of some marks, (m,) bool -> (c, g) int64, or its
    occasions, as `tally` does.
    """
    kinds = np.zeros(int(part.starts[-1]), np.uint8)
    for bit, mark in enumerate(marks):
        kinds |= mark.view(np.uint8) * np.uint8(1 << bit)  # a shift takes twenty times as long
    starts = part.starts
    if occasion and len(kinds):
        span = part["time"] // occasion
        first = np.append(True, span[1:] != span[:-1])
        first[starts[:-1][np.diff(starts) > 0]] = True
        begins = np.flatnonzero(first)
        kinds, starts = np.bitwise_or.reduceat(kinds, begins), np.searchsorted(begins, starts)
    counts = kernels.tally(starts, kinds, 1 << len(marks))
    bears = np.arange(1 << len(marks)) >> np.arange(len(marks))[:, None] & 1
    return np.asarray(bears @ counts.T)


def _places(
    part: Groups, chosen: NDArray[np.bool_], marked: Marked
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    its = chosen[part.first : part.first + len(part)]
    if not its.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    some, about = marked(part)
    theirs = np.repeat(its, np.diff(part.starts))
    return part.begin + np.flatnonzero(some & theirs), part.begin + np.flatnonzero((some | about) & theirs)
