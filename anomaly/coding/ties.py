"""Which keys are one person's: what rows of one human action show to belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.hashes import Codes

# A switch answers a plate with the owner's licence and warrants within 18 s (JusticeONE, "Reading your NCIC
# audit log results").
MOMENT = 20_000
TOGETHER = 2  # moments that show two keys together, before they are one person's
FAITHFUL = 0.9  # of the moments of either key beside a key of the other's kind
SAME_WORDS = ("reason", "attention", "case_number", "terminal")


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
    if not len(cascade):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    named = np.flatnonzero((cascade >= 0) & (subject >= 0))
    _, order = kernels.group(cascade[named], int(cascade.max()) + 1)
    rows = _settled(named[order], cascade, subject, time, kind)
    left, right = rows[:-1], rows[1:]
    tied = (cascade[left] == cascade[right]) & (subject[left] != subject[right])
    return subject[left[tied]], subject[right[tied]]


def moment_ties(columns: Mapping[str, NDArray[Any]], kind: NDArray[np.uint8]) -> tuple[Codes, Codes]:
    """Pair keys that one action shows together again and again, in a log that does not say which rows are one
    action's.

    columns: time, user, subject (n,) and those of SAME_WORDS that the log has, each user's in time order;
    kind: (s,) uint8 of each subject. Neighbouring rows of one user with the same words within MOMENT, on keys
    of two kinds, are one moment. Two keys are one person's when TOGETHER moments show them so, and FAITHFUL
    of the moments of each: a passenger asked for after the plate once proves nothing.
    """
    time, user, subject = columns["time"], columns["user"], columns["subject"]
    if len(np.unique(kind)) < 2:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    named = np.flatnonzero((user >= 0) & (subject >= 0))
    _, order = kernels.group(user[named], int(user.max(initial=-1)) + 1)
    rows = _settled(named[order], user, subject, time, kind)
    left, right = rows[:-1], rows[1:]
    one = (user[left] == user[right]) & (time[right] - time[left] <= MOMENT)
    one &= kind[subject[left]] != kind[subject[right]]
    for name in SAME_WORDS:
        if name in columns:
            one &= columns[name][left] == columns[name][right]
    left, right = subject[left[one]], subject[right[one]]
    pairs = pl.DataFrame({"one": left, "other": right})
    # Both ways, with the kind beside which each key stands.
    both = pl.concat([pairs, pairs.select(one="other", other="one")]).with_columns(
        kind=pl.Series(kind).gather(pl.concat([pairs["other"], pairs["one"]]))
    )
    shown = both.group_by("one", "other", "kind").len("together")
    shown = shown.with_columns(share=pl.col("together") / pl.col("together").sum().over("one", "kind"))
    kept = shown.filter(pl.col("together") >= TOGETHER, pl.col("share") >= FAITHFUL)
    mutual = kept.join(kept, left_on=["one", "other"], right_on=["other", "one"], how="semi")
    tied = mutual.filter(pl.col("one") < pl.col("other")).sort("one", "other")
    return tied["one"].to_numpy(), tied["other"].to_numpy()


def _settled(
    rows: NDArray[np.int64],
    group: Codes,
    subject: Codes,
    time: NDArray[np.int64],
    kind: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Order rows, (m,) by group and time, so that those of one group and time stand by kind and subject."""
    together = (group[rows[1:]] == group[rows[:-1]]) & (time[rows[1:]] == time[rows[:-1]])
    moved = np.flatnonzero(np.append(together, False) | np.append(False, together))
    at = rows[moved]
    rows[moved] = at[np.lexsort((subject[at], kind[subject[at]], time[at], group[at]))]
    return rows
