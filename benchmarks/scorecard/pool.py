"""The figures of many worlds put together: every scenario and every card of all runs as one frame."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

import polars as pl

from anomaly.evaluate import Card, over_seeds
from anomaly.evaluate.measures import TIMES
from benchmarks.scorecard.runs import Run


def scenarios_of(runs: Sequence[Run]) -> pl.DataFrame:
    """Return every scenario as every detector saw it, in the order of runs and cards.

    Columns: seed, condition, detector, t (misuse scenarios of that world), those of `measures.by_scenario`.
    """
    return pl.concat(
        [
            card.scenarios.select(
                pl.lit(run.world.seed).alias("seed"),
                pl.lit(run.condition).alias("condition"),
                pl.lit(card.detector).alias("detector"),
                pl.lit(card.misuse).alias("t"),
                pl.all(),
            )
            for run in runs
            for card in run.cards
        ]
    )


def within(budget: str) -> pl.Expr:
    """Return whether a row of `scenarios_of` is brought within a budget: "T", "2T", "5T" or a number."""
    k = TIMES[budget] * pl.col("t") if budget in TIMES else pl.lit(int(budget))
    return (pl.col("found_at") <= k).fill_null(False)


def figures_of(runs: Sequence[Run], condition: str) -> pl.DataFrame:
    """Return `over_seeds` of every detector under a condition."""
    return over_seeds([card for run in of(runs, condition) for card in run.cards])


def of(runs: Sequence[Run], condition: str) -> list[Run]:
    """Return the runs under one condition."""
    return [run for run in runs if run.condition == condition]


def by_detector(runs: Sequence[Run]) -> dict[str, list[Card]]:
    """Return the cards of each detector, a card a world."""
    out: dict[str, list[Card]] = {}
    for run in runs:
        for card in run.cards:
            out.setdefault(card.detector, []).append(card)
    return out


class Ahead(NamedTuple):
    """A baseline that is ahead of the scan on one measure: means over worlds, and in how many it is ahead."""

    detector: str
    measure: str
    theirs: float
    ours: float
    worlds: int
    of: int


def ahead(runs: Sequence[Run]) -> list[Ahead]:
    """Return where a baseline's mean is above the scan's: average precision, in focus, recall at each budget.

    runs: under one condition.
    """
    cards = {name: _measures(of_it) for name, of_it in by_detector(runs).items()}
    ours, *others = cards
    out = []
    for name, mine in cards[ours].items():
        for detector in others:
            theirs = cards[detector][name]
            # A baseline that could not run in some of the worlds is compared in none.
            if len(theirs) == len(mine) and sum(theirs) > sum(mine):
                worlds = sum(a > b for a, b in zip(theirs, mine, strict=True))
                out.append(Ahead(detector, name, fmean(theirs), fmean(mine), worlds, len(mine)))
    return out


def _measures(cards: Sequence[Card]) -> dict[str, list[float]]:
    """Values of each measure, a value a world, in the order of the tables."""
    values = {
        "AP": [one.average_precision or 0.0 for one in cards],
        "in focus": [one.focused_precision or 0.0 for one in cards],
    }
    for k, budget in enumerate(cards[0].budgets["budget"]):
        values[f"recall at {budget}"] = [one.budgets["recall"][k] or 0.0 for one in cards]
    return values
