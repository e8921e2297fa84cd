"""Each user's days against their own recent past."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import by_user
from anomaly.evaluate.listing import Abstained, Listing

SMOOTHING = 0.3  # weight of the latest day; 0.2 to 0.3 (Hunter 1986): of 0.1, 0.2 and 0.3 it found most
WARM_UP = 10  # worked days before a user's past says anything


def ewma(log: Queries) -> Listing | Abstained:
    """Rank users by their most unusual day: the greatest EWMA z-score of a daily count.

    Source: Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959); Hunter,
    "The exponentially weighted moving average", Journal of Quality Technology 18 (1986).
    Strongest form: only days on which the user worked, so that days off are not the norm; counts through
    Anscombe's square root, whose variance is 1 for Poisson counts, so that the busy do not lead by being
    busy; a spread never below that 1; a day is measured against the days before it only.
    """
    counted = log.actions.group_by("user", "day").agg(pl.len().alias("n")).sort("user", "day")
    surprise = pl.col("root") - pl.col("usual")
    spread = surprise.pow(2).ewm_mean(alpha=SMOOTHING, ignore_nulls=True).shift(1).over("user").sqrt()
    days = (
        counted.with_columns(
            root=2 * (pl.col("n") + 0.375).sqrt(), worked=pl.int_range(pl.len()).over("user")
        )
        .with_columns(usual=pl.col("root").ewm_mean(alpha=SMOOTHING).shift(1).over("user"))
        .with_columns(z=surprise / pl.max_horizontal(spread, pl.lit(1.0)))
    )
    most = days.filter(pl.col("worked") >= WARM_UP).group_by("user").agg(pl.col("z").max())
    score = np.zeros(len(log.users))
    score[most["user"].to_numpy()] = most["z"].to_numpy()
    return by_user("EWMA of own days", log, score)
