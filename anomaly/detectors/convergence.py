"""Many users on one subject."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups, counted
from anomaly.coding.gather import distinct, read_only
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.lookers import Lookers, lookers_of, places_of
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
    if not len(subjects):
        return Signals.none()
    least = min(least_users, LEAST_CROWD)
    parts = subjects.each(partial(_told, lookers=lookers_of(subjects), window=window * DAY, least=least))
    each = (np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Crowds))
    crowds = Crowds(*each)
    most, candidate = crowds.most, crowds.most[crowds.subject] >= least_users
    often = counted(most, int(most.max()) + 1)
    often[0] = 0  # of nobody
    tested = int(often.sum())
    if not candidate.any():
        return Signals.none(tested=tested)
    users = most[crowds.subject[candidate]]
    windows = _windows(subjects, window)
    spike = np.zeros(len(users))
    if windows >= LEAST_WINDOWS:
        spike = _crowded(subjects, crowds, np.flatnonzero(candidate), windows)
    p = np.maximum(_crowd(users, users[spike <= SPIKE], least_users, tested), spike)
    if subjects.has("reason"):
        p = _together(p, _unstated(subjects, crowds)[candidate])
    found = np.flatnonzero(candidate)[p <= WEAKEST]
    actor, p = crowds.subject[found], p[p <= WEAKEST]
    values = most.astype(float)
    values[most < 2] = np.nan
    agency = subjects.log.actions.agency
    actions = tuple(subjects.actions(np.arange(*ends)) for ends in crowds.window[found])
    as_many = np.cumsum(often[::-1])[::-1][most[actor]] / tested
    agencies = [len(distinct(agency[rows])) for rows in actions]
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
            values,
            np.zeros(len(subjects), np.int32),
            ("the subjects whom two users or more looked up",),
        ),
    )


@dataclass(frozen=True)
class Crowds:
    """Users about one subject at about one time; look-ups that something explains left out.

    most: (g,) int32, different users in each subject's densest window. subject: (c,) int32, the subjects of
    crowds; window: (c, 2) int64, places of each densest window. rows: (k,) int64, places of all look-ups of
    these subjects, ascending. made, left_out: (parts, u) int32, look-ups of each user that something
    explains, and those of them that state no matter; parts where nothing is explained have none.
    """

    most: NDArray[np.int32]
    subject: NDArray[np.int32]
    window: NDArray[np.int64]
    rows: NDArray[np.int64]
    made: NDArray[np.int32]
    left_out: NDArray[np.int32]


def _told(part: Groups, lookers: Lookers, window: int, least: int) -> Crowds:
    """Tell of part of the subjects. least: users of a crowd."""
    users, count = lookers.of(part), len(lookers)
    made, left_out = np.zeros((2, 0, count), np.int32)
    explained = np.flatnonzero(~part.counted & (users >= 0))
    if len(explained):
        by, silent = users[explained], _silent(part, explained)
        made, left_out = (
            np.bincount(each, minlength=count).astype(np.int32)[None] for each in (by, by[silent])
        )
        users[explained] = -1
    users = read_only(users)
    most, begin, end = kernels.distinct_in_window(part.starts, part["time"], users, window, count)
    crowd = np.flatnonzero(most >= least)
    rows = places_of(part.starts, crowd)
    return Crowds(
        most=most.astype(np.int32),
        subject=(part.first + crowd).astype(np.int32),
        window=part.begin + np.stack([begin[crowd], end[crowd]], axis=1),
        rows=part.begin + rows[users[rows] >= 0],
        made=made,
        left_out=left_out,
    )


def _silent(groups: Groups, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say whether look-ups at some places state no matter, (k,) bool."""
    of: NDArray[np.uint8] = groups.at("reason_class", places)
    silent: NDArray[np.bool_] = (of == UNSTATED[0]) | (of == UNSTATED[1])
    silent[silent] = groups.at("case_number", places[silent]) < 0
    return silent


def _habit(subjects: Groups, crowds: Crowds) -> NDArray[np.float64]:
    """Return (u,) float64: what part of each user's look-ups states no matter, and one that may or not."""
    lookers, actions = lookers_of(subjects), subjects.log.actions
    of = actions.reason_class[: lookers.starts[-1]]
    unstated = np.flatnonzero((of == UNSTATED[0]) | (of == UNSTATED[1]))
    silent = np.zeros(len(of), np.uint8)
    silent[unstated] = (actions.subject[unstated] >= 0) & (actions.case_number[unstated] < 0)
    left_out = lookers.count(silent) - crowds.left_out.sum(axis=0, dtype=np.int64)
    made = lookers.made - crowds.made.sum(axis=0, dtype=np.int64)
    return np.asarray((left_out + 0.5) / (made + 1))


def _windows(subjects: Groups, window: int) -> float:
    """Return how many windows the days of all look-ups of a subject make."""
    days = subjects.log.actions.day
    nobodys = subjects.log.actions.subject < 0
    if nobodys.any():
        days = days[~nobodys]
    return (int(days.max()) - int(days.min()) + 1) / window


def _crowd(
    users: NDArray[np.int32], spikes: NDArray[np.int32], least_users: int, tested: int
) -> NDArray[np.float64]:
    """P(so many users or more), from the largest other spikes of the log. users: (k,), spikes: (s,) the users
    of each spike; tested: subjects. Returns (k,) float64.
    """
    largest = np.sort(spikes)[::-1][: LARGEST + 1].astype(float)
    each, which = np.unique(users, return_inverse=True)
    p = np.ones(len(each))
    for k, mine in enumerate(each.tolist()):
        same = np.flatnonzero(largest == mine)[:1]
        others = np.delete(largest, same)
        least = (others[-1] if len(others) == LARGEST else float(least_users)) - 0.5
        # Two more of index 2, the heaviest of finite mean, for what is not known; the foremost counts as the
        # second, or two would hide each other.
        logs = float(np.log(np.minimum(others, others[1:2].max(initial=least)) / least).sum()) + 1.0
        share = (int((spikes > least).sum()) - int(mine > least and len(same) > 0) + 0.5) / tested
        beyond = 1 + max(0.0, np.log((mine - 0.5) / least)) / logs
        p[k] = min(1.0, share * beyond ** -(len(others) + 2.0))
    return np.asarray(p[which])


def _together(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put independent p-values together: P(a product of two is as small) (Fisher 1932)."""
    product = np.maximum(p * q, 1e-300)
    return np.asarray(np.minimum(1.0, product * (1 - np.log(product))), float)


def _unstated(subjects: Groups, crowds: Crowds) -> NDArray[np.float64]:
    """P(so many users or more state no matter in a crowd's window), (c,) float64; 1 for small crowds.

    A user states one who does so in any look-up of the window, by words or a case number.
    """
    habit = _habit(subjects, crowds)
    count = len(habit)
    large = np.flatnonzero(crowds.most[crowds.subject] >= LEAST_CROWD)
    places, of = _between(crowds, crowds.window[large])
    users, silent = subjects.at("user", places), _silent(subjects, places)
    pairs, pair = np.unique(of * count + users, return_inverse=True)
    stated = np.bincount(pair, ~silent) > 0
    # Who looked more often had more chances to state a matter.
    alone = habit[pairs % count] ** np.bincount(pair)
    n = np.bincount(pairs // count, minlength=len(large))
    k = np.bincount(pairs // count, ~stated, len(large)).astype(np.int64)
    rate = np.clip(np.bincount(pairs // count, alone, len(large)) / n, 0.01, 0.99)
    # Pearson's statistic of a crowd is 1 + (n - 1) rho on average; each is judged by the others'.
    excess = (k - n * rate) ** 2 / (n * rate * (1 - rate)) - 1
    rho = np.clip((excess.sum() - excess) / np.maximum((n - 1).sum() - (n - 1), 1), LEAST_RHO, 0.5)
    p = np.ones(len(crowds.subject))
    p[large] = kernels.beta_binomial_tail(k, n, rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho)
    return p


def _crowded(
    subjects: Groups, crowds: Crowds, candidates: NDArray[np.int64], windows: float
) -> NDArray[np.float64]:
    """P(so many of a subject's user-days in one window), were they spread over the log; (k,) float64.

    candidates: (k,) int64, places in `crowds`.
    """
    subject = crowds.subject[candidates]
    whole = np.stack([subjects.starts[subject], subjects.starts[subject + 1]], axis=1)
    inside, total = (_user_days(subjects, crowds, ends) for ends in (crowds.window[candidates], whole))
    return np.minimum(
        1.0, windows * kernels.binomial_tail(inside, total, np.full(len(candidates), 1 / windows))
    )


def _user_days(subjects: Groups, crowds: Crowds, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count different pairs of user and day between some places. ends: (k, 2) int64. (k,) int64."""
    rows, of = _between(crowds, ends)
    user, day = subjects.at("user", rows), subjects.at("day", rows)
    order = np.lexsort((day, user, of))
    user, day, of = user[order], day[order], of[order]
    new = np.ones(len(of), np.bool_)
    new[1:] = (of[1:] != of[:-1]) | (user[1:] != user[:-1]) | (day[1:] != day[:-1])
    return np.bincount(of[new], minlength=len(ends))


def _between(crowds: Crowds, ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of crowds between some places, span after span, and the span of each. ends: (k, 2)
    int64. (r,) int64 both.
    """
    begin, end = np.searchsorted(crowds.rows, ends).T
    sizes = end - begin
    of = np.repeat(np.arange(len(sizes)), sizes)
    return crowds.rows[(begin - np.cumsum(sizes) + sizes)[of] + np.arange(len(of))], of
