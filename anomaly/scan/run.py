"""The whole flow on one page: sources, events, actions, groups, signals, explanations, incidents."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.coding import CodedLog, Grouping, Groups
from anomaly.context import Context
from anomaly.detectors import DETECTORS, Detector, Signals
from anomaly.explain import EXPLANATIONS, Explained, try_all
from anomaly.incidents import Incident, assemble, bundle, by_agency, keep, oversee, token_key
from anomaly.incidents.findings import Kept
from anomaly.scan.again import some_rows
from anomaly.scan.budget import Budget
from anomaly.scan.coded import code_log, zones_of
from anomaly.scan.engine import Engine, Local
from anomaly.scan.found import Found
from anomaly.scan.memory import give_back, trim
from anomaly.scan.settings import Settings
from anomaly.scan.summary import Ran, manifest_of, summary_of
from anomaly.scan.timing import Timing
from anomaly.sources import Log
from anomaly.telling import TOTAL, Tell, silent

# Subjects first, and gone before users share what they have in common: 6 bytes a row less at the peak.
GROUPED = ["subject", "user", "agency", "unit"]
# Explanations of why this person was asked about.
WHOM = tuple(one.name for one in EXPLANATIONS if one.answers == "whom")


def scan(
    inputs: Sequence[str | Path | Any] | str | Path | Any,
    settings: Settings | None = None,
    *,
    progress: Tell = silent,
    timing: Timing | None = None,
    engine: Engine | None = None,
) -> Found:
    """Scan a query log.

    inputs: files, folders, patterns, "-" for stdin, or an object with the Arrow C stream interface; one, or a
    list. progress: told how far it is, see `anomaly.telling`. timing: filled with where the time went;
    engine: reads the text, this process when None. Returns the ranked incidents, their evidence, the rejects,
    the summary and the manifest; writes nothing. Raises InputError when the input or a setting is wrong.
    """
    settings, timing = (settings or Settings()).checked(), timing or Timing()
    give_back()
    budget = Budget(settings.memory)

    def tell(stage: str, rows: int) -> None:
        budget.check()
        progress(stage, rows)

    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    engine = engine or Local()
    log, coded, context = code_log(given, settings, tell, timing, engine)
    tell("explaining", 0)
    with timing.stage("explaining"):
        explained = try_all(coded, context)
    with timing.stage("detecting"):
        ran = run_detectors(coded, context, explained, settings, tell, timing)
        trim()
    tell("judging what stands out", 0)
    with timing.stage("calibrating"):
        kept = keep([(one.detector, one.signals) for one in ran], settings.fdr)
    key, key_from = token_key(coded)
    with timing.stage("assembling"):
        incidents, evidence, who = incidents_of(log, coded, explained, kept, key, settings, engine, tell)
        agencies = by_agency(coded, incidents, who, zones_of(context))
        seen = oversee(coded, context, [file.name for file in log.files], explained.by(WHOM))
    rejects = pl.DataFrame(
        [(one.file, one.row, one.column, str(one.reason)) for one in log.rejects.kept],
        schema={"file": pl.String, "row": pl.Int64, "column": pl.String, "reason": pl.String},
        orient="row",
    )
    summary = summary_of(log, coded, context, explained, ran, kept, incidents, agencies, seen, settings.fdr)
    manifest = manifest_of(log, coded, context, settings, key_from)
    return Found(incidents, evidence, rejects, summary, manifest, seen.requests)


def incidents_of(
    log: Log,
    coded: CodedLog,
    explained: Explained,
    kept: Sequence[Kept],
    key: bytes,
    settings: Settings,
    engine: Engine,
    tell: Tell,
) -> tuple[tuple[Incident, ...], pl.DataFrame, pl.DataFrame]:
    """Make the ranked incidents of what is kept, their evidence by a second pass over the log, and who is in
    them.
    """
    return assemble(
        bundle(kept, coded),
        coded,
        explained,
        batches=log.batches,
        columns=log.columns,
        files=[file.name for file in log.files],
        key=key,
        clear=settings.clear,
        some_rows=partial(some_rows, log, find=engine.find, tell=tell),
    )


def run_detectors(
    coded: CodedLog,
    context: Context,
    explained: Explained,
    settings: Settings,
    tell: Tell,
    timing: Timing,
) -> list[Ran]:
    """Run every detector that can run, some side by side; the answers come in the order of the registry.

    Grouping after grouping: what the detectors of one share goes when its last has run.
    """

    def run(grouping: Grouping, one: Detector) -> Ran:
        reason = cannot_run(one, coded.columns, context)
        if reason:
            tell("looking with each detector", 1)
            return Ran(one, Signals.none(because=reason))
        declared = frozenset(one.needs) | frozenset(one.uses)
        groups = Groups(grouping, declared, one.clears, explained.by)
        with timing.detector(one.name):
            signals = one.run(groups, context, settings.detectors.get(one.name))
        tell("looking with each detector", 1)
        return Ran(one, signals)

    groupings = {by: Grouping(by, coded) for by in GROUPED}
    asked = in_turn()
    tell(TOTAL, len(asked))
    tell("looking with each detector", 0)
    with ThreadPoolExecutor(max(1, settings.threads)) as pool:
        waiting = {one.name: pool.submit(run, groupings[one.group], one) for one in asked}
        for by in GROUPED:
            wait([waiting[one.name] for one in asked if one.group == by])
            groupings.pop(by).forget()
    return [waiting[one.name].result() for one in DETECTORS]


def in_turn() -> list[Detector]:
    """Order the detectors so that nobody waits for what another makes, and little is held at one time.

    The first by subject orders the rows that its neighbours read; the first by user finds the pairs that the
    next ones judge, and holds them.
    """
    of = {by: [one for one in DETECTORS if one.group == by] for by in GROUPED}
    users = of["user"][:0:-1]
    half = len(users) // 2
    users = [*users[:half], of["user"][0], *users[half:]]
    return [of["subject"][0], *users[:3], *of["subject"][1:], *users[3:], *of["agency"], *of["unit"]]


def cannot_run(one: Detector, columns: frozenset[str], context: Context) -> str | None:
    """Say why a detector cannot run on this log, or None. columns: those that hold at least one value."""
    missing, tables = lacks(one, columns, context)
    for column in missing:
        if column == "user":
            return "users are redacted in every row"
        return f"the log has no `{column}`, or it is redacted in every row"
    return f"no table `{tables[0]}` in the context folder" if tables else None


def lacks(
    one: Detector, columns: frozenset[str], context: Context
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns and the tables that a detector needs and does not find. columns: those that hold at
    least one value.
    """
    needs = (*one.needs, "user") if one.group == "user" else one.needs
    missing = tuple(name for name in dict.fromkeys(needs) if name not in columns)
    return missing, tuple(name for name in one.tables if name not in context)
