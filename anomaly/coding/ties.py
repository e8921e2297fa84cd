"""Which keys are one person's: what rows of one human action show to belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.answers import NO_PAIRS, Pairs
from anomaly.coding.gather import read_only
from anomaly.coding.hashes import Codes

TOGETHER = 2  # moments that show two keys together, before they are one person's
FAITHFUL = 0.9  # of the moments of either key beside a key of the other's kind


class Ties:
    """Pairs of subject codes that a row shows to belong together (a plate and the licence that came back)."""

    def __init__(self) -> None:
        self._left: list[Codes] = []
        self._right: list[Codes] = []

    def add(self, left: Codes, right: Codes) -> None:
        """Add pairs, (m,) int32 each."""
        if len(left):
            self._left.append(left)
            self._right.append(right)

    def renumber(self, rank: Codes) -> None:
        """Give all keys other codes, (s,) int32."""
        self._left = [rank[codes] for codes in self._left]
        self._right = [rank[codes] for codes in self._right]

    def arrays(self) -> tuple[Codes, Codes]:
        """Return all pairs as two (m,) int32 arrays."""
        if not self._left:
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        return np.concatenate(self._left), np.concatenate(self._right)


def cascade_ties(
    cascade: Codes, subject: Codes, time: NDArray[np.int64], kind: NDArray[np.uint8]
) -> tuple[Codes, Codes]:
    """Pair the different subjects of neighbouring rows of one cascade.

    kind: (s,) uint8 of each subject: rows of one moment stand in the order of their kinds, persons first, so
    that the order in which a switch wrote them does not matter.
    """
    starts, rows = kernels.group(read_only(cascade), int(cascade.max(initial=-1)) + 1)
    return kernels.neighbours(starts, rows, time, subject, kind)


def moment_ties(subject: Codes, kind: NDArray[np.uint8], pairs: Pairs, least: int = TOGETHER) -> Pairs:
    """Pair keys that one action shows together again and again, in a log that does not say which rows are one
    action's.

    subject: (n,) of each row; kind: (s,) uint8 of each subject; pairs: rows, as of `moments`. Two keys are
    one person's when `least` moments show them so, and FAITHFUL of the moments of each: a passenger asked
    for after the plate once proves nothing.
    """
    left, right = pairs
    if not len(left):
        return NO_PAIRS
    return kernels.faithful(subject[left], subject[right], kind, least, FAITHFUL)
