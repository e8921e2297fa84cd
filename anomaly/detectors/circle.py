"""Several people, each come back to more often than chance would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.acquaintance import among, of_pairs
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Share, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peer_rates import FAR_OUT
from anomaly.detectors.peers import peering
from anomaly.detectors.repeated_lookups import CLEARS, judged

SEVERAL = 2


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "case_number", "reason"),
    clears=CLEARS,
    category="personal use",
    instead_of=("household", "same_surname"),
    says="{user} came back to {people} people between {first} and {last}, to each on so many days as one in "
    "{one_in} of such people brings; users of {peers} come back so to {usual} of as many people ({met}).",
)
def circle(
    users: Groups, context: Context, *, min_days: Days = 3, gap: Minutes = 30, rare: Share = FAR_OUT
) -> Signals:
    """A user comes back to several people, to each too often, though to none so often that it stands out.

    Why: A clerk in Jacksonville searched for eight people 25 times, the own name among them; users of one
        state's files looked up former partners, parents and friends (News4Jax, 2019; Columbian, 2016).
    Null: One pair of user and subject in a thousand is come back to so often, by the laws of
        `repeated_lookups`. How many such people a user has, among all whom the user looked up, follows the
        peers' rate with the peers' spread (binomial, rates beta or log-normal, whichever tail is longer, the
        user left out; tempered by how often small p-values turn up in the log): where the laws fit a unit
        badly, its rate is higher. Each user is one chance; two people at least. Users whose peers are
        of several agencies are not tested.
    Also fires on: An account handed on, whose new holder works other cases; a case with several people whose
    number nobody typed; a desk that follows the same few people for a programme.
    Clears: An open case with the people, a call, a bulletin, a test record.
    Evades: Two visits to each; plates and names that the log never ties together.
    """
    found, _, tested, p, *_ = judged(users, context, min_days, gap)
    met = found.people
    peers = peering(users, context)
    # In a small town everybody is met again: by clerks of larger ones, the only clerk of one came back to 15
    # people too many, p 5e-12.
    comparable = peers.same_work & ~_of_two(peers.code, users.log.texts.places[users.home, 0])
    code = np.where(comparable & (met > 0), peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    far = tested[p <= rare]
    people = np.bincount(found.user[far], minlength=len(users))
    p_circle = rate_tail(people, met, code)
    actor = np.flatnonzero((p_circle <= WEAKEST) & (people >= SEVERAL)).astype(np.int32)
    about = of_pairs(users, found.user[far], found.subject[far])
    rate = [people[code == c].sum() / met[code == c].sum() for c in code[actor]]
    return Signals.of_chance(
        actor,
        p_circle[actor],
        tuple(users.actions(among(users, u, about)) for u in actor.tolist()),
        int((code >= 0).sum()),
        measures={
            "people": people[actor],
            "met": met[actor],
            "one_in": np.full(len(actor), round(1 / rare)),
            "usual": np.round(met[actor] * np.array(rate, float), 2),
            "peers": [peers.names[c] for c in code[actor]],
        },
        left_out=replace(peers, same_work=comparable).left_out,
        standing=Standing(
            "people come back to far too often",
            np.where(code >= 0, people.astype(float), np.nan),
            code,
            peers.names,
        ),
    )


def _of_two(code: NDArray[np.int32], agency: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say of each user whether the group is of two agencies or more. (g,) int32 both, groups -1 the last."""
    first, last = np.full(len(code) + 1, 2**31 - 1), np.full(len(code) + 1, -(2**31))
    np.minimum.at(first, code, agency)
    np.maximum.at(last, code, agency)
    return np.asarray((first < last)[code])
