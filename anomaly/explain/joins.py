"""The joins explanations share: actions against spans of time that concern a subject, a user, or both."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog

MINUTE = 60_000
FOREVER = 2**62


def with_codes(log: CodedLog, table: pl.DataFrame) -> pl.DataFrame:
    """Replace `subject` and `user` of a context table by the codes of the log; rows the log never saw are
    dropped.
    """
    if "subject" in table.columns:
        table = table.with_columns(subject=pl.Series(log.subjects.lookup(table["subject"])))
        table = table.filter(pl.col("subject") >= 0)
    if "user" in table.columns:
        table = table.with_columns(user=pl.Series(log.texts.lookup("user", table["user"]))).filter(
            pl.col("user") >= 0
        )
    return table


def milliseconds(column: str, otherwise: int) -> pl.Expr:
    """Read a Datetime column as ms UTC; `otherwise` where it is empty."""
    return pl.col(column).to_physical().cast(pl.Int64).fill_null(otherwise)


def days(column: str, otherwise: int, zone: str) -> pl.Expr:
    """Read a Datetime column as the local day number; `otherwise` where it is empty."""
    return (
        pl.col(column).dt.convert_time_zone(zone).dt.date().to_physical().cast(pl.Int64).fill_null(otherwise)
    )


def covered(log: CodedLog, spans: pl.DataFrame, *, by: list[str], clock: str) -> NDArray[np.bool_]:
    """Mark the actions that a span covers.

    spans: `by` columns (subject, user, case_number: codes), `begin` and `end` inclusive, Int64 on the clock;
    clock: "time" (ms) or "day" (local day number). Returns (a,) bool.
    """
    mask = np.zeros(len(log.actions), np.bool_)
    if not spans.height:
        return mask
    actions = log.actions
    first = by[0]
    size = int(max(spans[first].max(), 0)) + 2  # type: ignore[type-var, arg-type]
    named = np.zeros(size, np.bool_)
    named[spans[first].to_numpy()] = True
    codes = getattr(actions, first)
    rows = np.flatnonzero((codes >= 0) & (codes < size) & named[np.clip(codes, 0, size - 1)])
    frame = pl.DataFrame(
        {name: getattr(actions, name)[rows] for name in by}
        | {"at": getattr(actions, clock)[rows].astype(np.int64), "row": rows}
    )
    inside = (pl.col("at") >= pl.col("begin")) & (pl.col("at") <= pl.col("end"))
    found = frame.lazy().join(spans.lazy(), on=by).filter(inside).select(pl.col("row").unique()).collect()
    mask[found["row"].to_numpy()] = True
    return mask
