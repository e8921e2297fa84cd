"""Single look-ups between long silences, and runs of days without a day off."""

from __future__ import annotations

import numpy as np

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import HOUR
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Hours, Minutes, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=("call", "on duty", "test record", "stated test", "service account"),
    category="credential misuse",
    weight=0.7,
    says="{user} {what}.",
)
def isolated_sessions(
    users: Groups,
    context: Context,
    *,
    silence: Hours = 8,
    most_actions: int = 2,
    most_minutes: Minutes = 30,
    least_sessions: int = 20,
    least_streak: Days = 14,
) -> Signals:
    """A user logs in for one or two look-ups between long silences, or is active on too many days in a row.

    Why: A session of one query bracketed by eight hours of silence is no shift; an account that never rests
        may be shared or used from home (domain.md 4, "Isolated Session"; pattern 11, 14).
    Null: Short sessions among all sessions follow the peers' rate with the peers' spread (beta-binomial, the
        user left out). The longest run of days follows from the user's share of active days outside that run,
        were days independent (longest-run law, Schilling 1990).
    Also fires on: A supervisor who rarely queries; call-outs; a twelve-day stretch of overtime; two people on
    one front desk.
    Clears: A shift or overtime record; a service account; test records.
    Evades: Misuse inside ordinary shifts.
    """
    starts, times, days = users.starts, users["time"], users["day"]
    begins, owner = kernels.sessions(starts, times, silence * HOUR)
    ends = begins[1:] if len(begins) else begins
    size = np.diff(begins) if len(begins) else begins
    length = times[ends - 1] - times[begins[:-1]] if len(owner) else np.zeros(0, np.int64)
    counted = np.add.reduceat(users.counted, begins[:-1]) if len(owner) else np.zeros(0, np.int64)
    short = (size <= most_actions) & (length <= most_minutes * 60_000) & (counted == size)
    sessions = np.bincount(owner, minlength=len(users))
    isolated = np.bincount(owner[short], minlength=len(users))
    peers = peering(users, context)
    code = np.where(sessions >= least_sessions, peers.code, np.int32(-1)).astype(np.int32)
    p_short = rate_tail(isolated, sessions, code)
    p_run, longest, run_begin, run_end = _runs(starts, days, sessions >= least_sessions)

    actor, p, actions, what, alone = [], [], [], [], []
    for u in np.flatnonzero((p_short <= WEAKEST) & (isolated >= 3)).tolist():
        rows = [np.arange(begins[s], begins[s + 1]) for s in np.flatnonzero(short & (owner == u))]
        same = code == code[u]
        usual = 100 * isolated[same].sum() / sessions[same].sum()
        actor.append(u)
        p.append(p_short[u])
        actions.append(users.actions(np.concatenate(rows)))
        what.append(
            f"has {isolated[u]} of {sessions[u]} sessions of one or two look-ups between silences "
            f"of {silence} hours or more; {peers.names[code[u]]} have {usual:.0f} of 100"
        )
        alone.append(True)
    for u in np.flatnonzero((p_run <= WEAKEST) & (longest >= least_streak)).tolist():
        actor.append(u)
        p.append(p_run[u])
        actions.append(users.actions(np.arange(run_begin[u], run_end[u])))
        what.append(f"made look-ups on {longest[u]} days in a row without a day off")
        alone.append(False)
    tested = int((code >= 0).sum() + (p_run < 1).sum())
    return Signals.of_chance(
        np.array(actor, np.int32),
        np.array(p, float),
        tuple(actions),
        tested,
        measures={"what": what},
        standing=Standing(
            "% of sessions that are isolated",
            np.where(code >= 0, 100 * isolated / np.maximum(sessions, 1), np.nan),
            code,
            peers.names,
        ),
    )


def _runs(starts: np.ndarray, days: np.ndarray, tested: np.ndarray) -> tuple[np.ndarray, ...]:
    """P(a run of days as long or longer), from the share of active days outside the run; (g,) arrays."""
    active, longest, begin, end = kernels.day_streaks(starts, days)
    filled = np.diff(starts) > 0
    first = days[np.minimum(starts[:-1], max(len(days) - 1, 0))] if len(days) else active
    last = days[np.maximum(starts[1:] - 1, 0)] if len(days) else active
    span = np.where(filled, last - first + 1, 1)
    # The run itself must not vouch for its own commonness: the share is that of the other days.
    share = (active - longest + 1) / (span - longest + 2)
    expected = span * (1 - share) * share**longest
    p = np.where(tested & (span > longest), -np.expm1(-expected), 1.0)
    return p, longest, begin, end
