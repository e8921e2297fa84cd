"""How often users come back to a subject, judged among pairs of user and subject that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.detectors.hurdle import Law, law_of_peers
from anomaly.detectors.peers import Peering
from anomaly.policy import REASON_CLASSES

CASE_NUMBER = REASON_CLASSES.index("case_number")
# Days on which others looked a subject up, in steps of three: whom many meet is judged among such subjects.
OTHERS = (1, 3, 9, 27)
KINDS = 2 * (len(OTHERS) + 1)
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


@dataclass(frozen=True)
class Comebacks:
    """Pairs of user and subject with two days or more that nothing explains, by user, and laws for them.

    user, subject: (k,) int32; days: (k,) int64. met: (m,) bool, the first unexplained look-up of each pair.
    """

    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    days: NDArray[np.int64]
    met: NDArray[np.bool_]
    _kind: NDArray[np.int8]
    _laws: tuple[Law, ...]
    _all: Repeats
    _met_in_all: NDArray[np.bool_]
    _every: NDArray[np.int32]

    @property
    def numbered(self) -> NDArray[np.bool_]:
        """Return (k,) bool: at least half of the pair's look-ups bear a case number."""
        return np.asarray(self._kind % 2 == 1)

    def tail(self, pairs: NDArray[np.integer], days: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """P(so many days or more) of some pairs, by the law of their kind; days: (j,), else their own.

        pairs: (j,) places. Returns (j,) float64.
        """
        wanted = self.days[pairs] if days is None else days
        p = np.ones(len(pairs))
        for kind, law in enumerate(self._laws):
            mine = np.flatnonzero(self._kind[pairs] == kind)
            p[mine] = law.tail(self.user[pairs[mine]], wanted[mine])
        return p

    def beyond_part(self, users: Groups, pairs: NDArray[np.integer]) -> NDArray[np.float64]:
        """P(so many of a subject's days are the user's), where others together have as many; else 0.

        The user's part of those days is binomial, by the user's part of all that these users looked up, or
        an equal part if that is larger. pairs: (j,) places. Returns (j,) float64.
        """
        user, subject = self.user[pairs], self.subject[pairs]
        wanted = np.zeros(len(users.log.subjects) + 1, np.bool_)
        wanted[subject] = True
        of_all = np.flatnonzero(wanted[self._all.subject])
        key = self._all.user[of_all].astype(np.int64) << 32 | self._all.subject[of_all]
        order = np.argsort(key, kind="stable")
        own = np.searchsorted(key[order], user.astype(np.int64) << 32 | subject)
        days = self._all.n_days[of_all[order[own]]].astype(np.int64)
        total = self._all.subject_days[subject]
        rows = np.flatnonzero(self._met_in_all & wanted[self._every])
        made = _each(users, self._every >= 0)
        of_lookers = np.bincount(self._every[rows], weights=made[users.owner[rows]], minlength=len(wanted))[
            subject
        ]
        part = np.maximum(1 / self._all.subject_users[subject], made[user] / np.maximum(of_lookers, 1))
        return np.where(total >= 2 * days, kernels.binomial_tail(days, total, part), 0.0)


def comebacks(
    users: Groups, peers: Peering, every: NDArray[np.int32], counted: NDArray[np.bool_], gap: int
) -> Comebacks:
    """Count the days of users and subjects, and fit the laws of peers to them.

    every: (m,) int32, the subjects, -1 nobody; counted: (m,) bool, the look-ups that nothing explains; gap:
    minutes within which midnight makes no new day. The detector declares subject, and may declare
    case_number and reason.
    Each kind of pair has a law of its own: by the days on which others looked the subject up, and by whether
    half of the pair's look-ups bear a case number, in which case all of the log are the peers.
    """
    unexplained = every if counted.all() else np.where(counted, every, np.int32(-1))
    n_subjects = len(users.log.subjects)

    def repeated(of: NDArray[np.int32]) -> Repeats:
        return Repeats(
            *kernels.repeated_days(users.starts, users["time"], users["day"], of, n_subjects, gap * 60_000, 2)
        )

    # How many meet the subject is a matter of all look-ups; how often the user came back, of the unexplained.
    in_all = repeated(every)
    found = in_all if unexplained is every else repeated(unexplained)
    numbered = (users["case_number"] >= 0) | (users["reason_class"] == CASE_NUMBER)
    met, kind, table = _kinds(users, found, unexplained, in_all.subject_days, numbered)
    met_in_all, table_in_all = met, table
    if unexplained is not every:
        met_in_all, _, table_in_all = _kinds(users, in_all, every, in_all.subject_days, numbered)
    uncovered = _each(users, unexplained >= 0) / np.maximum(_each(users, every >= 0), 1)
    everyone = np.zeros(len(users), np.int32)
    # A case number names work that some unit does: patrol checks a protection order, too.
    groups = ((np.maximum(peers.code, 0), peers.kin), (everyone, everyone))
    laws = tuple(
        law_of_peers(table[:, k], table_in_all[:, k], uncovered, *groups[k % 2]) for k in range(KINDS)
    )
    days = found.n_days.astype(np.int64)
    return Comebacks(found.user, found.subject, days, met, kind, laws, in_all, met_in_all, every)


def _kinds(
    users: Groups,
    pairs: Repeats,
    subjects: NDArray[np.int32],
    days: NDArray[np.int64],
    numbered: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.int64]]:
    """Tell pairs of user and subject apart by what else is known of them.

    pairs: those that came back; subjects: (m,) int32, -1 where a row does not count; days: (s,) int64, of
    each subject, by all users; numbered: (m,) bool. Returns the first look-up of each pair, (m,) bool; the
    kind of the pairs that came back, (k,) int8; and of each user the pairs of each kind with at least 1 ...
    16 days, (g, KINDS, 16) int64.
    """
    count = len(days)
    first = kernels.first_meetings(users.starts, subjects, count)
    at_first = kernels.marked_rows(users.starts, subjects, numbered & first, pairs.user, pairs.subject, count)
    marked = kernels.marked_rows(users.starts, subjects, numbered, pairs.user, pairs.subject, count)
    total = days[pairs.subject]
    kind = _kind(total - pairs.n_days, 2 * marked >= pairs.n_actions)
    if_once = np.append(_kind(days - 1, np.False_), np.int8(0))
    of_row = if_once[subjects] + numbered

    def table(user: NDArray[np.int32], of: NDArray[np.int8]) -> NDArray[np.int64]:
        return np.bincount(user * np.int32(KINDS) + of, minlength=KINDS * len(users)).reshape(-1, KINDS)

    at = slice(None) if first.all() else first
    once = table(users.owner[at], of_row[at])
    # Who did not come back is whom the user met, less who came back.
    once -= table(pairs.user, if_once[pairs.subject] + (at_first > 0))
    place = (pairs.user.astype(np.int64) * KINDS + kind) * MOST + np.minimum(pairs.n_days, MOST) - 1
    exactly = np.bincount(place, minlength=len(users) * KINDS * MOST).reshape(-1, KINDS, MOST)
    exactly[:, :, 0] = once
    return first, kind, exactly[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]


def _kind(days_of_others: NDArray[np.int64], numbered: NDArray[np.bool_] | np.bool_) -> NDArray[np.int8]:
    return (2 * np.digitize(days_of_others, OTHERS) + numbered).astype(np.int8)


def _each(users: Groups, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the chosen look-ups of each user. (m,) bool -> (g,) int64."""
    if chosen.all():
        return np.diff(users.starts)
    return np.diff(np.append(0, np.cumsum(chosen))[users.starts])
