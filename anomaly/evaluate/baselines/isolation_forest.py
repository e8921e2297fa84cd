"""Isolation forest on per-user features."""

from __future__ import annotations

import numpy as np

from anomaly.evaluate.baselines.features import Features, Matrix
from anomaly.evaluate.baselines.learning import SEED, learned
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing

TREES = 500


def isolation_forest(log: Queries) -> Listing | Abstained:
    """Rank users by how few random cuts set their features apart.

    Source: Liu, Ting and Zhou, "Isolation forest", ICDM 2008; scikit-learn's implementation.
    Strongest form: five hundred trees, so that the order does not hang on the seed; features beside the
    user's peers, which found more than beside all users or both.
    """
    from sklearn.ensemble import IsolationForest

    def outlying(scaled: Matrix) -> Matrix:
        forest = IsolationForest(n_estimators=TREES, random_state=SEED).fit(scaled)
        return -np.asarray(forest.score_samples(scaled))

    return learned("isolation forest", log, outlying, Features.against_peers)
