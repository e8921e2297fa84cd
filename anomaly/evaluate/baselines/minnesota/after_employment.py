"""Minnesota's fifth rule: accounts used after employment ended."""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.baselines.minnesota.roster import by_count, of_log
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing


def after_employment(log: Queries) -> Listing | Abstained:
    """Rank users by look-ups made after the day their employment ended.

    Source: Minnesota Office of the Legislative Auditor, 2013: some 20 people still had access. Strongest
    form: a user hired again is judged by the last employment. The rows are those look-ups.
    """
    name = "Minnesota: after employment"
    lacking = log.lacks(of_users=["separated"])
    if lacking:
        return Abstained(name, lacking)
    spans = log.context["users"].group_by("user").agg(pl.col("hired", "separated").max())
    ended = spans.filter(
        pl.col("separated").is_not_null() & (pl.col("hired") <= pl.col("separated")).fill_null(True)
    )
    last = of_log(ended.select("user", last=pl.col("separated").to_physical()), log)
    return by_count(name, log, log.actions.join(last, on="user").filter(pl.col("day") > pl.col("last")))
