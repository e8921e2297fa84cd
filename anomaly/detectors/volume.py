"""Many more look-ups than unit peers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import extreme, level_tail
from anomaly.detectors.peers import peering

# How even a person's months are differs little between units: so many users' worth of the usual unevenness.
OF_MONTHS = 30.0
MONTH, LEAST_MONTHS = 28, 4  # days; months that say what is usual
LEAST_DAYS = 5  # active, beside the busiest; UNV


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
    says="{user} made {pace} look-ups per active day that nothing in the context explains, {when}; "
    "{usual} is usual for {whom}.",
)
def volume(users: Groups, context: Context, *, least_actions: int = 100) -> Signals:
    """A user makes many more look-ups than the others of the unit, or than in the user's own other months.

    Why: Two users of one department made 1,500 searches a year where peers made 300 to 400 (an audit of
        Edgewater, 2025). Volume alone is never enough: a traffic officer or a plate-reader desk looks the
        same.
    Null: Two tests, the smaller p-value doubled. Look-ups per active day, of all and of those unexplained
        (the busiest day left out): the logarithms of the peers' scatter like Student's t around their median
        (robust scale, moderated by that of all units, the user left out). And the pace of the user's busiest
        months of four weeks, one after another, beside that of the other months, by logarithms and by the
        scatter of so many months: the largest of all stretches of at most half the time follows Gumbel's law
        among peers; months with fewer than six active days, and users of fewer than four months, say
        nothing. Users of units too small to compare are not tested.
    Also fires on: Traffic units, dispatchers who query for others, task forces, a new post in mid-log.
    Clears: The role; calls and cases that explain the look-ups; a service account.
    Evades: Few look-ups, or many from the first day to the last.
    """
    made = np.bincount(users.owner[users.counted], minlength=len(users))
    peers = peering(users, context)
    code = np.where(peers.same_work & (np.diff(users.starts) > 0), peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    owner, days = users.owner, users["day"]
    # Where no table covers a user's work, it is the unexplained count that stands out, not the user: both
    # must.
    whole = np.zeros(len(days), np.int32)
    level, every = (
        _paces(owner, days, whole, each, len(users))[0][:, 0] for each in (users.counted, whole == 0)
    )
    by_peers = np.maximum(level_tail(100 * level, code), level_tail(100 * every, code))
    months = (days - days.min()) // MONTH
    pace, known = _paces(owner, days, months, users.counted, len(users))
    enough = known.sum(axis=1) >= LEAST_MONTHS
    surge = surges(pace, known)
    steady = np.where(enough & (made >= least_actions), code, np.int32(-1)).astype(np.int32)
    by_months = level_tail(surge.size, steady, extreme, prior=OF_MONTHS)
    p = np.minimum(1.0, 2 * np.minimum(by_peers, by_months))
    actor = np.flatnonzero((p <= WEAKEST) & (made >= least_actions)).astype(np.int32)
    late = by_months < by_peers
    actions, when, usual, whom = [], [], [], []
    for u in actor.tolist():
        rows = np.arange(users.starts[u], users.starts[u + 1])
        if late[u]:
            rows = rows[surge.inside[u, months[rows]]]
            first = np.datetime64(0, "D") + int(days[rows[0]])
            when.append(f"most of them in {surge.inside[u].sum()} x {MONTH} days from {first}")
            usual.append(surge.usual[u])
            whom.append("the user's own other months")
        else:
            others = (code == code[u]) & (np.arange(len(made)) != u)
            when.append(f"{made[u]} in all")
            usual.append(float(np.median(level[others])))
            whom.append(peers.names[code[u]])
        actions.append(users.actions(rows))
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(actions),
        int((code >= 0).sum()),
        measures={
            "pace": np.round(np.where(late, surge.pace, level)[actor], 1),
            "when": when,
            "usual": np.round(np.array(usual, float), 1),
            "whom": whom,
        },
        left_out=peers.left_out,
        standing=Standing(
            "unexplained look-ups per active day",
            np.where(code >= 0, level, np.nan),
            code,
            peers.names,
        ),
    )


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
    """Return look-ups per active day of each user and month, (g, months), and where enough days were active.

    The month's busiest day is left out: a sweep of one car park is no pace. Half a look-up is added: a month
    without any is no measure of the others.
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
