"""What lies in a span that concerns it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels

HOUR = 3_600_000


def test_inside(world: Any, contest: Any) -> None:
    log = world.log
    # A span around every third row, of its subject and user.
    spans = log.gather_every(3).filter((pl.col("subject") >= 0) & (pl.col("user") >= 0))
    spans = spans.select("subject", "user", begin=pl.col("time") - HOUR, end=pl.col("time") + HOUR)
    of = [spans[name].to_numpy() for name in ("begin", "end", "subject", "user")]
    rows = [log[name].to_numpy() for name in ("subject", "user", "time")]

    def rival() -> tuple[Any, ...]:
        pairs = log.lazy().with_row_index("row").join(spans.lazy(), on=["subject", "user"])
        found = pairs.filter(pl.col("time").is_between("begin", "end")).select("row").collect()
        marked = np.zeros(len(log), np.bool_)
        marked[found["row"].to_numpy()] = True
        return (marked,)

    contest(lambda: (kernels.inside(*of, *rows, world.n_subjects),), rival)
