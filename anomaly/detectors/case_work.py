"""What work a user has, told by case numbers given and by what is explained, beside the look-ups judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import blocks, gather, read_only
from anomaly.coding.hashes import CodeTable

Codes = NDArray[np.int64]
Places = slice | NDArray[np.integer]
# What may be a number, with how many digits at least: fewer are a penal code, a beat or a plate.
LETTERS, DIGITS = "(?:[A-Z][-/.]?)*", 5
TOKEN = f"{LETTERS}[0-9](?:[-/.]?{LETTERS}[0-9]){{{DIGITS - 1}}}(?:[-/.]?[A-Z0-9])*"
PLAIN = "^[A-Z0-9]+(?:[-/.][A-Z0-9]+)*$"  # nothing but a number, or what is none anyway
AT_ONCE = 1 << 17  # look-ups: what is made of so many stays in a processor's own cache
IN_USE = 3  # days: a number given on fewer may be a call's


@dataclass(frozen=True)
class CaseWork:
    """What the case numbers of look-ups tell.

    number: (m,) int32, a code of the number that the look-up bears, -1 none. others: (m,) int16, on how many
    days the user gave that number for somebody else; 0 for a number under which the log explains look-ups of
    colleagues and none of the user's. known: (n + 1,) bool, numbers under which some look-up is explained,
    the last for none. unknown_for_known: how many numbers in use explain nothing, for each that does; 0 where
    none does. cases: (g,) int64, the numbers that each user has in use.
    """

    number: NDArray[np.int32]
    others: NDArray[np.int16]
    known: NDArray[np.bool_]
    unknown_for_known: float
    cases: NDArray[np.int64]

    def stated(self, rows: Places) -> NDArray[np.bool_]:
        """Return whether some look-ups bear a number, (k,) bool."""
        return np.asarray(self.number[rows] >= 0)

    def unknown(self, rows: Places) -> NDArray[np.bool_]:
        """Return whether some look-ups bear a number under which nothing is explained, (k,) bool."""
        return np.asarray(~self.known[self.number[rows]])


def case_work(users: Groups, subjects: NDArray[np.int32], explained: NDArray[np.bool_]) -> CaseWork:
    """Tell numbers that a user works on from those given for one person alone, or taken from a colleague.

    subjects: (m,) int32, -1 nobody; explained: (m,) bool. The detector declares case_number, and may declare
    reason.
    """
    number, count = numbers_given(users)
    given = (
        number if subjects.min(initial=0) >= 0 else read_only(np.where(subjects >= 0, number, np.int32(-1)))
    )
    begins, rows, _ = kernels.recurring(users.starts, given, count)
    others = np.zeros(len(number), np.int16)
    known = np.zeros(count + 1, np.bool_)
    by_tables = np.flatnonzero(explained)
    known[given[by_tables]] = True
    known[-1] = True  # of look-ups without a number nothing is missing
    # One user, one number, two look-ups at least: one alone was for nobody else.
    days, for_others = kernels.days_of_others(
        begins, users["day"][rows], subjects[rows], len(users.log.subjects)
    )
    if len(by_tables) and len(rows):
        own = np.logical_or.reduceat(explained[rows], begins[:-1])
        for_others[known[given[rows]] & ~np.repeat(own, np.diff(begins))] = 0
    others[rows] = for_others
    cases = np.bincount(users.owner[rows[begins[:-1]]][days >= IN_USE], minlength=len(users))
    return CaseWork(number, others, known, _unknown_for_known(users, given, known[:-1]), cases)


def _unknown_for_known(users: Groups, given: NDArray[np.int32], known: NDArray[np.bool_]) -> float:
    """Return how many numbers in use explain nothing, for each that does. (m,) int32, (n,) bool."""
    if not known.any():
        return 0.0
    used = kernels.on_days(given, users["day"], len(known), IN_USE)
    told = int((used & known).sum())
    return int((used & ~known).sum()) / told if told else 0.0


def numbers_given(users: Groups) -> tuple[NDArray[np.int32], int]:
    """Return a code of the case number of each look-up, (m,) int32, -1 for none: that of its own field, else
    the first number in the reason; and how many codes there are room for. `DR 24-00758` and `24-00758` are
    one.
    """
    return users.once("numbers given", lambda: _numbers_given(users))


def _numbers_given(users: Groups) -> tuple[NDArray[np.int32], int]:
    texts = users.log.texts
    typed, read = users["case_number"], np.zeros(len(texts["reason"]) + 1, np.bool_)
    if len(texts["reason"]):
        for code, reason in zip(blocks(typed), blocks(users["reason"]), strict=True):
            read[reason[code < 0]] = True
    of_field, of_reason, count = _coded(texts["case_number"], texts["reason"], np.flatnonzero(read[:-1]))
    as_typed = bool((of_field[:-1] == np.arange(len(of_field) - 1)).all())
    if as_typed and not (of_reason >= 0).any():
        return typed, count
    number = np.empty(len(typed), np.int32)
    for begin in range(0, len(number), AT_ONCE):
        rows = slice(begin, begin + AT_ONCE)
        of_rows = number[rows]
        of_rows[:] = typed[rows] if as_typed else gather(of_field, typed[rows])
        np.copyto(of_rows, gather(of_reason, users["reason"][rows]), where=of_rows < 0)
    return read_only(number), count


def _coded(
    field: pl.Series, reason: pl.Series, read: Codes
) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Return the code of the number in each case number and in each reason, and -1 last, for none; and how
    many codes there are room for.

    field: (n,) String, each text once, ascending. A case number that is plain keeps its code. read: (k,)
    int64, the reasons that are read, the others being those of look-ups with a number of their own.
    """
    plain = field.str.contains(PLAIN).to_numpy()
    odd = np.flatnonzero(~plain)
    upper = field.gather(odd).str.to_uppercase()
    whole = pl.select(pl.coalesce(upper.str.extract(TOKEN, 0), upper)).to_series()
    said = reason.gather(read).str.to_uppercase().str.extract(TOKEN, 0)
    told = np.flatnonzero(said.is_not_null().to_numpy())
    number = pl.concat([whole, said.gather(told)])
    table = CodeTable(keep_text=False)
    table.code(field)
    codes, _ = table.code(number)
    of_field = np.append(np.arange(len(field), dtype=np.int32), np.int32(-1))
    of_field[odd] = codes[: len(odd)]
    of_reason = np.full(len(reason) + 1, -1, np.int32)
    of_reason[read[told]] = codes[len(odd) :]
    return of_field, of_reason, len(field) + len(number)


def pair_keys(one: NDArray[np.integer], other: NDArray[np.integer]) -> Codes:
    """Return one number for each two codes, (k,) int64, in their order."""
    return np.asarray(one.astype(np.int64) << 32 | other)


def found(keys: Codes, values: NDArray[np.integer], wanted: Codes) -> Codes:
    """Return the value of each wanted key, 0 where there is none. keys: (k,), ascending; values: (k,)."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0).astype(np.int64)
