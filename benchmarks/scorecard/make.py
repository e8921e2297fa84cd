"""From plans to a page: make worlds, run them, write the page and its pictures."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.conditions import FULL
from benchmarks.scorecard.curves import curves
from benchmarks.scorecard.dots import clean_dots, pattern_dots
from benchmarks.scorecard.faults import clean_rates
from benchmarks.scorecard.months import delay_of
from benchmarks.scorecard.page import Outcome, page
from benchmarks.scorecard.plans import Plan, Plans
from benchmarks.scorecard.pool import of, scenarios_of
from benchmarks.scorecard.runs import Run, run
from benchmarks.scorecard.worlds import World, make


def scorecard(plans: Plans, out: Path, clock: Clock) -> None:
    """Write `out`/scorecard.md and its pictures in `out`/scorecard/, over those of an earlier run."""
    with tempfile.TemporaryDirectory(prefix="scorecard-") as room:
        outcome = run_all(plans, Path(room), clock)
    write(outcome, out, clock)


def run_all(plans: Plans, room: Path, clock: Clock) -> Outcome:
    """Run every world of the plans, one at a time, keeping no more than one on disk."""
    rescanned = []
    runs: list[Run] = []
    beside: list[tuple[Plan, list[Run]]] = [(plan, []) for plan in plans.beside]
    for plan, done in [(plans.main, runs), *beside]:
        for number, seed in enumerate(plan.seeds):
            world = _world(plan, seed, room / "world", clock)
            for condition in plan.conditions:
                done.append(run(world, condition, room / "copies", clock))
                clock.tell(f"{plan.name} {seed}, {condition}: {done[-1].ours.entries} entries")
            if number < plan.rescans:
                rescanned.append(delay_of(world, room / "month", clock))
                clock.tell(f"{plan.name} {seed}: scanned at every month end")
            shutil.rmtree(world.root)
    return Outcome(plans.main, runs, beside, rescanned)


def _world(plan: Plan, seed: int, root: Path, clock: Clock) -> World:
    with clock.stage("making the worlds"):
        world = make(plan, seed, root)
        assert world.truth.events.height  # read now: the folder goes when the world is done
        assert world.clean_truth.scenarios.height >= 0
    clock.tell(f"{plan.name} {seed}: {world.rows:,} rows, {len(world.truth.misuse)} misuse")
    return world


def write(outcome: Outcome, out: Path, clock: Clock) -> None:
    """Write the page and its pictures into the folder `out`."""
    ours, worlds = outcome.runs[0].ours.detector, len(of(outcome.runs, FULL))
    with clock.stage("figures and pictures"):
        scenarios = scenarios_of(outcome.runs)
        drawn = {
            "recall": curves(
                outcome.runs,
                [
                    f"Means over {worlds} worlds. Grey: other baselines. Dotted: the scan's lists are over.",
                    outcome.stamp,
                ],
            ),
            "patterns": pattern_dots(
                scenarios,
                ours,
                [f"{worlds} worlds pooled. Lines: exact 95 % intervals, full context.", outcome.stamp],
            ),
            "clean": clean_dots(
                clean_rates(outcome.runs),
                [f"{worlds} clean twins pooled. Lines: exact 95 % intervals.", outcome.stamp],
            ),
        }
    folder = out / "scorecard"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in drawn.items():
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")
    (out / "scorecard.md").write_text(page(outcome, scenarios, clock), encoding="utf-8")
