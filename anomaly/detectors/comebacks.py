"""How often users come back to a subject, judged among pairs of user and subject that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.detectors.case_work import CaseWork, case_work, days_explained
from anomaly.detectors.hurdle import Law, law_of_peers
from anomaly.detectors.pair_kinds import (
    EXPLAINED,
    KINDS,
    MOST,
    NUMBERED,
    WORKED,
    Kinds,
    Repeats,
    Told,
    kinds_of_pairs,
)
from anomaly.detectors.peers import Peering
from anomaly.policy import REASON_CLASSES

CASE_NUMBER = REASON_CLASSES.index("case_number")
SPARED = 3  # of a user's pairs, those come back to most, are no habit: a couple, and somebody of theirs
UNITS = 3  # tell how much units differ
WORKS_CASES = 2  # numbers in use: more than one case


class Gaps(NamedTuple):
    """How many pairs under numbers that no table knows are such as the tables explain, where they are full.

    unknown: (k,) bool, the pairs under such numbers; laws: of explained pairs under a number given for them
    alone, and under one given for others, too; parts: for each such pair, how many explained ones slipped
    through.
    """

    unknown: NDArray[np.bool_]
    laws: tuple[Law, Law]
    parts: tuple[float, float]


@dataclass(frozen=True)
class Comebacks:
    """Pairs of user and subject with two days or more that nothing explains, by user, and laws for them.

    user, subject: (k,) int32; days: (k,) int64. met: (m,) bool, the first unexplained look-up of each pair.
    comparable: (g,) bool, users of some unit with peers, and others where there are units enough to say how
    much these differ.
    """

    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    days: NDArray[np.int64]
    met: NDArray[np.bool_]
    comparable: NDArray[np.bool_]
    _alone: NDArray[np.bool_]
    _units: NDArray[np.int64]
    _kind: NDArray[np.int8]
    _laws: tuple[Law, ...]
    _gaps: Gaps
    _all: Repeats
    _met_in_all: NDArray[np.bool_]
    _every: NDArray[np.int32]

    @property
    def numbered(self) -> NDArray[np.bool_]:
        """Return (k,) bool: at least half of the pair's look-ups bear a case number, or it is one in use."""
        return np.asarray((self._kind >= NUMBERED) & (self._kind < EXPLAINED))

    def tail(self, pairs: NDArray[np.integer], days: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """P(so many days or more) of some pairs, by the law of their kind; days: (j,), else their own.

        Under a number that no table knows, that a case is missing there counts, too. Who has no peers is
        judged by each unit's law, and the largest tail counts. pairs: (j,) places. Returns (j,) float64.
        """
        wanted = self.days[pairs] if days is None else days
        p = self._tail(pairs, wanted, self.user[pairs])
        alone = np.flatnonzero(self._alone[self.user[pairs]])
        for one in self._units.tolist() if len(alone) else ():
            by_unit = self._tail(pairs[alone], wanted[alone], np.full(len(alone), one))
            p[alone] = np.maximum(p[alone], by_unit)
        return p

    def _tail(
        self, pairs: NDArray[np.integer], days: NDArray[np.int64], user: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return the tails of some pairs as if they were of some users. (j,) all."""
        p = np.ones(len(pairs))
        for kind, law in enumerate(self._laws):
            mine = np.flatnonzero(self._kind[pairs] == kind)
            p[mine] = law.tail(user[mine], days[mine])
        worked = self._kind[pairs] >= WORKED
        for of, law, part in zip((~worked, worked), self._gaps.laws, self._gaps.parts, strict=True):
            mine = np.flatnonzero(self._gaps.unknown[pairs] & of)
            p[mine] += part * law.tail(user[mine], days[mine])
        return np.minimum(p, 1.0)

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
    half of the pair's look-ups bear a case number; where the user gives that number for others, too, or
    something explains a part of the pair's look-ups, by the days on which the log shows such work. Where
    numbers are given, all of the log are the peers.
    """
    if every is users["subject"] and counted.all():  # two detectors ask for the same
        # The peers stay with what was found, or others could take their number.
        key = ("comebacks", gap, id(peers))
        return users.once(key, lambda: (_comebacks(users, peers, every, counted, gap), peers))[0]
    return _comebacks(users, peers, every, counted, gap)


def _comebacks(
    users: Groups, peers: Peering, every: NDArray[np.int32], counted: NDArray[np.bool_], gap: int
) -> Comebacks:
    unexplained = every if counted.all() else np.where(counted, every, np.int32(-1))
    n_subjects = len(users.log.subjects)

    def repeated(of: NDArray[np.int32]) -> Repeats:
        return Repeats(
            *kernels.repeated_days(users.starts, users["time"], users["day"], of, n_subjects, gap * 60_000, 2)
        )

    # How many meet the subject is a matter of all look-ups; how often the user came back, of the unexplained.
    whole = every is users["subject"]
    in_all = users.once(("repeated days", gap), lambda: repeated(every)) if whole else repeated(every)
    pairs = in_all if unexplained is every else repeated(unexplained)
    work = case_work(users, every, ~counted)
    numbered = work.stated | (users["reason_class"] == CASE_NUMBER)
    told = Told(numbered, work.others, days_explained(users, every, ~counted))
    kinds = kinds_of_pairs(users, pairs, unexplained, in_all.subject_days, told)
    all_kinds = kinds
    if unexplained is not every:
        nothing = told._replace(beside=(np.zeros(0, np.int64), np.zeros(0, np.int64)))
        all_kinds = kinds_of_pairs(users, in_all, every, in_all.subject_days, nothing)
    explained = [
        repeated(np.where(some, every, np.int32(-1))).at_least
        if some.any()
        else np.zeros((len(users), MOST), np.int64)
        for some in _explained(counted, work)
    ]
    units = np.unique(np.where(peers.same_work, peers.code, -1), return_index=True)[1][1:]
    if peers.same_work.all():
        units = units[:0]
    return Comebacks(
        pairs.user,
        pairs.subject,
        pairs.n_days.astype(np.int64),
        kinds.first,
        peers.same_work | (len(units) >= UNITS),
        ~peers.same_work,
        units,
        kinds.kind,
        _laws(users, peers, work, pairs, kinds, all_kinds, (unexplained >= 0, every >= 0)),
        _gaps(users, work, pairs, kinds, unexplained, explained),
        in_all,
        all_kinds.first,
        every,
    )


def _laws(
    users: Groups,
    peers: Peering,
    work: CaseWork,
    pairs: Repeats,
    kinds: Kinds,
    all_kinds: Kinds,
    rows: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> tuple[Law, ...]:
    """Fit a law to each kind of pair; rows: (m,) bool both, the look-ups that count, of a subject."""
    uncovered = _each(users, rows[0]) / np.maximum(_each(users, rows[1]), 1)
    everyone = np.zeros(len(users), np.int32)
    near, kin = np.maximum(peers.code, 0), peers.kin
    habits = _habits(pairs, kinds)
    if not peers.named:
        # Where nobody says who is a detective, the cases do.
        cases = (work.cases >= WORKS_CASES).astype(np.int32)
        near, kin = 2 * near + cases, 2 * kin + cases
    return tuple(
        law_of_peers(
            kinds.table[:, kind],
            all_kinds.table[:, kind],
            uncovered,
            # A case number names work that some unit does: patrol checks a protection order, too.
            *((everyone, everyone) if NUMBERED <= kind < EXPLAINED else (near, kin)),
            strays=kind < WORKED,
            # What else a user comes back to tells the pace of the work, and who does it where nobody says.
            habit=habits[:, kind] if kind >= WORKED or not peers.named else None,
        )
        for kind in range(KINDS)
    )


def _habits(pairs: Repeats, kinds: Kinds) -> NDArray[np.int64]:
    """Count each user's pairs like `Kinds.table`, but for those few come back to most."""
    order = np.lexsort((-pairs.n_days, pairs.user))
    user = pairs.user[order]
    foremost = order[np.arange(len(order)) - np.searchsorted(user, user) < SPARED]
    usual = kinds.table.copy()
    for day in range(MOST):
        some = foremost[pairs.n_days[foremost] > day]
        np.subtract.at(usual[:, :, day], (pairs.user[some], kinds.kind[some]), 1)
    return usual


def _explained(counted: NDArray[np.bool_], work: CaseWork) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark explained look-ups under a number given for one person alone, and for others too, (m,) bool."""
    explained = ~counted & work.stated
    return explained & (work.others == 0), explained & (work.others > 0)


def _gaps(
    users: Groups,
    work: CaseWork,
    pairs: Repeats,
    kinds: Kinds,
    subjects: NDArray[np.int32],
    explained: list[NDArray[np.int64]],
) -> Gaps:
    """Tell what the tables let through: of numbers in use they know so many, and not the others.

    subjects: (m,) int32, -1 where explained; explained: (g, 16) int64 both, pairs with at least 1 ... 16
    days, see `Gaps.laws`. Nothing strays among what is explained.
    """
    unknown = work.stated & ~work.known
    marked = kernels.marked_rows(
        users.starts, subjects, unknown, pairs.user, pairs.subject, len(users.log.subjects)
    )
    everyone, all_of_it = np.zeros(len(users), np.int32), np.ones(len(users))
    laws = [law_of_peers(one, one, all_of_it, everyone, everyone, strays=False) for one in explained]
    met = unknown & kinds.first
    parts = [
        min(1.0, work.unknown_for_known * int(one[:, 0].sum()) / max(int((met & of).sum()), 1))
        for one, of in zip(explained, (work.others == 0, work.others > 0), strict=True)
    ]
    return Gaps(2 * marked >= pairs.n_actions, (laws[0], laws[1]), (parts[0], parts[1]))


def _each(users: Groups, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the chosen look-ups of each user. (m,) bool -> (g,) int64."""
    if chosen.all():
        return np.diff(users.starts)
    return np.diff(np.append(0, np.cumsum(chosen))[users.starts])
