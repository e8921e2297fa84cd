"""Who looked up one subject again and again: what a sceptic would count before buying anything."""

from __future__ import annotations

import polars as pl

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import pairs_of, ranked
from anomaly.evaluate.listing import Abstained, Listing


def most_lookups_of_one_subject(log: Queries) -> Listing | Abstained:
    """Rank pairs of user and subject by how many times the user looked the subject up.

    Source: Milwaukee's audits after 2025 ask for "plates searched the most"; there an officer had looked up
    two plates 55 and 124 times. The rows are those look-ups, after cascades have been collapsed; pairs that
    occur once are not listed.
    """
    return _pairs("most look-ups of one subject", log, pl.len())


def most_days_without_a_reason(log: Queries) -> Listing | Abstained:
    """Rank pairs of user and subject by the days with a look-up that has no case number and no telling
    reason.

    Strongest form of the count above: days instead of look-ups, because a busy afternoon on one case is
    work; and without what is accounted for. Where the log has no case numbers or no reasons, what is left
    of the condition is used.
    """
    poor = ~pl.col("has_case") & (pl.col("vague") | pl.col("blank"))
    return _pairs("most days without a reason", log, pl.col("day").filter(poor).n_unique())


def _pairs(name: str, log: Queries, score: pl.Expr) -> Listing | Abstained:
    lacking = log.lacks("subject")
    if lacking:
        return Abstained(name, lacking)
    entries, members = pairs_of(log, score)
    return ranked(name, log, "person", entries, members)
