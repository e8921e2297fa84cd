"""Many users on one subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.hurdle import heavy_tail, law_of_others

LEAST_WINDOWS = 3


@detector(
    group="subject",
    needs=("subject",),
    uses=("agency", "unit"),
    clears=("case", "call", "bulletin", "test record", "service account", "batch message"),
    category="curiosity",
    weight=0.9,
    says="{n_users} users of {n_agencies} looked up one subject within {window} days from {first}; "
    "a subject whom two users look up in that time meets a third in {usual} of 100 cases.",
)
def convergence(subjects: Groups, context: Context, *, window: Days = 7, least_users: int = 5) -> Signals:
    """Many different users look up the same person within days.

    Why: A murder victim was looked up 158 times in a month by 110 users of 59 agencies; officers viewed a
        colleague's record 1,000 times (Pioneer Press on the Minnesota Legislative Auditor, 2013).
    Null: Different users per subject in its densest window follow a hurdle law, fitted to how often a second
        user and how many more join, over all subjects, this one left out; and the subject's look-ups fall on
        any window of the log alike (binomial scan, times the number of windows). The larger of the two
        p-values counts: someone whom many meet all year is not a spike. A log of fewer than three windows
        cannot tell that; there a law with a heavier tail, the beta-geometric, counts alone.
    Also fires on: A manhunt, a missing child, a car that is stopped all over the county.
    Clears: A bulletin in force; calls and cases with the subject; test records.
    Evades: One person looking on behalf of many.
    """
    starts, times = subjects.starts, subjects["time"]
    users = np.where(subjects.counted, subjects["user"], np.int32(-1))
    most, begin, end = kernels.distinct_in_window(
        starts, times, users, window * DAY, len(subjects.log.texts["user"])
    )
    tested = int((most > 0).sum())
    at_least = most[:, None] >= np.arange(1, 17)
    candidates = np.flatnonzero(most >= least_users).astype(np.int32)
    if not len(candidates):
        return Signals.none(tested=tested)
    met = np.flatnonzero(most > 0)
    rows = np.searchsorted(met, candidates)
    law = law_of_others(at_least[met], rows)
    days = subjects["day"]
    windows = (int(days.max()) - int(days.min()) + 1) / window
    if windows < LEAST_WINDOWS:
        p = heavy_tail(at_least[met], rows, most[candidates])
    else:
        crowded = _crowded(subjects, users, candidates, begin, end, windows)
        p = np.maximum(law.tail(most[candidates]), crowded)
    found = p <= WEAKEST
    actor, p, law = candidates[found], p[found], law.of(found)
    everyone = np.zeros(len(subjects), np.int32)
    agency = subjects.log.actions.agency
    actions = tuple(subjects.actions(np.arange(begin[s], end[s])) for s in actor)
    agencies = [len(np.unique(agency[rows])) for rows in actions]
    return Signals.of_chance(
        actor,
        p,
        actions,
        tested,
        target=actor,
        measures={
            "n_users": most[actor],
            "n_agencies": [f"{n} agencies" if n > 1 else "one agency" for n in agencies],
            "window": np.full(len(actor), window),
            "usual": np.round(100 * law.tail(np.full(len(actor), 3)) / law.again),
        },
        standing=Standing(
            "different users in a week",
            np.where(most >= 2, most.astype(float), np.nan),
            everyone,
            ("the subjects whom two users or more looked up",),
        ),
    )


def _crowded(
    subjects: Groups,
    users: NDArray[np.int32],
    candidates: NDArray[np.int32],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    windows: float,
) -> NDArray[np.float64]:
    """P(so many of a subject's user-days in one window), were they spread over the log; (k,) float64."""
    days = subjects["day"]
    inside, total = np.zeros(len(candidates), np.int64), np.zeros(len(candidates), np.int64)
    for k, s in enumerate(candidates.tolist()):
        span = slice(subjects.starts[s], subjects.starts[s + 1])
        inside[k] = _user_days(users[begin[s] : end[s]], days[begin[s] : end[s]])
        total[k] = _user_days(users[span], days[span])
    return np.minimum(
        1.0, windows * kernels.binomial_tail(inside, total, np.full(len(candidates), 1 / windows))
    )


def _user_days(users: NDArray[np.int32], days: NDArray[np.int32]) -> int:
    """Count different pairs of user and day; nobody (-1) left out."""
    known = users >= 0
    return len(np.unique(users[known].astype(np.int64) << 32 | days[known]))
