"""Local outlier factor on per-user features."""

from __future__ import annotations

import numpy as np

from anomaly.evaluate.baselines.features import Features, Matrix
from anomaly.evaluate.baselines.learning import learned
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing

NEIGHBOURS = 20  # scikit-learn's default; its authors advise 10 and more


def local_outlier_factor(log: Queries) -> Listing | Abstained:
    """Rank users by how thinly populated their surroundings are beside those of their neighbours.

    Source: Breunig, Kriegel, Ng and Sander, "LOF: identifying density-based local outliers", SIGMOD 2000;
    scikit-learn's implementation. Strongest form: features beside all users and beside peers, which found
    more than either alone; 20 neighbours found more than 50.
    """
    from sklearn.neighbors import LocalOutlierFactor

    def outlying(scaled: Matrix) -> Matrix:
        factor = LocalOutlierFactor(n_neighbors=min(NEIGHBOURS, len(scaled) - 1)).fit(scaled)
        return -np.asarray(factor.negative_outlier_factor_)

    return learned("local outlier factor", log, outlying, Features.against_both)
