"""How often work repeats: a law of how many days, or how many users, against which much is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
# What a unit borrows from the whole log: pairs of user and subject, and pairs that came back.
LENT, LENT_AGAIN = 50.0, 3.0
# Pairs of one user resemble each other: n of them weigh n / (1 + (n - 1) * rho) (Kleinman 1973, J. Am. Stat.
# Assoc. 68), so that two warrants clerks with a thousand returns count as two people.
ALIKE, ALIKE_AGAIN = 0.02, 0.1


@dataclass(frozen=True)
class Law:
    """P(days >= d) = again * P(K >= d - 2), K negative binomial: a hurdle (Mullahy 1986, J. Econometrics 33),
    then Ehrenberg's law of repeat buying (1959, Applied Statistics 8), whose chance of one more day levels
    off.

    again, size, hazard: (k,) float64 for each user asked about.
    """

    again: Floats
    size: Floats
    hazard: Floats

    def tail(self, days: NDArray[np.int64]) -> Floats:
        """P(so many days or more), or so many users. days: (k,) int64, at least 1."""
        more = np.maximum(days - 2, 0)
        beyond = np.where(more > 0, special.betainc(np.maximum(more, 1), self.size, self.hazard), 1.0)
        return np.where(days > 1, self.again * beyond, 1.0)

    def of(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Law:
        """Return the law of some of the users, in the order given."""
        return Law(self.again[rows], self.size[rows], self.hazard[rows])


def law_of_peers(
    unexplained: NDArray[np.int64], every: NDArray[np.int64], uncovered: Floats, peer: NDArray[np.int32]
) -> Law:
    """Fit the law of each user's peers, the user left out.

    unexplained, every: (g, 16) int64, of each user the pairs with at least 1 ... 16 days, counting look-ups
    that nothing explains, and all; uncovered: (g,) float64, the share of the user's look-ups that nothing
    explains;
    peer: (g,) int32. Where the tables cover a user far less than the peers (no calls are kept for a clerk),
    the user's unexplained look-ups are partly of the kind that is explained for them, and the law is mixed
    accordingly. Days beyond 15 are told apart by nobody, so that one long misuse does not teach the tail.
    """
    weight = 1 / (1 + ALIKE * np.maximum(every[:, :1] - 1, 0))
    weight_again = 1 / (1 + ALIKE_AGAIN * np.maximum(every[:, 1:2] - 1, 0))
    usual, scatter = _usual(uncovered, peer)
    excess = uncovered - usual - 2 * scatter
    mixed = np.clip(excess / np.maximum(1 - usual - 2 * scatter, 0.05), 0.0, 1.0)[:, None]

    def of_peers(counts: Floats, peers: NDArray[np.int32]) -> Floats:
        return _others(counts[0], peers) + mixed * _others(counts[1] - counts[0], peers)

    everyone = np.zeros(len(peer), np.int32)
    met = np.stack([unexplained[:, :2], every[:, :2]]) * weight
    rest = of_peers(met, everyone)
    again_all = (rest[:, 1] + 0.5) / (rest[:, 0] + 1)
    own = of_peers(met, peer)
    again = (own[:, 1] + LENT * again_all) / (own[:, 0] + LENT)

    back = np.stack([_exactly(unexplained), _exactly(every)]) * weight_again
    rest = of_peers(back, everyone) + 0.5 ** np.arange(1, 16)  # half of those who came back come once more
    shape = of_peers(back, peer) + LENT_AGAIN * rest / rest.sum(axis=1, keepdims=True)
    size, hazard, likelihood = _grid()
    best = np.argmax(shape @ likelihood, axis=1)
    return Law(again, size[best], hazard[best])


def law_of_others(at_least: NDArray[np.bool_], rows: NDArray[np.integer]) -> Law:
    """Fit the law of everybody but one, for each of some rows.

    at_least: (s, 16) bool, whether each had at least 1 ... 16; rows: (k,). Returns the law of k.
    """
    others = at_least.sum(axis=0) - at_least[rows].astype(np.int64)
    again = (others[:, 1] + 0.5) / (others[:, 0] + 1)
    size, hazard, likelihood = _grid()
    best = np.argmax((_exactly(others) + 0.5 ** np.arange(1, 16)) @ likelihood, axis=1)
    return Law(again, size[best], hazard[best])


def heavy_tail(at_least: NDArray[np.bool_], rows: NDArray[np.integer], users: NDArray[np.int64]) -> Floats:
    """P(so many users or more) when each subject has a popularity of its own: the beta-geometric law of
    Weinberg & Gladen (1986, Biometrics 42), fixed by how often a second and a third user join all others.

    at_least: (s, 16) bool; rows, users: (k,). Its tail is a power, as popularity's is: the law to use where
    nothing else is known of a subject. Returns (k,) float64.
    """
    others = at_least.sum(axis=0) - at_least[rows].astype(np.int64)
    second = (others[:, 1] + 0.5) / (others[:, 0] + 1)
    third = np.clip((others[:, 2] + 0.5) / (others[:, 1] + 1), second + 1e-6, 0.99)
    size = (1 - third) / (third - second)
    a, b = (1 - second) * size, second * size
    tail: Floats = np.exp(special.betaln(a, b + users - 1) - special.betaln(a, b))
    return tail


def _usual(share: Floats, peer: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return the median share among each user's group, and how it scatters (median absolute deviation,
    scaled; at least 0.05).
    """
    usual, scatter = np.zeros(len(share)), np.zeros(len(share))
    for code in np.unique(peer):
        members = peer == code
        usual[members] = np.median(share[members])
        scatter[members] = max(1.4826 * float(np.median(np.abs(share[members] - usual[members]))), 0.05)
    return usual, scatter


def _others(counts: NDArray[np.number], peer: NDArray[np.int32]) -> Floats:
    """Sum the rows of each user's peers, the user left out. (g, c), (g,) -> (g, c) float64."""
    total = np.zeros((int(peer.max(initial=0)) + 2, counts.shape[1]))
    np.add.at(total, peer, counts)
    others: Floats = np.maximum(total[peer] - counts, 0.0)
    return others


def _exactly(at_least: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the pairs with exactly 2 ... 15 days, and with 16 or more. (g, 16) -> (g, 15)."""
    return np.column_stack([at_least[:, 1:15] - at_least[:, 2:16], at_least[:, 15]])


@cache
def _grid() -> tuple[Floats, Floats, Floats]:
    """Return sizes and hazards (m,) and the log-likelihood (15, m) of 2 ... 15 days and of 16 or more."""
    size, hazard = (
        axis.ravel() for axis in np.meshgrid(np.geomspace(0.1, 8, 16), np.linspace(0.05, 0.95, 37))
    )
    more = np.arange(14)[:, None]
    each = stats.nbinom.logpmf(more, size, 1 - hazard)
    return size, hazard, np.vstack([each, stats.nbinom.logsf(13, size, 1 - hazard)])
