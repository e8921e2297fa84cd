"""How fast, in what order, and how many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels
from benchmarks.test_habits import MINUTE, ROW, per_group


def densest_window(rows: pl.DataFrame, key: str, minutes: int, measure: pl.Expr) -> pl.DataFrame:
    """Measure the window that opens at each row, and keep each group's earliest best."""
    windows = (
        rows.with_row_index("row")
        .rolling("time", period=f"{minutes * MINUTE}i", offset="0i", closed="left", group_by=key)
        .agg(measure.alias("most"), ROW.first().alias("begin"), ROW.last().alias("end") + 1)
    )
    best = pl.col("most").arg_max()
    return windows.group_by(key).agg(pl.col("most", "begin", "end").get(best))


def test_paces(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, day, marks = rows["time"].to_numpy(), rows["day"].to_numpy(), rows["hour"].to_numpy() % 3 > 0
    quarter, months = 15 * MINUTE, int(day.max()) // 28 + 1

    def rival() -> tuple[Any, ...]:
        of_days = (
            rows.lazy()
            .with_columns(cell=pl.col("user").cast(pl.Int64) * months + pl.col("day") // 28)
            .with_columns(occasion=pl.when(pl.Series(marks)).then(pl.col("time") // quarter))
            .group_by("cell", "day")
            .agg(pl.col("occasion").drop_nulls().n_unique().cast(pl.Int64))
            .group_by("cell")
            .agg(pl.col("occasion").sum(), pl.len().cast(pl.Int64), pl.col("occasion").max().alias("most"))
            .collect()
        )
        every = pl.DataFrame({"cell": np.arange(world.n_users * months)})
        of_cells = every.join(of_days, on="cell", how="left", maintain_order="left").drop("cell").fill_null(0)
        return tuple(one.to_numpy().reshape(-1, months) for one in of_cells)

    contest(lambda: kernels.paces(starts, time, day, marks, quarter, 0, 28, months), rival)


def test_densest(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time = rows["time"].to_numpy()

    def rival() -> tuple[Any, ...]:
        return tuple(per_group(densest_window(rows, "user", 60, pl.len()), "user", world.n_users))

    contest(lambda: kernels.densest(starts, time, 60 * MINUTE), rival)


def test_distinct_in_window(world: Any, contest: Any) -> None:
    starts, rows = world.by_subject
    time, user = rows["time"].to_numpy(), rows["user"].to_numpy()

    def rival() -> tuple[Any, ...]:
        found = densest_window(rows, "subject", 7 * 1440, pl.col("user").n_unique())
        return tuple(per_group(found, "subject", world.n_subjects))

    contest(lambda: kernels.distinct_in_window(starts, time, user, 7 * 1440 * MINUTE, world.n_users), rival)


def test_sequential(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, serial = rows["time"].to_numpy(), rows["serial"].to_numpy()

    def rival() -> tuple[Any, ...]:
        known, user, step = pl.col("serial") >= 0, pl.col("user"), pl.col("step")
        by_one = known & known.shift() & (user == user.shift()) & (pl.col("serial").diff().abs() == 1)
        runs = (
            rows.lazy()
            .with_row_index("row")
            .with_columns(step=pl.when(by_one).then(pl.col("serial").diff()).otherwise(0))
            .with_columns(run=pl.struct("user", "step").rle_id())
            .filter(known)
            .group_by("run", maintain_order=True)
            .agg(user.first(), step.first(), pl.len(), ROW.first())
            .with_columns(
                steps=pl.when(step != 0).then("len").otherwise(0),
                longest=pl.when(step != 0).then(pl.col("len") + 1).otherwise(1),
                begin=pl.when(step != 0).then(ROW - 1).otherwise("row"),
            )
            .group_by("user")
            .agg(pl.col("steps").sum(), pl.col("longest", "begin").get(pl.col("longest").arg_max()))
            .with_columns(end=pl.col("begin") + pl.col("longest"))
            .collect()
        )
        return tuple(np.asarray(column) for column in per_group(runs, "user", world.n_users))

    contest(lambda: kernels.sequential(starts, time, serial), rival)


def test_follows(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, subject = rows["time"].to_numpy(), rows["subject"].to_numpy()
    first, then = rows["serial"].to_numpy() < 2, rows["serial"].to_numpy() >= 2
    within = 7 * 1440 * MINUTE

    def rival() -> tuple[Any, ...]:
        named = rows.lazy().with_row_index("row").filter(pl.col("subject") >= 0).sort("time")
        kinds = [named.filter(pl.col("serial") < 2), named.filter(pl.col("serial") >= 2)]
        marked = np.zeros((2, len(rows)), np.bool_)
        for one, other, strategy, marks in (
            (*kinds, "forward", marked[0]),
            (*kinds[::-1], "backward", marked[1]),
        ):
            met = other.select("user", "subject", "time", met="time")
            found = (
                one.join_asof(met, on="time", by=["user", "subject"], strategy=strategy)
                .filter((pl.col("time") - pl.col("met")).abs() <= within)
                .select("row")
                .collect()
            )
            marks[found["row"].to_numpy()] = True
        return tuple(marked)

    contest(lambda: kernels.follows(starts, time, subject, first, then, within, world.n_subjects), rival)
