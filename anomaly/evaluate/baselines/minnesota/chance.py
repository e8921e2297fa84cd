"""How far a share is from what chance would give."""

from __future__ import annotations

import numpy as np
from scipy.special import rel_entr

from anomaly.evaluate.baselines.features import Matrix


def surprise(found: Matrix, of: Matrix, expected: Matrix) -> Matrix:
    """Return n·KL(k/n ‖ p) in nats, (m,): −ln of Chernoff's bound on the binomial tail beyond k.

    found: k; of: n, above 0; expected: p inside (0, 1); (m,) float64 each. It ranks as the tail itself, and
    stays finite where the tail underflows.
    """
    share = found / of
    return np.asarray(of * (rel_entr(share, expected) + rel_entr(1 - share, 1 - expected)))
