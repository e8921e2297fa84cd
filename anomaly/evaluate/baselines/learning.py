"""What the learning baselines share: enough users, features on one scale, scores in a list."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from anomaly.detectors.peers import LEAST_PEERS
from anomaly.evaluate.baselines.features import Features, Matrix, features
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import by_user
from anomaly.evaluate.listing import Abstained, Listing

SEED = 0


def learned(
    name: str, log: Queries, outlying: Callable[[Matrix], Matrix], scale: Callable[[Features], Matrix]
) -> Listing | Abstained:
    """Rank users by an outlier score of their features.

    outlying: (u, f) -> (u,) float64, higher is more outlying; scale: the scale that found more on average.
    """
    users = log.actions["user"].n_unique()
    if users < LEAST_PEERS:
        return Abstained(name, f"too few users to learn from: {users}, at least {LEAST_PEERS} needed")
    described = features(log)
    score = np.zeros(len(log.users))
    score[described.users] = outlying(scale(described))
    return by_user(name, log, score)
