"""From a plate to its owner's record by hand, with no stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import kernels
from anomaly.coding import FEMALE, MALE, Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Minutes, Signals, Standing, detector
from anomaly.detectors.met import DRIVER, EXPLAIN_WHOM, OF_CARS, once_each
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.policy import REACH_CLASSES

# ms; a switch answers a plate with the owner's licence within 18 seconds (JusticeONE, "Reading your NCIC
# audit log results"): what comes later was typed.
BY_ITSELF = 18_000
AT_ONCE = 600_000  # ms; UNV
CLEARLY = 0.01  # a sign test at this level tells who goes on from plates from who is only busy; UNV


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "message_key", "sex", "case_number"),
    clears=(*EXPLAIN_WHOM, "call nearby"),
    category="personal use",
    weight=0.8,
    says="{user} ran {plates} plates that no call or case explains, and after {followed} of them asked "
    "by hand for the owner's own record{whose}; users of {peers} do so after {usual} of 100.",
)
def plate_to_photo(
    users: Groups, context: Context, *, within: Minutes = 60, least_followed: int = 5
) -> Signals:
    """A user goes on from plates to their owners' records by hand, with no stop and no call.

    Why: Officers ran the plates of women seen in traffic, then their licences and photographs (The Columbian
        and Monroe News, 2016). Running plates is lawful and common; going on to the person without a stop
        is not.
    Null: Among the plates a user ran that nothing explains, those followed within the hour by a query typed
        for the owner's record follow the peers' rate with the peers' spread (beta-binomial, the user left
        out). Answers that the switch brings by itself, within 18 seconds, are not followed by hand. Where the
        log does not know a plate's owner, it may be anybody asked for within ten minutes, unexplained and
        under the same case number or none. Those are tested together with the others: but whoever is busy
        has such a query as often in the ten minutes before, so that of the plates with one on one side alone
        half would have it after; who has not clearly more (sign test at 1 in 100) is not tested so. The
        owners of one sex among all owners followed follow the peers' rate too. The smallest p-value counts,
        times four.
    Also fires on: Stops that were never entered as calls; officers whose terminal brings no owner by itself.
    Clears: A call or stop with the owner; a case; a bulletin.
    Evades: Waiting for hours between the plate and the owner.
    """
    known_subject, of_car = users["subject"] >= 0, np.isin(users["kind"], OF_CARS)
    plates = of_car & known_subject & users.counted
    certain, guessed, before, chain = _followed(users, plates, ~of_car & known_subject, within * 60_000)
    owner = users.owner
    went_on = once_each(users, certain | guessed)
    ran, sure, many, after_alone, before_alone = (
        np.bincount(owner[once_each(users, some)], minlength=len(users))
        for some in (plates, certain, certain | guessed, guessed & ~before, before & ~guessed)
    )
    peers = peering(users, context)
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    tested = (ran >= least_followed) & (code >= 0)
    if not tested.any():
        return Signals.none(because="too few plates, or no unit has 8 users to compare")
    busy = stats.binom.sf(after_alone - 1, after_alone + before_alone, 0.5)
    tails = [rate_tail(sure, ran, code), np.where(busy <= CLEARLY, rate_tail(many, ran, code), 1.0)]
    of_sex = np.zeros((3, len(users)), np.int64)
    if users.has("sex"):
        for sex in (FEMALE, MALE):
            of_sex[sex] = np.bincount(owner[went_on[users["sex"][went_on] == sex]], minlength=len(users))
        known = of_sex.sum(axis=0)
        of_each = [rate_tail(of_sex[sex], known, code) for sex in (FEMALE, MALE)]
        tails += [np.where(known >= least_followed, p, 1.0) for p in of_each]
    which = np.argmin(tails, axis=0)
    p = np.minimum(1.0, np.min(tails, axis=0) * len(tails))
    actor = np.flatnonzero(tested & (p <= WEAKEST) & (many >= least_followed)).astype(np.int32)
    usual = [many[code == c].sum() / max(ran[code == c].sum(), 1) for c in code[actor]]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(
            users.actions(users.starts[u] + np.flatnonzero(chain[users.starts[u] : users.starts[u + 1]]))
            for u in actor.tolist()
        ),
        int(tested.sum()),
        measures={
            "plates": ran[actor],
            "followed": many[actor],
            "whose": [_whose(which[u] - 2 + FEMALE, of_sex[:, u]) for u in actor.tolist()],
            "usual": np.round(100 * np.array(usual, float), 1),
            "peers": [peers.names[c] for c in code[actor]],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of plates followed to the person by hand",
            np.where(tested, 100 * many / np.maximum(ran, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _whose(sex: int, of_sex: NDArray[np.int64]) -> str:
    """Say of which sex the owners are, where that is what stands out. of_sex: (3,), by sex."""
    word = {FEMALE: "female", MALE: "male"}.get(sex)
    return f" ({of_sex[sex]} of {of_sex.sum()} owners {word})" if word else ""


def _followed(
    users: Groups, plates: NDArray[np.bool_], asks: NDArray[np.bool_], within: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the plates after which the user typed a query for the owner's record; of plates of unknown owners,
    those after which and those before which somebody was asked for at once; and all that belongs to such
    chains. (m,) bool each. asks: (m,) bool, the look-ups by anything but a plate.
    """
    subject = users["subject"]
    later = np.zeros_like(plates)
    if users.has("message_key") and plates.any():
        asks = asks & ((users["reach"] & DRIVER) != 0)
        later = _typed_later(users, plates)
    known, theirs = _linked(users, subject, plates, asks, within)
    certain = known | later
    nameless = plates & ~certain & ~np.append(users.log.subjects.person, np.False_)[subject]
    number = users["case_number"] + np.int32(1) if users.has("case_number") else np.zeros_like(subject)
    asks = asks & users.counted
    after, next_asked = _linked(users, number, nameless, asks, AT_ONCE)
    _, before = _linked(users, number, asks, nameless, AT_ONCE)
    return certain, after, before, certain | after | theirs | next_asked


def _linked(
    users: Groups, about: NDArray[np.int32], first: NDArray[np.bool_], then: NDArray[np.bool_], within: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark what is followed, and what follows it, by the same user and about the same. (m,) bool both."""
    count = int(about.max(initial=-1)) + 1
    time, starts = users["time"], users.starts
    after = kernels.follows(starts, time, about, first, then, within, count)
    back = slice(None, None, -1)
    before = kernels.follows(
        np.ascontiguousarray(len(time) - starts[back]),
        np.ascontiguousarray(-time[back]),
        np.ascontiguousarray(about[back]),
        np.ascontiguousarray(then[back]),
        np.ascontiguousarray(first[back]),
        within,
        count,
    )[back]
    return before, after


def _typed_later(users: Groups, plates: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the plates whose own action goes on to the driver's record later than a switch does, (m,) bool."""
    log = users.log
    assert log.events.asked is not None
    reaches = np.append(
        log.policy.reach_of_keys(log.texts["asked"]) == REACH_CLASSES.index("driver"), np.False_
    )
    events = np.flatnonzero(reaches[log.events.asked])
    action = log.action_of(events)
    late = np.zeros(len(log.actions), np.bool_)
    late[action[log.events.time[events] - log.actions.time[action] > BY_ITSELF]] = True
    typed: NDArray[np.bool_] = plates & late[users.actions(slice(None))]
    return typed
