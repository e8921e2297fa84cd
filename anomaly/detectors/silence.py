"""Who is looked up again and again, and nothing is ever stated: how often a user's own habit brings that."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from anomaly.coding import Groups
from anomaly.detectors.comebacks import Comebacks
from anomaly.detectors.pair_kinds import Told
from anomaly.detectors.pairs import sum_each
from anomaly.detectors.purposes import MISSING, VAGUE, at_codes, is_any

Floats = NDArray[np.float64]
# What peers do tells as much of a user's habit as so many days of the user's do. UNV.
FROM_PEERS = 10.0
# Days of one pair have a law of their own: a + b of it is at most so large, as if this were known from so
# many pairs: few tell little, and none tells that days of a pair have nothing in common. UNV.
LEAST_ALIKE, KNOWN_FROM = 50.0, 10.0


class Silence(NamedTuple):
    """Pairs of `Comebacks` on none of whose look-ups a matter was stated.

    never: (k,) bool. p: (k,) float64, how often the user's habit brings that, once the first look-up states
    nothing; 1 where something was stated. opened: (g,) int64, the pairs of each user that so began.
    """

    never: NDArray[np.bool_]
    p: Floats
    opened: NDArray[np.int64]


def silence_of(found: Comebacks, peer: NDArray[np.int32], gap: int) -> Silence:
    """Tell which pairs were looked up without any matter, and how often that is chance.

    A matter is a reason that is neither missing nor vague, or a case number; a redacted reason may be one.
    peer: (g,) int32, the group of each user; gap: minutes, as for `comebacks`. Days after the first of a pair
    go without as often as those of the user's other pairs do, and a little as peers' do; and days of one pair
    are alike (beta-binomial), as much as those of all other pairs of the log are that began so.
    """
    told, user = found.told, found.user
    pairs = told.pairs
    nothing = np.zeros(len(user), np.bool_)
    if not told.users.has("reason"):
        return Silence(nothing, np.ones(len(user)), np.zeros(len(told.users), np.int64))
    silent, alone = map(np.concatenate, zip(*told.users.each(partial(_silent, told)), strict=True))
    of_pairs, open_ = silent[pairs.rows], told.counted[pairs.rows]
    first = pairs.seen(open_, gap).first
    began = np.zeros(len(pairs), np.bool_)
    began[first >= 0] = of_pairs[first[first >= 0]]
    opened = alone + np.bincount(pairs.user[began], minlength=len(alone))
    began = began[found.back]
    later = found.days - 1
    stated = pairs.seen(open_ & ~of_pairs, gap).days[found.back]
    without = np.clip(found.days - stated - began, 0, later)
    never = began & (stated == 0)
    k, n = (np.bincount(user, each, len(opened)) for each in (without, later))
    of_peers = [np.bincount(peer + 1, each)[peer + 1] - each for each in (k, n)]
    usual = (of_peers[0] + 0.5) / (of_peers[1] + 1)
    # A pair says nothing of itself.
    known = FROM_PEERS + n[user] - later
    habit = (FROM_PEERS * usual[user] + k[user] - without) / known
    alike = np.full(len(user), LEAST_ALIKE)
    alike[began] = _alike((without / later)[began], habit[began])
    alike = known * alike / (known + alike)
    p = _run(alike[never] * habit[never], alike[never], later[never])
    every = np.ones(len(user))
    every[never] = p
    return Silence(never, every, opened)


def _silent(told: Told, part: Groups) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Mark the look-ups of a part that state no matter, (m,) bool; and count, (g,) int64, those of each user
    that are all the user ever looked up of somebody, and that nothing explains.
    """
    silent = is_any(part["reason_class"], [MISSING, VAGUE])
    rows = np.flatnonzero(silent)
    silent[rows] = ~told.numbered(part.begin + rows)
    if part.log.hidden_reasons.any():
        silent &= ~at_codes(part.log.hidden_reasons, part["reason"])
    here = slice(part.begin, part.begin + len(silent))
    return silent, sum_each(part.starts, silent & told.pairs.alone[here] & told.counted[here])


def _alike(share: Floats, habit: Floats) -> Floats:
    """Return a + b of the beta law that days of one pair have in common, as all others tell it: by it the
    later days of a pair that began without a matter go without with (a + 1) / (a + b + 1).

    share, habit: (k,), of the later days of such pairs, as found and by the user's habit. (k,) float64.
    """
    usual = float(habit.mean()) if len(habit) else 0.0
    by_law = KNOWN_FROM * (usual * LEAST_ALIKE + 1) / (LEAST_ALIKE + 1)
    with_ = by_law + share.sum() - share
    more = with_ - (KNOWN_FROM * usual + habit.sum() - habit)
    without = KNOWN_FROM + len(share) - 1 - with_
    law: Floats = without / np.maximum(more, without / LEAST_ALIKE)
    return law


def _run(a: Floats, size: Floats, later: NDArray[np.int64]) -> Floats:
    """P(so many more of a kind | the first is), of the beta law a, size - a. (k,) all."""
    run: Floats = np.exp(
        special.gammaln(a + 1 + later)
        - special.gammaln(a + 1)
        - special.gammaln(size + 1 + later)
        + special.gammaln(size + 1)
    )
    return run
