"""Many rows, one action: which rows are one, and what it says out of what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.events import Events
from anomaly.coding.hashes import Codes

# Rows of one user on one subject within this time are one action: switches answer a plate run with the
# owner's licence and warrants 18 s apart (JusticeONE, "Reading your NCIC audit log results"), and people
# press the key twice.
SAME_ACTION = 120_000


def collapsed(
    events: Events, starts: NDArray[np.int64], cascade: Codes | None, n_subjects: int
) -> tuple[NDArray[np.int32], NDArray[np.int64] | None]:
    """Number the actions in the order of their first rows.

    starts: (u + 2,) int64, rows of each user, redacted users last. Returns the action of each event, (n,)
    int32, and the first event of each action, (a,) int64, None when every event is one.
    """
    n = len(events)
    told_apart = events.subject
    if starts[-2] < n:
        told_apart = told_apart.copy()
        told_apart[starts[-2] :] = -1  # redacted users are not one person
    cascade = np.full(n, -1, np.int32) if cascade is None else cascade
    n_cascades = int(cascade.max(initial=-1)) + 1
    of_event = kernels.collapse(starts, events.time, told_apart, cascade, n_subjects, n_cascades, SAME_ACTION)
    latest = np.maximum.accumulate(of_event)
    if not n or latest[-1] == n - 1:
        return np.arange(n, dtype=np.int32), None
    return of_event, np.flatnonzero(np.diff(latest, prepend=-1))


class Merged:
    """What actions say, out of what their rows say; most actions have one row, and copy it."""

    def __init__(
        self, events: Events, of_event: NDArray[np.int32], opening: NDArray[np.int64] | None
    ) -> None:
        """of_event: (n,) the action of each row; opening: (a,) the first row of each action, None when every
        row is an action.
        """
        self.of_event = of_event
        self._opening = opening
        self.time = self.opening(events.time)
        self._nothing: Codes = np.full(len(self.time), -1, np.int32)  # one for all columns the log lacks
        if opening is not None:
            several = np.bincount(of_event) > 1
            self._several = np.flatnonzero(several)
            self._rows = np.flatnonzero(several[of_event])
            self._of_row = (np.cumsum(several, dtype=np.int32) - np.int32(1))[of_event[self._rows]]
            self._times = events.time[self._rows]

    def opening(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return what the first row of each action has, (n,) -> (a,)."""
        return column if self._opening is None else column[self._opening]

    def first(
        self, codes: NDArray[np.signedinteger] | None, ranks: Callable[[Codes], Codes] | None = None
    ) -> Codes:
        """Return the code of each action's earliest row that has one, (a,) int32, the smallest of one time.

        codes: (n,), None where the log lacks the column; ranks: distinct codes (k,), ascending -> (k,) int32,
        all different, in whose order the smallest is sought.
        """
        if codes is None:
            return self._nothing
        answer: Codes = self.opening(codes).astype(np.int32, copy=False)
        if self._opening is None:
            return answer
        told = codes[self._rows].astype(np.int32, copy=False)
        if ranks is None:
            answer[self._several] = self._earliest(told)
            return answer
        known = np.flatnonzero(np.bincount(told + 1)[1:]).astype(np.int32)
        known = known[np.argsort(ranks(known))]
        rank = np.full(int(known.max(initial=-1)) + 2, -1, np.int32)  # the last for none
        rank[known] = np.arange(len(known), dtype=np.int32)
        answer[self._several] = np.append(known, np.int32(-1))[self._earliest(rank[told])]
        return answer

    def _earliest(self, told: Codes) -> Codes:
        return kernels.earliest(self._of_row, self._times, told, len(self._several))

    def united(self, bits: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Return the bits of all rows of each action, (n,) uint16 -> (a,) uint16."""
        answer = self.opening(bits)
        if self._opening is not None:
            answer[self._several] = kernels.union(self._of_row, bits[self._rows], len(self._several))
        return answer
