"""The chance models keep their promise where habits differ, groups are small and misusers sit together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import kernels
from anomaly.detectors.hurdle import law_of_peers
from anomaly.detectors.nulls import extreme, level_tail, rate_tail
from anomaly.detectors.peer_rates import FAR_OUT, LIKELY, _tamed, may_be_seldom
from anomaly.detectors.volume import pace_tail, surges

LEVELS = (1e-2, 1e-3, 1e-4)


def at_most_chance(p: NDArray[np.float64], times: float) -> None:
    """Not more small p-values than so many times chance, by a binomial bound at 0.001."""
    for alpha in LEVELS:
        assert (p <= alpha).sum() <= stats.binom.isf(1e-3, len(p), times * alpha), alpha


@pytest.mark.parametrize("size", [9, 12, 40, 200])
@pytest.mark.parametrize("law", ["even", "beta", "lognormal", "few with most"])
@pytest.mark.parametrize("mean", [0.005, 0.05, 0.3, 0.5])
def test_rates_of_uneven_users(size: int, law: str, mean: float) -> None:
    """Four times chance is allowed; at 1 in 10,000 a beta law alone gave 64 times, for log-normal habits."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(4):
        peer = np.repeat(np.arange(1200 // size), size).astype(np.int32)
        rate = np.minimum(mean * np.exp(rng.normal(0, 0.5, peer.max() + 1)), 0.6)[peer]
        habit = {
            "even": np.ones(len(peer)),
            "beta": rng.beta(rate * 19, (1 - rate) * 19) / rate,
            "lognormal": np.exp(rng.normal(-0.5, 1, len(peer))),
            "few with most": rng.gamma(0.2, 5, len(peer)),
        }[law]
        trials = rng.integers(60, 200, len(peer))
        found.append(rate_tail(rng.binomial(trials, np.clip(rate * habit, 0, 0.95)), trials, peer))
    at_most_chance(np.concatenate(found), 4)


@pytest.mark.parametrize("misusers", [1, 2])
def test_misusers_of_one_group_do_not_hide_each_other(misusers: int) -> None:
    rng = np.random.default_rng(8)
    peer = np.repeat(np.arange(50), 12).astype(np.int32)
    trials = np.full(len(peer), 120)
    k = rng.binomial(trials, 0.02 * np.exp(rng.normal(-0.1, 0.4, len(peer))))
    k[:misusers] = 40
    assert (rate_tail(k, trials, peer)[:misusers] < 1e-5).all()


@pytest.mark.parametrize("law", ["normal", "gumbel", "exponential", "a seventh is twice as fast"])
def test_paces_with_a_long_right_tail(law: str) -> None:
    """By the median and the scatter of all peers 1 in 10,000 came 30 to 160 times as often."""
    rng = np.random.default_rng(14)
    found = []
    for _ in range(20):
        peer = np.repeat(np.arange(40), np.tile([8, 9, 10, 12, 15, 18, 20, 25, 30, 40], 4)).astype(np.int32)
        shape = {
            "normal": rng.normal(0, 1, len(peer)),
            "gumbel": rng.gumbel(0, 1, len(peer)),
            "exponential": rng.exponential(1.5, len(peer)),
            "a seventh is twice as fast": rng.normal(0, 1, len(peer)) + 2.7 * (rng.random(len(peer)) < 1 / 7),
        }[law]
        scale = np.exp(rng.normal(np.log(0.3), 0.3, 40))[peer]
        found.append(pace_tail(3 * np.exp(scale * shape), peer))
    at_most_chance(np.concatenate(found), 2)


@pytest.mark.parametrize("size", [10, 40])
def test_the_busiest_of_nine_months(size: int) -> None:
    rng = np.random.default_rng(9)
    peer = np.repeat(np.arange(6000 // size), size).astype(np.int32)
    months = rng.gamma(20, 1, (len(peer), 9)) * np.exp(rng.normal(0, 0.5, len(peer)))[:, None]
    ratio = months.max(axis=1) / np.median(months, axis=1)
    at_most_chance(level_tail(ratio, peer, extreme, prior=30), 2)


@pytest.mark.parametrize("size", [10, 40])
def test_the_busiest_stretch_of_nine_months(size: int) -> None:
    rng = np.random.default_rng(9)
    peer = np.repeat(np.arange(6000 // size), size).astype(np.int32)
    months = rng.gamma(20, 1, (len(peer), 9)) * np.exp(rng.normal(0, 0.5, len(peer)))[:, None]
    known = rng.random(months.shape) < 0.9
    at_most_chance(level_tail(surges(months, known).size, peer, extreme, prior=30), 2)


def test_months_that_stand_out_together() -> None:
    """Four months of eight hid in the user's own median: p was 0.15."""
    rng = np.random.default_rng(13)
    months, unit = rng.gamma(20, 1, (240, 8)), np.arange(240, dtype=np.int32) // 12
    months[0, 2:6] *= 3
    known = np.ones_like(months, np.bool_)
    ratio = months.max(axis=1) / np.median(months, axis=1)
    assert level_tail(ratio, unit, extreme, prior=30)[0] > 1e-2
    assert level_tail(surges(months, known).size, unit, extreme, prior=30)[0] < 1e-3


def drawn(rng: np.random.Generator, size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Draw each user's pairs with at least 1 ... 16 days, of units that differ, and the unit of each."""
    unit = np.repeat(np.arange(600 // size), size).astype(np.int32)
    at_least = np.zeros((len(unit), 16), np.int64)
    back = np.exp(rng.normal(np.log(0.05), 0.4, unit.max() + 1))
    hazard = np.clip(rng.normal(0.3, 0.05, unit.max() + 1), 0.1, 0.6)
    for user, code in enumerate(unit):
        returned = rng.binomial(200, back[code])
        days = 2 + rng.negative_binomial(1, 1 - hazard[code], returned)
        at_least[user] = [200, *((days >= d).sum() for d in range(2, 17))]
    return at_least, unit


def tails(at_least: NDArray[np.int64], unit: NDArray[np.int32]) -> list[tuple[int, int, float]]:
    """Return user, days and p-value of every pair that came back for a third day."""
    law = law_of_peers(at_least, at_least, np.ones(len(unit)), unit, np.zeros_like(unit))
    exactly = at_least - np.append(at_least[:, 1:], np.zeros((len(unit), 1), np.int64), axis=1)
    rows, days = np.nonzero(exactly[:, 2:])
    p = law.tail(rows, days + 3)
    return [
        (int(u), int(d) + 3, float(q))
        for u, d, q, n in zip(rows, days, p, exactly[rows, days + 2], strict=True)
        for _ in range(n)
    ]


@pytest.mark.parametrize("size", [5, 12, 60])
def test_returns_of_units_that_differ(size: int) -> None:
    at_least, unit = drawn(np.random.default_rng(10), size)
    found = np.array([p for _, _, p in tails(at_least, unit)])
    pairs = int(at_least[:, 0].sum())
    for alpha in LEVELS:
        assert (found <= alpha).sum() <= stats.binom.isf(1e-3, pairs, 2 * alpha), alpha


def test_a_second_misuser_of_the_unit_hides_nobody() -> None:
    """31 days on one woman were not listed while a colleague did the same."""
    at_least, unit = drawn(np.random.default_rng(11), 12)
    alone, both = at_least.copy(), at_least.copy()
    alone[0] += 1
    both[:2] += 1
    p_alone = min(p for user, days, p in tails(alone, unit) if user == 0 and days == 16)
    p_both = min(p for user, days, p in tails(both, unit) if user == 0 and days == 16)
    assert p_both < 2e-6
    assert p_both < 10 * p_alone


@pytest.mark.parametrize(("size", "least"), [(11, 2e-3), (20, 1e-4), (300, 1e-6)])
def test_a_share_near_one_half(size: int, least: float) -> None:
    """Two misusers of 11 tempered each other to 9e-3, of 20 to 4e-4."""
    rng = np.random.default_rng(12)
    trials = np.full(size, 143)
    k = rng.binomial(trials, rng.beta(50, 45, size))
    k[:2] = 123
    assert (rate_tail(k, trials, np.zeros(size, np.int32))[:2] < least).all()


def test_what_is_hardly_above_the_mean_is_not_seldom() -> None:
    n, size, rate, deviations = (
        values.ravel()
        for values in np.meshgrid(
            [1.0, 2, 3, 5, 8, 20, 100, 1000, 5000],
            np.geomspace(0.3, 1e5, 20),
            np.geomspace(1e-4, 0.9, 25),
            np.linspace(-2, 2, 9),
        )
    )
    k = np.floor(n * rate + deviations * np.sqrt(n * rate * (1 - rate) * (size + n) / (size + 1)))
    n, size, rate, k = (values[(k >= 0) & (k <= n)] for values in (n, size, rate, k))
    law = k, n, size * rate, size * (1 - rate)
    left_out = ~may_be_seldom(*law)
    assert left_out.mean() > 0.2
    assert kernels.beta_binomial_tail(*law)[left_out].min() > LIKELY


def test_counts_far_out_are_lowered_as_if_one_by_one() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(1, 2_000, 4_000)
    k = (n * rng.random(4_000) ** 3).astype(np.int64)
    a, b = rng.gamma(0.5, 5, 4_000) + 1e-3, rng.gamma(0.7, 40, 4_000) + 1e-3
    wanted = k.copy()
    for row in range(len(k)):
        at = slice(row, row + 1)
        while wanted[row] > 1:
            if kernels.beta_binomial_tail(wanted[at] - 1, n[at], a[at], b[at])[0] >= FAR_OUT:
                break
            wanted[row] -= 1
    assert (_tamed(k, n, a, b) == wanted).all()
    assert (wanted < k).sum() > 100
