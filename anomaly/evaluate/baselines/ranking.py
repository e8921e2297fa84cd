"""Scores become a Listing: entries in order, and the rows of the log behind each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import ENTRIES, EVIDENCE, Abstained, Listing

Baseline = Callable[[Queries], Listing | Abstained]


def by_user(name: str, log: Queries, score: NDArray[np.float64]) -> Listing | Abstained:
    """Rank every user of the log, with all rows of each as evidence.

    score: (u,) float64 by user code, higher is worse. All rows is the generous form: an entry matches when it
    holds half of a scenario's rows (docs/contracts.md), so naming the right person is enough.
    """
    lacking = log.lacks()
    if lacking:
        return Abstained(name, lacking)
    members = log.actions.select(pl.col("user").alias("entry"), "action")
    entries = pl.DataFrame({"entry": np.arange(len(score), dtype=np.int32), "score": score})
    return ranked(name, log, "person", entries.join(members.unique("entry"), on="entry", how="semi"), members)


def ranked(name: str, log: Queries, kind: str, entries: pl.DataFrame, members: pl.DataFrame) -> Listing:
    """Rank entries by score, ties by entry.

    entries: entry (Int32, in the order that breaks ties), score (Float64); members: entry, action: what each
    is made of. A person's entry names its subject only when it is about one.
    """
    order = entries.sort(["score", "entry"], descending=[True, False])
    order = order.with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    placed = members.join(order.select("entry", "rank"), on="entry", how="inner")
    who = placed.join(log.actions.select("action", "user", "agency", "subject"), on="action", how="inner")
    listed = order.select("rank", kind=pl.lit(kind), score="score")
    for column, code, names in (
        ("users", "user", log.users),
        ("agencies", "agency", log.agencies),
        ("subjects", "subject", log.subject_names),
    ):
        distinct = who.select("rank", code).drop_nulls().unique()
        if column == "subjects" and kind == "person":
            distinct = distinct.filter(pl.len().over("rank") == 1)
        named = distinct.with_columns(names.gather(distinct[code]).cast(pl.String).alias(column)).drop_nulls()
        lists = named.sort("rank", column).group_by("rank", maintain_order=True).agg(column)
        listed = listed.join(lists, on="rank", how="left", maintain_order="left")
    listed = listed.with_columns(
        pl.col("users", "agencies", "subjects").fill_null(pl.lit([], pl.List(pl.String))),
        q_value=pl.lit(None, pl.Float64),
    )
    evidence = placed.select("rank", "action").join(log.rows, on="action", how="inner")
    evidence = evidence.sort("rank", "file", "row")
    evidence = evidence.with_columns(log.files.gather(evidence["file"]).alias("source"))
    return Listing(
        name,
        listed.select(ENTRIES.names()),
        evidence.select(EVIDENCE.names()).cast({"row": pl.Int64}),
    )


def pairs_of(log: Queries, score: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Group look-ups by user and subject and score each pair that occurs twice or more.

    score: an aggregation. Returns entries and members as `ranked` takes them, ties in alphabetical order of
    user and subject.
    """
    looked_up = log.actions.drop_nulls("subject")
    pairs = looked_up.group_by("user", "subject").agg(
        score.cast(pl.Float64).alias("score"), pl.len().alias("n")
    )
    pairs = pairs.filter(pl.col("n") > 1)
    pairs = (
        pairs.with_columns(name=log.subject_names.gather(pairs["subject"]))
        .sort("user", "name")
        .with_columns(entry=pl.int_range(pl.len(), dtype=pl.Int32))
    )
    members = looked_up.join(pairs, on=["user", "subject"]).select("entry", "action")
    return pairs.select("entry", "score"), members
