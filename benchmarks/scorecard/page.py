"""The page, docs/scorecard.md: its words are in `page.md.j2`, its figures from one run and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

import jinja2
import polars as pl

from anomaly import __version__
from anomaly.bench.tables import code, table
from anomaly.evaluate import Delay, Listing
from benchmarks.scorecard import delays, faults, overall, patterns
from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.conditions import FULL, MEANING
from benchmarks.scorecard.plans import Plan
from benchmarks.scorecard.pool import of
from benchmarks.scorecard.runs import Run
from benchmarks.scorecard.tables import some
from benchmarks.scorecard.worlds import CATALOGUE, innocent_patterns

TIMES = "## Time taken"
LIBRARIES = ("polars", "numba", "scikit-learn", "scipy", "pyod", "faker")  # the last two may be missing
NAMES = {"census": "Faker's weighted census tables", "invented": "invented tables"}


@dataclass(frozen=True)
class Outcome:
    """Everything a page is made of.

    beside: runs of other sizes; rescanned: of some worlds the month-end lists, and what they brought when.
    """

    plan: Plan
    runs: Sequence[Run]
    beside: Sequence[tuple[Plan, Sequence[Run]]]
    rescanned: Sequence[tuple[Sequence[tuple[datetime, Listing]], Delay]]

    @property
    def stamp(self) -> str:
        """Version, seeds and size, for every caption."""
        return f"Version {__version__}; {self.plan.name}, {self.plan.stamp}."


def page(outcome: Outcome, scenarios: pl.DataFrame, clock: Clock) -> str:
    """Return the page. scenarios: as from `pool.scenarios_of` of the main worlds."""
    runs, plan = outcome.runs, outcome.plan
    ours = runs[0].ours.detector
    order = patterns.in_order(scenarios)
    conditions = list(dict.fromkeys(run.condition for run in runs))
    again = f"seeds {some([str(one) for one in plan.seeds[: plan.rescans]])}"
    sizes = [(plan.name, of(runs, FULL)), *((other.name, done) for other, done in outcome.beside)]
    others = [f"{one.name}, {one.stamp}" for one, _ in outcome.beside]
    read = sum(run.world.rows for run in [*runs, *(run for _, done in outcome.beside for run in done)])
    return _template().render(
        version=__version__,
        libraries=", ".join(_versions()),
        names=NAMES[runs[0].world.names],
        catalogue=CATALOGUE,
        full=FULL,
        conditions=conditions,
        meaning=MEANING,
        stamp=f"*{outcome.stamp}*",
        stamp_of_months=f"*Version {__version__}; {plan.name}, {again}, {plan.size}.*",
        stamp_of_sizes=f"*Version {__version__}; {'; '.join(others)}.*",
        stamp_of_all=f"*Version {__version__}; {'; '.join([f'{plan.name}, {plan.stamp}', *others])}.*",
        worlds=_worlds(outcome),
        beside={one: overall.beside(runs, one) for one in conditions},
        ahead={one: overall.who_is_ahead(runs, one) for one in conditions},
        ways=overall.ways_to_rank(of(runs, FULL)),
        intervals=overall.recall_intervals(runs, FULL),
        not_run={one: overall.not_run(runs, one) for one in conditions},
        sought=patterns.by_sought(scenarios, ours),
        patterns=patterns.pattern_table(scenarios, ours, _found_by(runs), patterns.claims(of(runs, FULL))),
        unsought=some([code(one) for one in patterns.unsought()], ""),
        missed=patterns.missed_by_all(scenarios, ours),
        makeup=faults.makeup(runs),
        decoys=faults.decoys(scenarios, ours, innocent_patterns()),
        promised=faults.promised(runs),
        clean=faults.clean_table(runs),
        alarms=faults.alarms_by_detector(runs),
        months=delays.by_month(outcome.rescanned) if outcome.rescanned else "",
        delays=delays.by_pattern([one for _, one in outcome.rescanned], order) if outcome.rescanned else "",
        sizes=overall.other_sizes(sizes) if outcome.beside else "",
        times_heading=TIMES,
        times=_times(clock),
        pace=f"{read / clock.seconds['scans of the worlds'] / 1e6:.2f}",
    )


def _versions() -> list[str]:
    out = []
    for one in LIBRARIES:
        with suppress(PackageNotFoundError):
            out.append(f"{one} {version_of(one)}")
    return out


def _template() -> jinja2.Template:
    text = Path(__file__).with_name("page.md.j2").read_text(encoding="utf-8")
    return jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True).from_string(text)


def _worlds(outcome: Outcome) -> str:
    head = [
        "size",
        "seed",
        "rows",
        "users",
        "agencies",
        "days",
        "misuse (T)",
        "hard negatives",
        "nobody to play",
    ]
    rows = [
        [
            plan.name,
            str(run.world.seed),
            f"{run.world.rows:,}",
            f"{run.world.users:,}",
            str(run.world.agencies),
            str(plan.days),
            str(run.ours.misuse),
            str(run.ours.hard_negatives),
            some([code(one) for one in run.world.missed], "none"),
        ]
        for plan, runs in [(outcome.plan, outcome.runs), *outcome.beside]
        for run in of(runs, FULL)
    ]
    return table(head, rows)


def _found_by(runs: Sequence[Run]) -> dict[str, list[str]]:
    """Return the detectors behind what the scan brings of each pattern in full context."""
    found: dict[str, dict[str, None]] = {}
    for run in of(runs, FULL):
        pattern_of = dict(run.ours.scenarios.select("scenario_id", "pattern").iter_rows())
        for scenario, names in run.found_by.items():
            found.setdefault(pattern_of[scenario], {}).update(dict.fromkeys(names))
    return {pattern: list(names) for pattern, names in found.items()}


def _times(clock: Clock) -> str:
    rows = [[name, str(clock.times[name]), f"{seconds:.1f}"] for name, seconds in clock.seconds.items()]
    return table(["stage", "rounds", "seconds"], [*rows, ["**all**", "", f"**{clock.total:.1f}**"]])
