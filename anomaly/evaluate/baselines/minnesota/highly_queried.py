"""Minnesota's fourth rule: people whom many users looked up."""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import ranked
from anomaly.evaluate.listing import Abstained, Listing

MONTH = 30  # days


def highly_queried(log: Queries) -> Listing | Abstained:
    """Rank subjects by the most users who looked one up within a month.

    Source: Minnesota Office of the Legislative Auditor, 2013: a murder victim looked up 158 times in a month
    by 110 users of 59 agencies. An entry is a subject that two users or more looked up in a month, with all
    look-ups of it.
    """
    name = "Minnesota: highly queried"
    lacking = log.lacks("subject")
    if lacking:
        return Abstained(name, lacking)
    looked_up = log.actions.drop_nulls("subject").select("subject", "user", "day", "action")
    halves = [looked_up.with_columns(month=(pl.col("day") + shift) // MONTH) for shift in (0, MONTH // 2)]
    users = [
        half.group_by("subject", "month").agg(pl.col("user").n_unique().alias("score")) for half in halves
    ]
    most = (
        pl.concat(users)
        .group_by("subject")
        .agg(pl.col("score").max().cast(pl.Float64))
        .filter(pl.col("score") > 1)
    )
    entries = (
        most.with_columns(name=log.subject_names.gather(most["subject"]))
        .sort("name")
        .with_columns(entry=pl.int_range(pl.len(), dtype=pl.Int32))
    )
    members = looked_up.join(entries, on="subject").select("entry", "action")
    return ranked(name, log, "subject", entries.select("entry", "score"), members)
