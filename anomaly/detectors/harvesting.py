"""Machine-paced and sequential look-ups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Minutes, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering

# People vary: gaps between a person's own queries scatter by half their mean or more (a gamma law of shape
# 4), and nobody types and reads more than ten queries a minute for ten minutes. UNV: chosen generously, no
# source measured it.
SHAPE = 4.0
PER_MINUTE = 10.0


@detector(
    group="user",
    uses=("subject", "agency", "unit"),
    clears=("test record", "service account", "batch message"),
    category="harvesting",
    weight=0.95,
    says="{user} {what}.",
)
def harvesting(users: Groups, context: Context, *, window: Minutes = 10, least_actions: int = 20) -> Signals:
    """Look-ups come at the pace of a machine, or run through numbers one after another.

    Why: Data sold for years began as bulk look-ups; scripts and number-by-number runs are how a database is
    copied (domain.md, pattern 32).
    Null: Pace: in the user's densest ten minutes a person makes at most ten queries a minute (Poisson), at
        gaps that scatter by half their mean (chi-square on the gaps' spread). Sequence: steps of exactly one
        between neighbours' numbers are as rare as for all other users (beta-binomial, the user left out).
    Also fires on: Warrant batches, hot-list feeds, a clerk with a stack of consecutive forms.
    Clears: A service account; batch message keys; test records.
    Evades: Random pauses; shuffled numbers; many short runs.
    """
    starts, times = users.starts, users["time"]
    counted = users.counted
    keep = np.flatnonzero(counted)
    kept_starts = np.concatenate([[0], np.cumsum(counted)])[starts] if len(counted) else starts
    count, begin, end = kernels.densest(kept_starts, times[keep], window * 60_000)
    busy = np.flatnonzero(count >= least_actions)
    actor: list[int] = []
    p: list[float] = []
    actions = []
    what: list[str] = []
    for u in busy.tolist():
        gaps = np.diff(times[keep[begin[u] : end[u]]]) / 1000.0
        too_fast = float(kernels.poisson_tail(count[u : u + 1], np.array([PER_MINUTE * window]))[0])
        chance = min(1.0, 2 * min(too_fast, _regularity(gaps)))
        if chance <= WEAKEST:
            own = keep[kept_starts[u] : kept_starts[u + 1]]
            run = own[_whole_run(times[own], begin[u] - kept_starts[u], end[u] - kept_starts[u])]
            actor.append(u)
            p.append(chance)
            actions.append(users.actions(run))
            what.append(
                f"made {len(run)} look-ups in {max(round((times[run[-1]] - times[run[0]]) / 60_000), 1)} minutes, "
                f"one every {np.median(gaps):.0f} seconds give or take {gaps.std():.1f}"
            )
    tested = len(users)
    if users.has("subject"):
        serials = users["serial"][keep]
        steps, longest, first, last = kernels.sequential(kept_starts, times[keep], serials)
        everyone = np.zeros(len(users), np.int32)
        p_steps = rate_tail(steps, np.maximum(np.diff(kept_starts) - 1, 0), everyone)
        for u in np.flatnonzero((p_steps <= WEAKEST) & (longest >= 5)).tolist():
            actor.append(u)
            p.append(float(p_steps[u]))
            actions.append(users.actions(keep[first[u] : last[u]]))
            what.append(
                f"looked up numbers one after another: {steps[u]} steps of exactly one, at most {longest[u]} in a row"
            )
        tested += len(users)
    peers = peering(users, context)
    return Signals.of_chance(
        np.array(actor, np.int32),
        np.array(p, float),
        tuple(actions),
        tested,
        measures={"what": what},
        standing=Standing(
            f"most look-ups within {window} minutes",
            np.where(count > 0, count.astype(float), np.nan),
            peers.code,
            peers.names,
        ),
    )


def _whole_run(times: NDArray[np.int64], begin: int, end: int) -> slice:
    """Widen the rows begin:end of a user to all that follow one another at no more than three times their usual gap."""
    longest = 3 * np.median(np.diff(times[begin:end]))
    breaks = np.flatnonzero(np.diff(times) > longest) + 1
    before, after = breaks[breaks <= begin], breaks[breaks >= end]
    return slice(int(before[-1]) if len(before) else 0, int(after[0]) if len(after) else len(times))


def _regularity(gaps: NDArray[np.float64]) -> float:
    """P(gaps as even or evener) when they follow a gamma law of shape 4. gaps: (n,) seconds."""
    mean = float(gaps.mean())
    if len(gaps) < 2 or mean <= 0:
        return 1.0
    # Log files keep whole seconds: rounding alone scatters gaps by 1/6 s squared.
    spread = (float(gaps.var(ddof=1)) + 1 / 6) / mean**2
    # The variance of a sample variance grows with kurtosis, 6 / shape for a gamma law: fewer effective
    # degrees of freedom.
    df = (len(gaps) - 1) / (1 + 3 / SHAPE)
    return float(stats.chi2.cdf(df * spread * SHAPE, df))
