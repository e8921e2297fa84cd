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

SHARED = 3  # users; a subject whom this many look up is judged among such subjects


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


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit"),
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
        how many days more, by a negative binomial law fitted to them, the user left out; one law for
        subjects whom three or more users looked up, one for the others. For the former, the user's part of
        the subject's days must also exceed the user's part of all that these users looked up, or an equal
        part (binomial); the larger p-value counts. Users of units of one or two, with no
        unit of that name elsewhere, are not tested.
    Also fires on: A detective's long case; a protection order that is checked weekly; a person the whole
    neighbourhood watch meets.
    Clears: An open case with that subject, a call, a bulletin, a test record. The subject being looked up by
    many others.
    Evades: Asking a colleague to look; using plates and names that the log never ties together; stopping
    after two days.
    """
    # Three users of a unit make hundreds of pairs: a small unit still says how often its work comes back.
    peers = peering(users, context, least=3)
    every = users["subject"]

    def repeated(of: NDArray[np.int32]) -> Repeats:
        n_subjects = len(users.log.subjects)
        return Repeats(
            *kernels.repeated_days(
                users.starts, users["time"], users["day"], of, n_subjects, gap * 60_000, min_days
            )
        )

    # How many meet the subject is a matter of all look-ups; how often the user came back, of the unexplained.
    in_all = repeated(every)
    common = np.append(in_all.subject_users >= SHARED, False)
    in_all_few = repeated(np.where(common[every], np.int32(-1), every)).at_least
    found, few = in_all, in_all_few
    if not users.counted.all():
        found = repeated(np.where(users.counted, every, np.int32(-1)))
        few = repeated(np.where(common[every] | ~users.counted, np.int32(-1), every)).at_least
    met = np.bincount(users.owner[every >= 0], minlength=len(users))
    unexplained = np.bincount(users.owner[(every >= 0) & users.counted], minlength=len(users))
    uncovered = unexplained / np.maximum(met, 1)
    law_few = law_of_peers(few, in_all_few, uncovered, peers.code)
    law_common = law_of_peers(found.at_least - few, in_all.at_least - in_all_few, uncovered, peers.code)

    comparable = peers.same_work[found.user]
    user, subject = found.user[comparable], found.subject[comparable]
    days = found.n_days[comparable].astype(np.int64)
    shared = common[subject]
    p = np.where(shared, law_common.of(user).tail(days), law_few.of(user).tail(days))
    key = in_all.user.astype(np.int64) << 32 | in_all.subject
    order = np.argsort(key)
    at = order[np.searchsorted(key[order], user.astype(np.int64) << 32 | subject)]
    days_in_all = in_all.n_days[at].astype(np.int64)
    part = _part_of_user(users, user, subject, every)
    by_part = kernels.binomial_tail(days_in_all, in_all.subject_days[subject], part)
    p = np.where(shared, np.maximum(p, by_part), p)
    most = np.zeros(len(users))
    np.maximum.at(most, found.user, found.n_days.astype(float))
    third = np.full(len(user), 3)
    usual = np.where(shared, law_common.of(user).tail(third), law_few.of(user).tail(third))
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
