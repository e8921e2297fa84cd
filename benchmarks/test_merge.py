"""What actions say out of their rows, and rows written twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels


def actions(world: Any) -> tuple[pl.DataFrame, int]:
    """Rows by user with their action, and how many actions there are."""
    starts, rows = world.by_user
    columns = (rows[name].to_numpy() for name in ("time", "subject", "cascade"))
    action = kernels.collapse(starts, *columns, world.n_subjects, world.n, 3_600_000)
    return rows.with_columns(action=action), int(action.max()) + 1


def test_earliest(world: Any, contest: Any) -> None:
    rows, n = actions(world)
    action, time, code = (rows[name].to_numpy() for name in ("action", "time", "subject"))

    def rival() -> tuple[Any, ...]:
        known = rows.lazy().filter(pl.col("subject") >= 0).group_by("action")
        taken = known.agg(pl.col("subject").min_by("time")).collect()
        every = pl.DataFrame({"action": pl.int_range(n, dtype=pl.Int32, eager=True)})
        return (every.join(taken, on="action", how="left", maintain_order="left")["subject"].fill_null(-1),)

    contest(lambda: (kernels.earliest(action, time, code, n),), rival)


def test_commonest(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    subject = rows["subject"].to_numpy()

    def rival() -> tuple[Any, ...]:
        counted = rows.lazy().filter(pl.col("subject") >= 0).group_by("user", "subject").len()
        most = counted.sort("user", "len", "subject", descending=[False, True, False]).group_by("user")
        answer = most.agg(pl.col("subject").first()).collect()
        every = pl.DataFrame({"user": pl.int_range(len(starts) - 1, dtype=answer["user"].dtype, eager=True)})
        return (every.join(answer, on="user", how="left", maintain_order="left")["subject"].fill_null(-1),)

    contest(lambda: (kernels.commonest(starts, subject, world.n_subjects),), rival)


def test_union(world: Any, contest: Any) -> None:
    rows, n = actions(world)
    action, bits = (
        rows["action"].to_numpy(),
        np.uint16(1) << (rows["serial"].to_numpy() + 1).astype(np.uint16),
    )
    coded = pl.DataFrame({"action": action, "bits": bits})

    def rival() -> tuple[Any, ...]:
        united = coded.lazy().group_by("action").agg(pl.col("bits").bitwise_or()).sort("action")
        return (united.collect()["bits"],)

    contest(lambda: (kernels.union(action, bits, n),), rival)


def test_written_twice(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    rows = rows.with_columns(hour_of=pl.col("time") // 3_600_000)  # ties, as in a coarse log
    time, digest = rows["hour_of"].to_numpy(), rows["serial"].to_numpy().astype(np.uint64)

    def rival() -> tuple[Any, ...]:
        return (rows.select(~pl.struct("user", "hour_of", "serial").is_first_distinct()).to_series(),)

    contest(lambda: (kernels.written_twice(starts, time, digest),), rival)
