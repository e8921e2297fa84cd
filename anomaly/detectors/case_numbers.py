"""Under which case number an action stands, and who is met under which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import CodedLog, Groups
from anomaly.coding.gather import gather, read_only

NUMBER = r"[A-Z0-9](?:[A-Z0-9]|[-/.][A-Z0-9])*"
DIGITS = r"(?:\d\D*){4}"  # fewer are a penal code or a beat
AT_ONCE = 1 << 17  # look-ups: what is made of so many stays in a processor's own cache


@dataclass(frozen=True)
class Numbers:
    """Which case number stands under each look-up: from its own field, or the first that the reason holds
    and that somebody typed into that field.

    of: (m,) int32, codes of `case_number`, -1 none.
    """

    users: Groups
    of: NDArray[np.int32]

    @cached_property
    def many(self) -> NDArray[np.int64]:
        """Return (g,) int64: how many look-ups of each user bear a number."""
        return kernels.tally(self.users.starts, (self.of >= 0).view(np.uint8), 2)[:, 1]

    @cached_property
    def repeated(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return `begins` and `order` of `kernels.recurring`: the look-ups under numbers that the user gave
        twice or more.
        """
        count = len(self.users.log.texts["case_number"])
        return kernels.recurring(self.users.starts, self.of, count)[:2]

    @cached_property
    def is_repeated(self) -> NDArray[np.bool_]:
        """Return (m,) bool: whether the user gave the number of a look-up twice or more."""
        repeated = np.zeros(len(self.of), np.bool_)
        repeated[self.repeated[1]] = True
        return repeated

    def of_people(self, bulk: NDArray[np.int64]) -> Numbers:
        """Leave out where nobody is met. bulk: (b,) pairs of user and number to leave out as well."""
        subject = self.users["subject"]
        if not len(bulk) and subject.min(initial=0) >= 0:
            return self
        of, some = self.of.copy(), np.zeros(len(self.users.log.texts["case_number"]) + 1, np.bool_)
        some[bulk & 0xFFFFFFFF] = True
        for rows in _blocks(len(of)):
            number = of[rows]
            number[subject[rows] < 0] = -1
            at = np.flatnonzero(gather(some, number))
            if len(at):
                number[at[np.isin(pair_of(self.users.owner[rows][at], number[at]), bulk)]] = -1
        of = read_only(of)
        return Numbers(self.users, of)


def numbers_of(users: Groups) -> Numbers:
    """Read the numbers out of the texts: what has a few digits."""
    texts, typed = users.log.texts, users["case_number"]
    short = pl.DataFrame({"text": texts["case_number"]}).select(~pl.col("text").str.contains(DIGITS))
    is_none = np.append(short.to_series().to_numpy(), np.True_)
    bare = np.concatenate(
        [rows.start + np.flatnonzero(gather(is_none, typed[rows])) for rows in _blocks(len(typed))]
    )
    if not len(bare):
        return Numbers(users, typed)
    of = typed.copy()
    of[bare] = -1
    if users.has("reason"):
        reason = users.at("reason", bare)
        of[bare] = _numbers_in(users.log, is_none, reason)[reason]
    of = read_only(of)
    return Numbers(users, of)


def _numbers_in(log: CodedLog, is_none: NDArray[np.bool_], reasons: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the number that each reason holds, (r + 1,) int32, -1 for none. reasons: (k,) int32, those that
    are read.
    """
    read = np.zeros(len(log.texts["reason"]) + 1, np.bool_)
    read[reasons] = True
    said = pl.DataFrame({"text": log.texts["reason"]}).with_row_index("reason").filter(read[:-1])
    token = pl.col("text").str.to_uppercase().str.extract_all(NUMBER)
    said = said.filter(pl.col("text").str.contains(DIGITS)).select("reason", token).explode("text")
    code = log.texts.lookup("case_number", said["text"])
    number = ~is_none[code]
    reason, code = said["reason"].to_numpy()[number], code[number]
    first = np.diff(reason.astype(np.int64), prepend=-1) > 0
    held = np.full(len(read), -1, np.int32)
    held[reason[first]] = code[first]
    return held


def _blocks(count: int) -> list[slice]:
    """Cut rows into blocks, one at least."""
    return [slice(begin, begin + AT_ONCE) for begin in range(0, max(count, 1), AT_ONCE)]


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


def met_at(part: Groups, numbers: Numbers, rows: NDArray[np.int64]) -> Met:
    """Tell of some look-ups of a part that bear a number. rows: (n,) int64, their places, ascending."""
    return Met(rows, np.searchsorted(rows, part.starts), numbers.of[part.begin + rows])


def met_under(part: Groups, numbers: Numbers) -> Met:
    """Find all look-ups of a part that bear a number."""
    return met_at(part, numbers, np.flatnonzero(numbers.of[slice_of(part)] >= 0))


def slice_of(part: Groups) -> slice:
    """Return the places that a part has in the whole."""
    return slice(part.begin, part.begin + int(part.starts[-1]))


def pair_of(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.int64]:
    """Make one code of two, of which the first is not negative."""
    both: NDArray[np.int64] = one.astype(np.int64) << 32 | other.astype(np.uint32)
    return both
