"""From a plate to its owner's record by hand, with no stop."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import FEMALE, KEY_KINDS, MALE, Groups
from anomaly.coding.gather import gather
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Minutes, Signals, Standing, detector
from anomaly.detectors.laws import fair_tail
from anomaly.detectors.met import DRIVER, EXPLAIN_WHOM, OF_CARS
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.policy import REACH_CLASSES

# ms; a switch answers a plate with the owner's licence within 18 seconds (JusticeONE, "Reading your NCIC
# audit log results"): what comes later was typed.
BY_ITSELF = 18_000
AT_ONCE = 600_000  # ms; UNV
NOTHING = "too few plates, or no unit has 8 users to compare"
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
    if not any(users.has(KEY_KINDS[kind]) for kind in OF_CARS):
        return Signals.none(because=NOTHING)
    drivers = None
    if users.has("message_key"):
        reach = users.log.policy.reach_of_keys(users.log.texts["asked"])
        drivers = np.append(reach == REACH_CLASSES.index("driver"), np.False_)
    told = users.each(partial(_told, drivers=drivers, within=within * 60_000, least=least_followed))
    ran, sure, many, after_alone, before_alone, *of_sexes = np.hstack([one for one, _ in told])
    chain = np.concatenate([rows for _, rows in told])
    peers = peering(users, context)
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    tested = (ran >= least_followed) & (code >= 0)
    if not tested.any():
        return Signals.none(because=NOTHING)
    busy = fair_tail(after_alone, after_alone + before_alone)
    tail = partial(rate_tail, peer=code)
    tails = [tail(sure, ran), np.where(busy <= CLEARLY, tail(many, ran), 1.0)]
    of_sex = np.zeros((3, len(users)), np.int64)
    if users.has("sex"):
        of_sex[[FEMALE, MALE]] = of_sexes
        known = of_sex.sum(axis=0)
        of_each = [tail(of_sex[sex], known) for sex in (FEMALE, MALE)]
        tails += [np.where(known >= least_followed, p, 1.0) for p in of_each]
    which = np.argmin(tails, axis=0)
    p = np.minimum(1.0, np.min(tails, axis=0) * len(tails))
    actor = np.flatnonzero(tested & (p <= WEAKEST) & (many >= least_followed)).astype(np.int32)
    usual = [many[code == c].sum() / max(ran[code == c].sum(), 1) for c in code[actor]]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(chain[slice(*np.searchsorted(chain, users.starts[u : u + 2]))]) for u in actor),
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


def _told(
    part: Groups, drivers: NDArray[np.bool_] | None, within: int, least: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the plates of each user: that were run, that were certainly followed, or perhaps, of unknown
    owners those followed and not preceded, and preceded and not followed, and of those followed the owners
    of either sex, (7, g); and return the places of the chains of users with at least so many followed.
    """
    subject, kind = part["subject"], part["kind"]
    of_car = np.any([kind == one for one in OF_CARS], axis=0)
    plates = of_car & (subject >= 0) & part.counted
    if not plates.any():
        return np.zeros((7, len(part)), np.int64), np.zeros(0, np.int64)
    person = kernels.first_alike(part.starts, subject.astype(np.int64))
    asks = ~of_car & (subject >= 0)
    certain, guessed, before, chain = _followed(part, person, plates, asks, drivers, within)
    many = certain | guessed
    different = [plates, certain, many, guessed & ~before, before & ~guessed]
    different += [many & (part["sex"] == sex) if part.has("sex") else many for sex in (FEMALE, MALE)]
    kinds, nowhere = np.zeros(len(person), np.uint8), np.zeros(len(person), np.uint8)
    for place, marked in enumerate(different):
        kinds |= marked.view(np.uint8) * np.uint8(1 << place)
    once = kernels.tally_once(part.starts, person, kinds, nowhere, len(different), 1)
    counts = once[:, :, 0].astype(np.int64)
    chain &= np.repeat(counts[2] >= least, np.diff(part.starts))
    return counts, part.begin + np.flatnonzero(chain)


def _followed(
    part: Groups,
    person: NDArray[np.int32],
    plates: NDArray[np.bool_],
    asks: NDArray[np.bool_],
    drivers: NDArray[np.bool_] | None,
    within: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the plates after which the user typed a query for the owner's record; of plates of unknown owners,
    those after which and those before which somebody was asked for at once; and all that belongs to such
    chains. (m,) bool each. person: (m,) int32, whose; asks: (m,) bool, the look-ups by anything but a plate;
    drivers: see `_typed_later`, None where the log has no message keys.
    """
    later = np.zeros_like(plates)
    if drivers is not None:
        asks = asks & ((part["reach"] & DRIVER) != 0)
        later = plates & _typed_later(part, drivers)
    known, theirs = _linked(part, person, plates, asks, within)
    certain = known | later
    nameless = plates & ~certain & ~gather(part.log.subjects.person, part["subject"])
    codes = np.zeros(len(plates), np.int64)
    if part.has("case_number"):
        codes += part["case_number"] + 1
    number = kernels.first_alike(part.starts, codes)
    asks = asks & part.counted
    after, next_asked = _linked(part, number, nameless, asks, AT_ONCE)
    _, before = _linked(part, number, asks, nameless, AT_ONCE)
    return certain, after, before, certain | after | theirs | next_asked


def _linked(
    part: Groups, about: NDArray[np.int32], first: NDArray[np.bool_], then: NDArray[np.bool_], within: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark what is followed, and what follows it, by the same user and about the same. (m,) bool both."""
    followed, following = np.zeros((2, len(about)), np.bool_)
    rows = np.flatnonzero(first | then)
    starts = np.searchsorted(rows, part.starts)
    followed[rows], following[rows] = kernels.follows(
        starts, part["time"][rows], about[rows], first[rows], then[rows], within, len(about)
    )
    return followed, following


def _typed_later(part: Groups, drivers: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the actions that go on to the driver's record later than a switch does, (m,) bool.

    drivers: (k + 1,) bool, the message keys that ask for that record.
    """
    log = part.log
    late = np.zeros(len(part["time"]), np.bool_)
    if log.actions.events is None:
        return late
    assert log.events.asked is not None
    starts = log.actions.events[part.begin : part.begin + len(late) + 1]
    asked = np.flatnonzero(gather(drivers, log.events.asked[starts[0] : starts[-1]]))
    action = np.repeat(np.arange(len(late), dtype=np.int32), np.diff(starts))[asked]
    late[action[log.events.time[starts[0] + asked] - part["time"][action] > BY_ITSELF]] = True
    return late
