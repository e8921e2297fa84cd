"""The scan beside the baselines: one table for each condition, and where a baseline is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import polars as pl

from anomaly.bench.tables import NONE, code, table
from anomaly.evaluate import over_seeds
from benchmarks.scorecard.pool import Ahead, ahead, by_detector, figures_of, of
from benchmarks.scorecard.runs import Run
from benchmarks.scorecard.tables import ends, percent, some, two

BUDGETS = ("T", "2T", "5T", "10", "25", "50", "100")


def beside(runs: Sequence[Run], condition: str) -> str:
    """Return the table of one condition: a row a detector, best average precision first."""
    figures = figures_of(runs, condition)
    cards = by_detector(of(runs, condition))
    ours = next(iter(cards))
    order = sorted(
        cards, key=lambda name: (-(_one(figures, name, "average precision")["value"] or 0.0), name)
    )
    rows = []
    for name in order:
        mean = _one(figures, name, "average precision")
        focus = _one(figures, name, "focused average precision")
        row = [
            two(mean["value"]) + ends(mean["low"], mean["high"], say="two"),
            two(focus["value"]),
            *(_both(figures, name, budget) for budget in BUDGETS),
            _mean(figures, name, "hard negatives"),
            _mean(figures, name, "duplicates"),
            percent(_one(figures, name, "seen", "T")["value"]),
            _mean(figures, name, "rows"),
        ]
        rows.append([f"**{name}**", *(f"**{one}**" for one in row)] if name == ours else [name, *row])
    head = ["detector", "AP (95 %)", "in focus", *BUDGETS, "hard neg.", "dupl.", "seen", "rows"]
    return table(head, rows)


def ways_to_rank(runs: Sequence[Run]) -> str:
    """Return a row for each way to rank what the scan found in full context, best average precision first."""
    figures = over_seeds([card for run in runs for card in run.ways])
    names = figures["detector"].unique(maintain_order=True).to_list()
    worth = {name: _one(figures, name, "average precision") for name in names}
    rows = [
        [
            name,
            two(worth[name]["value"]) + ends(worth[name]["low"], worth[name]["high"], say="two"),
            *(_both(figures, name, budget) for budget in BUDGETS),
            _mean(figures, name, "hard negatives"),
            _mean(figures, name, "duplicates"),
        ]
        for name in sorted(names, key=lambda name: -(worth[name]["value"] or 0.0))
    ]
    return table(["ranked by", "AP (95 %)", *BUDGETS, "hard neg.", "dupl."], rows)


def recall_intervals(runs: Sequence[Run], condition: str) -> str:
    """Return recall and precision of the scan, and the best baseline's recall, with intervals over worlds."""
    figures = figures_of(runs, condition)
    ours, *others = by_detector(of(runs, condition))
    rows = []
    for budget in BUDGETS:
        mine = _one(figures, ours, "recall", budget)
        precise = _one(figures, ours, "precision", budget)
        best = max(others, key=lambda name: _one(figures, name, "recall", budget)["value"] or 0.0)
        theirs = _one(figures, best, "recall", budget)
        rows.append(
            [
                budget,
                percent(mine["value"]) + ends(mine["low"], mine["high"]),
                percent(precise["value"]) + ends(precise["low"], precise["high"]),
                percent(theirs["value"]) + ends(theirs["low"], theirs["high"]),
                best,
            ]
        )
    return table(
        ["budget", "recall % of the scan", "precision %", "recall % of the best baseline", "which"], rows
    )


def who_is_ahead(runs: Sequence[Run], condition: str) -> str:
    """Return each baseline whose mean is above the scan's, and on what; or say that there is none."""
    found = ahead(of(runs, condition))
    if not found:
        return f"*{condition.capitalize()}*: no baseline is.\n"
    measures = list(dict.fromkeys(one.measure for one in found))
    cells = {(one.detector, one.measure): _against(one) for one in found}
    rows = [
        [name, *(cells.get((name, measure), "") for measure in measures)]
        for name in dict.fromkeys(one.detector for one in found)
    ]
    return table([condition, *measures], rows)


def _against(one: Ahead) -> str:
    return f"{percent(one.theirs)} against {percent(one.ours)} ({one.worlds} of {one.of})"


def not_run(runs: Sequence[Run], condition: str) -> str:
    """Name the baselines and the engine's own detectors that could not run under a condition, and why."""
    runs = of(runs, condition)
    idle: dict[str, list[str]] = {}
    for run in runs:
        for one in run.abstained:
            idle.setdefault(one.name, []).append(one.reason)
        for name, why in run.idle.items():
            idle.setdefault(code(name), []).append(why)
    parts = [
        f"{name} ({whys[0]}" + (f"; in {len(whys)} of {len(runs)} worlds)" if len(whys) < len(runs) else ")")
        for name, whys in idle.items()
    ]
    return some(parts, "none")


def _one(
    figures: pl.DataFrame, detector: str, measure: str, budget: str | None = None
) -> dict[str, float | None]:
    asked = (
        (pl.col("detector") == detector)
        & (pl.col("measure") == measure)
        & pl.col("pattern").is_null()
        & pl.col("budget").eq_missing(pl.lit(budget, pl.String))
    )
    found = figures.filter(asked)
    return found.row(0, named=True) if len(found) else {"value": None, "low": None, "high": None}


def _both(figures: pl.DataFrame, detector: str, budget: str) -> str:
    recall = _one(figures, detector, "recall", budget)["value"]
    return f"{percent(recall)}/{percent(_one(figures, detector, 'precision', budget)['value'])}"


def _mean(figures: pl.DataFrame, detector: str, measure: str) -> str:
    value = _one(figures, detector, measure, "T")["value"]
    return NONE if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def other_sizes(named: Sequence[tuple[str, Sequence[Run]]]) -> str:
    """Return a row for each size of world: how the scan does there, and the best baseline."""
    rows = []
    for name, runs in named:
        cards = by_detector(runs)
        ours, *others = cards
        means = {one: fmean(card.average_precision or 0.0 for card in of_it) for one, of_it in cards.items()}
        best = max(others, key=means.__getitem__)
        mine = [card.budgets.row(by_predicate=pl.col("budget") == "T", named=True) for card in cards[ours]]
        clean = [card.clean for card in cards[ours] if card.clean is not None]
        alarms, years = sum(one.all.count for one in clean), sum(one.officer_years for one in clean)
        rows.append(
            [
                name,
                str(len(runs)),
                f"{fmean(run.world.users for run in runs):,.0f}",
                f"{fmean(run.world.rows for run in runs):,.0f}",
                f"{fmean(card.misuse for card in cards[ours]):.1f}",
                two(means[ours]),
                percent(fmean(one["recall"] or 0.0 for one in mine)),
                f"{sum(one['found'] for one in mine)} of {sum(one['listed'] for one in mine)}",
                f"{1000 * alarms / years:,.3g}" if years else NONE,
                two(means[best]),
                best,
            ]
        )
    head = [
        "size", "worlds", "users", "rows", "T", "AP", "recall % at T", "precision at T", "clean alarms",
        "best baseline's AP", "which",
    ]  # fmt: skip
    return table(head, rows)
