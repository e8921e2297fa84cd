"""The test that detectors of purposes share: a user does something in more of the look-ups than peers do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import Peering, peering
from anomaly.detectors.purposes import same_work, usual_rate
from anomaly.detectors.tally import Marked, Marks, split_marked, tally

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Beside:
    """How each user's count stands beside those who do the same work.

    p: (g,) float64, 1 where not tested. usual: (g,) float64, how many in 1,000 the others have of the group
    that differs most; by_own: (g,) bool, that is the own unit, whose name `own` has. group: (g,) int32, users
    of units of one name, -1 not tested; labels: the name of each.
    """

    p: Floats
    usual: Floats
    by_own: Marks
    own: Peering
    group: NDArray[np.int32]
    labels: tuple[str, ...]

    def peers(self, user: int) -> str:
        """Name the group that differs most from a tested user."""
        names, group = (self.own.names, self.own.code) if self.by_own[user] else (self.labels, self.group)
        return names[int(group[user])]


def beside_peers(
    users: Groups, context: Context, k: NDArray[np.int64], n: NDArray[np.int64], least: int = 1
) -> Beside:
    """Compare each user with units of that name everywhere, and with the own unit where that is large enough.

    k, n: (g,) int64 successes and trials; fewer successes than `least` are no signal. See `rate_tail` for the
    null of each; the p-value is of both (`together`). Agencies differ: detectives of a county's large
    units met applicants in 42 of 1,000 people, those of its small ones in 19, where 26 of 153 had a p-value
    of 2e-4 beside all and 1e-15 beside the small. A unit that shares a habit is compared with its sisters.
    """
    own = peering(users, context)
    group, labels = same_work(users, context)
    wide, near = (np.where(n > 0, one, -1).astype(np.int32) for one in (group, own.code))
    near[~own.same_work | (wide < 0)] = -1
    # Small units of one name are of many agencies, and differ as agencies do: the spread inside large units,
    # which groups borrow, is too small for them.
    mixed = _mixed(near, users.home)
    tail = partial(rate_tail, k, n, most=1.0)
    each = [
        tail(peer=wide),
        np.where(mixed, *(tail(peer=np.where(some, near, -1)) for some in (mixed, ~mixed))),
    ]
    each[1] = np.where(near >= 0, each[1], each[0])
    each = [np.where((k >= least) & (wide >= 0), p, 1.0) for p in each]
    everyone = np.arange(len(users), dtype=np.int32)
    usual = [usual_rate(k, n, one, everyone) for one in (wide, near)]
    by_own = each[1] < each[0]
    return Beside(together(each), np.where(by_own, usual[1], usual[0]), by_own, own, wide, labels)


def _mixed(group: NDArray[np.int32], place: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Say of each user, (g,) bool, whether users of several places are in the group. Both (g,) int32."""
    pairs = np.unique(np.stack([group, place]), axis=1)
    places = np.bincount(pairs[0] + 1, minlength=int(group.max(initial=-1)) + 2)
    several: NDArray[np.bool_] = places[group + 1] > 1
    return several


def together(each: list[Floats]) -> Floats:
    """Return one p-value of several about one count, which depend on each other: their harmonic mean (Wilson
    2019, PNAS 116). Where they agree it costs nothing; the smallest of two is at most doubled.
    """
    mean: Floats = len(each) / np.sum([1 / np.maximum(one, 1e-300) for one in each], axis=0)
    return np.minimum(mean, 1.0)


def more_than_peers(
    users: Groups, context: Context, marked: Marked, statistic: str, *, in_all: bool = False
) -> Signals:
    """Signal the users who do something in more of some look-ups than chance gives.

    marked: what is done and what it is done among, (m,) bool each of a part. What nothing explains is
    counted; the signal is about all that is done. in_all: all that is done, explained or not, must be more
    than the others do as well, the larger p-value counts: for what is some unit's own work, of which one
    user's records may be missing. statistic: the share in words. Measures: events, asked, usual, peers. See
    `beside_peers` for the null.
    """
    k, n, whole = tally(users, partial(_open, marked=marked))
    beside = beside_peers(users, context, k, n)
    p = np.maximum(beside.p, beside_peers(users, context, whole, n).p) if in_all else beside.p
    actor, actions = split_marked(users, p <= WEAKEST, partial(_about, marked=marked))
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((beside.group >= 0).sum()),
        measures={
            "events": k[actor],
            "asked": n[actor],
            "usual": beside.usual[actor],
            "peers": [beside.peers(user) for user in actor.tolist()],
        },
        standing=standing_of(k, n, beside, statistic),
    )


def standing_of(k: NDArray[np.int64], n: NDArray[np.int64], beside: Beside, statistic: str) -> Standing:
    """Return where each user stands among units of one name: k of n, in percent."""
    share = np.where(beside.group >= 0, np.round(100 * k / np.maximum(n, 1), 2), np.nan)
    return Standing(statistic, share, beside.group, beside.labels)


def _open(part: Groups, marked: Marked) -> tuple[Marks, ...]:
    done, among = marked(part)
    return done & part.counted, among, done


def _about(part: Groups, marked: Marked) -> tuple[Marks, ...]:
    done, _ = marked(part)
    return done & part.counted, done
