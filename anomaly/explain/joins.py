"""Times of context tables, on the clocks of a log."""

from __future__ import annotations

import polars as pl

MINUTE = 60_000
FOREVER = 2**62


def milliseconds(column: str, otherwise: int) -> pl.Expr:
    """Read a Datetime column as ms UTC; `otherwise` where it is empty."""
    return pl.col(column).to_physical().cast(pl.Int64).fill_null(otherwise)


def days(column: str, otherwise: int | None, zone: str) -> pl.Expr:
    """Read a Datetime column as the local day number; `otherwise` where it is empty, null for None."""
    day = pl.col(column).dt.convert_time_zone(zone).dt.date().to_physical().cast(pl.Int64)
    return day if otherwise is None else day.fill_null(otherwise)
