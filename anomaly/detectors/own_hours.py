"""Look-ups outside the user's own hours."""

from __future__ import annotations

import numpy as np

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Hours, Share, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.detectors.since import split


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=("call", "on duty", "test record", "stated test", "program's text", "service account"),
    category="personal use",
    weight=0.7,
    circumstance=True,
    says="{user} works between {from_hour}:00 and {to_hour}:00, and looked people up outside these "
    "hours on {outside} of {active} days; users of {peers} do so on {usual} of 100.",
)
def own_hours(
    users: Groups,
    context: Context,
    *,
    width: Hours = 12,
    margin: Hours = 2,
    inside: Share = 0.85,
    least_actions: int = 200,
    least_days: Days = 90,
) -> Signals:
    """A user with regular hours makes look-ups far outside them, more often than peers do.

    Why: Off-duty look-ups from home or a parked car; a public log site found cases by each user's own active
    window (haveibeenflocked.com, Search Anomaly Index).
    Null: Days with a look-up outside the user's own block of hours, among days with any, follow the peers'
        rate with the peers' spread (beta-binomial, the user left out). Rotating users, who have no block that
        holds most of their work, are not tested.
    Also fires on: Call-outs, overtime, court, a new post in mid-log, a clock that is wrong.
    Clears: A call or an open case at that hour; an overtime or court record; a shift change.
    Evades: Looking people up on duty.
    """
    starts, times, hours = users.starts, users["time"], users["hour"]
    window, within = kernels.own_hours(starts, hours, width)
    total = np.diff(starts)
    last = np.maximum(starts[1:] - 1, 0)
    span = (
        np.where(total > 0, times[last] - times[np.minimum(starts[:-1], len(times) - 1)], 0)
        if len(times)
        else total
    )
    regular = (total >= least_actions) & (span >= least_days * DAY) & (within >= inside * total)
    if not regular.any():
        return Signals.none(
            because=f"no user has {least_actions} look-ups over {least_days} days with {inside:.0%} "
            f"of them inside {width} hours"
        )
    owner = users.owner
    since = (hours - window[owner] + margin) % 24
    outside = (since >= width + 2 * margin) & users.counted & regular[owner]
    active = _days(owner, users["day"], np.ones(len(owner), np.bool_), len(users))
    odd = _days(owner, users["day"], outside, len(users))
    peers = peering(users, context)
    code = np.where(regular & peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    p = rate_tail(odd, active, code)
    found = (p <= WEAKEST) & (odd >= 3)
    actor, actions = split(users, outside & found[owner], np.zeros_like(outside))
    usual = [np.mean(odd[code == c]) / max(np.mean(active[code == c]), 1e-9) for c in code[actor]]
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((code >= 0).sum()),
        measures={
            "from_hour": window[actor],
            "to_hour": (window[actor] + width) % 24,
            "outside": odd[actor],
            "active": active[actor],
            "usual": np.round(100 * np.array(usual), 1),
            "peers": [peers.names[c] for c in code[actor]],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of active days with a look-up outside the own hours",
            np.where(code >= 0, 100 * odd / np.maximum(active, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _days(owner: np.ndarray, day: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """Count each user's different days among the chosen actions, which are in time order.

    (m,) ... -> (count,) int64.
    """
    owner, day = owner[chosen], day[chosen]
    new = np.ones(len(owner), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    return np.bincount(owner[new], minlength=count)
