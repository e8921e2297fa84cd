"""What is listed wrongly: hard negatives, duplicates, false discoveries, and entries on clean twins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from anomaly.bench.tables import NONE, code, table
from anomaly.calibrate.intervals import of_count, of_share, over_worlds
from benchmarks.scorecard.pool import of
from benchmarks.scorecard.runs import Run
from benchmarks.scorecard.tables import ends, percent, rate


class Alarms(NamedTuple):
    """Entries on all clean twins together, and their rate per 1,000 officer-years with its exact interval."""

    condition: str
    kind: str
    entries: int
    value: float
    low: float
    high: float


def clean_rates(runs: Sequence[Run]) -> list[Alarms]:
    """Return the rate of all, statistical and rule entries under each condition, worlds pooled."""
    out = []
    for condition in dict.fromkeys(run.condition for run in runs):
        cleans = [run.ours.clean for run in of(runs, condition) if run.ours.clean is not None]
        years = sum(one.officer_years for one in cleans)
        for kind in ("all", "statistical", "rule"):
            count = sum(getattr(one, kind).count for one in cleans)
            low, high = of_count(count)
            out.append(
                Alarms(condition, kind, count, *(1000 * one / years for one in (float(count), low, high)))
            )
    return out


def clean_table(runs: Sequence[Run]) -> str:
    """Return what is listed on the clean twins under each condition."""
    rows = []
    rates = clean_rates(runs)
    for condition in dict.fromkeys(one.condition for one in rates):
        mine = [one for one in rates if one.condition == condition]
        years = sum(run.ours.clean.officer_years for run in of(runs, condition) if run.ours.clean)
        cells = [f"{rate(one.value)} ({rate(one.low)}–{rate(one.high)})" for one in mine]
        rows.append([condition, f"{years:,.0f}", str(mine[0].entries), *cells])
    head = ["condition", "officer-years", "entries", "per 1,000, all", "with a chance model", "by rule"]
    return table(head, rows)


def alarms_by_detector(runs: Sequence[Run]) -> str:
    """Return the detectors behind the entries on clean twins, and how many are about hard negatives."""
    conditions = list(dict.fromkeys(run.condition for run in runs))
    counts = {
        condition: pl.concat([run.alarms for run in of(runs, condition)])
        .group_by("detector")
        .agg(pl.len(), pl.col("hard_negative").sum())
        for condition in conditions
    }
    names = sorted({name for frame in counts.values() for name in frame["detector"]})
    rows = []
    for name in names:
        cells = []
        for condition in conditions:
            found = counts[condition].filter(pl.col("detector") == name)
            cells.append(f"{found['len'][0]} ({found['hard_negative'][0]})" if len(found) else NONE)
        rows.append([code(name), *cells])
    return table(["detector", *conditions], rows) if rows else "No entry on any clean twin.\n"


def decoys(scenarios: pl.DataFrame, ours: str, order: Sequence[str]) -> str:
    """Return the hard negatives that the scan lists within 5T under some condition, and name the others."""
    mine = scenarios.filter(~pl.col("misuse"), pl.col("detector") == ours).with_columns(
        listed=(pl.col("first_rank") <= 5 * pl.col("t")).fill_null(False)
    )
    conditions = mine["condition"].unique(maintain_order=True).to_list()
    rows = []
    for pattern in order:
        here = mine.filter(pl.col("pattern") == pattern)
        if not here["listed"].any():
            continue
        cells = []
        for condition in conditions:
            part = here.filter(pl.col("condition") == condition)
            cells.append(f"{part['listed'].sum()} of {len(part)}")
        rows.append([code(pattern), *cells, str(here["first_rank"].min())])
    quiet = [
        one
        for one in order
        if (rest := mine.filter(pl.col("pattern") == one)).height and not rest["listed"].any()
    ]
    said = f"\nNever listed: {', '.join(map(code, quiet)) or 'none'}.\n"
    return table(["hard negative", *conditions, "best rank"], rows) + said


def promised(runs: Sequence[Run]) -> str:
    """Return the false discovery rate that was promised beside the realised one, worlds pooled."""
    rows = []
    for condition in dict.fromkeys(run.condition for run in runs):
        cards = [run.ours for run in of(runs, condition)]
        vague = sum(int(card.discoveries["unfocused"][0]) for card in cards)
        cells = []
        for kind in ("statistical", "rule"):
            counted = pl.concat([card.discoveries for card in cards]).filter(pl.col("entries_of") == kind)
            false, entries = int(counted["false"].sum()), int(counted["entries"].sum())
            interval = of_share(false, entries)
            cells.append(
                f"{false} of {entries}: {percent(false / entries)} %{ends(*interval)}"
                if interval
                else "no entry"
            )
        most = max(card.promised_fdr or 0.0 for card in cards)
        rows.append([condition, f"at most {100 * most:.0f} %", *cells, str(vague)])
    head = ["condition", "promised", "realised, with a chance model", "wrong entries by rule", "vague"]
    return table(head, rows)


def _mean(counts: Sequence[int]) -> str:
    spread = over_worlds([float(one) for one in counts], share=False)
    if spread is None or spread.low is None or spread.high is None:
        return NONE if spread is None else f"{spread.mean:.1f}"
    return f"{spread.mean:.1f} ({spread.low:.1f}–{spread.high:.1f})"


def makeup(runs: Sequence[Run]) -> str:
    """Return what the first T and 5T entries of the scan are, means over the worlds."""
    rows = []
    for condition in dict.fromkeys(run.condition for run in runs):
        cards = [run.ours for run in of(runs, condition)]
        for budget in ("T", "5T"):
            top = pl.concat([card.budgets.filter(pl.col("budget") == budget) for card in cards])
            columns = ("listed", "found", "duplicates", "hard_negatives", "nothing")
            figures = [*(top[name].to_list() for name in columns), [card.shared for card in cards]]
            rows.append([condition, budget, *(_mean(one) for one in figures)])
    head = [
        "condition",
        "budget",
        "listed",
        "new misuse",
        "duplicates",
        "hard negatives",
        "nothing",
        "shared",
    ]
    return table(head, rows, left=2)
