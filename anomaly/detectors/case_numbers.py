"""Under which case number an action stands, and who is met under which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups

NUMBER = r"[A-Z0-9](?:[A-Z0-9]|[-/.][A-Z0-9])*"
DIGITS = r"(?:\d\D*){4}"  # fewer are a penal code or a beat


@dataclass(frozen=True)
class Numbers:
    """Which case number stands under an action: from its own field, or the first that the reason holds and
    that somebody typed into that field.

    is_none: (c + 1,) bool, codes of `case_number` that are no number, the last for none; of_reason: (r + 1,)
    int32, the number of each code of `reason`, -1 where there is none.
    """

    is_none: NDArray[np.bool_]
    of_reason: NDArray[np.int32]

    def of(self, case_number: NDArray[np.int32], reason: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the number of each action, -1 for none. (n,) int32 all."""
        number = case_number.copy()
        bare = np.flatnonzero(self.is_none[case_number])
        number[bare] = self.of_reason[reason[bare]]
        return number


def numbers_of(users: Groups) -> Numbers:
    """Read the numbers out of the texts: what has a few digits."""
    texts = users.log.texts
    short = pl.DataFrame({"text": texts["case_number"]}).select(~pl.col("text").str.contains(DIGITS))
    is_none = np.append(short.to_series().to_numpy(), np.True_)
    of_reason = np.full(len(texts["reason"]) + 1, -1, np.int32)
    if users.has("reason"):
        read = np.any(users.each(partial(_reasons_read, is_none=is_none)), axis=0)
        said = pl.DataFrame({"text": texts["reason"]}).with_row_index("reason").filter(read)
        token = pl.col("text").str.to_uppercase().str.extract_all(NUMBER)
        said = said.filter(pl.col("text").str.contains(DIGITS)).select("reason", token).explode("text")
        code = texts.lookup("case_number", said["text"])
        number = ~is_none[code]
        reason, code = said["reason"].to_numpy()[number], code[number]
        first = np.diff(reason.astype(np.int64), prepend=-1) > 0
        of_reason[reason[first]] = code[first]
    return Numbers(is_none, of_reason)


def _reasons_read(part: Groups, is_none: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the reasons, (r,) bool, of actions without a number of their own."""
    read = np.zeros(len(part.log.texts["reason"]) + 1, np.bool_)
    read[part["reason"][is_none[part["case_number"]]]] = True
    return read[:-1]


@dataclass(frozen=True)
class Met:
    """Look-ups at which somebody is met under a number, n of a part's.

    rows: (n,) int64, their places; starts: (g + 1,) int64, user k has rows[starts[k]:starts[k + 1]]; number:
    (n,) int32.
    """

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    number: NDArray[np.int32]

    def firsts(self, some: NDArray[np.int64], code: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return those of some look-ups, (k,) ascending, that are the first of their user with their number
        and code, (k,).
        """
        both = pair_of(self.number[some], code)
        first = kernels.first_alike(np.searchsorted(some, self.starts), both)
        return some[np.flatnonzero(first == np.arange(len(some)))]

    def of_users(self, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the look-ups of each user, (g,), among some, (k,) ascending."""
        counts: NDArray[np.int64] = np.diff(np.searchsorted(some, self.starts))
        return counts


def met_under(part: Groups, numbers: Numbers, bulk: NDArray[np.int64]) -> Met:
    """Find the look-ups with a number and a subject. bulk: (b,) pairs of user and number to leave out."""
    number = numbers.of(part["case_number"], part["reason"])
    rows = np.flatnonzero((number >= 0) & (part["subject"] >= 0))
    if len(bulk):
        rows = rows[~np.isin(pair_of(part.owner[rows] + np.int32(part.first), number[rows]), bulk)]
    return Met(rows, np.searchsorted(rows, part.starts), number[rows])


def pair_of(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.int64]:
    """Make one code of two, of which the first is not negative."""
    both: NDArray[np.int64] = one.astype(np.int64) << 32 | other.astype(np.uint32)
    return both
