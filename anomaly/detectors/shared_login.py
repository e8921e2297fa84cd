"""One login in two places at once, or with no time to sleep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import Hours, Minutes, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest
from anomaly.detectors.stations import NEARLY_ALL, stations_of

MINUTE = 60_000
SHARED = 3  # users; a console that so many of a unit sit at is the unit's
NOBODY = ("test record", "stated test", "program's text", "service account")


@detector(
    group="user",
    uses=("terminal", "agency", "unit", "subject"),
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
    Null: The share of a user's days with look-ups at two terminals by turns (this one, that one and this one
        again within `travel` minutes; this, that, this, that within `within`; or two of different agencies
        within `travel`), and the share of days on which work lasts longer than `awake` hours with no silence
        of `rest` hours in it, vary among peers of the unit by a beta-binomial law, the user left out. Twice
        the smaller of the two p-values counts. Who moves and goes on with the same person is one user; and
        between consoles that the own unit shares, which three of it use and hardly anybody else, nobody has
        to travel.
    Also fires on: A car's computer and a desk beside it, where colleagues have only one; an address that
        changes with the network; a double shift.
    Clears: Shifts on record that last as long; a service account; a unit in which everybody does so.
    Evades: Taking turns: the second person waits until the first has signed off; a colleague at the next
        console of one room.
    """
    habits = [_sleepless(users, context, awake, rest)]
    if users.has("terminal"):
        habits.insert(0, _at_once(users, context, within * MINUTE, travel * MINUTE))
    return strangest(users, peering(users, context), habits, "days on which the habit shows")


def _days(users: Groups, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the days of each user, (g,) int64, on which there are rows, (m,) bool."""
    chosen = np.flatnonzero(rows)
    each = users.owner[chosen].astype(np.int64) << 32 | users["day"][chosen].astype(np.int64)
    # Nearly in order already: a user's days go back only where zones or clocks change.
    each = np.unique(each[np.append(True, each[1:] != each[:-1])[: len(each)]])
    return np.bincount(each >> 32, minlength=len(users))


@dataclass(frozen=True)
class Stays:
    """Look-ups at one terminal without one at another between them, s of them, by user and time.

    rows: (k,) int64, places in group order, by user, time and terminal; begins, ends: (s,) int64, the first
    and last of each stay in `rows`; who, where: (s,) int32; since, until: (s,) int64 ms. moments: (o + 1,)
    int64, where in `rows` each user's next moment begins, and their end.
    """

    rows: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    who: NDArray[np.int32]
    where: NDArray[np.int32]
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    moments: NDArray[np.int64]

    def between(self, stay: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Return the rows from the last of a stay to the first of the `count`-th after it, and all of the
        same moments.
        """
        low = self.moments[np.searchsorted(self.moments, self.ends[stay], "right") - 1]
        high = self.moments[np.searchsorted(self.moments, self.begins[stay + count], "right")]
        size = len(self.rows) + 1
        edges = np.bincount(low, minlength=size) - np.bincount(high, minlength=size)
        return self.rows[np.cumsum(edges[:-1]) > 0]


def _stays(users: Groups, human: NDArray[np.bool_]) -> Stays:
    """Find the stays. human: (m,) bool, the look-ups that count."""
    rows = np.flatnonzero(human)
    owner, terminal, time = users.owner[rows], users["terminal"][rows], users["time"][rows]
    # What happened at one moment is told in the order of terminals, whatever the order of the file.
    after = (np.diff(time) == 0) & (np.diff(owner) == 0)
    if (after & (np.diff(terminal) < 0)).any():
        moment = np.cumsum(np.append(True, ~after))
        tied = np.append(after, False) | np.append(False, after)
        rows[tied] = rows[tied][np.lexsort((terminal[tied], moment[tied]))]
        terminal = users["terminal"][rows]
    begins = np.flatnonzero(np.diff(terminal, prepend=-1) | np.diff(owner, prepend=-1))
    ends = np.append(begins[1:], len(rows))[: len(begins)] - 1
    moments = np.flatnonzero(np.append(True, ~after)[: len(rows)])
    moments = np.append(moments, len(rows))
    return Stays(rows, begins, ends, owner[begins], terminal[begins], time[begins], time[ends], moments)


def _at_once(users: Groups, context: Context, within: int, travel: int) -> Rate:
    """Find the days on which a user's look-ups come from two terminals by turns, or from two agencies."""
    human = (users["terminal"] >= 0) & ~users.covered(NOBODY)
    stays = _stays(users, human)
    found = np.zeros(len(users.owner), np.bool_)
    who, where = stays.who, stays.where
    back = np.flatnonzero((who[:-2] == who[2:]) & (where[:-2] == where[2:]))
    back = back[stays.since[back + 2] - stays.until[back] <= max(within, travel)]
    back = back[
        ~_one_room(users, stays, back) & ~_carried(users, stays, back) & ~_carried(users, stays, back + 1)
    ]
    found[stays.between(back[stays.since[back + 2] - stays.until[back] <= travel], 2)] = True
    turns = back[np.isin(back + 1, back)]
    found[stays.between(turns[stays.since[turns + 3] - stays.until[turns] <= within], 3)] = True
    if users.has("agency"):
        near = np.flatnonzero((who[:-1] == who[1:]) & (stays.since[1:] - stays.until[:-1] <= travel))
        if len(near):
            stations = stations_of(users, context)
            rows = stays.rows[stays.begins]
            known = np.append(stations.owner, np.int32(-1))[stations.at[rows]]
            known = np.where(known >= 0, known, users["agency"][rows])
            far = (known[near] >= 0) & (known[near + 1] >= 0) & (known[near] != known[near + 1])
            found[stays.between(near[far], 1)] = True
    return Rate(
        "in two places at once on {times} of {chances} days", found, _days(users, found), _days(users, human)
    )


def _carried(users: Groups, stays: Stays, moves: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of the moves from stay k to stay k + 1, (k,), whether the person looked up goes along: whoever asks
    about somebody in the car and goes on at the desk is one user.
    """
    if not users.has("subject"):
        return np.zeros(len(moves), np.bool_)
    subject = users["subject"][stays.rows]
    last, first = subject[stays.ends[moves]], subject[stays.begins[moves + 1]]
    return np.asarray((last == first) & (last >= 0))


def _one_room(users: Groups, stays: Stays, moves: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of the moves from stay k to stay k + 1, (k,), whether both terminals are consoles that the user's
    unit shares: hardly anybody else sits there, and several of the unit do.
    """
    if not users.has("unit"):
        return np.zeros(len(moves), np.bool_)
    of_unit = users.log.texts.places[:, 1][users.home]
    asked = np.isin(stays.where, np.unique(stays.where[np.append(moves, moves + 1)]))
    used = pl.DataFrame(
        {
            "terminal": stays.where[asked],
            "place": users.home[stays.who[asked]],
            "user": stays.who[asked],
            "n": (stays.ends - stays.begins + 1)[asked],
        }
    )
    used = used.group_by("terminal", "place").agg(pl.col("n").sum(), users=pl.col("user").n_unique())
    most = pl.col("n") >= NEARLY_ALL * pl.col("n").sum().over("terminal")
    used = used.filter(most & (pl.col("users") >= SHARED))
    room = np.full(len(users.log.texts["terminal"]), -1, np.int32)
    room[used["terminal"].to_numpy()] = used["place"].to_numpy()
    user = stays.who[moves]
    mine = np.where(of_unit[user] >= 0, users.home[user], np.int32(-2))
    return np.asarray((room[stays.where[moves]] == mine) & (room[stays.where[moves + 1]] == mine))


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
