"""Who looked up most."""

from __future__ import annotations

import numpy as np

from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import by_user
from anomaly.evaluate.listing import Abstained, Listing


def volume(log: Queries) -> Listing | Abstained:
    """Rank users by how many look-ups they made.

    Source: Edgewater found users with 1,500 look-ups a year where peers had 300 to 400; it is also the first
    thing a log viewer can sort by, and says where the busy posts are.
    """
    users = log.actions["user"].to_numpy()
    return by_user("volume", log, np.bincount(users, minlength=len(log.users)).astype(np.float64))
