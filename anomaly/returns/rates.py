"""Violations for every 1,000 users of an agency, with what chance alone leaves open.

The interval is exact for a Poisson count (Garwood 1936). It takes violations for independent of one another,
which twenty-five by one employee are not: true uncertainty is wider.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import optimize, special

from anomaly.calibrate.intervals import LEVEL, of_count

PER = 1000


@dataclass(frozen=True)
class Rate:
    """Violations for 1,000 users in the year, both ends of the 95 % interval, and the users they are of."""

    value: float
    low: float
    high: float
    users: int

    @property
    def said(self) -> tuple[str, str, str]:
        """The rate and both ends in words, in one precision: 31.2, 0.8, 174 · 0.051, 0.001, 0.285.

        One decimal, or two digits of a rate below 1 (of 0: of its upper end); whole from 100 on.
        """
        least = self.value or self.high or 1.0
        places = max(1, 1 - math.floor(math.log10(least)))

        def told(value: float) -> str:
            return "0" if value == 0 else f"{value:,.0f}" if value >= 99.95 else f"{value:,.{places}f}"

        return told(self.value), told(self.low), told(self.high)

    def holds(self, other: Rate) -> bool:
        """Tell whether the interval holds another rate: chance alone could make them differ as they do."""
        return self.low <= other.value <= self.high


def rate_of(violations: int, users: int) -> Rate:
    """Return the rate of a count of violations among users, at least one."""
    interval = of_count(violations)
    value, low, high = (round(PER * count / users, 4) for count in (violations, *interval))
    return Rate(value, low, high, users)


def band(rate: float, users: Sequence[float]) -> list[tuple[float, float]]:
    """Return, for numbers of users, the rates whose own interval just holds `rate`: a funnel.

    The ends are those of Garwood's interval read backwards, k made continuous: gamma(k + 1) above, gamma(k)
    below (Spiegelhalter 2005, Funnel plots, Statistics in Medicine 24).
    """
    tail = (1 - LEVEL) / 2
    ends = []
    for many in users:
        expected = rate * many / PER
        top = expected + 12 * expected**0.5 + 30

        def above(k: float, mean: float = expected) -> float:
            return float(special.gammainc(k, mean)) - tail

        def below(k: float, mean: float = expected) -> float:
            return float(special.gammaincc(k + 1, mean)) - tail

        low = 0.0 if below(0.0) >= 0 else float(optimize.brentq(below, 0.0, top))
        high = float(optimize.brentq(above, 1e-9, top))
        ends.append((PER * low / many, PER * high / many))
    return ends
