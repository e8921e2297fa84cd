"""How often work repeats: a law of how many days, or how many users, against which much is judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from anomaly.detectors.laws import negative_binomial, negative_binomial_tail

Floats = NDArray[np.float64]
# What a group borrows from units of its name, and these from the whole log: pairs of user and subject, and
# pairs that came back.
LENT = 50.0
LENT_AGAIN = (1.0, 3.0, 200.0)
# Pairs of one user resemble each other: n of them weigh n / (1 + (n - 1) * rho) (Kleinman 1973, J. Am. Stat.
# Assoc. 68), so that two warrants clerks with a thousand returns count as two people.
ALIKE, ALIKE_AGAIN = 0.02, 0.1
# What part of the returns may stray from the law, as those of misuse do: on any number of days alike.
STRAY = (0.0, 0.01, 0.02, 0.05, 0.1)
HABIT = 20.0  # returns of peers that weigh as much as the user's own
HALVING: Floats = 0.5 ** np.arange(1.0, 16.0)[None, :]  # half of those who came back come once more
AT_ONCE = 256  # laws
# In one product: of more, BLAS wakes threads that spin, and 3,000 laws took 250 ms of processors, not 16.
LAWS = 32
LONGEST = 400  # days told apart in a tail


@dataclass(frozen=True)
class Law:
    """P(days >= d) = again * P(K >= d - 2), K negative binomial: a hurdle (Mullahy 1986, J. Econometrics 33),
    then Ehrenberg's law of repeat buying (1959, Applied Statistics 8), whose chance of one more day levels
    off. Size and hazard are known only as well as the returns tell them: the tail is the mean over all that
    are likely (predictive law), so that few returns have a heavy tail. A small part of the returns may be of
    another kind (contaminated law: Tukey 1960), and does not make the tail: patrol came back to 1,127
    subjects whom few others met, to none on more than 4 days; with misuse, 7 of 316 were on 6 days and more,
    and the chance of 10 was 2.8e-3 by the plain law, 2.4e-4 by this one.

    again: (k,) float64; shape: (k, 15) float64, returns on 2 ... 15 days, and on 16 or more. strays: whether
    a part may be of another kind. habit: again and shape as the user's own returns have them among the
    others'; the larger tail counts.
    """

    again: Floats
    shape: Floats
    strays: bool = True
    habit: tuple[Floats, Floats] | None = None

    def tail(self, rows: NDArray[np.integer], days: NDArray[np.int64]) -> Floats:
        """P(so many days or more), or so many users, under the laws of some rows.

        rows: (m,); days: (m,), or (m, c) for several of each. Returns what is of the shape of days.
        """
        each = days if days.ndim > 1 else days[:, None]
        p = self._tail(self.again, self.shape, rows, each)
        if self.habit is not None:
            p = np.maximum(p, self._tail(*self.habit, rows, each))
        return p.reshape(days.shape)

    def _tail(
        self, again: Floats, shape: Floats, rows: NDArray[np.integer], days: NDArray[np.int64]
    ) -> Floats:
        p = np.where(days > 1, again[rows][:, None], 1.0)
        some = np.flatnonzero((days > 2).any(axis=1))  # of a third day the shape tells
        some = some[np.argsort(rows[some], kind="stable")]
        laws, begins, which = np.unique(rows[some], return_index=True, return_inverse=True)
        for begin in range(0, len(laws), AT_ONCE):
            end = min(begin + AT_ONCE, len(laws))
            part = slice(begins[begin], begins[end] if end < len(laws) else None)
            more = np.clip(days[some[part]] - 2, 0, LONGEST)
            told = np.zeros(LONGEST + 1, np.bool_)
            told[more] = True
            tails = _tails()[:, told]
            blocks = [laws[at:end][:LAWS] for at in range(begin, end, LAWS)]
            beyond = np.vstack([_likely(shape[block], self.strays) @ tails for block in blocks])
            p[some[part]] *= beyond[which[part, None] - begin, (np.cumsum(told) - 1)[more]]
        return p


def law_of_peers(
    unexplained: NDArray[np.int64],
    every: NDArray[np.int64],
    uncovered: Floats,
    peer: NDArray[np.int32],
    kin: NDArray[np.int32],
    *,
    strays: bool = True,
    habit: NDArray[np.int64] | None = None,
) -> Law:
    """Fit the law of each user's peers, the user left out.

    unexplained, every: (g, 16) int64, of each user the pairs with at least 1 ... 16 days, counting look-ups
    that nothing explains, and all; uncovered: (g,) float64, the share of the user's look-ups that nothing
    explains; peer, kin: (g,) int32, the group, and the wider one it borrows from; habit: (g, 16) int64, those
    of the user's own pairs that tell what is usual for the user.
    Where the tables cover a user far less than the peers (no calls are kept for a clerk), the user's
    unexplained look-ups are partly of the kind that is explained for them, and the law is mixed accordingly.
    """
    usual, scatter = _usual(uncovered, peer)
    excess = uncovered - usual - 2 * scatter
    mixed = np.clip(excess / np.maximum(1 - usual - 2 * scatter, 0.05), 0.0, 1.0)[:, None]
    wider = (np.zeros(len(peer), np.int32), kin, peer)
    met = np.stack([unexplained[:, :2], every[:, :2]]) / (1 + ALIKE * np.maximum(every[:, :1] - 1, 0))
    rate = np.array([[1.0, 0.5]])
    for group in wider:
        rate = _mixed(met, group, mixed) + LENT * rate / rate[:, :1]
    weight = 1 / (1 + ALIKE_AGAIN * np.maximum(every[:, 1:2] - 1, 0))
    returns = np.stack([_exactly(unexplained), _exactly(every)]) * weight
    shape: Floats = HALVING
    for group, lent in zip(wider, LENT_AGAIN, strict=True):
        shape = _mixed(returns, group, mixed) + _scaled(shape, lent)
    again = rate[:, 1] / rate[:, 0]
    if habit is None:
        return Law(again, shape, strays)
    own = habit[:, :2] + LENT * rate / rate[:, :1]
    like = _exactly(habit) + _scaled(shape, HABIT)
    like *= (shape.sum(axis=1) / like.sum(axis=1))[:, None]
    return Law(again, shape, strays, (own[:, 1] / own[:, 0], like))


def _mixed(counts: Floats, group: NDArray[np.int32], mixed: Floats) -> Floats:
    """Sum what is unexplained over each user's peers, and a part of what is explained. counts: (2, g, c), of
    unexplained look-ups and of all; mixed: (g, 1), the part. Returns (g, c).
    """
    others = _others(counts[0], group)
    return others + mixed * _others(counts[1] - counts[0], group) if mixed.any() else others


def _scaled(shape: Floats, to: float) -> Floats:
    scaled: Floats = to * shape / shape.sum(axis=1, keepdims=True)
    return scaled


def _likely(shape: Floats, strays: bool) -> Floats:
    """Return how likely each law of the grid is, (k, m), given returns (k, 15), whichever part strays."""
    parts = len(STRAY) if strays else 1
    likelihood = _grid()[2]
    logs = shape @ likelihood[:, : parts * (likelihood.shape[1] // len(STRAY))]
    logs -= logs.max(axis=1, keepdims=True)
    np.exp(logs, out=logs)
    weights: Floats = logs.reshape(len(logs), parts, -1).sum(axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


@cache
def _tails() -> Floats:
    """P(K >= 0 ... LONGEST) for each law of the grid, (m, LONGEST + 1)."""
    size, hazard, _ = _grid()
    more = np.arange(1, LONGEST + 1)
    tails = special.betainc(more, size[:, None], hazard[:, None])
    return np.column_stack([np.ones(len(size)), tails])


def _usual(share: Floats, peer: NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return the median share among each user's group, and how it scatters (median absolute deviation,
    scaled; at least 0.05).
    """
    usual = _median(share, peer)[peer]
    scatter = 1.4826 * _median(np.abs(share - usual), peer)[peer]
    return usual, np.maximum(scatter, 0.05)


def _median(values: Floats, group: NDArray[np.int32]) -> Floats:
    """Return the median of each group, 0 for an empty one. (g,), (g,) -> (number of groups,) float64."""
    order = np.lexsort((values, group))
    sizes = np.bincount(group)
    begins = np.cumsum(sizes) - sizes
    middle: Floats = np.zeros(len(sizes))
    some = sizes > 0
    low, high = (begins + (sizes - 1) // 2)[some], (begins + sizes // 2)[some]
    middle[some] = (values[order[low]] + values[order[high]]) / 2
    return middle


def _sums(counts: NDArray[np.number], group: NDArray[np.int32]) -> Floats:
    """Sum the rows of each group. (g, c), (g,) -> (number of groups, c) float64."""
    if not group.any():  # everyone is one
        return np.asarray(counts.sum(axis=0, keepdims=True), np.float64)
    columns = counts.shape[1]
    place = group[:, None] * np.int64(columns) + np.arange(columns)
    least = columns * (int(group.max(initial=0)) + 1)
    sums: Floats = np.bincount(place.ravel(), weights=counts.ravel(), minlength=least).astype(np.float64)
    return sums.reshape(-1, columns)


def _others(counts: NDArray[np.number], peer: NDArray[np.int32]) -> Floats:
    """Sum the rows of each user's peers, the user left out. (g, c), (g,) -> (g, c) float64."""
    others: Floats = np.maximum(_sums(counts, peer)[peer] - counts, 0.0)
    return others


def _exactly(at_least: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the pairs with exactly 2 ... 15 days, and with 16 or more. (g, 16) -> (g, 15)."""
    return np.column_stack([at_least[:, 1:15] - at_least[:, 2:16], at_least[:, 15]])


@cache
def _grid() -> tuple[Floats, Floats, Floats]:
    """Return sizes and hazards (m,) and the log-likelihood of 2 ... 15 days and of 16 or more, (15, m)
    for each part that may stray, one after another.
    """
    size, hazard = (
        axis.ravel() for axis in np.meshgrid(np.geomspace(0.1, 8, 10), np.linspace(0.05, 0.95, 25))
    )
    more = np.arange(14)[:, None]
    chance = np.vstack([negative_binomial(more, size, hazard), negative_binomial_tail(14, size, hazard)])
    return size, hazard, np.hstack([np.log((1 - part) * chance + part / len(chance)) for part in STRAY])
