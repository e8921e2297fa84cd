"""One login in two places at once, or with no time to sleep."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import Hours, Minutes, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest
from anomaly.detectors.stations import stations_of

MINUTE = 60_000
NOBODY = ("test record", "stated test", "program's text", "service account")


@detector(
    group="user",
    uses=("terminal", "agency", "unit"),
    clears=NOBODY,
    category="credential misuse",
    weight=0.8,
    says="The login {user}, compared with those of {peers}, was {seen}.",
)
def shared_login(
    users: Groups,
    context: Context,
    *,
    within: Minutes = 30,
    travel: Minutes = 15,
    awake: Hours = 16,
    rest: Hours = 5,
) -> Signals:
    """One login is used at two terminals at once, or by day and by night without a rest.

    Why: Password sharing is named among the misuse that California's agencies report (EFF, January 2025); a
        public log site reports logins that seem to be shared (HaveIBeenFlocked, 2026).
    Null: The share of a user's days with look-ups at two terminals by turns (this one, that one, this one,
        that one, within `within` minutes; or two of different agencies within `travel` minutes), and the
        share of days on which work lasts longer than `awake` hours with no silence of `rest` hours in it,
        vary among peers of the unit by a beta-binomial law, the user left out. Twice the smaller of the two
        p-values counts.
    Also fires on: A car's computer and a desk beside it, where colleagues have only one; an address that
        changes with the network; a double shift.
    Clears: Shifts on record that last as long; a service account; a unit in which everybody does so.
    Evades: Taking turns: the second person waits until the first has signed off.
    """
    habits = [_sleepless(users, context, awake, rest)]
    if users.has("terminal"):
        habits.insert(0, _at_once(users, context, within * MINUTE, travel * MINUTE))
    return strangest(users, peering(users, context), habits, "days on which the habit shows")


def _days(users: Groups, rows: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Count the days of each user, (g,) int64, on which there are rows."""
    chosen = slice(None) if rows is None else rows
    each = np.unique(users.owner[chosen].astype(np.int64) << 32 | users["day"][chosen].astype(np.int64))
    return np.bincount(each >> 32, minlength=len(users))


def _at_once(users: Groups, context: Context, within: int, travel: int) -> Rate:
    """Find the days on which a user's look-ups come from two terminals by turns, or from two agencies."""
    human = (users["terminal"] >= 0) & ~users.covered(NOBODY)
    rows = np.flatnonzero(human)
    # What happened at one moment is told in the order of terminals, whatever the order of the file.
    rows = rows[np.lexsort((users["terminal"][rows], users["time"][rows], users.owner[rows]))]
    owner, terminal, time = users.owner[rows], users["terminal"][rows], users["time"][rows]
    begins = np.flatnonzero(np.diff(terminal, prepend=-1) | np.diff(owner, prepend=-1))
    ends = np.append(begins[1:], len(rows)) - 1  # of each run of look-ups at one terminal
    who, where = owner[begins], terminal[begins]
    new = np.diff(time, prepend=-1).astype(bool) | np.diff(owner, prepend=-1).astype(bool)
    moment, opened = np.cumsum(new) - 1, np.append(np.flatnonzero(new), len(rows))
    found = np.zeros(len(users.owner), np.bool_)

    def mark(first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
        """Mark the rows from the last of one run to the first of another, and all of the same moments."""
        edges = np.zeros(len(rows) + 1, np.int64)
        np.add.at(edges, opened[moment[ends[first]]], 1)
        np.add.at(edges, opened[moment[begins[last]] + 1], -1)
        found[rows[np.cumsum(edges[:-1]) > 0]] = True

    k = np.arange(max(len(begins) - 3, 0))
    turns = (who[k] == who[k + 3]) & (where[k] == where[k + 2]) & (where[k + 1] == where[k + 3])
    turns &= time[begins[k + 3]] - time[ends[k]] <= within
    mark(k[turns], k[turns] + 3)
    if users.has("agency"):
        stations = stations_of(users, context)
        known = np.append(stations.owner, np.int32(-1))[stations.at[rows[begins]]]
        known = np.where(known >= 0, known, users["agency"][rows[begins]])
        k = np.arange(max(len(begins) - 1, 0))
        far = (who[k] == who[k + 1]) & (known[k] >= 0) & (known[k + 1] >= 0) & (known[k] != known[k + 1])
        far &= time[begins[k + 1]] - time[ends[k]] <= travel
        mark(k[far], k[far] + 1)
    return Rate(
        "in two places at once on {times} of {chances} days", found, _days(users, found), _days(users, human)
    )


def _sleepless(users: Groups, context: Context, awake: Hours, rest: Hours) -> Rate:
    """Find the days on which a user's work lasts too long; as many as recorded shifts make do not count."""
    human = np.flatnonzero(~users.covered(NOBODY))
    owner, time = users.owner[human], users["time"][human]
    opens = (np.diff(owner, prepend=-1) != 0) | (np.diff(time, prepend=0) >= rest * HOUR)
    begins = np.flatnonzero(opens)
    sizes = np.diff(np.append(begins, len(human)))
    length = time[begins + sizes - 1] - time[begins]
    too_long = _too_long(length, awake * HOUR)
    times = np.bincount(owner[begins], weights=too_long, minlength=len(users)).astype(np.int64)
    times = np.maximum(times - _on_record(users, context, awake * HOUR, rest * HOUR), 0)
    marked = np.zeros(len(users.owner), np.bool_)
    marked[human] = np.repeat(too_long > 0, sizes)
    spans = np.maximum(-(-length // DAY), 1)
    chances = np.bincount(owner[begins], weights=spans, minlength=len(users)).astype(np.int64)
    words = f"used for more than {awake} hours without a rest of {rest} on {{times}} of {{chances}} days"
    return Rate(words, marked & (times > 0)[users.owner], times, chances)


def _on_record(users: Groups, context: Context, awake: int, rest: int) -> NDArray[np.int64]:
    """Count the days on which each user's shifts, one soon after the other, last too long. (g,) int64."""
    if "shifts" not in context:
        return np.zeros(len(users), np.int64)
    spans = (
        context["shifts"]
        .select(
            pl.Series("user", users.log.texts.lookup("user", context["shifts"]["user"])),
            pl.col("start", "end").to_physical(),
        )
        .filter(pl.col("user") >= 0)
        .sort("user", "start", "end")
        .with_columns(until=pl.col("end").cum_max().shift(1).over("user"))
        .with_columns(block=(pl.col("start") - pl.col("until") >= rest).fill_null(True).cum_sum())
        .group_by("user", "block")
        .agg(length=pl.col("end").max() - pl.col("start").min())
    )
    days = _too_long(spans["length"].to_numpy(), awake)
    return np.bincount(spans["user"], weights=days, minlength=len(users)).astype(np.int64)


def _too_long(length: NDArray[np.int64], awake: int) -> NDArray[np.int64]:
    return -(-np.maximum(length - awake, 0) // DAY)
