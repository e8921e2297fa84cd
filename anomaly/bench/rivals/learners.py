"""Learners of scikit-learn and PyOD on the same features: `python -m anomaly.bench.rivals.learners WORLD`.

No detector computes what they do: what they find is in docs/scorecard.md, with their parameters of there.
Where both libraries have one, both must give each user the same score.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.lof import LOF
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from anomaly.bench.rivals.child import peak_now
from anomaly.evaluate.baselines import read_queries
from anomaly.evaluate.baselines.features import Features, Matrix, features
from anomaly.evaluate.baselines.isolation_forest import TREES
from anomaly.evaluate.baselines.learning import SEED
from anomaly.evaluate.baselines.local_outlier_factor import NEIGHBOURS
from anomaly.scan import Settings

Made = TypeVar("Made")
Score = Callable[[Matrix], Matrix]  # (u, f) -> (u,), higher is more outlying


class Learner(NamedTuple):
    """The scale of features on which a learner found most, and how each library that has it scores users."""

    scale: Callable[[Features], Matrix]
    by: dict[str, Score]


def _forest(rows: Matrix) -> Matrix:
    return -np.asarray(IsolationForest(n_estimators=TREES, random_state=SEED).fit(rows).score_samples(rows))


def _factor(rows: Matrix) -> Matrix:
    near = min(NEIGHBOURS, len(rows) - 1)
    return -np.asarray(LocalOutlierFactor(n_neighbors=near).fit(rows).negative_outlier_factor_)


LEARNERS = {
    "isolation forest": Learner(
        Features.against_peers,
        {"scikit-learn": _forest, "PyOD": lambda rows: _pyod(IForest(TREES, random_state=SEED), rows)},
    ),
    "local outlier factor": Learner(
        Features.against_both,
        {"scikit-learn": _factor, "PyOD": lambda rows: _pyod(LOF(min(NEIGHBOURS, len(rows) - 1)), rows)},
    ),
    "ECOD": Learner(Features.against_peers, {"PyOD": lambda rows: _pyod(ECOD(), rows)}),
    "COPOD": Learner(Features.against_peers, {"PyOD": lambda rows: _pyod(COPOD(), rows)}),
    "HBOS": Learner(Features.against_peers, {"PyOD": lambda rows: _pyod(HBOS(n_bins="auto"), rows)}),
}


def _pyod(model: object, rows: Matrix) -> Matrix:
    return np.asarray(model.fit(rows).decision_scores_)  # type: ignore[attr-defined]


def main(world: Path) -> None:
    """Print JSON: seconds of reading as a scan does, of the features of users, of each learner by library.

    Raises AssertionError where two libraries differ about a user by more than a constant, the same for all:
    PyOD counts the scores of a forest from another zero.
    """
    warnings.simplefilter("ignore")
    seconds: dict[str, float] = {}
    log = _timed(
        seconds, "reading", lambda: read_queries([world / "log"], Settings(context=world / "tables"))
    )
    described = _timed(seconds, "features", lambda: features(log))
    told: dict[str, dict[str, float]] = {}
    for name, learner in LEARNERS.items():
        rows = learner.scale(described)
        told[name] = {}
        scores = [_timed(told[name], by, lambda: run(rows)) for by, run in learner.by.items()]  # noqa: B023
        for score in scores:
            zero = (score - scores[0]).mean()
            np.testing.assert_allclose(score - zero, scores[0], rtol=1e-9, err_msg=name)
    print(
        json.dumps({"seconds": seconds, "learners": told, "users": len(described.users), "peak": peak_now()})
    )


def _timed(seconds: dict[str, float], step: str, run: Callable[[], Made]) -> Made:
    begin = time.perf_counter()
    done = run()
    seconds[step] = time.perf_counter() - begin
    return done


if __name__ == "__main__":
    main(Path(sys.argv[1]))
