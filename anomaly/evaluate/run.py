"""The whole evaluation: a folder of outputs, the truth, the rivals on the same log; one scorecard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from anomaly import __version__
from anomaly.errors import InputError
from anomaly.evaluate.card import Card, score
from anomaly.evaluate.clean import clean_of
from anomaly.evaluate.contents import of_scenarios
from anomaly.evaluate.listing import Abstained
from anomaly.evaluate.scanned import Scanned, read_scanned
from anomaly.evaluate.truth import Truth, belongs, in_common, read_truth
from anomaly.telling import Tell, each, silent


@dataclass(frozen=True)
class Scorecard:
    """The card of the scan, those of the baselines on the same log, and the baselines that could not run.

    notes: what a reader must know to trust it: misuse that no list can show, settings of twin and scan that
    differ. log_rows: rows of the log, None where the scan does not tell.
    """

    ours: Card
    baselines: tuple[Card, ...] = ()
    abstained: tuple[Abstained, ...] = ()
    notes: tuple[str, ...] = ()
    log_rows: int | None = None

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, ours first."""
        return (self.ours, *self.baselines)

    def to_json(self) -> dict[str, Any]:
        """Return the scorecard as plain values (`scorecard.json`)."""
        return {
            "version": __version__,
            "log_rows": self.log_rows,
            "scan": self.ours.to_json(),
            "baselines": [one.to_json() for one in self.baselines],
            "not_run": [{"detector": one.name, "reason": one.reason} for one in self.abstained],
            "notes": list(self.notes),
        }

    def tidy(self) -> pl.DataFrame:
        """Return every figure of every card, one a row (`scorecard.csv`)."""
        return pl.concat([one.tidy() for one in self.cards])


def evaluate(
    folder: Path,
    truth: Path,
    *,
    clean: Path | None = None,
    log: Sequence[str | Path] = (),
    context: Path | None = None,
    tell: Tell = silent,
) -> Scorecard:
    """Score what a scan left in `folder` against the truth of its world.

    clean: what a scan of the clean twin left; log, context: the log that was scanned and its context folder,
    for the baselines, which are run only when a log is given. Raises InputError when the folder or the truth
    is not what it should be, or the truth is not of this log; writes nothing.
    """
    tell("reading what was listed and what is true", 0)
    scanned = read_scanned(folder)
    true = read_truth(truth)
    belongs(true, scanned, truth)
    notes = _notes(true)
    if not log and not in_common(true, scanned):
        notes.append("no row listed is of a scenario: nothing shows that this truth is of this log")
    rate = None
    if clean is not None:
        tell("reading the clean twin", 0)
        twin = read_scanned(clean, "clean twin")
        notes += _same_settings(scanned, twin)
        rate = clean_of(twin, context, true)
    tell("matching what was listed to what is true", 0)
    ours = score(scanned.listing, true, promised_fdr=scanned.promised_fdr, clean=rate)
    baselines, abstained = _baselines(log, context, true, scanned, tell) if log else ((), ())
    return Scorecard(ours, baselines, abstained, tuple(notes), scanned.rows_read)


def _notes(truth: Truth) -> list[str]:
    bare = truth.misuse.join(of_scenarios(truth), on="scenario_id", how="anti")["scenario_id"].to_list()
    return [f"no row of the log is of {', '.join(bare)}: counted as missed"] if bare else []


def _same_settings(scanned: Scanned, twin: Scanned) -> list[str]:
    """The twin must be scanned as the world was: a stricter scan of the twin would look quiet."""
    inputs = [one.manifest.get("inputs") for one in (scanned, twin)]
    if inputs[0] and inputs[0] == inputs[1]:
        raise InputError(
            "is a scan of the same log",
            str(twin.folder),
            "scan the clean twin of the world, and give that folder",
        )
    settings = [one.manifest.get("settings") for one in (scanned, twin)]
    versions = [one.manifest.get("versions", {}).get("anomaly") for one in (scanned, twin)]
    differ = settings[0] != settings[1] or versions[0] != versions[1]
    return ["the clean twin was scanned with other settings or another version"] if differ else []


def of_the_world(
    truth: Path, log: Sequence[str | Path] | None, context: Path | None
) -> tuple[Sequence[str | Path], Path | None]:
    """Return log and context as given; where they are not, those that stand beside the truth in a world."""
    beside = truth.resolve().parent
    if not log:
        log = [beside / "log"] if (beside / "log").exists() else []
    if context is None and (beside / "context").is_dir():
        context = beside / "context"
    return log, context


def _baselines(
    log: Sequence[str | Path], context: Path | None, truth: Truth, scanned: Scanned, tell: Tell
) -> tuple[tuple[Card, ...], tuple[Abstained, ...]]:
    from anomaly.evaluate.baselines import BASELINES, read_queries
    from anomaly.scan import Settings

    _same_log(log, scanned, tell)
    used = scanned.manifest.get("settings", {})
    zones = {zone: used.get(zone) for zone in ("time_zone", "local_zone")}
    queries = read_queries(list(log), Settings(context=context, **zones), tell)
    answers = [baseline(queries) for baseline in each(BASELINES, "running the baselines", tell)]
    ranked = [one for one in answers if not isinstance(one, Abstained)]
    return (
        tuple(score(one, truth) for one in each(ranked, "scoring the baselines", tell)),
        tuple(one for one in answers if isinstance(one, Abstained)),
    )


def _same_log(log: Sequence[str | Path], scanned: Scanned, tell: Tell) -> None:
    """Rivals that read another log would be judged by rows of this one."""
    from anomaly.sources import open_log

    inputs = {(one["name"], one["sha256"]) for one in scanned.manifest.get("inputs", [])}
    if "-" in map(str, log):
        raise InputError("the log is read more than once, which stdin cannot be", "-", "name the file")
    if not inputs:
        return
    files = open_log(list(log)).files
    given = {(file.name, file.sha256()) for file in each(files, "checking the files of the log", tell)}
    if given != inputs:
        raise InputError(
            f"is not what {scanned.folder} has scanned",
            sorted(given ^ inputs)[0][0],
            "give --log the very files of the scan, or leave the baselines out",
        )
