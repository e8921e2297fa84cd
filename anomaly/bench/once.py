"""One pass over a log: the stages of a scan in turn, every detector alone, each timed apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anomaly.bench.rival import decode
from anomaly.coding import CodedLog, Grouping, Groups
from anomaly.coding.groups import MADE_FROM
from anomaly.context import Context
from anomaly.detectors import Detector, Signals
from anomaly.explain import Explained, try_all
from anomaly.incidents import keep, token_key
from anomaly.scan.coded import code_log
from anomaly.scan.run import cannot_run, incidents_of
from anomaly.scan.settings import Settings
from anomaly.sources import Log

Progress = Callable[[str, int], None]  # stage, rows done


@dataclass(frozen=True)
class Answer:
    """What a detector made of the log: chances it had to signal, signals; or why it tested nothing."""

    tested: int
    signals: int
    why_not: str | None


@dataclass
class Pass:
    """Seconds of each stage and each detector that ran, and what there was.

    not_decoded: why polars alone could not read the log. columns: those that were read; headers: as the
    files write them. entries: incidents for review.
    """

    stages: dict[str, float] = field(default_factory=dict)
    detectors: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    not_decoded: str | None = None
    columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    bytes_on_disk: int = 0
    rows: int = 0
    users: int = 0
    actions: int = 0
    entries: int = 0

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of what is done inside to a stage."""
        begin = time.perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - begin


def one_pass(
    inputs: Sequence[str | Path | Any], settings: Settings, wanted: Sequence[Detector], tell: Progress
) -> Pass:
    """Take a log through all stages; holds nothing of it afterwards. Raises InputError as a scan does."""
    done = Pass()
    log, coded, context = _coded(inputs, settings, tell, done)
    tell("explaining", 0)
    with done.timed("explaining"):
        explained = try_all(coded, context)
    ran = _detected(coded, context, explained, settings, wanted, tell, done)
    with done.timed("calibrating"):
        kept = keep(ran, settings.fdr)
    tell("writing incidents", 0)
    with done.timed("assembling"):
        incidents, _ = incidents_of(log, coded, explained, kept, token_key(coded)[0], settings)
    done.entries = len(incidents)
    tell("decoding", 0)
    headers = {log.header_map[name] for name in done.columns if name in log.header_map}
    begin = time.perf_counter()
    done.not_decoded = decode(log.files, headers)
    if done.not_decoded is None:
        done.stages["decoding"] = time.perf_counter() - begin
    return done


def _coded(
    inputs: Sequence[str | Path | Any], settings: Settings, tell: Progress, done: Pass
) -> tuple[Log, CodedLog, Context]:
    read = time.perf_counter()
    begin = read

    def between(stage: str, rows: int) -> None:
        nonlocal read
        if stage == "coding":
            read = time.perf_counter()
        tell(stage, rows)

    log, coded, context = code_log(inputs, settings, between)
    done.stages["reading"], done.stages["coding"] = read - begin, time.perf_counter() - read
    done.columns, done.rows = tuple(sorted(log.quality)), log.rows_read
    done.files = tuple(file.name for file in log.files)
    done.bytes_on_disk = sum(file.size for file in log.files)
    done.users, done.actions = len(coded.texts["user"]), len(coded.actions)
    return log, coded, context


def _detected(
    coded: CodedLog,
    context: Context,
    explained: Explained,
    settings: Settings,
    wanted: Sequence[Detector],
    tell: Progress,
    done: Pass,
) -> list[tuple[Detector, Signals]]:
    """Run detectors one by one; what they share is gathered first, so that none pays for another."""
    why_not = {one.name: cannot_run(one, coded.columns, context) for one in wanted}
    able = [one for one in wanted if why_not[one.name] is None]
    tell("grouping", 0)
    groupings: dict[str, Grouping] = {}
    with done.timed("grouping"):
        for one in able:
            if one.group not in groupings:
                groupings[one.group] = Grouping(one.group, coded)
            for column, source in MADE_FROM.items():
                if source in {"time", "user", *one.needs, *one.uses}:
                    groupings[one.group].column(column)
    ran = []
    for one in wanted:
        if why_not[one.name] is not None:
            signals = Signals.none(because=why_not[one.name])
        else:
            tell(one.name, 0)
            groups = Groups(
                groupings[one.group], frozenset(one.needs) | frozenset(one.uses), one.clears, explained.by
            )
            begin = time.perf_counter()
            signals = one.run(groups, context, settings.detectors.get(one.name))
            done.detectors[one.name] = time.perf_counter() - begin
        done.answers[one.name] = Answer(signals.tested, len(signals), signals.abstained)
        ran.append((one, signals))
    done.stages["detecting"] = sum(done.detectors.values())
    return ran
