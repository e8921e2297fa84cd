"""A few strangers' addresses a month, for a long time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM, OF_CARS, SAYS_LITTLE
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.policy import REACH_CLASSES

# Records that say where somebody lives; who asks for nothing else wants that.
ADDRESSES = np.uint16(sum(1 << REACH_CLASSES.index(name) for name in ("driver", "vehicle")))

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
    owner, time, reach = users.owner, users["time"], users["reach"]
    addressed = ((reach & ADDRESSES) != 0) & ((reach & ~ADDRESSES) == 0) & ~np.isin(users["kind"], OF_CARS)
    chosen = _once(users) & addressed & users.counted
    if users.has("case_number"):
        chosen &= users["case_number"] < 0
    kinds = {"": chosen}
    if users.has("reason"):
        kinds[", with no reason or a vague one"] = chosen & np.isin(users["reason_class"], SAYS_LITTLE)
    made = np.diff(users.starts)
    first = np.append(time, 0)[np.minimum(users.starts[:-1], len(time))]
    block = (time - first[owner]) // (month * DAY)
    span = np.zeros(len(users), np.int64)
    np.maximum.at(span, owner, block + 1)
    peers = peering(users, context)
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    tested = (span >= least_months) & (code >= 0)
    if not tested.any():
        return Signals.none(because=f"no user with peers has look-ups over {least_months} times {month} days")
    people = np.array([np.bincount(owner[rows], minlength=len(users)) for rows in kinds.values()])
    months = np.array([_different(owner[rows], block[rows], len(users)) for rows in kinds.values()])
    each = np.array([rate_tail(some, made, code) for some in people])
    lasting = tested & (months >= MOST * span)
    each = np.where(lasting, each, 1.0)
    p = np.minimum(1.0, len(kinds) * each.min(axis=0))
    actor = np.flatnonzero(p <= WEAKEST).astype(np.int32)
    kind = each.argmin(axis=0)[actor]
    rows = [
        users.starts[u] + np.flatnonzero(list(kinds.values())[k][users.starts[u] : users.starts[u + 1]])
        for u, k in zip(actor.tolist(), kind.tolist(), strict=True)
    ]
    usual = [
        people[k][code == code[u]].sum() / max(made[code == code[u]].sum(), 1)
        for u, k in zip(actor, kind, strict=True)
    ]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(mine) for mine in rows),
        int(tested.sum()),
        measures={
            "months": months[kind, actor],
            "span": span[actor],
            "people": people[kind, actor],
            "silent": [list(kinds)[k] for k in kind.tolist()],
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


def _different(owner: NDArray[np.int32], block: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Count each user's different months, (count,), of look-ups (k,)."""
    return np.bincount(np.unique(owner.astype(np.int64) << 32 | block) >> 32, minlength=count)


def _once(users: Groups) -> NDArray[np.bool_]:
    """Mark the look-ups of people whom the user looked up once: the first time is the last. (m,) bool."""
    subject, n_subjects = users["subject"], len(users.log.subjects)
    first = kernels.first_meetings(users.starts, subject, n_subjects)
    backwards = np.ascontiguousarray(subject[::-1])
    last = kernels.first_meetings(
        np.ascontiguousarray(len(subject) - users.starts[::-1]), backwards, n_subjects
    )[::-1]
    return first & last
