"""Look-ups outside the shifts of the roster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import gather, read_only
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Hours, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.pairs import sum_each
from anomaly.detectors.peers import peering
from anomaly.detectors.tally import Marked, Marks, split_marked

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
    marked = partial(_marks, roster=_roster(users, context), margin=margin * HOUR, pause=pause * HOUR)
    tell = partial(_told, marked=marked)
    odd, active = np.concatenate(users.each(tell), axis=1)
    peers = peering(users, context)
    known = (active > 0) & (odd <= DESCRIBED * active) & peers.same_work
    code = np.where(known, peers.code, np.int32(-1)).astype(np.int32)
    tested = (active >= least_days) & (code >= 0)
    if not tested.any():
        return Signals.none(
            because=f"no user with peers has shifts in the roster and look-ups on {least_days} days"
        )
    p = rate_tail(odd, active, code)
    actor, actions = split_marked(users, tested & (p <= WEAKEST) & (odd >= 3), partial(_about, marked=marked))
    usual = [odd[code == c].sum() / max(active[code == c].sum(), 1) for c in code[actor]]
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
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


@dataclass(frozen=True)
class Roster:
    """The shifts of the users of the log, those of user k at starts[k]:starts[k + 1]. starts: (u + 1,) int64;
    begins, ends: (s,) int64 ms, the begins of each user ascending.
    """

    starts: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]

    def away(self, part: Groups) -> NDArray[np.int64]:
        """Say how far each look-up is from the user's nearest shift: (m,) int64 ms, 0 inside, FAR without
        any.
        """
        time, starts = part["time"], self.starts[part.first : part.first + len(part) + 1]
        its = slice(starts[0], starts[-1])
        begins, ends = self.begins[its], self.ends[its]
        if not len(begins) or not len(time):
            return np.full(len(time), FAR)
        # Users one after another on one line of time, with a gap of a lifetime between them.
        zero = min(int(time.min()), int(begins.min()))
        life = max(int(time.max()), int(ends.max())) - zero + FAR
        place = part.owner * np.int64(life) + (time - zero)
        of = np.repeat(np.arange(len(part)) * life - zero, np.diff(starts))
        begins, ends = of + begins, np.maximum.accumulate(of + ends)
        begun = np.cumsum(np.bincount(np.searchsorted(place, begins), minlength=len(place)))[: len(place)]
        since = np.where(begun > 0, place - ends[begun - 1], FAR)
        until = np.append(begins, 2**62)[begun] - place
        away: NDArray[np.int64] = np.clip(np.minimum(since, until), 0, FAR)
        return away


def _roster(users: Groups, context: Context) -> Roster:
    shifts = context["shifts"].drop_nulls(["user", "start", "end"])
    user = users.log.texts.lookup("user", shifts["user"])
    times = shifts.select(
        begin=pl.col("start").to_physical(), end=pl.max_horizontal("start", "end").to_physical()
    )
    begins, ends = (times[name].to_numpy() for name in ("begin", "end"))
    starts, order = kernels.group(read_only(user), len(users))
    user, begins, ends = gather(user, order), gather(begins, order), gather(ends, order)
    if ((begins[1:] < begins[:-1]) & (user[1:] == user[:-1])).any():  # most tables have them by time
        by_time = np.lexsort((begins, user))
        begins, ends = begins[by_time], ends[by_time]
    return Roster(starts, begins, ends)


def _marks(part: Groups, roster: Roster, margin: int, pause: int) -> tuple[Marks, Marks]:
    """Mark, (m,) bool each, the look-ups outside shifts that are no work, and those inside. margin, pause:
    ms.
    """
    away = roster.away(part)
    inside = away <= margin
    outside = (away <= ROSTERED) & ~inside & ~part.covered(("service account", "batch message"))
    outside &= part["subject"] >= 0
    outside[_work(part, outside, pause)] = False
    return outside, inside


def _work(part: Groups, outside: Marks, pause: int) -> NDArray[np.int64]:
    """Return the places of the stretches of look-ups outside shifts, without a pause of so many ms, in which
    something explains one: (k,) int64.
    """
    rows = np.flatnonzero(outside)
    begins, _ = kernels.sessions(np.searchsorted(rows, part.starts), read_only(part["time"][rows]), pause)
    told = np.append(0, np.cumsum(part.covered(WORK)[rows]))
    return rows[np.repeat(np.diff(told[begins]) > 0, np.diff(begins))]


def _told(part: Groups, marked: Marked) -> NDArray[np.int64]:
    """Count each user's days with a look-up outside shifts, and with any near them, (2, g) int64."""
    outside, inside = marked(part)
    return np.stack([_days(part, outside), _days(part, inside | outside)])


def _days(part: Groups, chosen: Marks) -> NDArray[np.int64]:
    """Count each user's different days among the chosen look-ups, (g,) int64."""
    rows = np.flatnonzero(chosen)
    owner, day = part.owner[rows], part["day"][rows]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    return sum_each(np.searchsorted(rows, part.starts), new)


def _about(part: Groups, marked: Marked) -> tuple[Marks, Marks]:
    outside, _ = marked(part)
    return outside, outside
