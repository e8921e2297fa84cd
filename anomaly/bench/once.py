"""One pass over a log: the stages of a scan in turn, every detector alone, each timed apart."""

from __future__ import annotations

from collections.abc import Sequence
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
from anomaly.scan.engine import Local
from anomaly.scan.run import cannot_run, incidents_of
from anomaly.scan.settings import Settings
from anomaly.scan.timing import Timing
from anomaly.sources import Log
from anomaly.telling import Tell


@dataclass(frozen=True)
class Answer:
    """What a detector made of the log: chances it had to signal, signals; or why it tested nothing."""

    tested: int
    signals: int
    why_not: str | None


@dataclass
class Pass(Timing):
    """Seconds of each stage and each detector that ran alone, and what there was.

    not_decoded: why polars alone could not read the log. columns: those that were read. entries: incidents
    for review.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    not_decoded: str | None = None
    columns: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    users: int = 0
    actions: int = 0
    entries: int = 0


def one_pass(
    inputs: Sequence[str | Path | Any], settings: Settings, wanted: Sequence[Detector], tell: Tell
) -> Pass:
    """Take a log through all stages; holds nothing of it afterwards. Raises InputError as a scan does."""
    done = Pass()
    log, coded, context = _coded(inputs, settings, tell, done)
    tell("explaining", 0)
    with done.stage("explaining"):
        explained = try_all(coded, context)
    ran = _detected(coded, context, explained, settings, wanted, tell, done)
    with done.stage("calibrating"):
        kept = keep(ran, settings.fdr)
    tell("writing incidents", 0)
    with done.stage("assembling"):
        incidents, *_ = incidents_of(
            log, coded, explained, kept, token_key(coded)[0], settings, Local(), tell
        )
    done.entries = len(incidents)
    tell("decoding", 0)
    headers = {log.header_map[name] for name in done.columns if name in log.header_map}
    with done.stage("decoding"):
        done.not_decoded = decode(log.files, headers)
    if done.not_decoded is not None:
        del done.stages["decoding"]
    return done


def _coded(
    inputs: Sequence[str | Path | Any], settings: Settings, tell: Tell, done: Pass
) -> tuple[Log, CodedLog, Context]:
    log, coded, context = code_log(inputs, settings, tell, done)
    done.columns = tuple(sorted(log.quality))
    done.files = tuple(file.name for file in log.files)
    done.users, done.actions = len(coded.texts["user"]), len(coded.actions)
    return log, coded, context


def _detected(
    coded: CodedLog,
    context: Context,
    explained: Explained,
    settings: Settings,
    wanted: Sequence[Detector],
    tell: Tell,
    done: Pass,
) -> list[tuple[Detector, Signals]]:
    """Run detectors one by one; what they share is gathered first, so that none pays for another."""
    why_not = {one.name: cannot_run(one, coded.columns, context) for one in wanted}
    able = [one for one in wanted if why_not[one.name] is None]
    tell("grouping", 0)
    groupings: dict[str, Grouping] = {}
    with done.stage("grouping"):
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
            with done.detector(one.name):
                signals = one.run(groups, context, settings.detectors.get(one.name))
        done.answers[one.name] = Answer(signals.tested, len(signals), signals.abstained)
        ran.append((one, signals))
    done.stages["detecting"] = sum(done.detectors.values())
    return ran
