"""One login in two places at once, or with no time to sleep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import read_only
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.contract import Hours, Minutes, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest
from anomaly.detectors.stations import NEARLY_ALL, Stations, pairs_of, stations_of

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
    statistic = "days on which the habit shows"
    if not len(users):
        return strangest(users, peering(users, context), [], statistic)
    habits = [_sleepless(users, context, awake, rest)]
    if users.has("terminal"):
        habits.insert(0, _at_once(users, context, within * MINUTE, travel * MINUTE))
    return strangest(users, peering(users, context), habits, statistic)


def _days(part: Groups, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the days of each user, (g,) int64, on which there are rows, (k,) int64 ascending places."""
    day = part["day"][rows].astype(np.uint32).astype(np.int64)
    first = kernels.first_alike(np.searchsorted(rows, part.starts), day) == np.arange(len(rows))
    return np.diff(np.searchsorted(rows[first], part.starts))


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


def _human(part: Groups) -> NDArray[np.int64]:
    """Find the places, (k,) int64, of look-ups that people made at a terminal that is known."""
    return np.flatnonzero((part["terminal"] >= 0) & ~part.covered(NOBODY))


def _stays(users: Groups, human: NDArray[np.int64]) -> Stays:
    """Find the stays. human: (k,) int64, places of the look-ups that count."""
    rows = human.copy()
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
    rooms = _rooms(users) if users.has("unit") else None
    stations = stations_of(users, context) if users.has("agency") else None
    tell = partial(_told_at_once, within=within, travel=travel, rooms=rooms, stations=stations)
    rows, times, chances = (np.concatenate(each) for each in zip(*users.each(tell), strict=True))
    found = np.zeros(len(users.owner), np.bool_)
    found[rows] = True
    return Rate("in two places at once on {times} of {chances} days", found, times, chances)


Told: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _told_at_once(
    part: Groups, within: int, travel: int, rooms: Rooms | None, stations: Stations | None
) -> Told:
    """Return the places of look-ups from two places at once, and of each user the days of such and of all."""
    human = _human(part)
    stays = _stays(part, human)
    found = np.zeros(len(part.owner), np.bool_)
    who, where = stays.who, stays.where
    back = np.flatnonzero((who[:-2] == who[2:]) & (where[:-2] == where[2:]))
    back = back[stays.since[back + 2] - stays.until[back] <= max(within, travel)]
    back = back[~_carried(part, stays, back) & ~_carried(part, stays, back + 1)]
    if rooms is not None:
        back = back[~rooms.one(part.first + who[back], where[back], where[back + 1])]
    found[stays.between(back[stays.since[back + 2] - stays.until[back] <= travel], 2)] = True
    turns = back[np.isin(back + 1, back)]
    found[stays.between(turns[stays.since[turns + 3] - stays.until[turns] <= within], 3)] = True
    if stations is not None:
        near = np.flatnonzero((who[:-1] == who[1:]) & (stays.since[1:] - stays.until[:-1] <= travel))
        one, other = (_whose(part, stations, stays.rows[stays.begins[near + step]]) for step in (0, 1))
        found[stays.between(near[(one >= 0) & (other >= 0) & (one != other)], 1)] = True
    rows = np.flatnonzero(found)
    return part.begin + rows, _days(part, rows), _days(part, human)


def _whose(part: Groups, stations: Stations, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the agency whose terminal each look-up came from, (k,), as far as is known; or else the agency
    it was logged under.
    """
    owner = np.append(stations.owner, np.int32(-1))[stations.at(part, rows)]
    return np.where(owner >= 0, owner, part["agency"][rows])


def _carried(users: Groups, stays: Stays, moves: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say of the moves from stay k to stay k + 1, (k,), whether the person looked up goes along: whoever asks
    about somebody in the car and goes on at the desk is one user.
    """
    if not users.has("subject"):
        return np.zeros(len(moves), np.bool_)
    subject = users["subject"][stays.rows]
    last, first = subject[stays.ends[moves]], subject[stays.begins[moves + 1]]
    return np.asarray((last == first) & (last >= 0))


@dataclass(frozen=True)
class Rooms:
    """Consoles that units share. of_terminal: (t,) int32, the place that shares each, -1 for none; of_user:
    (g,) int32, the place of each user's unit, -2 for none.
    """

    of_terminal: NDArray[np.int32]
    of_user: NDArray[np.int32]

    def one(
        self, user: NDArray[np.int32], here: NDArray[np.int32], there: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        """Say whether both terminals are consoles that the user's unit shares. (k,) all."""
        mine = self.of_user[user]
        return np.asarray((self.of_terminal[here] == mine) & (self.of_terminal[there] == mine))


def _rooms(users: Groups) -> Rooms:
    """Find the consoles at which hardly anybody but one unit sits, and several of that."""
    user, terminal, n = np.hstack([np.zeros((3, 0), np.int64), *users.each(_seats)])
    used = pl.DataFrame({"terminal": terminal, "place": users.home[user], "n": n})
    used = used.group_by("terminal", "place").agg(pl.col("n").sum(), users=pl.len())
    most = pl.col("n") >= NEARLY_ALL * pl.col("n").sum().over("terminal")
    used = used.filter(most & (pl.col("users") >= SHARED))
    room = np.full(len(users.log.texts["terminal"]), -1, np.int32)
    room[used["terminal"].to_numpy()] = used["place"].to_numpy()
    of_unit = users.log.texts.places[:, 1][users.home]
    return Rooms(room, np.where(of_unit >= 0, users.home, np.int32(-2)))


def _seats(part: Groups) -> NDArray[np.int64]:
    """Return the user and terminal of each pair, and how many look-ups were made there, (3, k)."""
    rows = _human(part)
    return np.stack(pairs_of(part, rows, part["terminal"][rows].astype(np.int64)))


def _sleepless(users: Groups, context: Context, awake: Hours, rest: Hours) -> Rate:
    """Find the days on which a user's work lasts too long; as many as recorded shifts make do not count."""
    told = users.each(partial(_told_sleepless, awake=awake, rest=rest))
    rows, times, chances = (np.concatenate(each) for each in zip(*told, strict=True))
    times = np.maximum(times - _on_record(users, context, times > 0, awake * HOUR, rest * HOUR), 0)
    marked = np.zeros(len(users.owner), np.bool_)
    marked[rows[times[users.owner[rows]] > 0]] = True
    words = f"used for more than {awake} hours without a rest of {rest} on {{times}} of {{chances}} days"
    return Rate(words, marked, times, chances)


def _told_sleepless(part: Groups, awake: Hours, rest: Hours) -> Told:
    """Return the places of look-ups of work that lasts too long, and of each user the days of such and of
    all.
    """
    nobody, starts, time = part.covered(NOBODY), part.starts, part["time"]
    human = np.flatnonzero(~nobody) if nobody.any() else None
    if human is not None:
        starts, time = np.searchsorted(human, starts), time[human]
        time = read_only(time)
    count, begin, end, owner = kernels.long_sessions(starts, time, rest * HOUR, awake * HOUR)
    length = time[end - 1] - time[begin]
    spans = np.maximum(-(-length // DAY), 1)
    times = np.bincount(owner, _too_long(length, awake * HOUR), len(part))
    chances = count + np.bincount(owner, spans - 1, len(part))
    sizes = end - begin
    rows = np.repeat(begin - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    rows = rows if human is None else human[rows]
    return part.begin + rows, times.astype(np.int64), chances.astype(np.int64)


def _on_record(
    users: Groups, context: Context, some: NDArray[np.bool_], awake: int, rest: int
) -> NDArray[np.int64]:
    """Count the days on which the shifts of some users, (g,) bool, one soon after the other, last too long.
    (g,) int64.
    """
    if "shifts" not in context:
        return np.zeros(len(users), np.int64)
    user = users.log.texts.lookup("user", context["shifts"]["user"])
    spans = (
        context["shifts"]
        .select(pl.Series("user", user), pl.col("start", "end").to_physical())
        .filter(np.append(some, np.False_)[user])
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
