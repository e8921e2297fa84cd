"""Who looked subjects up, told without a column of all users: actions stand user after user."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import CodedLog, Groups

BITS = 6  # of 64 actions one is known: 313 kB where there are 5 M, a third of a processor's own cache


@dataclass(frozen=True)
class Lookers:
    """The users of a log by their actions.

    starts: (u + 1,) int64, where each user's actions begin; near: (b,) int32, the user of every 64th.
    """

    log: CodedLog
    starts: NDArray[np.int64]
    near: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, part: Groups) -> NDArray[np.int32]:
        """Return the user of each place of part of a grouping, (m,) int32, -1 for nobody."""
        return kernels.owners(self.starts, self.near, BITS, part.actions(slice(None)))

    @cached_property
    def made(self) -> NDArray[np.int64]:
        """Return (u,) int64: the look-ups of somebody that each user made."""
        subject = self.log.actions.subject[: self.starts[-1]]
        return self.count((subject >= 0).view(np.uint8))

    def count(self, marks: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Count the marked actions of each user, (a,) uint8, 0 or 1 -> (u,) int64."""
        return kernels.tally(self.starts, marks, 2)[:, 1]

    def first(self, column: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return what each user's first action says, (a,) -> (u,) int32."""
        return column[np.minimum(self.starts[:-1], len(column) - 1)]


def lookers_of(subjects: Groups) -> Lookers:
    """Find where each user's actions stand, once for all detectors of a grouping."""
    return subjects.once("lookers", lambda: _lookers_of(subjects.log))


def _lookers_of(log: CodedLog) -> Lookers:
    codes = np.arange(len(log.texts["user"]) + 1, dtype=np.uint32)
    starts = np.searchsorted(log.actions.user.view(np.uint32), codes)  # -1, the last, is the largest of these
    near = np.searchsorted(starts[1:], np.arange(0, starts[-1], 1 << BITS), side="right")
    return Lookers(log, starts, near.astype(np.int32))


def places_of(starts: NDArray[np.int64], groups: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the places of some groups, one after another. (g + 1,) int64, (k,) -> (r,) int64."""
    begins, sizes = starts[groups], starts[groups + 1] - starts[groups]
    places: NDArray[np.int64] = np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return places
