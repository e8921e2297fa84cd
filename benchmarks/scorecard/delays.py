"""Time to detection: what the month-end rescans brought, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from anomaly.bench.tables import NONE, code, table
from anomaly.evaluate import Delay, Listing
from anomaly.evaluate.delay import median_days, median_ends


def by_month(rescanned: Sequence[tuple[Sequence[tuple[datetime, Listing]], Delay]]) -> str:
    """Return a row for each month end: entries listed, misuse begun by then, and misuse brought by then."""
    rows = []
    frame = pl.concat([delay.scenarios for _, delay in rescanned])
    for moment in sorted({moment for lists, _ in rescanned for moment, _ in lists}):
        entries = sum(len(one.entries) for lists, _ in rescanned for when, one in lists if when == moment)
        begun = int((frame["first"] < moment).sum())
        found = int((frame["detected_at"] <= moment).sum())
        rows.append([f"{moment:%Y-%m-%d}", str(entries), str(begun), str(found)])
    return table(["scanned up to", "entries listed", "misuse begun", "brought so far"], rows)


def by_pattern(delays: Sequence[Delay], order: Sequence[str]) -> str:
    """Return a row for each pattern that is ever brought: how many, and the median days it took."""
    frame = pl.concat([one.scenarios for one in delays])
    rows = [_row("all", frame), _row("all that is ever brought", frame.drop_nulls("detected_at"))]
    for pattern in order:
        here = frame.filter(pl.col("pattern") == pattern)
        if here["detected_at"].count():
            rows.append(_row(code(pattern), here))
    head = ["pattern", "brought", "days from its first row", "days from its last row", "while it went on"]
    return table(head, rows)


def _row(name: str, frame: pl.DataFrame) -> list[str]:
    going = frame.filter(pl.col("from_last") < 0)
    return [
        name,
        f"{frame['detected_at'].count()} of {len(frame)}",
        *(_days(median_days(frame[name])) + _ends(frame[name]) for name in ("from_first", "from_last")),
        str(len(going)) if len(frame) else NONE,
    ]


def _days(days: float | None) -> str:
    return "never" if days is None else f"{days:,.0f}"


def _ends(days: pl.Series) -> str:
    """The interval of a median, nothing where there are too few for one."""
    ends = median_ends(days)
    return f" ({_days(ends[0])} to {_days(ends[1])})" if ends else ""
