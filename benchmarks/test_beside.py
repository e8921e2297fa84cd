"""Keys that stand beside one another, in one answer of a switch or in one moment of a user."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels

WINDOW = 20_000_000  # ms, so that rows of a seeded log are often as near


def test_neighbours(world: Any, contest: Any) -> None:
    """The kernel tells a pair that follows on itself once; both are compared as sets."""
    log = world.log
    time, subject = (log[name].to_numpy() for name in ("time", "subject"))
    kinds = (np.arange(world.n_subjects) % 2).astype(np.uint8)

    def kernel() -> tuple[Any, ...]:
        starts, rows = kernels.group(log["cascade"].to_numpy(), world.n)
        left, right = kernels.neighbours(starts, rows, time, subject, kinds)
        pairs = pl.DataFrame({"left": left, "right": right}).unique().sort("left", "right")
        return pairs["left"], pairs["right"]

    def rival() -> tuple[Any, ...]:
        named = log.lazy().filter(pl.col("cascade") >= 0, pl.col("subject") >= 0)
        rows = named.sort("cascade", "time", maintain_order=True).select("cascade", left="subject")
        beside = rows.with_columns(pl.col("left").shift(-1).over("cascade").alias("right")).drop_nulls()
        told = beside.filter(pl.col("left") != pl.col("right")).select("left", "right")
        pairs = told.unique().sort("left", "right").collect()
        return pairs["left"], pairs["right"]

    contest(kernel, rival)


def test_moments(world: Any, contest: Any) -> None:
    _, log = world.by_user
    user, time, subject = (log[name].to_numpy() for name in ("user", "time", "subject"))
    kinds = (np.arange(world.n_subjects) % 2).astype(np.uint8)

    def rival() -> tuple[Any, ...]:
        named = log.with_row_index("row").filter(pl.col("subject") >= 0)
        after = named.select(pl.all().shift(-1).name.prefix("next_"))
        one = pl.concat([named, after], how="horizontal").filter(
            pl.col("user") == pl.col("next_user"),
            pl.col("next_time") - pl.col("time") <= WINDOW,
            pl.col("subject") % 2 != pl.col("next_subject") % 2,
        )
        return one["row"], one["next_row"]

    contest(lambda: kernels.moments(user, time, subject, kinds, WINDOW), rival)


def test_faithful(world: Any, contest: Any) -> None:
    one = world.random.integers(0, world.n_subjects // 4, world.n)
    other = np.where(world.random.random(world.n) < 0.05, world.random.integers(0, 100, world.n), one)
    left, right = (2 * one).astype(np.int32), (2 * other + 1).astype(np.int32)
    kinds = (np.arange(world.n_subjects) % 2).astype(np.uint8)

    def rival() -> tuple[Any, ...]:
        shown = pl.DataFrame({"one": left, "other": right}).group_by("one", "other").len("together")
        of = [(pl.col("together") / pl.col("together").sum().over(key)) >= 0.9 for key in ("one", "other")]
        kept = shown.filter(pl.col("together") >= 2, *of)
        pairs = kept.select(low=pl.min_horizontal("one", "other"), high=pl.max_horizontal("one", "other"))
        pairs = pairs.sort("low", "high")
        return pairs["low"], pairs["high"]

    contest(lambda: kernels.faithful(left, right, kinds, 2, 0.9), rival)
