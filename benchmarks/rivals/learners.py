"""The learning baselines of the scorecard on the same log: `python -m benchmarks.rivals.learners WORLD`.

No detector computes what they do, so there is no answer to compare: docs/scorecard.md says what they find.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from anomaly.evaluate.baselines import BASELINES, read_queries
from anomaly.evaluate.baselines.features import features
from anomaly.scan import Settings
from benchmarks.rivals.child import peak_now

Made = TypeVar("Made")
LIBRARY = {
    "isolation_forest": "scikit-learn",
    "local_outlier_factor": "scikit-learn",
    "ecod": "PyOD",
    "hbos": "PyOD",
}


def main(world: Path) -> None:
    """Print JSON: seconds of reading as a scan does, of the features of users, of each learner with these."""
    seconds: dict[str, float] = {}

    def timed(step: str, run: Callable[[], Made]) -> Made:
        begin = time.perf_counter()
        done = run()
        seconds[step] = time.perf_counter() - begin
        return done

    log = timed("reading", lambda: read_queries([world / "log"], Settings(context=world / "tables")))
    timed("features", lambda: features(log))
    for baseline in BASELINES:
        if baseline.__name__ in LIBRARY:
            timed(baseline.__name__, lambda run=baseline: run(log))
    print(json.dumps({"seconds": seconds, "peak": peak_now(), "users": log.actions["user"].n_unique()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
