"""A log and its tables, as every verb that judges them reads them: opened, coded, nothing judged yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.coding import READ, CodedLog, EventCoder, finish, understood
from anomaly.context import Context, load_context
from anomaly.detectors.federal import MARKED
from anomaly.errors import InputError
from anomaly.incidents.tokens import own_key
from anomaly.policy import load_policy
from anomaly.scan.budget import Budget, rows_of
from anomaly.scan.cache import Cache
from anomaly.scan.engine import Engine, Local
from anomaly.scan.memory import trim
from anomaly.scan.settings import Settings
from anomaly.scan.timing import Timing
from anomaly.sources import Log
from anomaly.telling import EXPECTED, Tell
from kernels.prepare import prepare

MOST_FILES = 1 << 16  # an event keeps its file in 16 bits


def code_log(
    inputs: Sequence[str | Path | Any],
    settings: Settings,
    tell: Tell,
    timing: Timing,
    engine: Engine | None = None,
) -> tuple[Log, CodedLog, Context]:
    """Read a log and its context tables, or what an earlier scan left of the log in `settings.cache`.

    tell: told the stage and the rows of it that are done; engine: reads the text. Raises InputError when the
    input is wrong.
    """
    own_key()  # one that is refused is refused before the log is read, not after
    engine = engine or Local()
    policy = load_policy(settings.policy)
    with timing.stage("compiling"):
        timing.compiled = prepare(lambda count: tell(f"compiling {count} kernels, once", 0))
    with timing.stage("reading"):
        log = _opened(inputs, settings, engine)
        Budget(settings.memory).opened(log, settings.context)
        tell(EXPECTED, rows_of(log))
        # Without the log's own row numbers, only the whole row tells a duplicate.
        columns = log.columns & READ if "event_id" in log.columns else log.columns
        cache = Cache(settings.cache, log, columns) if settings.cache else None
        known = cache.find() if cache else None
        if known is None:
            coder, context = _read(engine, log, columns, settings, tell)
        else:
            context = load_context(settings.context, log.profile.local_zone)
        trim()
    timing.rows, timing.bytes_on_disk = log.rows_read, sum(file.size for file in log.files)
    tell("coding", 0)
    with timing.stage("coding"):
        beside = (log.profile.local_zone, zones_of(context), _agencies(context), _roster(context))
        if known is None:
            coded = finish(coder, policy, *beside, keep=cache.put if cache else None)
        else:
            coded = understood(known, policy, *beside)
        trim()
    return log, coded, _marked(context, log)


def _opened(inputs: Sequence[str | Path | Any], settings: Settings, engine: Engine) -> Log:
    log = engine.open(inputs, settings)
    if len(log.files) > MOST_FILES:
        raise InputError(
            f"{len(log.files):,} files are more than {MOST_FILES:,}", next="join small files first"
        )
    return log


def _read(
    engine: Engine, log: Log, columns: Collection[str], settings: Settings, tell: Tell
) -> tuple[EventCoder, Context]:
    """Read a log into a coder, and the tables beside it."""
    with ThreadPoolExecutor(1) as beside:
        tables = beside.submit(load_context, settings.context, log.profile.local_zone)

        def read(stage: str, rows: int) -> None:
            if tables.done():
                tables.result()  # a table that is wrong ends the reading
            tell(stage, rows)

        return engine.code(log, columns, read), tables.result()


def _agencies(context: Context) -> pl.Series:
    """Name the agencies that the context knows, which the log may never have seen."""
    named = [context[name]["agency"] for name in ("agencies", "filings", "listed_shares") if name in context]
    return pl.concat([pl.Series("agency", [], dtype=pl.String), *named]).drop_nulls().unique().sort()


def _roster(context: Context) -> pl.DataFrame | None:
    """Say who works where, which an agency's own journal need not say."""
    return context["users"].select("user", "agency", "unit") if "users" in context else None


def zones_of(context: Context) -> dict[str, str]:
    """Return agency -> IANA name of its zone, where the context knows one."""
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
