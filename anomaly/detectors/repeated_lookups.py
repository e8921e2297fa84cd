"""Repeated look-ups of one subject."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.nulls import returns
from anomaly.detectors.peers import peering

SHARED = 3  # users; a subject whom this many look up is judged among such subjects


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

    Why: A Milwaukee officer ran two people 55 and 124 times in two months, on duty, the reason always
        "investigation"; the audit missed it, and a rule on user and target finds it (domain.md, fact 4;
        pattern 5).
    Null: A user comes back to a subject as often as peers of the unit do: days per user and subject follow a
        beta-geometric law fitted to the peers' second and third days, the user left out; one law for subjects
        whom three or more users looked up, one for the others. For the former, the user's part of the
        subject's days must also exceed the user's part of all that these users looked up, or an equal part
        (binomial); the larger p-value counts.
    Also fires on: A detective's long case; a protection order that is checked weekly; a person the whole
    neighbourhood watch meets.
    Clears: An open case with that subject, a call, a bulletin, a test record. The subject being looked up by
    many others.
    Evades: Asking a colleague to look; using plates and names that the log never ties together; stopping
    after two days.
    """
    # Three users of a unit make hundreds of pairs: a small unit still says how often its work comes back.
    peers = peering(users, context, least=3)
    subjects = np.where(users.counted, users["subject"], np.int32(-1))

    def repeated(of: NDArray[np.int32]) -> tuple[NDArray[Any], ...]:
        return kernels.repeated_days(
            users.starts, users["time"], users["day"], of, len(users.log.subjects), gap * 60_000, min_days
        )

    user, subject, n_days, _, _, _, at_least, subject_days, subject_users = repeated(subjects)
    tested = int(at_least[:, 0].sum())
    shared_by_many = subject_users >= SHARED
    at_least_private = repeated(np.where(np.append(shared_by_many, False)[subjects], np.int32(-1), subjects))[
        6
    ]
    private, common = returns(at_least_private, peers.code), returns(at_least - at_least_private, peers.code)
    shared = shared_by_many[subject]
    a, b = (np.where(shared, many[user], few[user]) for many, few in zip(common, private, strict=True))
    days = n_days.astype(np.int64)
    p = kernels.return_tail(days, a, b)
    part = _part_of_user(users, user, subject, subjects)
    p[shared] = np.maximum(
        p[shared], kernels.binomial_tail(days[shared], subject_days[subject[shared]], part[shared])
    )
    most = np.zeros(len(users))
    np.maximum.at(most, user, days.astype(float))
    found = p <= WEAKEST
    third = np.round(1000 * kernels.return_tail(np.full(len(user), 3, np.int64), a, b), 1)[found]
    user, subject, p, days = user[found], subject[found], p[found], days[found]
    own = users["subject"]
    actions = tuple(
        users.actions(users.starts[u] + np.flatnonzero(own[users.starts[u] : users.starts[u + 1]] == s))
        for u, s in zip(user.tolist(), subject.tolist(), strict=True)
    )
    return Signals.of_chance(
        user,
        p,
        actions,
        tested,
        target=subject,
        measures={"days": days, "usual": third, "peers": [peers.names[peers.code[u]] for u in user]},
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
    pairs = np.unique(np.stack([subjects[rows], users["user"][rows]], axis=1), axis=0)
    made = np.bincount(users.owner[subjects >= 0], minlength=len(users))
    looked = np.bincount(pairs[:, 0], minlength=len(users.log.subjects))[wanted]
    of_all = np.bincount(pairs[:, 0], weights=made[pairs[:, 1]], minlength=len(users.log.subjects))[wanted]
    return np.maximum(1.0 / np.maximum(looked, 1), made[user] / np.maximum(of_all, 1.0))
