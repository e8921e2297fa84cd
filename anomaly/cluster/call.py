"""What one types in a notebook of a cluster: paths in, or a frame of Spark; what was found comes out."""

from __future__ import annotations

from typing import Any

from anomaly.cluster.engine import Spark
from anomaly.cluster.frame import OfFrame
from anomaly.cluster.session import session
from anomaly.scan import Found, Settings
from anomaly.scan.run import scan as scan_with
from anomaly.telling import Tell, silent


def scan(
    inputs: Any,
    settings: Settings | None = None,
    *,
    spark: Any = None,
    master: str | None = None,
    rows: int | None = None,
    progress: Tell = silent,
) -> Found:
    """Scan a query log that the executors of a cluster read.

    inputs: paths as `anomaly.scan` takes them, which every executor can read, or a DataFrame of Spark, see
    `OfFrame` for how its rows are numbered; spark: a session, else the one that runs, else one that is
    started at `master`; rows: of a piece of the files, about. What is found is what `anomaly.scan` finds,
    of files to the byte. Raises InputError when the input is wrong, or the cluster gives up.
    """
    if hasattr(inputs, "mapInArrow"):
        return scan_with([], settings, progress=progress, engine=OfFrame(inputs))
    if spark is not None:
        return scan_with(inputs, settings, progress=progress, engine=Spark(spark, rows))
    with session(master) as ours:
        return scan_with(inputs, settings, progress=progress, engine=Spark(ours, rows))
