"""What work a user has, told by case numbers given and by what is explained, beside the look-ups judged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups

Codes = NDArray[np.int64]
# What may be a number, and how many digits it has: fewer are a penal code, a beat or a plate.
TOKEN, DIGITS = r"[A-Z0-9](?:[A-Z0-9]|[-/.][A-Z0-9])*", 5
IN_USE = 3  # days: a number given on fewer may be a call's


class CaseWork(NamedTuple):
    """What the case numbers of look-ups tell.

    stated: (m,) bool, the look-up bears a number. others: (m,) int32, on how many days the user gave that
    number for somebody else; 0 for a number under which the log explains look-ups of colleagues and none of
    the user's. known: (m,) bool, some look-up under that number is explained. unknown_for_known: how many
    numbers in use explain nothing, for each that does; 0 where none does. cases: (g,) int64, the numbers that
    each user has in use.
    """

    stated: NDArray[np.bool_]
    others: NDArray[np.int32]
    known: NDArray[np.bool_]
    unknown_for_known: float
    cases: NDArray[np.int64]


def case_work(users: Groups, subjects: NDArray[np.int32], explained: NDArray[np.bool_]) -> CaseWork:
    """Tell numbers that a user works on from those given for one person alone, or taken from a colleague.

    subjects: (m,) int32, -1 nobody; explained: (m,) bool. The detector declares case_number, and may declare
    reason.
    """
    number = numbers_given(users)
    stated = number >= 0
    others, known = np.zeros(len(number), np.int32), np.zeros(len(number), np.bool_)
    rows = np.flatnonzero(stated & (subjects >= 0))
    if not len(rows):
        return CaseWork(stated, others, known, 0.0, np.zeros(len(users), np.int64))
    rows = rows[kernels.group(number[rows], int(number.max()) + 1)[1]]  # by number, user and time
    owner, given = users.owner[rows], number[rows]
    opens = np.append(True, (owner[1:] != owner[:-1]) | (given[1:] != given[:-1]))
    of_tables = np.bincount(given[explained[rows]], minlength=int(given.max()) + 1) > 0
    known[rows] = of_tables[given]
    # polars: numpy.unique took 6.2 s on five million pairs.
    on_days = pl.Series(pair_keys(given, users["day"][rows])).unique().to_numpy()
    used = np.bincount(on_days >> 32, minlength=len(of_tables)) >= IN_USE
    several = ~(opens & np.append(opens[1:], True))  # one look-up under a number was for nobody else
    rows, owner, given, opens = rows[several], owner[several], given[several], opens[several]
    day, subject = users["day"][rows], subjects[rows]
    work = np.cumsum(opens) - 1  # one user, one number
    begins = np.flatnonzero(opens | np.append(True, day[1:] != day[:-1])[: len(day)])
    days = np.bincount(work[begins])
    whom = np.minimum.reduceat(subject, begins)
    alone = whom == np.maximum.reduceat(subject, begins)
    of_one, count = np.unique(pair_keys(work[begins][alone], whom[alone]), return_counts=True)
    own = np.bincount(work[explained[rows]], minlength=len(days)) > 0
    taken = of_tables[given] & ~own[work]
    others[rows] = np.where(taken, 0, days[work] - found(of_one, count, pair_keys(work, subject)))
    told = int((used & of_tables).sum())
    unknown = int((used & ~of_tables).sum()) / told if told else 0.0
    cases = np.bincount(owner[opens][days >= IN_USE], minlength=len(users))
    return CaseWork(stated, others, known, unknown, cases)


def numbers_given(users: Groups) -> NDArray[np.int32]:
    """Return a code of the case number of each look-up, (m,) int32, -1 for none: that of its own field, else
    the first number in the reason. `DR 24-00758` and `24-00758` are one.
    """
    texts = users.log.texts
    of_field, of_reason = users.once("numbers", lambda: _coded(texts["case_number"], texts["reason"]))
    field: NDArray[np.int32] = of_field[users["case_number"]]
    reason: NDArray[np.int32] = of_reason[users["reason"]]
    return np.where(field >= 0, field, reason)


def _coded(field: pl.Series, reason: pl.Series) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the code of the number in each case number and in each reason, and -1 last, for none."""
    upper = pl.col("text").str.to_uppercase()
    tokens = (
        pl.DataFrame({"text": pl.concat([field, reason])})
        .lazy()
        .select(text=upper, token=upper.str.extract_all(TOKEN))
        .with_row_index("at")
        .with_columns(
            token=pl.col("token")
            .list.eval(pl.element().filter(pl.element().str.count_matches(r"\d") >= DIGITS))
            .list.first()
        )
        .select(pl.when(pl.col("at") < len(field)).then(pl.coalesce("token", "text")).otherwise("token"))
        .collect()
        .to_series()
    )
    code = (tokens.rank("dense").cast(pl.Int32) - 1).fill_null(-1).to_numpy()
    none = np.full(1, -1, np.int32)
    return np.append(code[: len(field)], none), np.append(code[len(field) :], none)


def days_explained(
    users: Groups, subjects: NDArray[np.int32], explained: NDArray[np.bool_]
) -> tuple[Codes, Codes]:
    """Count the days on which something explains that a user looked a subject up.

    subjects: (m,) int32, -1 nobody; explained: (m,) bool. Returns the keys of the pairs, ascending, and their
    days, (k,) int64 both.
    """
    rows = np.flatnonzero(explained & (subjects >= 0))
    key = pair_keys(users.owner[rows], subjects[rows])
    order = np.argsort(key, kind="stable")
    key, day = key[order], users["day"][rows][order]
    opens = np.ones(len(key), np.bool_)
    opens[1:] = (key[1:] != key[:-1]) | (day[1:] != day[:-1])
    pairs, count = np.unique(key[opens], return_counts=True)
    return pairs, count.astype(np.int64)


def pair_keys(one: NDArray[np.integer], other: NDArray[np.integer]) -> Codes:
    """Return one number for each two codes, (k,) int64, in their order."""
    return np.asarray(one.astype(np.int64) << 32 | other)


def found(keys: Codes, values: NDArray[np.integer], wanted: Codes) -> Codes:
    """Return the value of each wanted key, 0 where there is none. keys: (k,), ascending; values: (k,)."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0).astype(np.int64)
