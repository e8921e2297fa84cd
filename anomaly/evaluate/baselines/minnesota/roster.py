"""What the rules share that compare a log with the roster."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import ranked
from anomaly.evaluate.listing import Listing


def of_log(roster: pl.DataFrame, log: Queries) -> pl.DataFrame:
    """Keep the lines of a roster whose user is in the log, with the user's code for the name."""
    codes = pl.DataFrame({"user": log.users, "code": np.arange(len(log.users), dtype=np.int32)})
    return roster.join(codes, on="user", how="inner").drop("user").rename({"code": "user"})


def by_count(name: str, log: Queries, against: pl.DataFrame) -> Listing:
    """Rank users by how many look-ups are against a rule, with those look-ups as evidence.

    against: the rows of `log.actions` that are.
    """
    members = against.select(pl.col("user").alias("entry"), "action")
    entries = members.group_by("entry").agg(pl.len().cast(pl.Float64).alias("score"))
    return ranked(name, log, "person", entries, members)
