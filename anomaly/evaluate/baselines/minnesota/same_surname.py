"""Minnesota's second rule: users who looked up people of their own surname more than chance explains."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.evaluate.baselines.minnesota.chance import surprise
from anomaly.evaluate.baselines.minnesota.roster import of_log
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import ranked
from anomaly.evaluate.listing import Abstained, Listing


def same_surname(log: Queries) -> Listing | Abstained:
    """Rank users by how far look-ups of their own surname exceed what its frequency would give.

    Source: Minnesota Office of the Legislative Auditor, 2013: "to a greater extent than expected by chance",
    a quarter of users. Strongest form: the expected share is that of the surname among the look-ups of all
    other users of this log, who serve the same people. The rows are the look-ups of that surname.
    """
    name = "Minnesota: same surname"
    lacking = log.lacks("surname", of_users=["name"])
    if lacking:
        return Abstained(name, lacking)
    surname = pl.col("name").str.to_uppercase().str.extract(r"^\s*([^,]+?)\s*,").alias("surname")
    named = log.actions.drop_nulls("surname")
    roster = of_log(
        log.context["users"]
        .select("user", surname)
        .drop_nulls()
        .unique("user", keep="last", maintain_order=True),
        log,
    )
    shared = named.join(roster, on=["user", "surname"], how="inner")
    counted = (
        shared.group_by("user", "surname")
        .agg(pl.len().alias("k"))
        .join(named.group_by("user").agg(pl.len().alias("n")), on="user")
        .join(named.group_by("surname").agg(pl.len().alias("all")), on="surname")
        .sort("user")
    )
    k, n, every = (counted[column].to_numpy().astype(np.float64) for column in ("k", "n", "all"))
    expected = (every - k + 0.5) / (len(named) - n + 1.0)
    entries = pl.DataFrame(
        {"entry": counted["user"], "score": np.where(k / n > expected, surprise(k, n, expected), 0.0)}
    )
    return ranked(name, log, "person", entries, shared.select(pl.col("user").alias("entry"), "action"))
