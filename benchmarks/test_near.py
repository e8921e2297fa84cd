"""Who of those that spans of time name stands closest to a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels
from kernels.near import ALIKE, OWN

HOUR = 3_600_000


def test_furthest_and_closest(world: Any, contest: Any) -> None:
    log = world.log
    # A span around every third row, of its subject and user; ten users are a unit.
    spans = log.gather_every(3).filter((pl.col("subject") >= 0) & (pl.col("user") >= 0))
    spans = spans.select("subject", "user", begin=pl.col("time") - HOUR, end=pl.col("time") + HOUR)
    kinds = (np.arange(world.n_users) // 10).astype(np.int32)
    rows = [log[name].to_numpy() for name in ("subject", "user", "time")]

    def kernel() -> tuple[Any, ...]:
        of = spans["subject"].to_numpy()
        starts, order = np.zeros(world.n_subjects + 1, np.int64), np.empty(len(of), np.int32)
        begins, near = np.empty(len(of), np.int64), np.empty(len(log), np.uint8)
        kernels.group_in_time(of, spans["begin"].to_numpy(), starts, order, begins)
        ends, names = spans["end"].to_numpy()[order], spans["user"].to_numpy()[order]
        reaches = kernels.furthest(starts, ends)
        kernels.closest(starts, begins, ends, reaches, names, kinds, *rows, near)
        return (near,)

    def rival() -> tuple[Any, ...]:
        pairs = log.lazy().with_row_index("row").join(spans.lazy(), on="subject", suffix="_sent")
        pairs = pairs.filter(pl.col("time").is_between("begin", "end") & (pl.col("user") >= 0))
        own, unit = pl.col("user") == pl.col("user_sent"), pl.col("user") // 10 == pl.col("user_sent") // 10
        near = pl.when(own).then(OWN).when(unit).then(ALIKE).otherwise(0)
        found = pairs.select("row", near=near).group_by("row").agg(pl.col("near").max()).collect()
        marked = np.zeros(len(log), np.uint8)
        marked[found["row"].to_numpy()] = found["near"].to_numpy()
        return (marked,)

    contest(kernel, rival)
