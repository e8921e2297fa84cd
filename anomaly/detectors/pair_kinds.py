"""Which pairs of user and subject are alike: by who else meets the subject, and by what work is shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.detectors.case_work import Codes, found, pair_keys

# Days on which others looked a subject up, or of other work, in steps of three: whom many meet is judged
# among such subjects.
STEPS = (1, 3, 9, 27)
NUMBERED = len(STEPS) + 1  # the kinds before bear no number, and nothing explains any of the pair's look-ups
WORKED = 2 * NUMBERED  # here begin those under a number that the user gives for others, too, on more days
EXPLAINED = WORKED + len(STEPS)  # than something explains look-ups of the pair; and here those it is fewer
KINDS = EXPLAINED + len(STEPS)
MOST = 16  # days told apart


class Repeats(NamedTuple):
    """What `kernels.repeated_days` returns."""

    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    n_days: NDArray[np.int32]
    n_actions: NDArray[np.int32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    at_least: NDArray[np.int64]
    subject_days: NDArray[np.int64]
    subject_users: NDArray[np.int32]


class Told(NamedTuple):
    """What is known of look-ups beside how often they repeat.

    numbered: (m,) bool; others: (m,) int32, days on which the user gave the number for somebody else; beside:
    keys of pairs, ascending, and on how many days something explains their look-ups.
    """

    numbered: NDArray[np.bool_]
    others: NDArray[np.int32]
    beside: tuple[Codes, Codes]


class Kinds(NamedTuple):
    """Pairs told apart.

    first: (m,) bool, the first look-up of each pair; kind: (k,) int8, of the pairs that came back; table:
    (g, KINDS, 16) int64, of each user the pairs of each kind with at least 1 ... 16 days.
    """

    first: NDArray[np.bool_]
    kind: NDArray[np.int8]
    table: NDArray[np.int64]


def kinds_of_pairs(
    users: Groups, pairs: Repeats, subjects: NDArray[np.int32], days: NDArray[np.int64], told: Told
) -> Kinds:
    """Tell pairs of user and subject apart by what else is known of them.

    pairs: those that came back; subjects: (m,) int32, -1 where a row does not count; days: (s,) int64, of
    each subject, by all users.
    """
    count = len(days)
    first = kernels.first_meetings(users.starts, subjects, count)
    marked = kernels.marked_rows(users.starts, subjects, told.numbered, pairs.user, pairs.subject, count)
    key = pair_keys(pairs.user, pairs.subject)
    kind = _kind(
        days[pairs.subject] - pairs.n_days,
        2 * marked >= pairs.n_actions,
        _mean(users, subjects, told.others, key, pairs.n_actions),
        found(*told.beside, key),
    )
    rows = np.flatnonzero(first)
    whom = subjects[rows]
    beside = found(*told.beside, pair_keys(users.owner[rows], whom))
    if_once = _kind(days[whom] - 1, told.numbered[rows], told.others[rows], beside)

    def table(user: NDArray[np.int32], of: NDArray[np.int8]) -> NDArray[np.int64]:
        return np.bincount(user * np.int32(KINDS) + of, minlength=KINDS * len(users)).reshape(-1, KINDS)

    # Who did not come back is whom the user met, less who came back.
    back = np.searchsorted(rows, _first_rows(users, pairs, subjects))
    once = table(users.owner[rows], if_once) - table(pairs.user, if_once[back])
    place = (pairs.user.astype(np.int64) * KINDS + kind) * MOST + np.minimum(pairs.n_days, MOST) - 1
    exactly = np.bincount(place, minlength=len(users) * KINDS * MOST).reshape(-1, KINDS, MOST)
    exactly[:, :, 0] = once
    return Kinds(first, kind, exactly[:, :, ::-1].cumsum(axis=2)[:, :, ::-1])


def _kind(
    days_of_others: NDArray[np.int64],
    numbered: NDArray[np.bool_],
    others: NDArray[np.integer],
    beside: NDArray[np.int64],
) -> NDArray[np.int8]:
    alone = NUMBERED * numbered + _step(days_of_others)
    work = _step(others + beside) - 1
    kind = np.where(others > beside, WORKED + work, np.where(beside > 0, EXPLAINED + work, alone))
    return kind.astype(np.int8)


def _step(days: NDArray[np.integer]) -> NDArray[np.int8]:
    """Say how many of STEPS are reached, (k,) -> (k,) int8; numpy.digitize takes nine times as long."""
    reached: NDArray[np.int8] = np.digitize(np.arange(STEPS[-1] + 1), STEPS).astype(np.int8)
    step: NDArray[np.int8] = reached[np.minimum(days, STEPS[-1])]
    return step


def _mean(
    users: Groups, subjects: NDArray[np.int32], others: NDArray[np.int32], key: Codes, n: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return the mean of `others` over the n look-ups of each pair, rounded. key: (k,) int64, n: (k,)."""
    rows = np.flatnonzero((others > 0) & (subjects >= 0))
    order = np.argsort(key)
    pair = found(key[order], order + 1, pair_keys(users.owner[rows], subjects[rows])) - 1
    total = np.bincount(pair[pair >= 0], weights=others[rows[pair >= 0]], minlength=len(key))
    return np.rint(total / n).astype(np.int64)


def _first_rows(users: Groups, pairs: Repeats, subjects: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the row of the first look-up of each pair, (k,) int64."""
    at = np.empty(len(pairs.user), np.int64)
    begins = np.searchsorted(pairs.user, np.arange(len(users) + 1))
    for user in np.flatnonzero(np.diff(begins)).tolist():
        mine, rows = slice(begins[user], begins[user + 1]), slice(*users.starts[user : user + 2])
        at[mine] = users.starts[user] + np.searchsorted(users["time"][rows], pairs.first[mine])
    while (wrong := subjects[at] != pairs.subject).any():  # of several at one moment
        at[wrong] += 1
    return at
