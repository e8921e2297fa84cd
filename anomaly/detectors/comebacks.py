"""How often users come back to a subject, judged among pairs of user and subject that are alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import gather, read_only
from anomaly.detectors.case_work import CaseWork, case_work
from anomaly.detectors.hurdle import Law, law_of_peers
from anomaly.detectors.lookers import places_of
from anomaly.detectors.pair_kinds import (
    EXPLAINED,
    KINDS,
    NUMBERED,
    WORKED,
    Kinds,
    Once,
    Told,
    kinds_of_pairs,
    looked_up_once,
)
from anomaly.detectors.pairs import MOST, Seen, at_least, pairs_of
from anomaly.detectors.peers import Peering
from anomaly.detectors.since import cut

SPARED = 3  # of a user's pairs, those come back to most, are no habit: a couple, and somebody of theirs
UNITS = 3  # tell how much units differ
WORKS_CASES = 2  # numbers in use: more than one case

Fitted = Callable[[], Law]  # when somebody is judged by it: most kinds of pair judge nobody


class Gaps(NamedTuple):
    """How many pairs under numbers that no table knows are such as the tables explain, where they are full.

    unknown: (k,) bool, the pairs under such numbers; laws: of explained pairs under a number given for them
    alone, and under one given for others, too; parts: for each such pair, how many explained ones slipped
    through.
    """

    unknown: NDArray[np.bool_]
    laws: tuple[Fitted, Fitted]
    parts: tuple[float, float]


@dataclass(frozen=True)
class Comebacks:
    """Pairs of user and subject with two days or more that nothing explains, by user, and laws for them.

    user, subject: (k,) int32; days: (k,) int64; back: (k,) int64, the places in the pairs of `told`. people:
    (g,) int64, whom each user looked up with nothing to explain it. comparable: (g,) bool, users of some unit
    with peers, and others where there are units enough to say how much these differ.
    """

    told: Told
    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    days: NDArray[np.int64]
    back: NDArray[np.int64]
    people: NDArray[np.int64]
    comparable: NDArray[np.bool_]
    _alone: NDArray[np.bool_]
    _units: NDArray[np.int64]
    _kind: NDArray[np.int8]
    _laws: tuple[Fitted, ...]
    _gaps: Gaps
    _days_of_all: NDArray[np.int32]
    _looked_up: NDArray[np.int64]

    def actions(self, pairs: NDArray[np.integer]) -> tuple[NDArray[np.int32], ...]:
        """Return the actions that are all look-ups of each of some pairs, ascending. pairs: (j,) places."""
        of, some = self.told.pairs, self.back[pairs]
        every = self.told.users.actions(of.rows[places_of(of.starts, some)])
        return cut(every, of.starts[some + 1] - of.starts[some])

    @cached_property
    def met(self) -> NDArray[np.bool_]:
        """Return (m,) bool: the first unexplained look-up of each pair."""
        users, every, counted = self.told.users, self.told.pairs.subjects, self.told.counted
        unexplained = every if counted.all() else np.where(counted, every, np.int32(-1))
        unexplained = read_only(unexplained)
        return kernels.first_meetings(users.starts, unexplained, len(users.log.subjects))

    @property
    def numbered(self) -> NDArray[np.bool_]:
        """Return (k,) bool: at least half of the pair's look-ups bear a case number, or it is one in use."""
        return np.asarray((self._kind >= NUMBERED) & (self._kind < EXPLAINED))

    def tail(self, pairs: NDArray[np.integer], days: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """P(so many days or more) of some pairs, by the law of their kind; days: (j,), or (j, c) for several
        of each, else their own.

        Under a number that no table knows, that a case is missing there counts, too. Who has no peers is
        judged by each unit's law, and the largest tail counts. pairs: (j,) places. Returns float64 of the
        shape of days.
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
        """Return the tails of some pairs as if they were of some users. (j,), days: (j,) or (j, c)."""
        p = np.ones(days.shape)
        for kind, law in enumerate(self._laws):
            mine = np.flatnonzero(self._kind[pairs] == kind)
            if len(mine):
                p[mine] = law().tail(user[mine], days[mine])
        worked = self._kind[pairs] >= WORKED
        for of, law, part in zip((~worked, worked), self._gaps.laws, self._gaps.parts, strict=True):
            mine = np.flatnonzero(self._gaps.unknown[pairs] & of)
            if len(mine):
                p[mine] += part * law().tail(user[mine], days[mine])
        return np.minimum(p, 1.0)

    def beyond_part(self, users: Groups, pairs: NDArray[np.integer]) -> NDArray[np.float64]:
        """P(so many of a subject's days are the user's), where others together have as many; else 0.

        The user's part of those days is binomial, by the user's part of all that these users looked up, or
        an equal part if that is larger. pairs: (j,) places. Returns (j,) float64.
        """
        user, subject = self.user[pairs], self.subject[pairs]
        days = self._days_of_all[self.back[pairs]].astype(np.int64)
        total, lookers = self.told.days[subject].astype(np.int64), self.told.pairs.users_of[subject]
        many = np.flatnonzero(total >= 2 * days)
        p = np.zeros(len(pairs))
        if len(many):
            of_lookers = self._looked_up_by_lookers(users, subject[many])
            part = np.maximum(1 / lookers[many], self._looked_up[user[many]] / np.maximum(of_lookers, 1))
            p[many] = kernels.binomial_tail(days[many], total[many], part)
        return p

    def _looked_up_by_lookers(self, users: Groups, subject: NDArray[np.int32]) -> NDArray[np.float64]:
        """Sum all look-ups of the users who looked some subjects up. (j,) int32 -> (j,) float64."""
        pairs, alone = self.told.pairs, self.told.pairs.alone
        asked = np.zeros(len(users.log.subjects) + 1, np.bool_)
        asked[subject] = True
        each = np.flatnonzero(asked)
        place = np.full(len(asked), -1, np.int32)
        place[each] = np.arange(len(each))

        def tell(part: Groups) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
            rows = slice(part.begin, part.begin + int(part.starts[-1]))
            whom = gather(place, pairs.subjects[rows])
            some = np.flatnonzero((whom >= 0) & alone[rows])
            return whom[some], part.owner[some] + np.int32(part.first)

        whom = place[pairs.subject]
        told = [*users.each(tell), (whom[whom >= 0], pairs.user[whom >= 0])]
        at, by = (np.concatenate(one) for one in zip(*told, strict=True))
        of_each = np.bincount(at, weights=self._looked_up[by], minlength=len(each))
        return np.asarray(of_each[place[subject]])


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
    # How many meet the subject is a matter of all look-ups; how often the user came back, of the unexplained.
    pairs = pairs_of(users, every)
    anyway = np.ones(len(pairs.rows), np.bool_)
    in_all = pairs.seen(anyway, gap)
    days = pairs.users_of.copy()
    np.add.at(days, pairs.subject, in_all.days - 1)
    work = case_work(users, every, ~counted)
    told = Told(users, pairs, work, counted, days)
    once = looked_up_once(told)
    open_ = counted[pairs.rows]
    plain = bool(open_.all())
    seen = in_all if plain else pairs.seen(open_, gap)
    # On how many days something explains look-ups of the pair: midnight makes a new one.
    beside = np.zeros(len(pairs), np.int32) if plain else pairs.seen(~open_, 0).days
    kinds = kinds_of_pairs(told, seen, open_, once.counted, beside)
    all_kinds = kinds
    if not counted.all():
        all_kinds = kinds_of_pairs(told, in_all, anyway, once.every, np.zeros_like(beside))
    looked_up = pairs.looked_up(in_all, once.every.sum(axis=1))
    uncovered = pairs.looked_up(seen, once.counted.sum(axis=1)) / np.maximum(looked_up, 1)
    units = np.unique(np.where(peers.same_work, peers.code, -1), return_index=True)[1][1:]
    if peers.same_work.all():
        units = units[:0]
    user, n_days = pairs.user[kinds.back], seen.days[kinds.back]
    return Comebacks(
        told,
        user,
        pairs.subject[kinds.back],
        n_days.astype(np.int64),
        kinds.back,
        kinds.exactly.sum(axis=(1, 2)),
        peers.same_work | (len(units) >= UNITS),
        ~peers.same_work,
        units,
        kinds.kind,
        _laws(peers, work, kinds, all_kinds, user, n_days, uncovered),
        _gaps(told, seen, open_, kinds.back, once, gap),
        in_all.days,
        looked_up,
    )


def _laws(
    peers: Peering,
    work: CaseWork,
    kinds: Kinds,
    all_kinds: Kinds,
    user: NDArray[np.int32],
    days: NDArray[np.int32],
    uncovered: NDArray[np.float64],
) -> tuple[Fitted, ...]:
    """Fit a law to each kind of pair. user, days: (k,) int32, of `kinds.back`; uncovered: (g,) float64, the
    share of look-ups not explained.
    """
    everyone = np.zeros(len(uncovered), np.int32)
    near, kin = np.maximum(peers.code, 0), peers.kin
    if not peers.named:
        # Where nobody says who is a detective, the cases do.
        cases = (work.cases >= WORKS_CASES).astype(np.int32)
        near, kin = 2 * near + cases, 2 * kin + cases
    order = np.lexsort((-days, user))
    foremost = order[np.arange(len(order)) - np.searchsorted(user[order], user[order]) < SPARED]

    def habit(kind: int) -> NDArray[np.int64]:
        some = foremost[kinds.kind[foremost] == kind]
        usual = kinds.exactly[:, kind].astype(np.int64)
        np.subtract.at(usual, (user[some], np.minimum(days[some], MOST) - 1), 1)
        return at_least(usual)

    def fit(kind: int) -> Law:
        return law_of_peers(
            at_least(kinds.exactly[:, kind]),
            at_least(all_kinds.exactly[:, kind]),
            uncovered,
            # A case number names work that some unit does: patrol checks a protection order, too.
            *((everyone, everyone) if NUMBERED <= kind < EXPLAINED else (near, kin)),
            strays=kind < WORKED,
            # What else a user comes back to tells the pace of the work, and who does it where nobody says.
            habit=habit(kind) if kind >= WORKED or not peers.named else None,
        )

    return tuple(cache(partial(fit, kind)) for kind in range(KINDS))


def _gaps(
    told: Told, seen: Seen, open_: NDArray[np.bool_], back: NDArray[np.int64], once: Once, gap: int
) -> Gaps:
    """Tell what the tables let through: of numbers in use they know so many, and not the others.

    open_: (r,) bool, the look-ups of `Pairs.rows` that nothing explains; back: (k,) int64, the pairs that
    came back; gap: minutes, as for `comebacks`. Nothing strays among what is explained.
    """
    pairs, work, rows = told.pairs, told.work, told.pairs.rows
    everyone, all_of_it = np.zeros(len(told.users), np.int32), np.ones(len(told.users))
    more = told.others_rows > 0
    explained, unknown = ~open_ & work.stated(rows), open_ & work.unknown(rows)
    first = seen.first[seen.first >= 0]
    laws, parts = [], []
    for of, alone, met in zip((~more, more), (once.for_one, once.for_others), once.unknown.T, strict=True):
        days = pairs.at_least(pairs.seen(explained & of, gap), alone)
        law = partial(law_of_peers, days, days, all_of_it, everyone, everyone, strays=False)
        laws.append(cache(law))
        missed = int((unknown & of)[first].sum()) + int(met.sum())
        parts.append(min(1.0, work.unknown_for_known * int(days[:, 0].sum()) / max(missed, 1)))
    marked = pairs.each(unknown)[back]
    return Gaps(2 * marked >= seen.looked[back], (laws[0], laws[1]), (parts[0], parts[1]))
