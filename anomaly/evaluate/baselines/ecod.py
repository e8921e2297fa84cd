"""ECOD on per-user features, from PyOD."""

from __future__ import annotations

import numpy as np

from anomaly.evaluate.baselines.features import Features, Matrix
from anomaly.evaluate.baselines.learning import learned
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.listing import Abstained, Listing


def ecod(log: Queries) -> Listing | Abstained:
    """Rank users by how far out in the tails their features are, one feature at a time.

    Source: Li, Zhao, Hu, Botta, Ionescu and Chen, "ECOD", IEEE TKDE 2022; PyOD's implementation, which has no
    parameter to choose. Strongest form: features beside the user's peers.
    """
    try:
        from pyod.models.ecod import ECOD
    except ImportError:
        return Abstained(
            "ECOD", "not run: PyOD is not installed (pip install 'access-log-anomaly[benchmarks]')"
        )

    def outlying(scaled: Matrix) -> Matrix:
        return np.asarray(ECOD().fit(scaled).decision_scores_)

    return learned("ECOD", log, outlying, Features.against_peers)
