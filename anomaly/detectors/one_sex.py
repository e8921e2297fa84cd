"""Look-ups of one sex beyond what the unit's work brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import FEMALE, MALE, Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM, count_met, kinds_of_lookup, kinds_told
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering

WORDS = {FEMALE: "female", MALE: "male"}
# Fewer of the rarer kinds of look-up than this are no habit; UNV.
LEAST_OF_KIND = 8


@detector(
    group="user",
    needs=("subject", "sex"),
    uses=("agency", "unit", "reason", "case_number", "message_key"),
    clears=(*EXPLAIN_WHOM, "stated program"),
    category="personal use",
    weight=0.9,
    says="Of the {people} people whom {user} looked up {how}, and whom nothing explains, {many} are {sex}; "
    "for users of {peers} it is {usual} in 100.",
)
def one_sex(users: Groups, context: Context, *, least_people: int = 20) -> Signals:
    """A user looks up people of one sex far more than peers of the unit do.

    Why: Minnesota's auditor found the look-ups of 9 % of users skewed to one sex; one employee made thousands
        of women, 94 % of all, most of them off duty (St. Paul Pioneer Press and MPR News on the Legislative
        Auditor, 2013).
    Null: Every person counts once. The women among the people whom nothing explains follow the rate of the
        peers, with the peers' spread (beta-binomial, the user left out); both tails. So do those asked for by
        name or number and not by a plate, those by a name alone, and those with no reason or a vague one: the
        smallest p-value counts, times their number and two.
    Also fires on: Detectives of sex crimes in a log without units; a matron in a jail; one large case with
    many women in it.
    Clears: The unit's own mix; a case, a call, a bulletin; a stated programme that goes through a
        register.
    Evades: Looking up as many men; plates that the log never ties to their owners.
    """
    peers = peering(users, context)
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    kinds = kinds_told(users)
    tested = np.zeros(len(users), np.bool_)
    best = np.ones(len(users))
    found = np.full((len(users), 2), -1)  # sex, kind of look-up
    counts = np.concatenate(users.each(_told) or [_told(users)], axis=2)
    for place in range(len(kinds)):
        least = least_people if place == 0 else LEAST_OF_KIND
        enough = (counts[place, 0] >= least) & (code >= 0)
        tested |= enough
        for of in (FEMALE, MALE):
            p = rate_tail(counts[place, of], counts[place, 0], code)
            better = enough & (p < best)
            best[better], found[better] = p[better], (of, place)
    if not tested.any():
        return Signals.none(because="too few people of known sex, or no unit has 8 users to compare")
    p = np.minimum(1.0, best * 2 * len(kinds))
    actor = np.flatnonzero(p <= WEAKEST).astype(np.int32)
    of, kind = found[actor].T
    of_peers = np.zeros((len(peers.names), *counts.shape[:2]), np.int64)
    grouped = np.flatnonzero(peers.code >= 0)
    np.add.at(of_peers, peers.code[grouped], counts[:, :, grouped].transpose(2, 0, 1))
    usual, others = (of_peers[peers.code[actor], kind, sex] for sex in (of, 0))
    share = counts[0, FEMALE] / np.maximum(counts[0, 0], 1)
    return Signals.of_chance(
        actor,
        p[actor],
        _actions(users, actor, of, kind),
        int(tested.sum()),
        measures={
            "people": counts[kind, 0, actor],
            "how": [kinds[k] for k in kind.tolist()],
            "many": counts[kind, of, actor],
            "sex": [WORDS[s] for s in of.tolist()],
            "usual": np.round(100 * (usual / np.maximum(others, 1)), 1),
            "peers": [peers.names[peers.code[u]] for u in actor],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% women among the people looked up",
            np.where(counts[0, 0] >= least_people, 100 * share, np.nan),
            peers.code,
            peers.names,
        ),
    )


def _told(part: Groups) -> NDArray[np.int64]:
    """Count everybody, women and men whom each user met in each kind of look-up, (kinds, 3, g) int64."""
    sex = part["sex"]
    rows = np.flatnonzero(part.counted & (sex > 0))
    of_kinds = count_met(part, rows, sex[rows].view(np.uint8) - np.uint8(FEMALE), len(WORDS))
    women, men = of_kinds.transpose(2, 0, 1).astype(np.int64)
    return np.stack([women + men, women, men], axis=1)


def _actions(
    users: Groups, actor: NDArray[np.int32], sex: NDArray[np.int64], kind: NDArray[np.int64]
) -> tuple[NDArray[np.int32], ...]:
    """Return the look-ups of one kind and of people of one sex of some users. (k,) each."""
    some = users.some(np.isin(np.arange(len(users)), actor))
    every, of = list(kinds_of_lookup(some).values()), some["sex"]
    begins = np.searchsorted(some.places, users.starts)
    actions = []
    for u, s, k in zip(actor.tolist(), sex.tolist(), kind.tolist(), strict=True):
        mine = slice(begins[u], begins[u + 1])
        actions.append(users.actions(some.places[mine][every[k][mine] & (of[mine] == s)]))
    return tuple(actions)
