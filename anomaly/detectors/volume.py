"""Many more look-ups than unit peers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import MANY, PRIOR, by_size, extreme, level_tail, rate_tail, tempered
from anomaly.detectors.peers import peering
from anomaly.detectors.tally import OCCASION

# How even a person's months are differs little between units: so many users' worth of the usual unevenness.
OF_MONTHS = 30.0
MONTH, LEAST_MONTHS = 28, 4  # days; months that say what is usual
LEAST_DAYS = 5  # active, beside the busiest; UNV
UPPER = 0.9  # of the peers, by whom the upper half's scatter is judged: one in ten may be no peer at all
ABOVE = float(special.ndtri(UPPER))  # where it lies in a normal law
# How many deviations one user's worth of that quantile knows as much as, and how few degrees of freedom a
# pace has at most: beyond it logarithms would have to fall off faster than an exponential law does.
WORTH, PARETO = 0.15, 8.0


@dataclass(frozen=True)
class Surges:
    """Each user's busiest stretch of months.

    size: (g,) float64, e to the power of how far its mean logarithm lies above that of the other months, in
    scatters of one month; inside: (g, months) bool; pace, usual: (g,) float64, geometric means inside and
    outside.
    """

    size: NDArray[np.float64]
    inside: NDArray[np.bool_]
    pace: NDArray[np.float64]
    usual: NDArray[np.float64]


@dataclass(frozen=True)
class Paces:
    """Occasions (`kernels.paces`) of each user and month, (g, months) int64 each: made; active, days with any
    look-up; most, of one day.
    """

    made: NDArray[np.int64]
    active: NDArray[np.int64]
    most: NDArray[np.int64]

    def of_months(self) -> NDArray[np.float64]:
        """Return occasions per active day, (g, months).

        The month's busiest day is left out: a sweep of every car park is no pace. Half an occasion is added:
        a month without any is no measure of the others.
        """
        return _pace(self.made, self.active, self.most)

    def of_all_months(self) -> NDArray[np.float64]:
        """Return the same of each user's whole time, (g,)."""
        return _pace(self.made.sum(axis=1), self.active.sum(axis=1), self.most.max(axis=1))


def _pace(made: NDArray[np.int64], active: NDArray[np.int64], most: NDArray[np.int64]) -> NDArray[np.float64]:
    pace: NDArray[np.float64] = (made - most + 0.5) / np.maximum(active - 1, 1)
    return pace


Told: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _told(part: Groups, since: int, months: int) -> Told:
    """Return the paces of what nothing explains and of everything, (3, g, months) both, how many occasions of
    each user are explained, and how many look-ups are not, (g,) both.
    """

    def of(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
        marks.setflags(write=False)
        told = kernels.paces(part.starts, part["time"], part["day"], marks, OCCASION, since, MONTH, months)
        return np.stack(told)

    unexplained = of(part.counted)
    made = np.diff(np.append(0, np.cumsum(part.counted))[part.starts])
    if made.sum() == len(part.counted):
        return unexplained, unexplained, np.zeros_like(made), made
    every = of(np.ones(len(part.counted), np.bool_))
    return unexplained, every, of(~part.counted)[0].sum(axis=1), made


def surges(pace: NDArray[np.float64], known: NDArray[np.bool_]) -> Surges:
    """Find the stretch of each user, of at most half the months that are known, whose pace stands out most.

    pace: (g, months) float64, positive; known: (g, months) bool. A surge of three months is one finding of
    three times the evidence, and does not hide in the user's own median.
    """
    logs = np.log(pace)
    count, months = pace.shape
    each, total = np.arange(months), known.sum(axis=1)
    best, inside = np.zeros(count), np.zeros((count, months), np.bool_)
    above, usual = np.zeros(count), np.zeros(count)
    for length in range(1, months // 2 + 1):
        for begin in range(months - length + 1):
            stretch = known & (each >= begin) & (each < begin + length)
            n = stretch.sum(axis=1)
            rest = total - n
            within = np.where(stretch, logs, 0.0).sum(axis=1) / np.maximum(n, 1)
            without = np.where(known & ~stretch, logs, 0.0).sum(axis=1) / np.maximum(rest, 1)
            size = (within - without) * np.sqrt(n * rest / np.maximum(n + rest, 1))
            better = (n > 0) & (rest >= n) & (size > best)
            best[better], inside[better] = size[better], stretch[better]
            above[better], usual[better] = within[better], without[better]
    return Surges(np.exp(best), inside, np.exp(above), np.exp(usual))


@detector(
    group="user",
    uses=("agency", "unit"),
    clears=(
        "case",
        "call",
        "bulletin",
        "test record",
        "stated test",
        "program's text",
        "service account",
        "batch message",
    ),
    category="harvesting",
    weight=0.3,
    circumstance=True,
    says="{user} made look-ups that nothing in the context explains at {pace} times of an active day (a "
    "quarter of an hour counts once), {when}; {usual} is usual for {whom}.",
)
def volume(users: Groups, context: Context, *, least_actions: int = 100) -> Signals:
    """A user makes many more look-ups than the others of the unit, or than in the user's own other months.

    Why: Two users of one department made 1,500 searches a year where peers made 300 to 400 (an audit of
        Edgewater, 2025). Volume alone is never enough: a traffic officer or a plate-reader desk looks the
        same. Who is only busy has as many look-ups with a call or a case behind them as busy people have.
    Null: Quarters of an hour with a look-up are counted, so that a car park is one and not fifty. Three
        tests, the smallest p-value three times. Of a user's, those that nothing explains follow the rate of
        the peers with the peers' spread (beta-binomial, the user left out); only users of more than the
        usual pace. The pace by active day (the busiest left out), of all and of the unexplained ones: its
        logarithms scatter above the peers' median like Student's t of at most eight degrees of freedom, by
        the scale of the peers' upper half. And the pace of the user's busiest months of four weeks, one after
        another, beside that of the other months, by logarithms and by the scatter of so many months: the
        largest of all stretches of at most half the time follows Gumbel's law among peers; months with fewer
        than six active days, and users of fewer than four months, say nothing. Users of units too small to
        compare are not tested.
    Also fires on: Traffic units, dispatchers who query for others, task forces, a new post in mid-log; an
        officer whose calls are filed under a partner's name.
    Clears: The role; calls and cases that explain the look-ups; a service account.
    Evades: Few look-ups, or many from the first day to the last in a log without calls and cases.
    """
    peers = peering(users, context)
    code = np.where(peers.same_work & (np.diff(users.starts) > 0), peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    since = int(users["day"].min())
    months = (int(users["day"].max()) - since) // MONTH + 1
    told = users.each(partial(_told, since=since, months=months))
    unexplained, every = (Paces(*np.concatenate(each, axis=1)) for each in list(zip(*told, strict=True))[:2])
    explained, made = (np.concatenate(each) for each in list(zip(*told, strict=True))[2:])
    open_ones = unexplained.made.sum(axis=1)
    all_ones = open_ones + explained
    level, of_all = unexplained.of_all_months(), every.of_all_months()
    usually = _usual(level, code)
    by_share = np.where(level > usually, rate_tail(open_ones, all_ones, code), 1.0)
    # Where no table covers a user's work, it is the unexplained count that stands out, not the user: both
    # must.
    by_pace = np.maximum(pace_tail(level, code), pace_tail(of_all, code))
    known = unexplained.active > LEAST_DAYS
    enough = known.sum(axis=1) >= LEAST_MONTHS
    surge = surges(unexplained.of_months(), known)
    steady = np.where(enough & (made >= least_actions), code, np.int32(-1)).astype(np.int32)
    by_months = level_tail(surge.size, steady, extreme, prior=OF_MONTHS)
    by_months[steady >= 0] = tempered(by_months[steady >= 0])
    tails = [by_share, by_pace, by_months]
    which = np.argmin(tails, axis=0)
    p = np.minimum(1.0, len(tails) * np.min(tails, axis=0))
    actor = np.flatnonzero((p <= WEAKEST) & (made >= least_actions)).astype(np.int32)
    share = 100 * open_ones / np.maximum(all_ones, 1)
    usual_share = _usual(share, code)
    late = which == 2
    actions, when = [], []
    for u in actor.tolist():
        rows = np.arange(users.starts[u], users.starts[u + 1])
        if late[u]:
            days = users["day"][rows]
            inside = surge.inside[u, (days - since) // MONTH]
            rows, first = rows[inside], np.datetime64(0, "D") + int(days[inside][0])
            when.append(f"most of them in {surge.inside[u].sum()} x {MONTH} days from {first}")
        elif which[u] == 0:
            when.append(f"{made[u]} in all: {share[u]:.0f} of 100, where {usual_share[u]:.0f} are usual")
        else:
            when.append(f"{made[u]} in all")
        actions.append(users.actions(rows))
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(actions),
        int((code >= 0).sum()),
        measures={
            "pace": np.round(np.where(late, surge.pace, level)[actor], 1),
            "when": when,
            "usual": np.round(np.where(late, surge.usual, usually)[actor], 1),
            "whom": ["the user's own other months" if late[u] else peers.names[code[u]] for u in actor],
        },
        left_out=peers.left_out,
        standing=Standing(
            "times of an active day with unexplained look-ups",
            np.where(code >= 0, level, np.nan),
            code,
            peers.names,
        ),
    )


def pace_tail(pace: NDArray[np.float64], peer: NDArray[np.int32]) -> NDArray[np.float64]:
    """P(pace or more) for each user. pace: (g,) float64; peer: (g,) int32, -1 not tested: 1. (g,) float64.

    Paces have a long right tail even as logarithms: with the scale of all peers, 160 times too many p-values
    were below 1e-4 where logarithms are exponential, and 1.1 times with this one (groups of 8 to 40).
    """
    p, logs = np.ones(len(pace)), np.log(np.maximum(pace, 0.01))
    alike = [groups for groups in by_size(peer) if groups.shape[1] >= 4]
    scales = np.concatenate([np.zeros(0), *(_reach(logs[groups])[1] for groups in alike)])
    typical = max(float(np.median(scales)), 0.1) if len(scales) else 0.0
    for groups in alike:
        n = groups.shape[1]
        others = logs[groups][:, None, :]  # one of so many moves no quantile
        if n <= MANY:
            others = logs[groups[:, (np.arange(n)[:, None] + np.arange(1, n)) % n]]
        middle, scale = _reach(others)
        worth = WORTH * others.shape[2]
        scale = np.sqrt((PRIOR * typical**2 + worth * scale**2) / (PRIOR + worth))
        width = np.maximum(scale, 0.1) * np.sqrt(1 + 1.57 / others.shape[2])  # 1.57: variance of a median
        p[groups] = special.stdtr(min(PARETO, PRIOR + worth), (middle - logs[groups]) / width)
    p[peer >= 0] = tempered(p[peer >= 0])
    return p


def _reach(logs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the median of each row, and the scale of what lies above it. (..., m) -> (...) both."""
    middle, high = np.quantile(logs, [0.5, UPPER], axis=-1)
    return middle, (high - middle) / ABOVE


def _usual(values: NDArray[np.float64], peer: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the median of each user's peers, the user among them. (g,) both; NaN without peers."""
    usual = np.full(len(values), np.nan)
    for groups in by_size(peer):
        usual[groups] = np.median(values[groups], axis=1)[:, None]
    return usual
