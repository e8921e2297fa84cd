"""Repeated look-ups of one subject."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.hurdle import law_of_peers
from anomaly.detectors.peers import peering
from anomaly.policy import REASON_CLASSES

CASE_NUMBER = REASON_CLASSES.index("case_number")
# Days on which others looked a subject up, in steps of three: whom many meet is judged among such subjects.
OTHERS = (1, 3, 9, 27)
KINDS = 2 * (len(OTHERS) + 1)


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


class Kinds:
    """Tells pairs of user and subject apart by what else is known of them: on how many days others looked the
    subject up, and whether at least half of the pair's look-ups bear a case number.
    """

    def __init__(self, users: Groups, pairs: Repeats, subjects: NDArray[np.int32], days: NDArray[np.int64]):
        """pairs: those that came back; subjects: (n,) int32, -1 where a row does not count; days: of each
        subject, by all users.
        """
        count = len(users.log.subjects)
        numbered = (users["case_number"] >= 0) | (users["reason_class"] == CASE_NUMBER)
        first = kernels.first_meetings(users.starts, subjects, count)
        at_first = kernels.marked_rows(
            users.starts, subjects, numbered & first, pairs.user, pairs.subject, count
        )
        marked = kernels.marked_rows(users.starts, subjects, numbered, pairs.user, pairs.subject, count)
        total = days[pairs.subject]
        self.of_pair = _kind(total - pairs.n_days, 2 * marked >= pairs.n_actions)
        self._pairs = pairs
        # Who did not come back is whom the user met, less who came back.
        self._once = _table(users.owner[first], _kind(days[subjects[first]] - 1, numbered[first]), users)
        self._once -= _table(pairs.user, _kind(total - 1, at_first > 0), users)

    def at_least(self, kind: int) -> NDArray[np.int64]:
        """Count each user's pairs of a kind with at least 1 ... 16 days, (g, 16) int64."""
        mine = self.of_pair == kind
        days = np.minimum(self._pairs.n_days[mine], 16)
        exactly = np.zeros((len(self._once), 16), np.int64)
        np.add.at(exactly, (self._pairs.user[mine], days - 1), 1)
        exactly[:, 0] = self._once[:, kind]
        return exactly[:, ::-1].cumsum(axis=1)[:, ::-1]


def _kind(days_of_others: NDArray[np.int64], numbered: NDArray[np.bool_]) -> NDArray[np.int64]:
    return 2 * np.digitize(days_of_others, OTHERS) + numbered


def _table(user: NDArray[np.int32], kind: NDArray[np.int64], users: Groups) -> NDArray[np.int64]:
    return np.bincount(user * np.int64(KINDS) + kind, minlength=KINDS * len(users)).reshape(-1, KINDS)


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "case_number", "reason"),
    clears=("case", "call", "bulletin", "test record", "service account"),
    category="personal use",
    says="{user} looked up one subject on {days} different days between {first} and {last}; "
    "users of {peers} come back to a subject for a third day in {usual} of 1,000 cases.",
)
def repeated_lookups(users: Groups, context: Context, *, min_days: Days = 3, gap: Minutes = 30) -> Signals:
    """One person looks up the same subject again and again, on different days.

    Why: A Milwaukee officer is charged with running two people's plates 55 and 124 times in two months, on
        duty, the reason always "investigation"; the audit had missed it, and a rule on user and target
        finds it (Fox6 News Milwaukee and Urban Milwaukee, 2026).
    Null: A user comes back to a subject as often as peers of the unit do: whether at all, by their rate; on
        how many days more, by a negative binomial law of theirs, the user left out, small units borrowing
        from units of the name, what nobody of the unit should reach winsorised. Each kind of pair has a law
        of its own: by the days on which others looked the subject up (none, 1, 3, 9, 27 or more), and by
        whether half of the look-ups bear a case number, in which case all of the log are the peers. Where
        others together met the subject on as many days, the user's part of those days must also exceed the
        user's part of all that these users looked up, or an equal part (binomial); the larger p-value counts.
        Users of units of one or two, with no unit of that name elsewhere, are not tested.
    Also fires on: A detective's long case; a protection order that is checked weekly; a person the whole
    neighbourhood watch meets.
    Clears: An open case with that subject, a call, a bulletin, a test record. The subject being looked up by
    many others.
    Evades: Asking a colleague to look; using plates and names that the log never ties together; stopping
    after two days; writing a case number.
    """
    # Three users of a unit make hundreds of pairs: a small unit still says how often its work comes back.
    peers = peering(users, context, least=3)
    every = users["subject"]
    unexplained = np.where(users.counted, every, np.int32(-1))

    def repeated(of: NDArray[np.int32]) -> Repeats:
        n_subjects = len(users.log.subjects)
        return Repeats(
            *kernels.repeated_days(users.starts, users["time"], users["day"], of, n_subjects, gap * 60_000, 2)
        )

    # How many meet the subject is a matter of all look-ups; how often the user came back, of the unexplained.
    in_all = repeated(every)
    found = in_all if users.counted.all() else repeated(unexplained)
    met = np.bincount(users.owner[every >= 0], minlength=len(users))
    open_ = np.bincount(users.owner[unexplained >= 0], minlength=len(users))
    kinds = Kinds(users, found, unexplained, in_all.subject_days)
    kinds_in_all = Kinds(users, in_all, every, in_all.subject_days)
    everyone = np.zeros(len(users), np.int32)
    p, usual = np.ones(len(found.user)), np.ones(len(found.user))
    for kind in range(KINDS):
        # A case number names work that some unit does: patrol checks a protection order, too.
        groups = (everyone, everyone) if kind % 2 else (np.maximum(peers.code, 0), peers.kin)
        law = law_of_peers(
            kinds.at_least(kind), kinds_in_all.at_least(kind), open_ / np.maximum(met, 1), *groups
        )
        mine = np.flatnonzero(kinds.of_pair == kind)
        p[mine] = law.tail(found.user[mine], found.n_days[mine].astype(np.int64))
        usual[mine] = law.tail(found.user[mine], np.full(len(mine), 3))
    tested = np.flatnonzero(peers.same_work[found.user] & (found.n_days >= min_days))
    user, subject, days = found.user[tested], found.subject[tested], found.n_days[tested].astype(np.int64)
    p, usual = p[tested], usual[tested]
    key = in_all.user.astype(np.int64) << 32 | in_all.subject
    order = np.argsort(key, kind="stable")
    days_in_all = in_all.n_days[order[np.searchsorted(key[order], user.astype(np.int64) << 32 | subject)]]
    by_all = in_all.subject_days[subject]
    shared = by_all >= 2 * days_in_all
    part = _part_of_user(users, user[shared], subject[shared], every)
    by_part = kernels.binomial_tail(days_in_all[shared].astype(np.int64), by_all[shared], part)
    p[shared] = np.maximum(p[shared], by_part)
    most = np.zeros(len(users))
    np.maximum.at(most, found.user, found.n_days.astype(float))
    listed = p <= WEAKEST
    user, subject, days = user[listed], subject[listed], days[listed]
    actions = tuple(
        users.actions(users.starts[u] + np.flatnonzero(every[users.starts[u] : users.starts[u + 1]] == s))
        for u, s in zip(user.tolist(), subject.tolist(), strict=True)
    )
    return Signals.of_chance(
        user,
        p[listed],
        actions,
        int(found.at_least[peers.same_work, 0].sum()),
        target=subject,
        measures={
            "days": days,
            "usual": np.round(1000 * usual[listed], 1),
            "peers": [peers.names[peers.code[u]] for u in user],
        },
        left_out=peers.left_out,
        standing=Standing("most days on one subject", most, peers.code, peers.names),
    )


def _part_of_user(
    users: Groups, user: NDArray[np.int32], wanted: NDArray[np.int32], subjects: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return the part of a subject's look-ups that falls to the user by activity, at least an equal part.

    user, wanted: (k,) int32; subjects: (m,) int32, -1 not counted. Returns (k,) float64: the user's part of
    all look-ups of those who looked the subject up.
    """
    interesting = np.zeros(len(users.log.subjects) + 1, np.bool_)
    interesting[wanted] = True
    rows = np.flatnonzero(interesting[subjects])
    pairs = np.unique(subjects[rows].astype(np.int64) << 32 | users["user"][rows])
    subject, looker = pairs >> 32, pairs & 0xFFFFFFFF
    made = np.bincount(users.owner[subjects >= 0], minlength=len(users))
    looked = np.bincount(subject, minlength=len(users.log.subjects))[wanted]
    of_all = np.bincount(subject, weights=made[looker], minlength=len(users.log.subjects))[wanted]
    return np.maximum(1.0 / np.maximum(looked, 1), made[user] / np.maximum(of_all, 1.0))
