"""A log and its tables, as every verb that judges them reads them: opened, coded, nothing judged yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.coding import READ, CodedLog, EventCoder, finish, understood
from anomaly.context import Context, load_context
from anomaly.detectors.federal import MARKED
from anomaly.errors import InputError
from anomaly.policy import load_policy
from anomaly.report.progress import EXPECTED
from anomaly.scan.budget import Budget, rows_of
from anomaly.scan.cache import Cache
from anomaly.scan.memory import trim
from anomaly.scan.settings import Settings
from anomaly.scan.timing import Timing
from anomaly.sources import Log, open_log
from kernels.prepare import prepare

MOST_FILES = 1 << 16  # an event keeps its file in 16 bits


def code_log(
    inputs: Sequence[str | Path | Any], settings: Settings, tell: Callable[[str, int], None], timing: Timing
) -> tuple[Log, CodedLog, Context]:
    """Read a log and its context tables, or what an earlier scan left of the log in `settings.cache`.

    tell: told the stage and the rows of it that are done. Raises InputError when the input is wrong.
    """
    policy = load_policy(settings.policy)
    with timing.stage("compiling"):
        timing.compiled = prepare(lambda count: tell(f"compiling {count} kernels, once", 0))
    with timing.stage("reading"):
        log = _opened(inputs, settings)
        Budget(settings.memory).opened(log, settings.context)
        tell(EXPECTED, rows_of(log))
        # Without the log's own row numbers, only the whole row tells a duplicate.
        columns = log.columns & READ if "event_id" in log.columns else log.columns
        cache = Cache(settings.cache, log, columns) if settings.cache else None
        known = cache.find() if cache else None
        if known is None:
            coder = EventCoder(columns)
            context = _read(coder, log, settings, tell)
        else:
            context = load_context(settings.context, log.profile.local_zone)
        trim()
    timing.rows, timing.bytes_on_disk = log.rows_read, sum(file.size for file in log.files)
    tell("coding", 0)
    with timing.stage("coding"):
        beside = (log.profile.local_zone, _zones(context), _agencies(context), _roster(context))
        if known is None:
            coded = finish(coder, policy, *beside, keep=cache.put if cache else None)
        else:
            coded = understood(known, policy, *beside)
        trim()
    return log, coded, _marked(context, log)


def _opened(inputs: Sequence[str | Path | Any], settings: Settings) -> Log:
    log = open_log(inputs, settings.profile, time_zone=settings.time_zone, local_zone=settings.local_zone)
    if len(log.files) > MOST_FILES:
        raise InputError(
            f"{len(log.files):,} files are more than {MOST_FILES:,}", next="join small files first"
        )
    return log


def _read(coder: EventCoder, log: Log, settings: Settings, tell: Callable[[str, int], None]) -> Context:
    """Read a log into a coder, and the tables beside it."""
    with ThreadPoolExecutor(1) as beside:
        tables = beside.submit(load_context, settings.context, log.profile.local_zone)

        def read(rows: int) -> None:
            if tables.done():
                tables.result()  # a table that is wrong ends the reading
            tell("reading", rows)

        coder.read(coder.rows_of(log), read)
        return tables.result()


def _agencies(context: Context) -> pl.Series:
    """Name the agencies that the context knows, which the log may never have seen."""
    named = [context[name]["agency"] for name in ("agencies", "filings", "listed_shares") if name in context]
    return pl.concat([pl.Series("agency", [], dtype=pl.String), *named]).drop_nulls().unique().sort()


def _roster(context: Context) -> pl.DataFrame | None:
    """Say who works where, which an agency's own journal need not say."""
    return context["users"].select("user", "agency", "unit") if "users" in context else None


def _zones(context: Context) -> dict[str, str]:
    if "agencies" not in context:
        return {}
    rows = context["agencies"].select("agency", "time_zone").drop_nulls().rows()
    return dict(rows)


def _marked(context: Context, log: Log) -> Context:
    """Add what the export's own prefixes say of agencies, which the profile took off their names."""
    marks = log.marked.get("agency")
    if not marks:
        return context
    told = pl.DataFrame(
        [{"agency": agency, "kind": said.get("kind")} for agency, said in sorted(marks.items())],
        schema={"agency": pl.String, "kind": pl.String},
    )
    return replace(context, tables={**context.tables, MARKED: told})
