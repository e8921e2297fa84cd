"""Look-ups outside the shifts of the roster."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Hours, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering

WORK = ("case", "call", "call nearby", "bulletin", "test record", "training day", "stated test")
# A look-up further than this from any shift of the user lies in a gap of the roster, or in a leave.
ROSTERED = 7 * DAY
FAR = 100 * DAY
# Who is on duty outside the roster more often than inside has another roster.
DESCRIBED = 0.5


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit"),
    tables=("shifts",),
    clears=("on duty", *WORK, "service account", "batch message"),
    category="personal use",
    weight=0.9,
    says="{user} looked people up on {days} days more than {margin} hours outside every shift in the roster, "
    "for no call and no case; on {worked} days there was a look-up at all. Users of {peers} do so on {usual} "
    "of 100 days.",
)
def off_duty(
    users: Groups, context: Context, *, margin: Hours = 2, least_days: Days = 20, pause: Hours = 2
) -> Signals:
    """A user looks people up on days or at hours when the roster has no shift.

    Why: One employee made thousands of look-ups of women, most of them off duty; officers looked at a murder
        victim's file off duty (MPR News on the Minnesota Legislative Auditor, 2013; Computer Weekly on the
        Metropolitan Police, 2024).
    Null: Days with a look-up more than two hours from every shift, among days with any, follow the rate of
        the peers with their spread (beta-binomial, the user left out): rosters miss overtime, and how much of
        it an agency's roster misses is the base. A stretch of such look-ups in which a call or a case
        explains one is work. Users without shifts in the roster are not tested, nor the weeks in which it has
        none of theirs, nor users whose days lie outside it more often than inside.
    Also fires on: Overtime, court and call-outs that nobody entered; a clock that is wrong.
    Clears: A shift, overtime, court or call-out entry; a call; a case.
    Evades: Looking people up on duty, or within two hours of it.
    """
    owner = users.owner
    away = _from_shift(users, context)
    rostered, at_work = away <= ROSTERED, away <= margin * HOUR
    outside = rostered & ~at_work & ~users.covered(("service account", "batch message"))
    outside &= users["subject"] >= 0
    told = users.covered(WORK)
    outside &= ~_work(users, outside, told, pause)
    inside = rostered & at_work
    odd = _days(owner, users["day"], outside, len(users))
    active = _days(owner, users["day"], inside | outside, len(users))
    peers = peering(users, context)
    known = (active > 0) & (odd <= DESCRIBED * active) & peers.same_work
    code = np.where(known, peers.code, np.int32(-1)).astype(np.int32)
    tested = (active >= least_days) & (code >= 0)
    if not tested.any():
        return Signals.none(
            because=f"no user with peers has shifts in the roster and look-ups on {least_days} days"
        )
    p = rate_tail(odd, active, code)
    actor = np.flatnonzero(tested & (p <= WEAKEST) & (odd >= 3)).astype(np.int32)
    usual = [odd[code == c].sum() / max(active[code == c].sum(), 1) for c in code[actor]]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(
            users.actions(users.starts[u] + np.flatnonzero(outside[users.starts[u] : users.starts[u + 1]]))
            for u in actor
        ),
        int(tested.sum()),
        measures={
            "days": odd[actor],
            "margin": np.full(len(actor), margin),
            "worked": active[actor],
            "usual": np.round(100 * np.array(usual, float), 1),
            "peers": [peers.names[c] for c in code[actor]],
        },
        left_out=peers.left_out,
        standing=Standing(
            "% of active days with a look-up off duty",
            np.where(tested, 100 * odd / np.maximum(active, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _from_shift(users: Groups, context: Context) -> NDArray[np.int64]:
    """Say how far each look-up is from the user's nearest shift: (m,) int64 ms, 0 inside, FAR without any."""
    shifts = context["shifts"].drop_nulls(["user", "start", "end"])
    shifts = shifts.select(
        pl.Series("user", users.log.texts.lookup("user", shifts["user"])).cast(pl.Int64),
        begin=pl.col("start").to_physical(),
        end=pl.max_horizontal("start", "end").to_physical(),
    )
    shifts = shifts.filter(pl.col("user") >= 0).sort("user", "begin", "end")
    time = users["time"]
    if not len(shifts) or not len(time):
        return np.full(len(time), FAR)
    # Users one after another on one line of time, with a gap of a lifetime between them.
    zero = min(int(time.min()), int(shifts["begin"].min()))  # type: ignore[arg-type]
    life = max(int(time.max()), int(shifts["end"].max())) - zero + FAR  # type: ignore[arg-type]
    place = users.owner.astype(np.int64) * life + time - zero
    of, begin, end = (shifts[name].to_numpy() for name in ("user", "begin", "end"))
    begins, ends = of * life + begin - zero, np.maximum.accumulate(of * life + end - zero)
    begun = np.searchsorted(begins, place, side="right")
    since = np.where(begun > 0, place - ends[begun - 1], FAR)
    until = np.append(begins, 2**62)[begun] - place
    away: NDArray[np.int64] = np.clip(np.minimum(since, until), 0, FAR)
    return away


def _work(
    users: Groups, outside: NDArray[np.bool_], told: NDArray[np.bool_], pause: Hours
) -> NDArray[np.bool_]:
    """Mark the stretches of look-ups outside shifts, without a pause of so many hours, in which something
    explains one: (m,) bool.
    """
    rows = np.flatnonzero(outside)
    starts = np.append(0, np.cumsum(outside))[users.starts]
    begins, _ = kernels.sessions(starts, users["time"][rows], pause * HOUR)
    working = np.zeros(len(outside), np.bool_)
    if len(begins) > 1:
        of = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
        working[rows] = (np.bincount(of, weights=told[rows], minlength=len(begins) - 1) > 0)[of]
    return working


def _days(
    owner: NDArray[np.int32], day: NDArray[np.int32], chosen: NDArray[np.bool_], count: int
) -> NDArray[np.int64]:
    """Count each user's different days among the chosen look-ups, which are in time order. (count,) int64."""
    owner, day = owner[chosen], day[chosen]
    new = np.ones(len(owner), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    return np.bincount(owner[new], minlength=count)
