"""Many rows, one action: which rows are one, and what it says out of what they say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.events import Events
from anomaly.coding.gather import gather, starts_of
from anomaly.coding.hashes import Codes

# Rows of one user on one subject within this time are one action: switches answer a plate run with the
# owner's licence and warrants 18 s apart (JusticeONE, "Reading your NCIC audit log results"), and people
# press the key twice.
SAME_ACTION = 120_000


def collapsed(columns: Mapping[str, NDArray[Any]], n_users: int, n_subjects: int) -> Codes | None:
    """Number the action of each row in the order of their first rows, (n,) int32; None when each is its own.

    columns: time, user, subject and, where the log has it, cascade, (n,) each, user after user.
    """
    n = len(columns["time"])
    starts = np.append(starts_of(columns["user"], n_users), n)  # the last group: redacted users
    told_apart = columns["subject"]
    if starts[-2] < n:
        told_apart = told_apart.copy()
        told_apart[starts[-2] :] = -1  # they are not one person
    cascade = columns["cascade"] if "cascade" in columns else np.full(n, -1, np.int32)
    n_cascades = int(cascade.max(initial=-1)) + 1
    of_row = kernels.collapse(
        starts, columns["time"], told_apart, cascade, n_subjects, n_cascades, SAME_ACTION
    )
    return None if not n or of_row.max() == n - 1 else of_row


class Merged:
    """What actions say, out of what their rows say."""

    def __init__(self, events: Events, starts: Codes | None) -> None:
        """starts: (a + 1,) int32, where the rows of each action begin; None when every row is an action."""
        self._starts = starts
        self._times = events.time
        self.time = self.opening(events.time)
        # What the log lacks is one value, not an array of it: see `Grouping.ordered`.
        self._nothing: Codes = np.broadcast_to(np.int32(-1), len(self.time))

    def opening(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return what the first row of each action has, (n,) -> (a,)."""
        return column if self._starts is None else gather(column, self._starts[:-1])

    def first(
        self, codes: NDArray[np.signedinteger] | None, ranks: Callable[[Codes], Codes] | None = None
    ) -> NDArray[Any]:
        """Return the code of each action's earliest row that has one, (a,), the smallest of one time.

        codes: (n,), None where the log lacks the column; ranks: distinct codes (k,), ascending -> (k,) int32,
        all different, in whose order the smallest is sought.
        """
        if codes is None:
            return self._nothing
        if self._starts is None:
            return codes
        ranked = np.zeros(0, np.int32)
        if ranks is not None:
            count = int(codes.max(initial=-1)) + 1
            among = np.flatnonzero(kernels.contested(self._starts, self._times, codes, count)).astype(
                np.int32
            )
            ranked = np.zeros(count, np.int32)
            ranked[among] = ranks(among)
        taken = np.empty(len(self.time), codes.dtype)
        kernels.earliest(self._starts, self._times, codes, ranked, taken)
        return taken

    def united(self, bits: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Return the bits of all rows of each action, (n,) uint16 -> (a,) uint16."""
        if self._starts is None:
            return bits
        united = np.empty(len(self.time), np.uint16)
        kernels.union(self._starts, bits, united)
        return united
