"""A job on the cluster: items go out, their answers come back in order, and what went wrong is said."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any

from anomaly.cluster import work
from anomaly.errors import InputError
from anomaly.telling import Tell

Answers = Iterator[tuple[int, dict[str, bytes]]]
EVERY = 0.2  # seconds between looks at how far a job is


def done(
    spark: Any, task: Callable[[Any], work.Parts], items: Sequence[Any], stage: str, tell: Tell
) -> Answers:
    """Do a task for each item on the executors, see `work.run`; the answers in the order of the items.

    Raises InputError when an item is wrong, or the cluster gives up.
    """
    if items:
        numbers = spark.range(0, len(items), 1, len(items))
        each = partial(work.run, task, items, work.versions())
        yield from answers(spark, numbers.mapInArrow(each, work.SCHEMA), len(items), stage, tell)


def answers(spark: Any, frame: Any, count: int | None, stage: str, tell: Tell) -> Answers:
    """Collect a frame of `work.SCHEMA`, in the order of its partitions; count: of these, if it is known."""
    parts: dict[str, list[bytes]] = {}
    current = -1
    for batch in _collected(spark, frame, count, stage, tell).to_batches():
        for number, name, data in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if name == work.ERROR:
                raise InputError(*json.loads(data))
            if number != current and parts:
                yield current, {one: b"".join(held) for one, held in parts.items()}
                parts = {}
            current = number
            parts.setdefault(name, []).append(data)
    if parts:
        yield current, {one: b"".join(held) for one, held in parts.items()}


def context_of(spark: Any) -> Any:
    """Return the context of a session, None of one that is elsewhere (Spark Connect)."""
    return getattr(spark, "sparkContext", None)


def _collected(spark: Any, frame: Any, count: int | None, stage: str, tell: Tell) -> Any:
    """Return the rows of a frame as an Arrow table, and tell how many partitions are done meanwhile."""
    group, context = f"anomaly-{uuid.uuid4()}", context_of(spark)
    of_all = f" of {count}" if count else ""

    def collect() -> Any:
        if context:
            context.setJobGroup(group, f"anomaly: {stage}", True)
        return frame.toArrow()

    with ThreadPoolExecutor(1) as beside:
        coming = beside.submit(collect)
        try:
            while wait([coming], EVERY).not_done:
                tell(f"{stage}, {_completed(context, group)}{of_all} pieces done" if context else stage, 0)
        except BaseException:
            with suppress(Exception):
                context.cancelJobGroup(group)
            raise
        try:
            return coming.result()
        except Exception as error:
            raise gave_up(error) from None


def _completed(context: Any, group: str) -> int:
    try:
        tracker = context.statusTracker()
        jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
        stages = [tracker.getStageInfo(one) for job in jobs if job for one in job.stageIds]
    except Exception:  # of a driver that is gone: the job says so, and says more
        return 0
    return sum(one.numCompletedTasks for one in stages if one)


def gave_up(error: Exception) -> InputError:
    """Say why the cluster gave up, out of what Spark says of it."""
    said = str(error)
    if re.search(r"No module named '(anomaly|kernels|polars|numba|pyarrow|numpy)['.]", said):
        return InputError(
            "the executors do not have this program",
            "--master",
            "install it, with the extra `spark`, in the Python of every executor (docs/cluster.md)",
        )
    if isinstance(error, ConnectionError) or "Answer from Java side is empty" in said:
        return InputError(
            "Spark's own process beside this one has ended",
            "--master",
            "it may have run out of memory, see spark.driver.memory; nothing was written, so scan again",
        )
    if "maxResultSize" in said:
        return InputError(
            "the coded log is larger than the driver may take",
            "--master",
            "raise spark.driver.maxResultSize, or set it to 0",
        )
    telling = re.search(r"^\S*(?:Error|Exception): .+", said, re.MULTILINE)
    first = telling[0] if telling else said.strip().partition("\n")[0]
    lost = re.search(r"(ExecutorLostFailure|Python worker exited)[^\n]*", said)
    return InputError(
        f"the cluster gave up after its retries ({(lost[0] if lost else first)[:300]})",
        "--master",
        "see the log of the executors; nothing was written, so scan again when that is mended",
    )
