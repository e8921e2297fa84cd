"""Machine-paced and sequential look-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import read_only
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Minutes, Signals, Standing, detector
from anomaly.detectors.peers import peering

# People vary: gaps between a person's own queries scatter by half their mean or more (a gamma law of shape
# 4), and nobody types and reads more than ten queries a minute for ten minutes. UNV: chosen generously, no
# source measured it.
SHAPE = 4.0
PER_MINUTE = 10.0
# Fleets, families and forms come in runs of numbers: a step is granted this chance where the log shows less.
# UNV.
STEP = 0.05
RUN = 3  # numbers

Found: TypeAlias = tuple[int, float, NDArray[np.int64], str]  # user, p, rows, what was found


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
    copied (Monroe News, 2016).
    Null: Pace: in the user's densest ten minutes a person makes at most ten queries a minute (Poisson), at
        gaps that scatter by half their mean (chi-square on the gaps' spread). Sequence: a step of exactly one
        between neighbouring look-ups is as rare as for all other users, but never rarer than one in twenty;
        the longest run follows (longest-run law, Schilling 1990).
    Also fires on: Warrant batches, hot-list feeds, a clerk with a stack of consecutive forms.
    Clears: A service account; batch message keys; test records.
    Evades: Random pauses; shuffled numbers; many short runs.
    """
    by_number = users.has("subject")
    told = users.each(partial(_told, window=window, least=least_actions, by_number=by_number))
    count = np.concatenate([np.zeros(0, np.int64), *(part.count for part in told)])
    found = [one for part in told for one in part.paced]
    tested = len(users)
    if by_number:
        found += _sequential(told)
        tested += len(users)
    found = [one for one in found if one[1] <= WEAKEST]
    peers = peering(users, context)
    return Signals.of_chance(
        np.array([user for user, _, _, _ in found], np.int32),
        np.array([p for _, p, _, _ in found], float),
        tuple(users.actions(rows) for _, _, rows, _ in found),
        tested,
        measures={"what": [what for _, _, _, what in found]},
        standing=Standing(
            f"most look-ups within {window} minutes",
            np.where(count > 0, count.astype(float), np.nan),
            peers.code,
            peers.names,
        ),
    )


@dataclass(frozen=True)
class Told:
    """What a part tells: of each user, (g,) int64, the most look-ups in a window (count), all (made), steps
    of one, and the longest run; the paces that may be a machine's; and the places of runs, by user.
    """

    count: NDArray[np.int64]
    made: NDArray[np.int64]
    steps: NDArray[np.int64]
    longest: NDArray[np.int64]
    paced: list[Found]
    runs: dict[int, NDArray[np.int64]]


def _told(part: Groups, window: Minutes, least: int, by_number: bool) -> Told:
    counted, starts, times = part.counted, part.starts, part["time"]
    keep = None if counted.all() else np.flatnonzero(counted)
    if keep is not None:
        starts, times = np.searchsorted(keep, starts), times[keep]
        times = read_only(times)

    def places(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return part.begin + (rows if keep is None else keep[rows])

    count, begin, end = kernels.densest(starts, times, window * 60_000)
    paced = []
    for u in np.flatnonzero(count >= max(least, 2)).tolist():  # one has no pace
        p, rows, what = _paced(times, starts, u, int(begin[u]), int(end[u]), window)
        paced.append((part.first + u, p, places(rows), what))
    steps, longest, runs = np.zeros_like(count), np.zeros_like(count), {}
    if by_number:
        serial = part["serial"] if keep is None else part.at("serial", keep)
        serial = read_only(serial)
        steps, longest, first, last = kernels.sequential(starts, times, serial)
        for u in np.flatnonzero(longest >= RUN).tolist():
            runs[part.first + u] = places(np.arange(first[u], last[u]))
    return Told(count, np.diff(starts), steps, longest, paced, runs)


def _paced(
    times: NDArray[np.int64], starts: NDArray[np.int64], user: int, begin: int, end: int, window: Minutes
) -> tuple[float, NDArray[np.int64], str]:
    """Judge the pace of a user's densest window, rows begin:end, and the evenness of the run it lies in."""
    rows = _whole_run(times, int(starts[user]), int(starts[user + 1]), begin, end)
    gaps = np.diff(times[rows]) / 1000.0
    too_many = kernels.poisson_tail(np.array([end - begin]), np.array([PER_MINUTE * window]))[0]
    minutes = max(round((times[rows[-1]] - times[rows[0]]) / 60_000), 1)
    what = (
        f"made {len(rows)} look-ups in {minutes} minutes, one every {np.median(gaps):.0f} seconds "
        f"give or take {gaps.std():.1f}"
    )
    return min(1.0, 2 * min(float(too_many), _regularity(gaps))), rows, what


def _sequential(told: Sequence[Told]) -> list[Found]:
    """Judge each user's longest run of neighbouring numbers."""
    steps, made, longest = (
        np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in told)])
        for name in ("steps", "made", "longest")
    )
    share = np.maximum((steps.sum() - steps) / np.maximum(made.sum() - made, 1), STEP)
    p = np.minimum(1.0, made * (1 - share) * share ** np.maximum(longest - 1.0, 0.0))
    runs = {user: rows for part in told for user, rows in part.runs.items()}
    return [
        (
            u,
            float(p[u]),
            rows,
            f"looked up numbers one after another: {longest[u]} in a row, "
            f"{steps[u]} steps of exactly one in all",
        )
        for u, rows in runs.items()
        if p[u] <= WEAKEST
    ]


def _whole_run(times: NDArray[np.int64], low: int, high: int, begin: int, end: int) -> NDArray[np.int64]:
    """Widen the rows begin:end of a user, who has low:high, to all that follow one another at no more than
    three times their usual gap.
    """
    longest = 3 * np.median(np.diff(times[begin:end]))
    breaks = low + 1 + np.flatnonzero(np.diff(times[low:high]) > longest)
    return np.arange(max([low, *breaks[breaks <= begin]]), min([high, *breaks[breaks >= end]]))


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
    return float(special.chdtr(df, df * spread * SHAPE))
