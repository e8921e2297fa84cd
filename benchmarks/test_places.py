"""Who comes back to a subject, and from where."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels

WEEK = 7 * 86_400_000
N_PLACES = 40


def test_came_back(world: Any, contest: Any) -> None:
    starts, rows = world.by_subject
    time, user = rows["time"].to_numpy(), rows["user"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return (kernels.came_back(starts, time, user, WEEK, world.n_users),)

    def rival() -> tuple[Any, ...]:
        pairs = rows.group_by("subject", "user").agg(
            again=pl.col("time").max() - pl.col("time").min() >= WEEK
        )
        joined = rows.join(pairs, on=["subject", "user"], how="left", maintain_order="left")
        return (joined["again"],)

    contest(kernel, rival)


def test_homes(world: Any, contest: Any) -> None:
    starts, rows = world.by_subject
    rows = rows.select("subject", place=pl.col("user") % N_PLACES, mark=pl.col("hour") < 3)
    place, mark = rows["place"].to_numpy(), rows["mark"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return kernels.homes(starts, place, mark, N_PLACES)

    def rival() -> tuple[Any, ...]:
        spots = rows.group_by("subject", "place").agg(pl.len(), pl.col("mark").any())
        ranked = spots.sort("subject", "len", "mark", "place", descending=[False, True, True, False])
        homes = ranked.group_by("subject").agg(
            home=pl.col("place").first(),
            at_home=pl.col("mark").first(),
            others=pl.len().cast(pl.Int64) - 1,
            marked=pl.col("mark").slice(1).sum().cast(pl.Int64),
        )
        every = pl.DataFrame({"subject": pl.int_range(world.n_subjects, dtype=pl.Int32, eager=True)})
        found = every.join(homes, on="subject", how="left", maintain_order="left")
        return (
            found["home"].fill_null(-1),
            found["at_home"].fill_null(False),
            found["others"].fill_null(0),
            found["marked"].fill_null(0),
        )

    contest(kernel, rival)


def test_distinct(world: Any, contest: Any) -> None:
    starts, rows = world.by_subject
    user = rows["user"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return kernels.distinct(starts, user, world.n_users)

    def rival() -> tuple[Any, ...]:
        met = rows.group_by("subject").agg(pl.col("user").n_unique(), pl.len())
        every = pl.DataFrame({"subject": pl.int_range(world.n_subjects, dtype=pl.Int32, eager=True)})
        found = every.join(met, on="subject", how="left", maintain_order="left")
        return found["user"].fill_null(0), found["len"].fill_null(0)

    contest(kernel, rival)


def test_distinct_of_many(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    subject = rows["subject"].to_numpy()

    def kernel() -> tuple[Any, ...]:
        return (kernels.distinct_of_many(starts, subject),)

    def rival() -> tuple[Any, ...]:
        met = rows.filter(pl.col("subject") >= 0).group_by("user").agg(pl.col("subject").n_unique())
        every = pl.DataFrame({"user": pl.int_range(world.n_users, dtype=pl.Int32, eager=True)})
        found = every.join(met, on="user", how="left", maintain_order="left")
        return (found["subject"].fill_null(0),)

    contest(kernel, rival)


def test_owners(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    order = np.random.default_rng(1).permutation(len(rows)).astype(np.int32)
    near = np.searchsorted(starts[1:], np.arange(0, starts[-1], 64), side="right").astype(np.int32)

    def rival() -> tuple[Any, ...]:
        return (rows["user"].gather(order),)

    contest(lambda: (kernels.owners(starts, near, 6, order),), rival)


def test_tally(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    kind = (rows["hour"] % 4).cast(pl.UInt8).to_numpy()

    def kernel() -> tuple[Any, ...]:
        return (kernels.tally(starts, kind, 4),)

    def rival() -> tuple[Any, ...]:
        hour = pl.col("hour") % 4
        counts = rows.group_by("user").agg((hour == at).sum().alias(str(at)) for at in range(4))
        every = pl.DataFrame({"user": pl.int_range(world.n_users, dtype=pl.Int32, eager=True)})
        found = every.join(counts, on="user", how="left", maintain_order="left")
        return (found.drop("user").fill_null(0).to_numpy(),)

    contest(kernel, rival)


def test_sums(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    hour = rows["hour"].to_numpy()

    def rival() -> tuple[Any, ...]:
        counts = rows.group_by("user").agg(pl.col("hour").cast(pl.Int64).sum())
        every = pl.DataFrame({"user": pl.int_range(world.n_users, dtype=pl.Int32, eager=True)})
        return (every.join(counts, on="user", how="left", maintain_order="left")["hour"].fill_null(0),)

    contest(lambda: (kernels.sums(starts, hour),), rival)


def test_tally_once(world: Any, contest: Any) -> None:
    """Whom each user met, by day and by night, and by the hour; the rival asks for each kind by itself."""
    starts, rows = world.by_user
    person = kernels.first_alike(starts, rows["subject"].to_numpy().astype(np.int64))
    hour = rows["hour"].to_numpy()
    kinds = (1 | (hour < 6) << 1 | (hour % 3 == 0) << 2).astype(np.uint8)
    cell = (hour % 4).astype(np.uint8)

    def kernel() -> tuple[Any, ...]:
        return (kernels.tally_once(starts, person, kinds, cell, 3, 4),)

    def rival() -> tuple[Any, ...]:
        told = pl.DataFrame({"user": rows["user"], "person": person, "kinds": kinds, "cell": cell})
        count = np.zeros((3, world.n_users, 4), np.int32)
        for kind in range(3):
            met = told.lazy().filter((pl.col("kinds") // (1 << kind) % 2 == 1) & (pl.col("person") >= 0))
            first = met.group_by("person").agg(pl.col("user", "cell").first())
            of_cell = first.group_by("user", "cell").len().collect()
            count[kind, of_cell["user"], of_cell["cell"]] = of_cell["len"]
        return (count,)

    contest(kernel, rival)
