"""Many users on one subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.policy import REASON_CLASSES

LEAST_WINDOWS = 3
SPIKE = 0.05  # a crowd of more chance than this is of someone whom many meet all year
LARGEST = 20  # other spikes, from which the tail is estimated
LEAST_CROWD = 3  # users; those of fewer say little about how reasons go together
# Reasons of a crowd go together at least so much: they come from one briefing. UNV.
LEAST_RHO = 0.02
# Words that no list knows may name a matter; these name none.
UNSTATED = [REASON_CLASSES.index(name) for name in ("vague", "missing")]


@detector(
    group="subject",
    needs=("subject",),
    uses=("agency", "unit", "reason", "case_number"),
    clears=("case", "call", "bulletin", "test record", "service account", "batch message"),
    category="curiosity",
    weight=0.9,
    says="{n_users} users of {n_agencies} looked up one subject within {window} days from {first}; "
    "{usual} of 10,000 subjects meet as many.",
)
def convergence(subjects: Groups, context: Context, *, window: Days = 7, least_users: int = 5) -> Signals:
    """Many different users look up the same person within days.

    Why: A murder victim was looked up 158 times in a month by 110 users of 59 agencies; officers viewed a
        colleague's record 1,000 times (Pioneer Press on the Minnesota Legislative Auditor, 2013).
    Null: Crowds are part of this log's work. Different users in a subject's densest window have the tail of
        the largest other crowds of the log (Pareto, fitted as Hill 1975, Annals of Statistics 3, to the
        twenty largest; the estimate's own doubt included). And the subject's look-ups fall on any window of
        the log alike (binomial scan, times the number of windows); the larger of the two p-values counts:
        someone whom many meet all year is not a spike. A log of fewer than three windows cannot tell that.
        Where reasons are given, users who state no matter for the look-up are as many as those users leave it
        out elsewhere (beta-binomial, with the spread of all the log's crowds); the two p-values are put
        together by Fisher's product.
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
    candidates = np.flatnonzero(most >= least_users).astype(np.int32)
    if not len(candidates):
        return Signals.none(tested=tested)
    days = subjects["day"]
    windows = (int(days.max()) - int(days.min()) + 1) / window
    spike = np.zeros(len(candidates))
    if windows >= LEAST_WINDOWS:
        spike = _crowded(subjects, users, candidates, begin, end, windows)
    spikes = most[candidates[spike <= SPIKE]]
    p = np.maximum(_crowd(most[candidates], spikes, least_users, tested), spike)
    if subjects.has("reason"):
        p = _together(p, _unstated(subjects, users, most, begin, end)[candidates])
    found = p <= WEAKEST
    actor, p = candidates[found], p[found]
    everyone = np.zeros(len(subjects), np.int32)
    agency = subjects.log.actions.agency
    actions = tuple(subjects.actions(np.arange(begin[s], end[s])) for s in actor)
    sizes = np.sort(most[most > 0])
    as_many = (len(sizes) - np.searchsorted(sizes, most[actor])) / len(sizes)
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
            "usual": np.round(10_000 * as_many, 1).tolist(),
        },
        standing=Standing(
            "different users in a week",
            np.where(most >= 2, most.astype(float), np.nan),
            everyone,
            ("the subjects whom two users or more looked up",),
        ),
    )


def _crowd(
    users: NDArray[np.int64], spikes: NDArray[np.int64], least_users: int, tested: int
) -> NDArray[np.float64]:
    """P(so many users or more), from the largest other spikes of the log. users: (k,), spikes: (s,) the users
    of each spike; tested: subjects. Returns (k,) float64.
    """
    largest = np.sort(spikes)[::-1][: LARGEST + 1].astype(float)
    p = np.ones(len(users))
    for k, mine in enumerate(users.tolist()):
        same = np.flatnonzero(largest == mine)[:1]
        others = np.delete(largest, same)
        least = (others[-1] if len(others) == LARGEST else float(least_users)) - 0.5
        # Two more of index 2, the heaviest of finite mean, for what is not known; the foremost counts as the
        # second, or two would hide each other.
        logs = float(np.log(np.minimum(others, others[1:2].max(initial=least)) / least).sum()) + 1.0
        share = (int((spikes > least).sum()) - int(mine > least and len(same) > 0) + 0.5) / tested
        beyond = 1 + max(0.0, np.log((mine - 0.5) / least)) / logs
        p[k] = min(1.0, share * beyond ** -(len(others) + 2.0))
    return p


def _together(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put independent p-values together: P(a product of two is as small) (Fisher 1932)."""
    product = np.maximum(p * q, 1e-300)
    return np.asarray(np.minimum(1.0, product * (1 - np.log(product))), float)


def _unstated(
    subjects: Groups,
    users: NDArray[np.int32],
    most: NDArray[np.int64],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
) -> NDArray[np.float64]:
    """P(so many users or more state no matter in a subject's window), (s,) float64; 1 for small crowds.

    A user states one who does so in any look-up of the window, by words or a case number.
    """
    silent = np.isin(subjects["reason_class"], UNSTATED) & (subjects["case_number"] < 0)
    known = users >= 0
    count = len(subjects.log.texts["user"])
    left_out, made = (
        np.bincount(rows + 1, minlength=count + 1)[1:] for rows in (users[silent & known], users)
    )
    habit = (left_out + 0.5) / (made + 1)
    crowds = np.flatnonzero(most >= LEAST_CROWD)
    sizes = (end - begin)[crowds]
    rows = np.repeat(begin[crowds] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    crowd = np.repeat(np.arange(len(crowds)), sizes)[known[rows]]
    rows = rows[known[rows]]
    pairs, pair = np.unique(crowd * count + users[rows], return_inverse=True)
    stated = np.bincount(pair, ~silent[rows]) > 0
    # Who looked more often had more chances to state a matter.
    alone = habit[pairs % count] ** np.bincount(pair)
    n = np.bincount(pairs // count, minlength=len(crowds))
    k = np.bincount(pairs // count, ~stated, len(crowds)).astype(np.int64)
    rate = np.clip(np.bincount(pairs // count, alone, len(crowds)) / n, 0.01, 0.99)
    # Pearson's statistic of a crowd is 1 + (n - 1) rho on average; each is judged by the others'.
    excess = (k - n * rate) ** 2 / (n * rate * (1 - rate)) - 1
    rho = np.clip((excess.sum() - excess) / np.maximum((n - 1).sum() - (n - 1), 1), LEAST_RHO, 0.5)
    p = np.ones(len(most))
    p[crowds] = kernels.beta_binomial_tail(k, n, rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho)
    return p


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
