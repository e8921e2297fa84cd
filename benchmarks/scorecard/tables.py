"""How figures are said in tables. Shares are rounded down, so that none looks better."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from anomaly.bench.tables import NONE


def percent(value: float | None) -> str:
    """Say a share as whole per cent, rounded down."""
    return NONE if value is None else str(floor(100 * value + 1e-9))


def two(value: float | None) -> str:
    """Say a figure of 0…1 with two places, rounded down."""
    return NONE if value is None else f"{floor(100 * value + 1e-9) / 100:.2f}"


def ends(low: float | None, high: float | None, *, say: str = "percent") -> str:
    """Say the ends of an interval, rounded outwards; nothing where there are none."""
    if low is None or high is None:
        return ""
    top = -floor(-100 * high + 1e-9)
    return f" ({percent(low)}–{top})" if say == "percent" else f" ({two(low)}–{top / 100:.2f})"


def rate(value: float | None) -> str:
    """Say a rate per 1,000 officer-years with three figures."""
    return NONE if value is None else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def some(names: Sequence[str], none: str = NONE) -> str:
    """Join names with commas."""
    return ", ".join(names) or none
