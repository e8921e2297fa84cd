"""The pairs of user and subject: whom a user looked up once, and whom more often, on how many days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import read_only

MOST = 16  # days told apart; more are counted as this many
MINUTE = 60_000  # ms


class Seen(NamedTuple):
    """Of each pair that recurs, what some of its look-ups tell.

    days: (p,) int32, on which it came back; looked: (p,) int32, how many these are; first: (p,) int32, the
    first of them in `Pairs.rows`, -1 where there is none.
    """

    days: NDArray[np.int32]
    looked: NDArray[np.int32]
    first: NDArray[np.int32]


@dataclass(frozen=True)
class Pairs:
    """The pairs with two look-ups or more, in the order of user and first look-up; the others have one.

    subjects: (m,) int32, of all look-ups, -1 nobody. starts: (p + 1,) int64; pair q has the places
    rows[starts[q]:starts[q + 1]], ascending; rows: (r,) int32. user, subject: (p,) int32. time: (r,) int64;
    day: (r,) int32. users_of: (s,) int32, how many users looked each subject up.
    """

    subjects: NDArray[np.int32]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    user: NDArray[np.int32]
    subject: NDArray[np.int32]
    time: NDArray[np.int64]
    day: NDArray[np.int32]
    users_of: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.user)

    def seen(self, chosen: NDArray[np.bool_], gap: int) -> Seen:
        """Tell what chosen ones of these look-ups tell, (r,) bool; gap: minutes within which midnight makes
        no new day.
        """
        return Seen(*kernels.repeated_days(self.starts, self.time, self.day, chosen, gap * MINUTE))

    def at_least(self, seen: Seen, once: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count each user's pairs with at least 1 ... 16 days. once: (g,) int64, those with one look-up.
        Returns (g, 16) int64.
        """
        some = np.flatnonzero(seen.days)
        place = self.user[some].astype(np.int64) * MOST + np.minimum(seen.days[some], MOST) - 1
        exactly = np.bincount(place, minlength=len(once) * MOST).reshape(-1, MOST)
        exactly[:, 0] += once
        return at_least(exactly)

    def looked_up(self, seen: Seen, once: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count each user's look-ups. once: (g,) int64, the pairs with one. Returns (g,) int64."""
        often = np.bincount(self.user, weights=seen.looked, minlength=len(once))
        return once + often.astype(np.int64)

    def each(self, values: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.int64]:
        """Sum what is known of these look-ups for each pair, (r,) -> (p,) int64."""
        return sum_each(self.starts, values)

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """Return (m,) bool: the look-ups of somebody whom the user did not look up again."""
        alone = self.subjects >= 0
        alone[self.rows] = False
        return alone


def pairs_of(users: Groups, subjects: NDArray[np.int32]) -> Pairs:
    """Find the pairs that recur. subjects: (m,) int32, -1 nobody; found once for the log's own."""
    if subjects is users["subject"]:
        return users.once("pairs", lambda: _pairs_of(users, subjects))
    return _pairs_of(users, subjects)


def _pairs_of(users: Groups, subjects: NDArray[np.int32]) -> Pairs:
    subjects = read_only(subjects)
    starts, rows, users_of = kernels.recurring(users.starts, subjects, len(users.log.subjects))
    opens = rows[starts[:-1]]
    return Pairs(
        subjects,
        starts,
        rows,
        users.owner[opens],
        subjects[opens],
        users["time"][rows],
        users["day"][rows],
        users_of,
    )


def at_least(exactly: NDArray[np.integer]) -> NDArray[np.int64]:
    """Count those with at least 1 ... 16 days, (g, 16), given how many have just so many, (g, 16)."""
    return np.ascontiguousarray(exactly[:, ::-1].cumsum(axis=1, dtype=np.int64)[:, ::-1])


def sum_each(starts: NDArray[np.int64], values: NDArray[np.integer] | NDArray[np.bool_]) -> NDArray[np.int64]:
    """Sum the values of each group, or count the chosen places. (g + 1,) int64, (m,) -> (g,) int64."""
    each: NDArray[np.integer] = values.view(np.uint8 if values.dtype == np.bool_ else values.dtype)
    each = read_only(each)
    return kernels.sums(starts, each)
