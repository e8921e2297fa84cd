"""Weeks of look-ups without two days off in a row."""

from __future__ import annotations

import numpy as np

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.nulls import level_tail
from anomaly.detectors.peers import peering

# On the scale of logarithms: one worked weekend joins two weeks, so stretches scatter by a quarter at least.
LEAST_SCALE = 0.25


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=("call", "on duty", "test record", "stated test", "service account"),
    category="credential misuse",
    weight=0.7,
    says="{user} made look-ups through {longest} days from {begun} without {rest} days off in a row; "
    "the longest such stretch of most of {peers} is {usual} days.",
)
def unbroken_days(
    users: Groups, context: Context, *, rest: Days = 2, least_stretch: Days = 14, least_days: Days = 20
) -> Signals:
    """An account is used for weeks without a weekend.

    Why: An account that never rests may be shared, or used from home on the holder's days off (domain.md 4;
        patterns 11 and 14).
    Null: Logarithms of the peers' longest stretches scatter like Student's t around their median (robust
        scale, the user left out). Stretches of which every look-up is explained are not tested.
    Also fires on: A month of overtime, a disaster, a front desk whose account two people share by rule.
    Clears: A shift or overtime record for those days; a service account.
    Evades: Misuse inside ordinary shifts; pausing every few days.
    """
    active, longest, begin, end = kernels.day_streaks(users.starts, users["day"], rest - 1)
    unexplained = np.append(0, np.cumsum(users.counted))
    peers = peering(users, context)
    code = np.where(active >= least_days, peers.code, np.int32(-1)).astype(np.int32)
    p = level_tail(np.maximum(longest, 1.0), code, LEAST_SCALE)
    tested = (code >= 0) & (unexplained[end] > unexplained[begin])
    actor = np.flatnonzero(tested & (p <= WEAKEST) & (longest >= least_stretch)).astype(np.int32)
    epoch = np.datetime64(0, "D")
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(users.actions(np.arange(begin[u], end[u])) for u in actor),
        int(tested.sum()),
        measures={
            "longest": longest[actor],
            "begun": [str(epoch + int(users["day"][begin[u]])) for u in actor],
            "rest": np.full(len(actor), rest),
            "usual": [float(np.median(longest[code == code[u]])) for u in actor],
            "peers": [peers.names[code[u]] for u in actor],
        },
        standing=Standing(
            f"days of the longest stretch without {rest} days off in a row",
            np.where(code >= 0, longest.astype(float), np.nan),
            code,
            peers.names,
        ),
    )
