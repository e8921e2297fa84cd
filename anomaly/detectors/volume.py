"""Many more look-ups than unit peers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import MANY, PRIOR, extreme, level_tail, rate_tail, tempered
from anomaly.detectors.peers import peering

OCCASION = (
    900_000  # ms: what is asked within a quarter of an hour is one piece of work, as a car park is; UNV
)

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


def surges(pace: NDArray[np.float64], known: NDArray[np.bool_]) -> Surges:
    """Find the stretch of each user, of at most half the months that are known, whose pace stands out most.

    pace: (g, months) float64, positive; known: (g, months) bool. A surge of three months is one finding of
    three times the evidence, and does not hide in the user's own median.
    """
    logs = np.log(pace)
    count, months = pace.shape
    each = np.arange(months)
    best, inside = np.zeros(count), np.zeros((count, months), np.bool_)
    above, usual = np.zeros(count), np.zeros(count)
    for length in range(1, months // 2 + 1):
        for begin in range(months - length + 1):
            stretch = known & (each >= begin) & (each < begin + length)
            n, rest = stretch.sum(axis=1), known.sum(axis=1) - stretch.sum(axis=1)
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
    made = np.bincount(users.owner[users.counted], minlength=len(users))
    peers = peering(users, context)
    code = np.where(peers.same_work & (np.diff(users.starts) > 0), peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    owner, days = users.owner, users["day"]
    unexplained, explained, every = (
        _occasions(users, rows) for rows in (users.counted, ~users.counted, np.ones(len(days), np.bool_))
    )
    open_ones, all_ones = (
        np.bincount(owner[some], minlength=len(users)) for some in (unexplained, explained)
    )
    all_ones += open_ones
    whole = np.zeros(len(days), np.int32)
    level, of_all = (_paces(owner, days, whole, each, len(users))[0][:, 0] for each in (unexplained, every))
    usually = _usual(level, code)
    by_share = np.where(level > usually, rate_tail(open_ones, all_ones, code), 1.0)
    # Where no table covers a user's work, it is the unexplained count that stands out, not the user: both
    # must.
    by_pace = np.maximum(pace_tail(level, code), pace_tail(of_all, code))
    months = (days - days.min()) // MONTH
    pace, known = _paces(owner, days, months, unexplained, len(users))
    enough = known.sum(axis=1) >= LEAST_MONTHS
    surge = surges(pace, known)
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
            rows = rows[surge.inside[u, months[rows]]]
            first = np.datetime64(0, "D") + int(days[rows[0]])
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
    groups = [g for code in np.unique(peer[peer >= 0]) if len(g := np.flatnonzero(peer == code)) >= 4]
    typical = max(float(np.median([_reach(logs[None, g])[1][0] for g in groups])), 0.1) if groups else 0.0
    for members in groups:
        n = len(members)
        others = logs[members][None, :]  # one of so many moves no quantile
        if n <= MANY:
            others = logs[members[(np.arange(n)[:, None] + np.arange(1, n)) % n]]
        middle, scale = _reach(others)
        worth = WORTH * others.shape[1]
        scale = np.sqrt((PRIOR * typical**2 + worth * scale**2) / (PRIOR + worth))
        width = np.maximum(scale, 0.1) * np.sqrt(1 + 1.57 / others.shape[1])  # 1.57: variance of a median
        p[members] = special.stdtr(min(PARETO, PRIOR + worth), (middle - logs[members]) / width)
    p[peer >= 0] = tempered(p[peer >= 0])
    return p


def _reach(logs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the median of each row, and the scale of what lies above it. (k, m) -> (k,) both."""
    middle, high = np.quantile(logs, [0.5, UPPER], axis=1)
    return middle, (high - middle) / ABOVE


def _usual(values: NDArray[np.float64], peer: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the median of each user's peers, the user among them. (g,) both; NaN without peers."""
    usual = np.full(len(values), np.nan)
    for code in np.unique(peer[peer >= 0]):
        usual[peer == code] = np.median(values[peer == code])
    return usual


def _occasions(users: Groups, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the first of the chosen look-ups in each quarter of an hour of each user. (m,) bool both."""
    rows = np.flatnonzero(chosen)
    quarter, owner = users["time"][rows] // OCCASION, users.owner[rows]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (quarter[1:] != quarter[:-1]) | (owner[1:] != owner[:-1])
    marked = np.zeros(len(chosen), np.bool_)
    marked[rows[first]] = True
    return marked


def _active(owner: NDArray[np.int32], days: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Count the different days of each owner; rows in order of owner and time."""
    new = np.ones(len(owner), np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (days[1:] != days[:-1])
    return np.bincount(owner[new], minlength=count)


def _paces(
    owner: NDArray[np.int32],
    days: NDArray[np.int32],
    months: NDArray[np.int32],
    counted: NDArray[np.bool_],
    count: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return occasions per active day of each user and month, (g, months), and where enough days were active.

    The month's busiest day is left out: a sweep of every car park is no pace. Half an occasion is added: a
    month without any is no measure of the others.
    """
    width = int(months.max(initial=0)) + 1
    cell = owner * np.int64(width) + months
    made = np.bincount(cell[counted], minlength=width * count)
    active = _active(cell, days, width * count)
    new = np.ones(len(cell), np.bool_)
    new[1:] = (cell[1:] != cell[:-1]) | (days[1:] != days[:-1])
    of_day = np.bincount(np.cumsum(new) - 1, counted, int(new.sum()))
    foremost = np.zeros(width * count)
    np.maximum.at(foremost, cell[new], of_day)
    pace = (made - foremost + 0.5) / np.maximum(active - 1, 1)
    return pace.reshape(count, width), (active > LEAST_DAYS).reshape(count, width)
