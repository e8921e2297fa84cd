"""Many more look-ups than unit peers."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import level_tail
from anomaly.detectors.peers import peering


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=(
        "case",
        "call",
        "bulletin",
        "test record",
        "stated test",
        "program's text",
        "service account",
        "batch message",
    ),
    category="harvesting",
    weight=0.3,
    circumstance=True,
    says="{user} made {made} look-ups that nothing in the context explains; the middle user of {peers} "
    "made {usual}.",
)
def volume(users: Groups, context: Context, *, least_actions: int = 100) -> Signals:
    """A user makes many more look-ups than the others of the unit.

    Why: Two users of one department made 1,500 searches a year where peers made 300 to 400 (an audit of
    Edgewater, 2025). Volume alone is never enough: a traffic officer or a plate-reader desk looks the same.
    Null: Logarithms of the peers' counts, of all look-ups and of the unexplained, scatter like Student's t
        around their median (robust scale, the user left out). Users of units too small to compare are not
        tested.
    Also fires on: Traffic units, dispatchers who query for others, task forces, someone who works double
    shifts.
    Clears: The role; calls and cases that explain the look-ups; a service account.
    Evades: Few look-ups.
    """
    made = np.bincount(users.owner[users.counted], minlength=len(users))
    peers = peering(users, context)
    code = np.where(peers.same_work & (np.diff(users.starts) > 0), peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    # Where no table covers a user's work, it is the unexplained count that stands out, not the user: both
    # must.
    every = np.diff(users.starts).astype(float)
    p = np.maximum(level_tail(made.astype(float), code), level_tail(every, code))
    actor = np.flatnonzero((p <= WEAKEST) & (made >= least_actions)).astype(np.int32)
    usual = np.array([np.median(made[(code == code[u]) & (np.arange(len(made)) != u)]) for u in actor])
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(np.arange(users.starts[u], users.starts[u + 1])) for u in actor),
        int((code >= 0).sum()),
        measures={"made": made[actor], "usual": usual, "peers": [peers.names[c] for c in code[actor]]},
        left_out=peers.left_out,
        standing=Standing("look-ups", np.where(code >= 0, made.astype(float), np.nan), code, peers.names),
    )
