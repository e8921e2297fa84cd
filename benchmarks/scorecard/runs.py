"""One world under one condition: the scan, its clean twin and every baseline, each as a card."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from anomaly.evaluate import Abstained, Card, Scanned, clean_of, listing_of, score
from anomaly.evaluate.baselines import BASELINES, read_queries
from anomaly.evaluate.matching import match, of_records
from anomaly.incidents import ScanResult
from anomaly.scan import Settings, scan
from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.conditions import FULL, Given, under
from benchmarks.scorecard.rankings import WAYS
from benchmarks.scorecard.worlds import World

ALARMS = pl.Schema({"detector": pl.String(), "hard_negative": pl.Boolean()})


@dataclass(frozen=True)
class Run:
    """What came of one world under one condition.

    found_by: the detectors behind each misuse scenario that the scan brings. behind: those behind each entry,
    by rank. alarms: a row for each detector
    of each wrong entry on the clean twin: detector, hard_negative (the entry is about a labelled one).
    idle: detectors of the engine that could not run, and why. ways: in full context, the scan's findings
    ranked in other ways.
    """

    world: World
    condition: str
    ours: Card
    rivals: tuple[Card, ...]
    abstained: tuple[Abstained, ...]
    found_by: dict[str, tuple[str, ...]]
    behind: dict[int, tuple[str, ...]]
    alarms: pl.DataFrame
    idle: dict[str, str]
    ways: tuple[Card, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, that of the scan first."""
        return (self.ours, *self.rivals)


def run(world: World, condition: str, room: Path, clock: Clock) -> Run:
    """Scan a world and its twin under a condition, run the baselines, and score everything."""
    with clock.stage("copies without reasons"):
        given = under(condition, world.root, room / "log")
        twin = under(condition, world.clean, room / "clean")
    with clock.stage("scans of the worlds"):
        result = scanned(given)
    with clock.stage("scans of the clean twins"):
        clean = scanned(twin)
    with clock.stage("baselines: reading"):
        queries = read_queries([given.log], Settings(context=given.context))
    answers = []
    for baseline in BASELINES:
        with clock.stage("baselines: ranking"):
            answers.append(baseline(queries))
    with clock.stage("scoring"):
        # Officer-years come from the roster under every condition: what is not known makes nobody work less.
        quiet = Scanned(world.clean, listing_of(clean), clean.summary, clean.manifest)
        rate = clean_of(quiet, world.clean / "context", world.clean_truth)
        promised = float(result.summary["fdr"])
        ours = score(listing_of(result), world.truth, promised_fdr=promised, clean=rate)
        rivals = tuple(score(one, world.truth) for one in answers if not isinstance(one, Abstained))
        alarms = _alarms(clean, world)
        ways = _ways(result, world) if condition == FULL else ()
    shutil.rmtree(room, ignore_errors=True)
    return Run(
        world,
        condition,
        ours,
        rivals,
        tuple(one for one in answers if isinstance(one, Abstained)),
        _found_by(result, ours),
        {one.rank: tuple(one.detectors) for one in result.incidents},
        alarms,
        {str(one["name"]): str(one["why_not"]) for one in result.summary["detectors"] if not one["ran"]},
        ways,
    )


def scanned(given: Given) -> ScanResult:
    """Scan as a user would, with the settings as they come."""
    return scan([given.log], Settings(context=given.context))


def _ways(result: ScanResult, world: World) -> tuple[Card, ...]:
    return tuple(score(replace(way(result), name=name), world.truth) for name, way in WAYS.items())


def _found_by(result: ScanResult, card: Card) -> dict[str, tuple[str, ...]]:
    by_rank = {one.rank: one.detectors for one in result.incidents}
    found = card.scenarios.filter("misuse").drop_nulls("found_at").select("scenario_id", "found_at")
    return {scenario: by_rank[rank] for scenario, rank in found.iter_rows()}


def _alarms(clean: ScanResult, world: World) -> pl.DataFrame:
    listing, truth = listing_of(clean), world.clean_truth
    about = set(match(listing, truth).filter(~pl.col("misuse"))["rank"])
    right = of_records(listing, truth)
    wrong = [one for one in clean.incidents if one.rank not in right]
    rows = [(name, one.rank in about) for one in wrong for name in one.detectors]
    return pl.DataFrame(rows, schema=ALARMS, orient="row")
