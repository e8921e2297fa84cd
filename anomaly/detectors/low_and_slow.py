"""A few strangers' addresses a month, for a long time."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM, OF_CARS, SAYS_LITTLE
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.pairs import pairs_of, sum_each
from anomaly.detectors.peers import peering
from anomaly.detectors.purposes import is_any
from anomaly.detectors.tally import Marked, Marks, split_marked
from anomaly.policy import REACH_CLASSES

# Records that say where somebody lives; who asks for nothing else wants that.
ADDRESSES = np.uint16(sum(1 << REACH_CLASSES.index(name) for name in ("driver", "vehicle")))

KINDS = ("", ", with no reason or a vague one")
MOST = 0.75  # of the months; UNV


@detector(
    group="user",
    needs=("subject", "message_key"),
    uses=("agency", "unit", "reason", "case_number"),
    clears=EXPLAIN_WHOM,
    category="personal use",
    weight=0.8,
    says="In {months} of {span} months {user} asked for the address records of people, {people} in all, whom "
    "nothing explains: each once, never again, under no case number{silent}. That is {share} of 100 "
    "look-ups; for users of {peers} it is {usual}.",
)
def low_and_slow(
    users: Groups,
    context: Context,
    *,
    month: Days = 30,
    least_months: int = 5,
) -> Signals:
    """A user asks for the addresses of a few strangers a month, under no case, for a long time.

    Why: A state police dispatcher sold people's records to lawyers for fifteen years; look-ups of women's
        addresses were among the misuse of the same files (Monroe News, 2016).
    Null: A person counts whom the user asked about once, by name or number, in the records of drivers and
        vehicles alone, under no case number, and whom nothing explains. Their number, among all the user
        looked up, follows the peers' rate with the peers' spread (beta-binomial, the user left out). So does
        that of the people asked about with no reason or a vague one: who sells records has no matter to name;
        the smaller p-value counts, doubled. And it must be so in most months of the user's time, or nothing
        is said. A few look-ups among hundreds are told from chance only where peers hardly make any, that is
        with calls and cases in the context: without them this detector is nearly blind, and says so by
        finding nothing.
    Also fires on: A front desk that answers requests for reports; a clerk of the traffic court; a clerk who
    writes nothing for anybody.
    Clears: A case or a request on file that names the person; a call; a bulletin.
    Evades: Typing a case number that is somebody else's; asking for wants beside the address.
    """
    marked = partial(_marks, alone=pairs_of(users, users["subject"]).alone)
    tell = partial(_told, marked=marked, month=month * DAY)
    people, months = np.concatenate(users.each(tell), axis=2)
    made, filled = np.diff(users.starts), np.diff(users.starts) > 0
    span = np.zeros(len(users), np.int64)
    first, last = (users["time"][at[filled]] for at in (users.starts[:-1], users.starts[1:] - 1))
    span[filled] = (last - first) // (month * DAY) + 1
    peers = peering(users, context)
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    tested = (span >= least_months) & (code >= 0)
    if not tested.any():
        return Signals.none(because=f"no user with peers has look-ups over {least_months} times {month} days")
    each = np.array([rate_tail(some, made, code) for some in people])
    lasting = tested & (months >= MOST * span)
    each = np.where(lasting, each, 1.0)
    p = np.minimum(1.0, len(people) * each.min(axis=0))
    kind = each.argmin(axis=0)
    actor, actions = split_marked(users, p <= WEAKEST, partial(_about, marked=marked, kind=kind))
    kind = kind[actor]
    usual = [
        people[k][code == code[u]].sum() / max(made[code == code[u]].sum(), 1)
        for u, k in zip(actor, kind, strict=True)
    ]
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int(tested.sum()),
        measures={
            "months": months[kind, actor],
            "span": span[actor],
            "people": people[kind, actor],
            "silent": [KINDS[k] for k in kind.tolist()],
            "share": np.round(100 * people[kind, actor] / np.maximum(made[actor], 1), 1),
            "usual": np.round(100 * np.array(usual, float), 1),
            "peers": [peers.names[c] for c in code[actor]],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of look-ups that ask once for an address",
            np.where(code >= 0, 100 * people[0] / np.maximum(made, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _marks(part: Groups, alone: Marks) -> tuple[Marks, ...]:
    """Mark, (m,) bool, the look-ups of addresses of people looked up once, and those of them with no reason
    or a vague one where the log has reasons.

    alone: (a,) bool, of the whole, the look-ups of people looked up once.
    """
    reach = part["reach"]
    chosen = alone[part.begin : part.begin + len(reach)] & part.counted
    chosen &= ((reach & ADDRESSES) != 0) & ((reach & ~ADDRESSES) == 0)
    if chosen.any():
        chosen &= ~is_any(part["kind"], OF_CARS)
    if part.has("case_number"):
        chosen &= part["case_number"] < 0
    if not part.has("reason"):
        return (chosen,)
    return chosen, chosen & is_any(part["reason_class"], SAYS_LITTLE)


def _told(part: Groups, marked: Marked, month: int) -> NDArray[np.int64]:
    """Count each user's people of each kind, and the months with one, (2, kinds, g) int64. month: ms."""
    time, owner, told = part["time"], part.owner, []
    for marks in marked(part):
        rows = np.flatnonzero(marks)
        block = (time[rows] - time[part.starts[owner[rows]]]) // month
        starts = np.searchsorted(rows, part.starts)
        new = np.ones(len(rows), np.bool_)
        new[1:] = (np.diff(block) != 0) | (np.diff(owner[rows]) != 0)
        told.append(np.stack([np.diff(starts), sum_each(starts, new)]))
    return np.stack(told, axis=1)


def _about(part: Groups, marked: Marked, kind: NDArray[np.intp]) -> tuple[Marks, Marks]:
    """Mark what a signal is about, twice. kind: (g,) of all users, the kind that counts for each."""
    marks = marked(part)
    of = np.repeat(kind[part.first : part.first + len(part)], np.diff(part.starts))
    about: Marks = np.choose(of, marks)
    return about, about
