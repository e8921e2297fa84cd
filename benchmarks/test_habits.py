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


def pairs_of(world: Any) -> pl.DataFrame:
    """The rows of pairs of user and subject that recur, pair by pair, and the pair of each."""
    pair = ("user", "subject")
    recur = pl.col("subject").is_not_null() & (pl.col("subject") >= 0) & (pl.len().over(pair) > 1)
    return (
        world.by_user[1]
        .lazy()
        .with_row_index("row")
        .filter(recur)
        .with_columns(pair=pl.col("row").first().over(pair))
        .sort("pair", "row")
        .collect()
    )


def test_recurring(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    subject = rows["subject"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return kernels.recurring(starts, subject, world.n_subjects)

    def rival() -> tuple[Any, ...]:
        found = pairs_of(world)
        sizes = found["pair"].rle().struct["len"]
        met = rows.lazy().filter(pl.col("subject") >= 0).group_by("subject")
        groups_of = met.agg(USER.n_unique().cast(pl.Int32)).collect()
        return (
            np.append(0, sizes.to_numpy().cumsum(dtype=np.int64)),
            found["row"].cast(pl.Int32),
            *per_group(groups_of, "subject", world.n_subjects),
        )

    contest(kernel, rival)


def test_repeated_days(world: Any, contest: Any) -> None:
    starts, order, _ = kernels.recurring(
        world.by_user[0], world.by_user[1]["subject"].to_numpy(), world.n_subjects
    )
    rows = world.by_user[1][order]
    time, day, marks = rows["time"].to_numpy(), rows["day"].to_numpy(), rows["hour"].to_numpy() % 3 > 0
    pair = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))

    def kernel() -> tuple[Any, ...]:
        return kernels.repeated_days(starts, time, day, marks, 0)

    def rival() -> tuple[Any, ...]:
        opens = ((pl.col("pair").diff() != 0) | (pl.col("day").diff() != 0)).fill_null(True)
        told = (
            rows.lazy()
            .select("day", pl.Series("pair", pair), pl.int_range(len(rows), dtype=pl.Int32).alias("at"))
            .filter(pl.Series(marks))
            .with_columns(opens=opens)
            .group_by("pair")
            .agg(pl.col("opens").sum().cast(pl.Int32), pl.len().cast(pl.Int32), pl.col("at").first() + 1)
            .collect()
        )
        n_days, n_rows, first = per_group(told, "pair", len(starts) - 1)
        return n_days, n_rows, first - 1

    contest(kernel, rival)


def test_on_same_days(world: Any, contest: Any) -> None:
    """A day has two hours: of whole ones, few of the busy users here are without a crowd."""
    starts, order, _ = kernels.recurring(
        world.by_user[0], world.by_user[1]["subject"].to_numpy(), world.n_subjects
    )
    rows = world.by_user[1][order]
    user, day = rows["user"].to_numpy()[starts[:-1]], rows["time"].to_numpy() // (2 * 3_600_000)
    day, marks = day.astype(np.int32), rows["hour"].to_numpy() % 3 > 0
    pair = np.repeat(np.arange(len(user), dtype=np.int32), np.diff(starts))

    def kernel() -> tuple[Any, ...]:
        return kernels.on_same_days(user, starts, day, marks, 8, 2)

    def rival() -> tuple[Any, ...]:
        told = pl.DataFrame({"user": user[pair], "pair": pair, "day": day}).filter(pl.Series(marks)).unique()
        small = told.lazy().filter(pl.len().over("user", "day") <= 8)
        shared = (
            small.join(small, on=["user", "day"], suffix="_other")
            .filter(pl.col("pair") < pl.col("pair_other"))
            .group_by("pair", "pair_other")
            .agg(pl.len().cast(pl.Int32))
            .filter(pl.col("len") >= 2)
            .sort("pair", "pair_other")
            .collect()
        )
        of_each = told.group_by("pair").agg(pl.len().cast(pl.Int32))
        return (*shared.get_columns(), *per_group(of_each, "pair", len(user)))

    contest(kernel, rival)


def test_days_of_others(world: Any, contest: Any) -> None:
    """The hours stand for persons, and the subject of a user for the work."""
    starts, order, _ = kernels.recurring(
        world.by_user[0], world.by_user[1]["subject"].to_numpy(), world.n_subjects
    )
    rows = world.by_user[1][order]
    day, person = rows["day"].to_numpy() // 30, rows["hour"].to_numpy().astype(np.int32) // 6
    work = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))

    def kernel() -> tuple[Any, ...]:
        return kernels.days_of_others(starts, day, person, 4)

    def rival() -> tuple[Any, ...]:
        told = pl.DataFrame({"work": work, "day": day, "person": person}).with_row_index("row").lazy()
        days = told.group_by("work", "day").agg(
            pl.col("person").n_unique() == 1, one=pl.col("person").first()
        )
        alone = days.filter("person").group_by("work", person="one").agg(alone=pl.len())
        n_days = days.group_by("work").agg(days=pl.len())
        joined = told.join(n_days, on="work").join(alone, on=["work", "person"], how="left").sort("row")
        others = joined.select((pl.col("days") - pl.col("alone").fill_null(0)).cast(pl.Int32))
        return (n_days.sort("work").collect()["days"], others.collect().to_series())

    contest(kernel, rival)


def test_on_days(world: Any, contest: Any) -> None:
    rows = world.by_user[1]
    subject, day = rows["subject"].to_numpy(), rows["day"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return (kernels.on_days(subject, day, world.n_subjects, 3),)

    def rival() -> tuple[Any, ...]:
        met = rows.lazy().filter(pl.col("subject") >= 0).group_by("subject")
        told = met.agg(pl.col("day").n_unique() >= 3).collect()
        every = pl.DataFrame({"subject": pl.int_range(world.n_subjects, dtype=pl.Int32, eager=True)})
        joined = every.join(told, on="subject", how="left", maintain_order="left")
        return (joined["day"].fill_null(False),)

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


def test_long_sessions(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    time = rows["time"].to_numpy()

    def rival() -> tuple[Any, ...]:
        opens = ((USER.shift() != USER) | (TIME.diff() >= 480 * MINUTE)).fill_null(True)
        found = (
            rows.lazy()
            .with_row_index("row")
            .group_by(opens.cum_sum().alias("session"), maintain_order=True)
            .agg(USER.first(), ROW.first().alias("begin"), ROW.last() + 1, length=TIME.last() - TIME.first())
            .collect()
        )
        count = per_group(found.group_by("user").len(), "user", world.n_users)
        long = found.filter(pl.col("length") > 960 * MINUTE)
        return (*count, long["begin"], long["row"], long["user"])

    contest(lambda: kernels.long_sessions(starts, time, 480 * MINUTE, 960 * MINUTE), rival)


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
