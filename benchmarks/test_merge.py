"""What actions say out of their rows, and rows written twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels


def actions(world: Any) -> tuple[pl.DataFrame, Any]:
    """Rows of each action side by side, and where they begin."""
    starts, rows = world.by_user
    columns = (rows[name].to_numpy() for name in ("time", "subject", "cascade"))
    action = kernels.collapse(starts, *columns, world.n_subjects, world.n, 3_600_000)
    begins, order = kernels.group(action, int(action.max()) + 1)
    return rows.with_columns(action=action)[order], begins.astype(np.int32)


def test_earliest(world: Any, contest: Any) -> None:
    rows, starts = actions(world)
    time, code = (rows[name].to_numpy() for name in ("time", "subject"))
    taken, ranks = np.empty(len(starts) - 1, np.int32), np.zeros(0, np.int32)

    def ours() -> tuple[Any, ...]:
        kernels.earliest(starts, time, code, ranks, taken)
        return (taken,)

    def rival() -> tuple[Any, ...]:
        known = rows.lazy().filter(pl.col("subject") >= 0).group_by("action")
        first = known.agg(pl.col("subject").sort_by("time", "subject").first()).collect()
        every = pl.DataFrame({"action": pl.int_range(len(taken), dtype=pl.Int32, eager=True)})
        return (every.join(first, on="action", how="left", maintain_order="left")["subject"].fill_null(-1),)

    contest(ours, rival)


def test_contested(world: Any, contest: Any) -> None:
    rows, starts = actions(world)
    time, code = (rows[name].to_numpy() for name in ("time", "subject"))

    def rival() -> tuple[Any, ...]:
        known = rows.lazy().filter(pl.col("subject") >= 0)
        at_first = known.filter(pl.col("time") == pl.col("time").min().over("action"))
        several = at_first.filter(pl.col("subject").n_unique().over("action") > 1)
        beside = np.zeros(world.n_subjects, np.bool_)
        beside[several.select("subject").collect()["subject"].to_numpy()] = True
        return (beside,)

    contest(lambda: (kernels.contested(starts, time, code, world.n_subjects),), rival)


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
    rows, starts = actions(world)
    bits = np.uint16(1) << (rows["serial"].to_numpy() + 1).astype(np.uint16)
    coded = pl.DataFrame({"action": rows["action"], "bits": bits})
    united = np.empty(len(starts) - 1, np.uint16)

    def ours() -> tuple[Any, ...]:
        kernels.union(starts, bits, united)
        return (united,)

    def rival() -> tuple[Any, ...]:
        each = coded.lazy().group_by("action").agg(pl.col("bits").bitwise_or()).sort("action")
        return (each.collect()["bits"],)

    contest(ours, rival)


def test_written_twice(world: Any, contest: Any) -> None:
    starts, rows = world.by_user
    rows = rows.with_columns(hour_of=pl.col("time") // 3_600_000)  # ties, as in a coarse log
    time, digest = rows["hour_of"].to_numpy(), rows["serial"].to_numpy().astype(np.uint64)

    def rival() -> tuple[Any, ...]:
        return (rows.select(~pl.struct("user", "hour_of", "serial").is_first_distinct()).to_series(),)

    contest(lambda: (kernels.written_twice(starts, time, digest),), rival)
