"""What one user does over time: returns, hours, sessions, streaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels

MINUTE = 60_000
USER, TIME, ROW = pl.col("user"), pl.col("time"), pl.col("row")


def per_group(found: pl.DataFrame, key: str, count: int) -> list[Any]:
    """Columns of one row a group, zeros for groups without rows."""
    every = pl.DataFrame({key: pl.int_range(count, dtype=pl.Int32, eager=True)})
    return every.join(found, on=key, how="left", maintain_order="left").drop(key).fill_null(0).get_columns()


def test_repeated_days(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, day, subject = (rows[name].to_numpy() for name in ("time", "day", "subject"))

    def kernel() -> tuple[Any, ...]:
        return kernels.repeated_days(starts, time, day, subject, world.n_subjects, 0, 2)

    def rival() -> tuple[Any, ...]:
        """Sort by pair, then compare neighbours: windows over user and subject took 1.9 s for 1 M rows."""
        pair = pl.col("pair")
        returns = pl.col("day").diff() != 0
        pairs = (
            rows.lazy()
            .with_row_index("row")
            .filter(pl.col("subject") >= 0)
            .sort("user", "subject", maintain_order=True)
            .with_columns(pair=((USER.shift() != USER) | (pl.col("subject").diff() != 0)).fill_null(True))
            .with_columns(opens=pair | returns, pair=pair.cum_sum())
            .group_by("pair")
            .agg(
                pl.col("user", "subject", "row").first(),
                pl.col("opens").sum().alias("n_days"),
                pl.len(),
                TIME.first().alias("first"),
                TIME.last(),
            )
            .sort("row")
            .drop("pair", "row")
            .collect()
        )
        n_days = pl.col("n_days")
        at_least = pairs.group_by("user").agg((n_days >= d).sum().alias(str(d)) for d in range(1, 17))
        of_subject = pairs.group_by("subject").agg(n_days.sum(), pl.len().alias("users"))
        return (
            *pairs.filter(n_days >= 2).get_columns(),
            np.column_stack(per_group(at_least, "user", world.n_users)),
            *per_group(of_subject, "subject", world.n_subjects),
        )

    contest(kernel, rival)


def test_own_hours(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    hour = rows["hour"].to_numpy()

    def rival() -> tuple[Any, ...]:
        counted = rows.group_by("user").agg(
            (pl.col("hour") == h).sum().cast(pl.Int64).alias(str(h)) for h in range(24)
        )
        blocks = [pl.sum_horizontal(str((first + h) % 24) for h in range(9)) for first in range(24)]
        block = pl.concat_list(blocks)
        best = counted.select("user", block.list.arg_max().alias("window"), block.list.max().alias("inside"))
        return tuple(per_group(best, "user", world.n_users))

    contest(lambda: kernels.own_hours(starts, hour, 9), rival)


def test_sessions(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time = rows["time"].to_numpy()

    def rival() -> tuple[Any, ...]:
        opens = ((USER.shift() != USER) | (TIME.diff() >= 480 * MINUTE)).fill_null(True)
        begun = rows.lazy().with_row_index("row").filter(opens).select("row", "user").collect()
        return np.append(begun["row"].to_numpy(), rows.height), begun["user"]

    contest(lambda: kernels.sessions(starts, time, 480 * MINUTE), rival)


def test_day_streaks(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    days = rows["day"].to_numpy()

    def rival() -> tuple[Any, ...]:
        streak = pl.col("day") - pl.int_range(pl.len()).over("user")
        runs = (
            rows.lazy()
            .with_row_index("row")
            .group_by("user", "day", maintain_order=True)
            .agg(ROW.first().alias("begin"), ROW.last().alias("end"))
            .with_columns(streak=streak)
            .group_by("user", "streak", maintain_order=True)
            .agg(pl.len().alias("longest"), pl.col("begin").first(), pl.col("end").last() + 1)
            .group_by("user")
            .agg(
                pl.col("longest").sum().alias("active"),
                pl.col("longest").max(),
                *(pl.col(name).get(pl.col("longest").arg_max()) for name in ("begin", "end")),
            )
            .collect()
        )
        return tuple(per_group(runs, "user", world.n_users))

    contest(lambda: kernels.day_streaks(starts, days, 0), rival)


def test_first_meetings(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    subject = rows["subject"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return (kernels.first_meetings(starts, subject, world.n_subjects),)

    def rival() -> tuple[Any, ...]:
        met = pl.col("subject") >= 0
        return (rows.select(met & pl.struct("user", "subject").is_first_distinct()).to_series(),)

    contest(kernel, rival)


def test_first_alike(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    codes = rows["subject"].to_numpy().astype(np.int64)

    def rival() -> tuple[Any, ...]:
        first = pl.col("row").first().over("user", "subject").cast(pl.Int32)
        met = pl.when(pl.col("subject") >= 0).then(first).otherwise(pl.lit(-1, pl.Int32))
        return (rows.with_row_index("row").select(met).to_series(),)

    contest(lambda: (kernels.first_alike(starts, codes),), rival)


def test_marked_rows(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time, day, subject = (rows[name].to_numpy() for name in ("time", "day", "subject"))
    found = kernels.repeated_days(starts, time, day, subject, world.n_subjects, 0, 2)
    marks = day % 3 == 0
    pairs = pl.DataFrame({"user": found[0], "subject": found[1]})

    def kernel() -> tuple[Any, ...]:
        return (kernels.marked_rows(starts, subject, marks, found[0], found[1], world.n_subjects),)

    def rival() -> tuple[Any, ...]:
        marked = rows.filter(pl.Series(marks)).group_by("user", "subject").agg(n=pl.len().cast(pl.Int32))
        joined = pairs.join(marked, on=["user", "subject"], how="left", maintain_order="left")
        return (joined["n"].fill_null(0),)

    contest(kernel, rival)
