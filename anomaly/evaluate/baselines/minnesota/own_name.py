"""Minnesota's first rule: users who looked up themselves."""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.baselines.minnesota.roster import by_count, of_log
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing


def own_name(log: Queries) -> Listing | Abstained:
    """Rank users by look-ups of themselves: their name and date of birth, their licence, their plate.

    Source: Minnesota Office of the Legislative Auditor, "Law enforcement's use of state databases", 2013:
    over a third of users had looked up their own name. Strongest form: a namesake with another date of birth
    is not the user, and the user's licence and plate count as their name. Only users who did are listed; the
    rows are those look-ups.
    """
    name = "Minnesota: own name"
    lacking = log.lacks("subject", of_users=["name", "license", "plate"])
    if lacking:
        return Abstained(name, lacking)
    roster = log.context["users"].with_columns(dob=pl.col("dob").cast(pl.String))
    written = roster.select(
        "user",
        pl.concat_str(pl.lit("name:"), "name", pl.lit("|"), "dob").alias("name and dob"),
        pl.concat_str(pl.lit("name:"), "name", pl.lit("|")).alias("name"),
        pl.concat_str(pl.lit("license:"), "license").alias("license"),
        pl.concat_str(pl.lit("plate:"), "plate").alias("plate"),
    )
    keys = written.unpivot(index="user", value_name="key").drop_nulls("key")
    own = keys.select("user", pl.Series("subject", log.subjects.lookup(keys["key"]))).filter(
        pl.col("subject") >= 0
    )
    return by_count(name, log, log.actions.join(of_log(own, log), on=["user", "subject"], how="semi"))
