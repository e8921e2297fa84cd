"""The Search Anomaly Index that HaveIBeenFlocked shows beside each search."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.evaluate.baselines.features import hours_of, window
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import by_user
from anomaly.evaluate.listing import Abstained, Listing

WIDTHS = (10, 12)  # hours of the Primary Active Window, the narrow one if it is enough
HELD = 0.85  # of a user's searches that the window holds
PENALTY = 5.0  # outside the window
CRITICAL = 8.0  # the highest of the published bands: 1.75 elevated, 5 anomaly, 8 critical


def search_anomaly_index(log: Queries) -> Listing | Abstained:
    """Rank users by the share of their searches in the critical band of the index.

    Source: haveibeenflocked.com/about/search-anomalies. The index of a search is the z-score of the user's
    searches in that hour against the same hour of the user's other days, five times that outside the user's
    Primary Active Window. The page gives parts and bands, not the whole formula; read here so that every band
    can occur as it is described: z counts from 1 up (a quiet search out of shift is 5, "anomaly"), and the
    spread is at least one search (a lone search at an odd hour is not "critical" by itself).
    Strongest form: a user without a window, such as one on rotating shifts, gets no penalty; of greatest
    index, number and share of critical searches, the share found most.
    """
    table = hours_of(log.actions)
    counts = table.drop("user").to_numpy()
    days = log.actions.group_by("user").agg(pl.col("day").n_unique()).sort("user")["day"].to_numpy()

    hours = log.actions.group_by("user", "day", "hour").agg(pl.len().alias("n")).sort("user", "day", "hour")
    place = np.searchsorted(table["user"].to_numpy(), hours["user"].to_numpy())
    hour, n = hours["hour"].to_numpy(), hours["n"].to_numpy().astype(np.float64)
    squares = np.zeros(counts.shape)
    np.add.at(squares, (place, hour), n * n)
    mean = counts / days[:, None]
    spread = np.sqrt(np.maximum(squares / days[:, None] - mean**2, 1.0))
    z = (n - mean[place, hour]) / spread[place, hour]
    index = np.maximum(z, 1.0) * np.where(primary_active_window(counts)[place, hour], 1.0, PENALTY)

    critical = np.bincount(place, weights=np.where(index >= CRITICAL, n, 0.0), minlength=len(counts))
    score = np.zeros(len(log.users))
    score[table["user"].to_numpy()] = critical / counts.sum(axis=1)
    return by_user("Search Anomaly Index", log, score)


def primary_active_window(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Find the hours each user normally searches in: the busiest ten hours on end if they hold 85 % of the
    searches, otherwise the busiest twelve; where they do not either, every hour is normal.

    counts: (u, 24) int64 by local hour. Returns (u, 24) bool; of equal blocks the earliest.
    """
    found = np.ones(counts.shape, np.bool_)
    for width in sorted(WIDTHS, reverse=True):
        held = np.stack([window(counts, start, width) for start in range(24)], axis=1)
        first = held.argmax(axis=1)
        enough = held.max(axis=1) >= HELD * counts.sum(axis=1)
        block = (np.arange(24) - first[:, None]) % 24 < width
        found[enough] = block[enough]
    return found
