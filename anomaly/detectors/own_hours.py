"""Look-ups outside the user's own hours."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Hours, Share, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering
from anomaly.detectors.since import split_some

OFFICE = (8, 17)  # hours in which courts sit and training is held, on weekdays; UNV
NEAR = 3  # days
SHIFT = 4  # hours of look-ups that are a shift, and silence that ends one; UNV
SEASON = 4  # weeks with look-ups that show which hours are worked just then; UNV
ELSEWHERE = 0.25  # of a season's look-ups: more than odd ones beside the work would be; UNV


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=("call", "on duty", "test record", "stated test", "program's text", "service account"),
    category="personal use",
    weight=0.7,
    circumstance=True,
    says="{user} works between {from_hour}:00 and {to_hour}:00, and looked people up outside these "
    "hours in {outside} of {active} weeks; users of {peers} do so in {usual} of 100.",
)
def own_hours(
    users: Groups,
    context: Context,
    *,
    width: Hours = 12,
    margin: Hours = 2,
    inside: Share = 0.85,
    least_actions: int = 100,
    least_days: Days = 90,
) -> Signals:
    """A user with regular hours makes look-ups far outside them, more often than peers do.

    Why: Off-duty look-ups from home or a parked car; a public log site found cases by each user's own active
    window (haveibeenflocked.com, Search Anomaly Index).
    Null: Weeks with a look-up outside the user's own block of hours, among weeks with any, follow the peers'
        rate with the peers' spread (binomial, rates beta or log-normal, whichever tail is longer, the user
        left out; tempered by how often small p-values turn up in the log). Four hours of look-ups are a shift
        worked at another time and do not count; nor does a day without work in the own hours within three
        days (a new post, a month of nights), nor the weeks in which other hours hold the work (a new
        shift), nor, where no table of shifts says when court was, a
        weekday's office hours. Rotating users, who have no block that holds most of their work, are not
        tested.
    Also fires on: Call-outs, overtime, court, a new post in mid-log, a clock that is wrong.
    Clears: A call or an open case at that hour; an overtime or court record; a shift change.
    Evades: Looking people up on duty, or for four hours on end.
    """
    tell = partial(
        _told,
        width=width,
        margin=margin,
        inside=inside,
        least_actions=least_actions,
        least_time=least_days * DAY,
        at_court="shifts" not in context,
    )
    told = users.each(tell)
    columns = (np.concatenate([np.zeros(0, np.int64), *each]) for each in zip(*told, strict=True))
    regular, window, odd, active, outside = columns if told else np.zeros((5, 0), np.int64)
    if not regular.any():
        return Signals.none(
            because=f"no user has {least_actions} look-ups over {least_days} days with {inside:.0%} "
            f"of them inside {width} hours"
        )
    peers = peering(users, context)
    window = window.astype(np.int8)
    code = np.where(regular > 0, peers.code, np.int32(-1)).astype(np.int32)
    p = rate_tail(odd, active, code)
    found = (p <= WEAKEST) & (odd >= 3)
    outside = outside[found[users.owner[outside]]]
    actor, actions = split_some(users, outside, outside)
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
            "% of active weeks with a look-up outside the own hours",
            np.where(code >= 0, 100 * odd / np.maximum(active, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _told(
    part: Groups,
    width: Hours,
    margin: Hours,
    inside: Share,
    least_actions: int,
    least_time: int,
    at_court: bool,
) -> tuple[NDArray[np.int64], ...]:
    """Return whether each user is regular, the first hour of the own block, and the weeks with look-ups
    outside it and with any, (g,) int64 each; and the places of these look-ups.

    least_time: ms; at_court: whether office hours may have been spent there.
    """
    starts, times, hours, owner = part.starts, part["time"], part["hour"], part.owner
    window, within = kernels.own_hours(starts, hours, width)
    total = np.diff(starts)
    some = np.flatnonzero((total >= least_actions) & (within >= inside * total))
    some = some[times[starts[some + 1] - 1] - times[starts[some]] >= least_time]
    regular = np.zeros(len(part), np.bool_)
    regular[some] = True
    weeks = (part["day"] + 3) // 7  # day 0, 1 January 1970: a Thursday
    active = _different(owner, weeks, len(part))
    none = np.zeros(0, np.int64)
    if not regular.any():
        return regular.astype(np.int64), window.astype(np.int64), np.zeros_like(active), active, none
    since = (hours - window[owner]) % 24
    outside = ((since + margin) % 24 >= width + 2 * margin) & regular[owner]
    # Who works an hour into the margin on either side has another shift.
    at_work = np.flatnonzero((since < width) & regular[owner])
    # Nearly in order already: a user's days go back only where zones or clocks change.
    inside_days = np.sort(_key(owner[at_work], part["day"][at_work]), kind="stable")
    rows = np.flatnonzero(outside & part.counted & ~_shifts(owner, times, outside, SHIFT * HOUR))
    rows = rows[_worked_near(_key(owner[rows], part["day"][rows]), inside_days)]
    if at_court:
        weekday, hour = (part["day"][rows] + 3) % 7, hours[rows]
        rows = rows[~((weekday < 5) & (hour >= OFFICE[0]) & (hour < OFFICE[1]))]
    rows = rows[~_new_shift(part, rows, weeks, window, width, inside)]
    # Days of one week go together: two weeks of a colleague's nights were ten days of a hundred, p 1e-12.
    odd = _different(owner[rows], weeks[rows], len(part))
    return regular.astype(np.int64), window.astype(np.int64), odd, active, part.begin + rows


def _shifts(
    owner: NDArray[np.int32], times: NDArray[np.int64], outside: NDArray[np.bool_], least: int
) -> NDArray[np.bool_]:
    """Mark the outside look-ups that lie in a stretch of at least so many ms; (m,) bool.

    A stretch ends where as long passes without one.
    """
    rows = np.flatnonzero(outside)
    new = np.ones(len(rows), np.bool_)
    new[1:] = (np.diff(owner[rows]) != 0) | (np.diff(times[rows]) >= least)
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(rows)) - 1 if len(rows) else begins
    marked = np.zeros(len(outside), np.bool_)
    marked[rows] = (times[rows[ends]] - times[rows[begins]] >= least)[np.cumsum(new) - 1]
    return marked


def _new_shift(
    users: Groups,
    rows: NDArray[np.int64],
    weeks: NDArray[np.int32],
    window: NDArray[np.int8],
    width: Hours,
    inside: Share,
) -> NDArray[np.bool_]:
    """Say of look-ups, (k,) places, whether the `SEASON` weeks to theirs, or as many from it on, were worked
    in other hours: another block holds so great a share of their look-ups, and `ELSEWHERE` of them lie
    outside `window`, or most of them do. A bid for shifts changes the hours from one week to the next, for
    months; the next holder of a login that was handed on may rotate (p 4e-12 without the last clause).

    weeks: (m,) of all look-ups, in time order for each user; window: (g,) first hour of the user's own block.
    """
    concerned = np.zeros(len(users), np.bool_)
    concerned[users.owner[rows]] = True
    every = np.flatnonzero(concerned[users.owner])
    owner, week = users.owner[every], weeks[every]
    new = np.ones(len(every), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (week[1:] != week[:-1])
    of, begins = np.cumsum(new) - 1, np.flatnonzero(new)
    made = np.bincount(24 * of + users["hour"][every], minlength=24 * len(begins)).reshape(-1, 24)
    until = np.zeros((len(begins) + 1, 24), np.int64)
    np.cumsum(made, axis=0, out=until[1:])
    whose = owner[begins]
    mine = of[np.searchsorted(every, rows)]
    first, end = (np.searchsorted(whose, whose[mine], side) for side in ("left", "right"))
    moved = np.zeros(len(rows), np.bool_)
    for begin in (mine - SEASON + 1, np.minimum(mine, end - SEASON)):
        begin = np.maximum(begin, first)
        season = until[np.minimum(begin + SEASON, end)] - until[begin]
        round_clock = np.cumsum(np.hstack([np.zeros((len(rows), 1), np.int64), season, season]), axis=1)
        block = round_clock[:, width : width + 24] - round_clock[:, :24]
        total, best = season.sum(axis=1), block.max(axis=1)
        own = block[np.arange(len(rows)), window[whose[mine]]]
        moved |= (best >= inside * total) & (total - own > ELSEWHERE * total)
        moved |= 2 * own < total
    return moved


def _key(owner: NDArray[np.int32], day: NDArray[np.int32]) -> NDArray[np.int64]:
    return owner.astype(np.int64) << 32 | (day.astype(np.int64) + (1 << 30))


def _worked_near(key: NDArray[np.int64], worked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of each user and day whether the user worked within `NEAR` days. (m,), (w,) sorted -> (m,) bool."""
    return np.asarray(np.searchsorted(worked, key + NEAR, "right") > np.searchsorted(worked, key - NEAR))


def _different(owner: NDArray[np.int32], span: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Count the different spans of time of each owner's actions, in time order. (m,), (m,) -> (count,)."""
    new = np.ones(len(owner), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (span[1:] != span[:-1])
    return np.bincount(owner[new], minlength=count)
