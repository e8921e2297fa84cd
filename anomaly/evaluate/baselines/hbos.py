"""HBOS on per-user features, from PyOD."""

from __future__ import annotations

import numpy as np

from anomaly.evaluate.baselines.features import Features, Matrix
from anomaly.evaluate.baselines.learning import learned
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing


def hbos(log: Queries) -> Listing | Abstained:
    """Rank users by how rare their features are in a histogram of each.

    Source: Goldstein and Dengel, "Histogram-based outlier score (HBOS)", KI 2012; PyOD's implementation.
    Strongest form: features beside the user's peers; as many bins as each feature calls for (Birgé and
    Rozenholc 2006), which found more than ten.
    """
    try:
        from pyod.models.hbos import HBOS
    except ImportError:
        return Abstained(
            "HBOS", "not run: PyOD is not installed (pip install 'access-log-anomaly[benchmarks]')"
        )

    def outlying(scaled: Matrix) -> Matrix:
        return np.asarray(HBOS(n_bins="auto").fit(scaled).decision_scores_)

    return learned("HBOS", log, outlying, Features.against_peers)
