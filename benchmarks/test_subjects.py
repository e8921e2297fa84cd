"""Which subject a row is about, and what rows say of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels


def test_choose(world: Any, contest: Any) -> None:
    """Each subject has one key besides."""
    n = world.n_subjects
    written = world.log["subject"].to_numpy()
    subject = np.where(world.random.random(world.n) < 0.1, np.int32(-1), written)
    keys = np.arange(n, 2 * n, dtype=np.int32)

    def kernel() -> tuple[Any, ...]:
        filled = subject.copy()
        pairs = kernels.choose(filled, written, keys, np.full(2 * n, -1, np.int32))
        return filled, *pairs

    def rival() -> tuple[Any, ...]:
        key = pl.when(pl.col("written") >= 0).then(pl.col("written") + n).otherwise(-1)
        rows = pl.DataFrame({"left": subject, "written": written}).select("left", right=key)
        both = rows.filter(pl.all_horizontal(pl.all() >= 0)).unique(maintain_order=True)
        chosen = rows.select(pl.when(pl.col("left") < 0).then("right").otherwise("left")).to_series()
        return chosen, both["left"], both["right"]

    contest(kernel, rival)


def test_largest(world: Any, contest: Any) -> None:
    subject = world.log["subject"].to_numpy()
    written = world.random.integers(-1, 5, world.n).astype(np.int32)
    values = np.array([0, 1, 3, 2, 5], np.int16)

    def kernel() -> tuple[Any, ...]:
        held = np.zeros(world.n_subjects, np.int16)
        kernels.largest(held, subject, written, values)
        return (held,)

    def rival() -> tuple[Any, ...]:
        said = pl.DataFrame({"subject": subject, "value": pl.Series(np.append(values, 0)[written])})
        most = said.lazy().filter(pl.col("subject") >= 0).group_by("subject").agg(pl.col("value").max())
        held = np.zeros(world.n_subjects, np.int16)
        told = most.collect()
        held[told["subject"].to_numpy()] = told["value"].to_numpy()
        return (held,)

    contest(kernel, rival)


def test_renumber(world: Any, contest: Any) -> None:
    _, log = world.by_user
    user, time, subject = (log[name].to_numpy() for name in ("user", "time", "subject"))
    hashes = world.random.permutation(world.n_subjects).astype(np.uint64)

    def kernel() -> tuple[Any, ...]:
        filled = subject.copy()
        rank, _ = kernels.renumber(filled, user, time, hashes)
        return rank, filled

    def rival() -> tuple[Any, ...]:
        named = log.with_row_index("row").filter(pl.col("subject") >= 0)
        first = named.group_by("subject").agg(pl.col("row").first())
        every = pl.DataFrame({"subject": np.arange(world.n_subjects, dtype=np.int32), "hash": hashes})
        order = every.join(first, on="subject", how="left").sort("row", "hash", nulls_last=True)
        rank = order.with_row_index("rank").sort("subject")["rank"].to_numpy()
        return rank, np.append(rank.astype(np.int32), -1)[subject]

    contest(kernel, rival)
