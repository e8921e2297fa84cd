"""Repeated look-ups of one subject."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.comebacks import Comebacks, comebacks
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.peers import Peering, peering
from anomaly.detectors.silence import Silence, silence_of

CLEARS = ("case", "call", "bulletin", "test record", "service account")
NEVER = ", and never named a matter"
MOST_OF_ALL = "the unit that comes back most"


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "case_number", "reason"),
    clears=CLEARS,
    category="personal use",
    instead_of=("household", "coworker", "same_surname", "self_lookup"),
    says="{user} looked up one subject on {days} different days between {first} and {last}{silent}; "
    "users of {peers} come back to a subject for a third day in {usual} of 1,000 cases.",
)
def repeated_lookups(users: Groups, context: Context, *, min_days: Days = 3, gap: Minutes = 30) -> Signals:
    """One person looks up the same subject again and again, on different days.

    Why: A Milwaukee officer is charged with running two people's plates 55 and 124 times in two months, on
        duty, the reason always "investigation"; the audit had missed it, and a rule on user and target
        finds it (Fox6 News Milwaukee and Urban Milwaukee, 2026).
    Null: A user comes back to a subject as often as peers of the unit do: whether at all, by their rate; on
        how many days more, by a negative binomial law of theirs, the user left out, small units borrowing
        from units of the name, a small part of the returns left to another kind. Each kind of pair has a law
        of its own: by the days on which others looked the subject up (none, 1, 3, 9, 27 or more), and by
        whether half of the look-ups bear a case number, in which case all of the log are the peers. Where
        the user gives that number for others too, or something explains a part of the look-ups, it is the
        law of pairs with as many such days of work, or of the user's own pairs, if that is larger. Where
        numbers in use are known to nothing that explains, cases that slipped through as often are added.
        Where nobody names units, users with two cases or more have a law of their own. Where others together
        met the subject on as many days, the user's part of those days must also exceed the user's part of
        all that these users looked up, or an equal part (binomial); the larger p-value counts.
        Users of units of one or two, with no unit of that name elsewhere, are judged by the law of each
        unit, three at least, and the largest p-value counts. A pair whose look-ups all go without a case
        number and a reason that names a matter is one by its days, and by how often the user's other pairs
        and the peers' go without once the first look-up does (beta-binomial, the days of one pair as alike as
        in all of the log): the p-values are multiplied, and each pair that begins so counts twice among those
        tested.
    Also fires on: A detective's long case; a protection order that is checked weekly; a person the whole
    neighbourhood watch meets.
    Clears: An open case with that subject, a call, a bulletin, a test record. The subject being looked up by
    many others.
    Evades: Asking a colleague to look; using plates and names that the log never ties together; stopping
    after two days; writing the number of an own case that has others in it.
    """
    found, peers, tested, p, third, silence = judged(users, context, min_days, gap)
    most = np.zeros(len(users))
    np.maximum.at(most, found.user, found.days.astype(float))
    weak = p <= WEAKEST
    listed, p, third = tested[weak], p[weak], third[weak]
    user = found.user[listed]
    return Signals.of_chance(
        user,
        p,
        found.actions(listed),
        int((found.people + silence.opened)[found.comparable].sum()),
        target=found.subject[listed],
        measures={
            "days": found.days[listed],
            "usual": np.round(1000 * third, 1),
            "silent": [NEVER if one else "" for one in silence.never[listed]],
            "peers": [peers.names[peers.code[u]] if peers.same_work[u] else MOST_OF_ALL for u in user],
        },
        left_out=None if found.comparable.all() else peers.left_out,
        standing=Standing("most days on one subject", most, peers.code, peers.names),
    )


class Judged(NamedTuple):
    """Pairs of so many days: what was found, the peers, which pairs are tested, (k,) places, their p-values,
    (k,), and P(a third day) for such as they are, (k,); and which were looked up with nothing stated.
    """

    found: Comebacks
    peers: Peering
    tested: NDArray[np.int64]
    p: NDArray[np.float64]
    third: NDArray[np.float64]
    silence: Silence


def judged(users: Groups, context: Context, min_days: Days, gap: Minutes) -> Judged:
    """Judge every pair of so many days, once for the detectors that honour `CLEARS`."""

    def judge() -> tuple[Judged, Context]:
        # Three users of a unit make hundreds of pairs: a small unit still says how often its work comes back.
        peers = peering(users, context, least=3)
        found = comebacks(users, peers, users["subject"], users.counted, gap)
        tested = np.flatnonzero(found.comparable[found.user] & (found.days >= min_days))
        days = np.stack([found.days[tested], np.full(len(tested), 3)], axis=1)
        by_law, third = np.ascontiguousarray(found.tail(tested, days).T)
        p = np.maximum(by_law, found.beyond_part(users, tested))
        silence = silence_of(found, peers.code, gap)
        return Judged(found, peers, tested, p * silence.p[tested], third, silence), context

    # The context stays with what was found, or another could take its number.
    return users.once(("judged", id(context), min_days, gap, CLEARS), judge)[0]
