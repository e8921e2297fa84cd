"""Bands of one sex and neighbouring ages, and how usual it is that people looked up fall into each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import FEMALE, MALE
from anomaly.detectors.peer_rates import BORROWED, may_be_seldom

Floats = NDArray[np.float64]
Users = slice | NDArray[np.int64]
SEXES = (FEMALE, MALE)
YOUNGEST, STEP, STEPS = 10, 3, 20  # ages are counted in steps of three years, from 10 to 69
# Bands of ages, in steps, each beginning half its width after the one before: the narrow one, six years, is
# what the cases tell of; the wider ones are twice and four times it, as of one employee's thousands of women
# none was a child and few were old. UNV.
WIDTHS = (2, 4, 8)
# People a unit borrows of the whole log's mix: it says little of one band by itself.
LENT = 50.0
BLOCK = 1024  # users: what is asked of all bands of so many stays in the cache, and 100,000 took a gigabyte


@dataclass(frozen=True)
class Bands:
    """Bands of one sex and neighbouring ages.

    sex, low, high: (b,) int64, steps low..high - 1; apart: (b,) bool, narrow ones that share no age.
    """

    sex: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    apart: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.sex)

    def count(self, held: NDArray[np.int32]) -> Floats:
        """Count each user's people in each band. held: (n, 2, STEPS), of each sex and step; to (n, b)."""
        below = np.zeros((len(held), len(SEXES), STEPS + 1), np.int64)
        np.cumsum(held, axis=2, out=below[:, :, 1:])
        of = self.sex - FEMALE
        return (below[:, of, self.high] - below[:, of, self.low]).astype(float)


BANDS = Bands(
    *np.array(
        [
            (sex, low, low + width, width == min(WIDTHS) and low % width == 0)
            for sex in SEXES
            for width in WIDTHS
            for low in range(0, STEPS - width + 1, width // 2)
        ]
    ).T
)


class Law:
    """How the people looked up fall into bands, among peers who vouch.

    The rate of each band among a user's peers, filled up with that of the whole log, the user left out, and
    how it varies between users (intraclass correlation, Williams 1982, Applied Statistics 31).
    """

    def __init__(
        self, inside: Floats, people: Floats, peer: NDArray[np.int32], vouches: NDArray[np.bool_]
    ) -> None:
        """inside: (g, b), each user's people in each band; people: (g,), all of them; peer: (g,) int32;
        vouches: (g,) bool.
        """
        self._inside, self._people, self._peer = inside, people, peer
        self._weight = vouches.astype(float)
        self._of_peers = np.zeros((int(peer.max(initial=-1)) + 1, len(BANDS) + 1))
        for rows in _blocks(len(people)):
            np.add.at(self._of_peers, peer[rows], self._mine(rows))
        self._of_all = self._of_peers.sum(axis=0)
        squares = np.concatenate([np.zeros(0), *(self._squares(rows) for rows in _blocks(len(people)))])
        self._moments = np.column_stack([squares, self._weight, people * self._weight])
        self._of_group = np.zeros((len(self._of_peers), 3))
        np.add.at(self._of_group, peer, self._moments)
        self._everywhere = max(1.0, float(squares.sum()) / max(float(self._weight.sum()), 1.0))

    def _mine(self, rows: Users) -> Floats:
        """Count what some users vouch for: by band, and everybody. (k, b + 1)."""
        mine = np.column_stack([self._inside[rows], self._people[rows]])
        return np.asarray(mine * self._weight[rows, None])

    def _rates(self, rows: Users) -> tuple[Floats, Floats]:
        """Return the rate of each band, (k, b), and of how many people it is told, (k, 1)."""
        mine = self._mine(rows)
        rest, others = self._of_all - mine, self._of_peers[self._peer[rows]] - mine
        in_all = (rest[:, :-1] + 0.5) / (rest[:, -1:] + 1)
        trials = others[:, -1:] + LENT
        return (others[:, :-1] + LENT * in_all) / trials, trials

    def _squares(self, rows: Users) -> Floats:
        rate, _ = self._rates(rows)
        expected = self._people[rows, None] * rate
        beside = (self._inside[rows] - expected) ** 2
        weighed = self._weight[rows, None] * beside / (expected * (1 - rate))
        return np.asarray(weighed[:, BANDS.apart].mean(axis=1))

    def tails(self, rows: Users) -> tuple[Floats, Floats]:
        """P(so many or more in a band), see `tails_of_few`, and the rate of the peers, of some users, (k, b)
        both.
        """
        rate, trials = self._rates(rows)
        own = self._of_group[self._peer[rows]] - self._moments[rows]
        spread = np.maximum(1.0, (own[:, 0] + BORROWED * self._everywhere) / (own[:, 1] + BORROWED))[:, None]
        size = np.maximum(own[:, 2:] / np.maximum(own[:, 1:2], 1), 2.0)
        rho = np.clip((spread - 1) / (size - 1) + spread / (trials + 1), 1e-6, 0.5)
        rho = np.broadcast_to(rho, rate.shape)
        return tails_of_few(self._inside[rows], self._people[rows], rate, rho), rate


@dataclass(frozen=True)
class Fullest:
    """The band of each user that is least usual: (k,) each.

    p: P(so many or more in it); band: its place in BANDS; usual: the rate of the peers; most: people in the
    band that holds most.
    """

    p: Floats
    band: NDArray[np.int64]
    usual: Floats
    most: Floats


def fullest(held: NDArray[np.int32], peer: NDArray[np.int32], enough: NDArray[np.bool_]) -> Fullest:
    """Find the band of each user with people enough that is least usual among peers.

    held: (g, 2, STEPS), everybody has some; peer: (g,) int32; enough: (g,) bool, k of them. Users who stand
    out at the first look vouch for nobody at the second.
    """
    inside, people = BANDS.count(held), held.sum(axis=(1, 2)).astype(float)
    everyone = Law(inside, people, peer, np.ones(len(held), np.bool_))
    least = [everyone.tails(rows)[0].min(axis=1) for rows in _blocks(len(held))]
    law = Law(inside, people, peer, np.concatenate([np.zeros(0), *least]) * len(BANDS) > 0.05)
    told = [np.zeros((4, 0))]
    some = np.flatnonzero(enough)
    for block in _blocks(len(some)):
        rows = some[block]
        p, usual = law.tails(rows)
        band, at = np.argmin(p, axis=1), np.arange(len(rows))
        told.append(np.stack([p[at, band], band, usual[at, band], inside[rows].max(axis=1)]))
    p, band, usual, most = np.concatenate(told, axis=1)
    return Fullest(p, band.astype(np.int64), usual, most)


def _blocks(count: int) -> list[slice]:
    return [slice(begin, begin + BLOCK) for begin in range(0, count, BLOCK)]


def tails_of_few(inside: Floats, people: Floats, rate: Floats, rho: Floats) -> Floats:
    """P(so many or more in a band), beta-binomial, where that may be less than LIKELY, elsewhere 1.

    inside, rate, rho: (g, b); people: (g,). Returns (g, b) float64. One band in six is told: of more than
    LIKELY no signal is made, as of 20 bands apart one in two is as seldom, and one user in twenty has less.
    """
    size = (1 - rho) / rho
    a, b = rate * size, (1 - rate) * size
    user, band = np.nonzero(may_be_seldom(inside, people[:, None], a, b) & (inside > 0))
    tail = np.ones(inside.shape)
    tail[user, band] = kernels.beta_binomial_tail(
        inside[user, band], people[user], a[user, band], b[user, band]
    )
    return tail
