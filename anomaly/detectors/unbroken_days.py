"""Weeks of look-ups without two days off in a row."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Share, Signals, Standing, detector
from anomaly.detectors.nulls import extreme, level
from anomaly.detectors.peers import LEAST_PEERS, peering

NOBODY = ("test record", "stated test", "program's text", "service account")
AT_WORK = ("call", "on duty")
# On the scale of logarithms: one worked weekend joins two weeks, so stretches scatter by a quarter at least.
LEAST_SCALE = 0.25
KNOWN = 30.0  # users' worth of that scatter


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=(*AT_WORK, *NOBODY),
    category="credential misuse",
    weight=0.7,
    circumstance=True,
    says="{user} made look-ups through {longest} days from {begun} without {rest} days off in a row; "
    "the longest such stretch of others as active in {peers} is mostly {usual} days.",
)
def unbroken_days(
    users: Groups,
    context: Context,
    *,
    rest: Days = 2,
    least_stretch: Days = 14,
    least_days: Days = 20,
    as_active: Share = 0.6,
) -> Signals:
    """An account is used for weeks without a weekend.

    Why: An account that never rests may be shared, or used from home on the holder's days off (password
    sharing is named in the state's misuse figures, EFF 2025).
    Null: Logarithms of the longest stretches of peers who are about as active, each the largest of several,
        follow Gumbel's law around their median (robust scale, the user left out). A day ends at the user's
        quietest hour, so that a night shift is one day. A stretch that recorded shifts and calls alone make
        half as long is not tested.
    Also fires on: A month of overtime, a disaster, a front desk whose account two people share by rule.
    Clears: A shift or overtime record for those days; a service account.
    Evades: Misuse inside ordinary shifts; pausing every few days.
    """
    told = users.each(partial(_told, rest=rest))
    active, longest, at_work, begin, end, begun = np.hstack([np.zeros((6, 0), np.int64), *told])
    peers = peering(users, context)
    code = np.where((active >= least_days) & peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    logs = np.log(np.maximum(longest, 1.0))
    tested, alike = 0, {}
    for c in np.unique(code[code >= 0]).tolist():
        members = np.flatnonzero(code == c)
        enough = as_active * active[members]
        others = len(members) - np.searchsorted(np.sort(active[members]), enough)
        others -= active[members] >= enough  # the user's own
        some = members[(others >= LEAST_PEERS - 1) & (2 * at_work[members] <= longest[members])]
        tested += len(some)
        for u in some[longest[some] >= least_stretch].tolist():
            alike[u] = members[(active[members] >= as_active * active[u]) & (members != u)]
    if not tested:
        return Signals.none(because="no user has enough peers who are about as active")
    p, chosen = _chances(logs, alike)
    return Signals.of_chance(
        chosen,
        p,
        tuple(users.actions(np.arange(begin[u], end[u])) for u in chosen),
        tested,
        measures={
            "longest": longest[chosen],
            "begun": [str(np.datetime64(day, "D")) for day in begun[chosen].tolist()],
            "rest": np.full(len(chosen), rest),
            "usual": [float(np.median(longest[alike[u]])) for u in chosen.tolist()],
            "peers": [peers.names[code[u]] for u in chosen],
        },
        left_out=peers.left_out,
        standing=Standing(
            f"days of the longest stretch without {rest} days off in a row",
            np.where(code >= 0, longest.astype(float), np.nan),
            code,
            peers.names,
        ),
    )


def _chances(
    logs: NDArray[np.float64], alike: dict[int, NDArray[np.int64]]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return the p-values that may matter, and whose they are, (k,) both.

    alike: whom each user is compared with; users with as many are compared at once.
    """
    chance = np.ones(len(logs))
    for count in {len(others) for others in alike.values()}:
        who = [user for user, others in alike.items() if len(others) == count]
        levels = logs[np.stack([alike[user] for user in who])]
        chance[who] = level(logs[who], levels, LEAST_SCALE, LEAST_SCALE, extreme, KNOWN)
    chosen = np.flatnonzero(chance <= WEAKEST).astype(np.int32)
    return chance[chosen], chosen


def _told(part: Groups, rest: Days) -> NDArray[np.int64]:
    """Return each user's active days, days of the longest stretch and of the longest on record, the places
    begin:end of the former, and its first day, (6, g).
    """
    window, _ = kernels.own_hours(part.starts, part["hour"], 12)
    quietest = (window + np.int8(18)) % np.int8(24)  # the middle of the other twelve hours
    days = part["day"] - (part["hour"] < np.repeat(quietest, np.diff(part.starts)))
    human = ~part.covered(NOBODY)
    active, longest, begin, end = _stretches(part.starts, days, human, rest)
    _, at_work, _, _ = _stretches(part.starts, days, human & part.covered(AT_WORK), rest)
    begun = np.append(days, 0)[begin]
    return np.stack([active, longest, at_work, begin + part.begin, end + part.begin, begun])


def _stretches(
    starts: NDArray[np.int64], days: NDArray[np.int32], chosen: NDArray[np.bool_], rest: Days
) -> tuple[NDArray[np.int64], ...]:
    """Return each user's active days, longest stretch and its rows begin:end, among the chosen rows."""
    if chosen.all():
        return kernels.day_streaks(starts, days, rest - 1)
    rows = np.flatnonzero(chosen)
    active, longest, begin, end = kernels.day_streaks(np.searchsorted(rows, starts), days[rows], rest - 1)
    some = np.flatnonzero(active)
    begin[some], end[some] = rows[begin[some]], rows[end[some] - 1] + 1
    return active, longest, begin, end
