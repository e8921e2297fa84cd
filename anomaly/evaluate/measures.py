"""Recall and precision at review budgets, average precision, false discoveries: conventions that cannot
flatter.

Budgets are numbers of entries read from the top: T, 2T and 5T, T being the number of misuse scenarios, and
10, 25, 50, 100. An entry is *new* when it brings a misuse scenario that no entry above it brings (`brought`),
a *duplicate* when it matches misuse and brings none, a *hard negative* when it matches only such, else
*nothing*. A match asks for half of an entry or of a scenario, which one row can be, or the whole log: *seen*
and *focused* say how much of the misuse an entry shows, and how much else.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from anomaly.calibrate.intervals import Interval, of_share
from anomaly.evaluate.contents import shown, unread
from anomaly.evaluate.listing import EVIDENCE, Listing
from anomaly.evaluate.matching import brought
from anomaly.evaluate.truth import Truth

FIXED = (10, 25, 50, 100)
TIMES = {"T": 1, "2T": 2, "5T": 5}
FORMS = {"not evading": False, "evading": True}


def budgets(scenarios: int) -> dict[str, int]:
    """Return the review budgets by name, as numbers of entries; without misuse only the fixed ones."""
    return {name: times * scenarios for name, times in TIMES.items() if scenarios} | {
        str(k): k for k in FIXED
    }


def judge(listing: Listing, truth: Truth, matches: pl.DataFrame) -> pl.DataFrame:
    """Say of each entry what it is.

    Returns by rank: rank, verdict (new, duplicate, hard negative, nothing), rows (Int64, supporting rows of
    the entry), statistical (it has a q-value), brings (scenario_id or null), focused (at least half of its
    rows are of misuse).
    """
    new = brought(matches)
    misuse = matches.filter("misuse")["rank"].unique()
    decoy = matches.filter(~pl.col("misuse"))["rank"].unique()
    rank = pl.col("rank")
    verdict = (
        pl.when(rank.is_in(list(new)))
        .then(pl.lit("new"))
        .when(rank.is_in(misuse.to_list()))
        .then(pl.lit("duplicate"))
        .when(rank.is_in(decoy.to_list()))
        .then(pl.lit("hard negative"))
        .otherwise(pl.lit("nothing"))
    )
    brings = pl.DataFrame(
        {"rank": list(new), "brings": list(new.values())}, schema={"rank": pl.Int64, "brings": pl.String}
    )
    rows = listing.evidence.select(*EVIDENCE).unique().group_by("rank").len("rows")
    focused = unread(listing, truth).select("rank", "focused")
    return (
        listing.entries.sort("rank")
        .select("rank", verdict.alias("verdict"), pl.col("q_value").is_not_null().alias("statistical"))
        .join(rows, on="rank", how="left", maintain_order="left")
        .join(brings, on="rank", how="left", maintain_order="left")
        .join(focused, on="rank", how="left", maintain_order="left")
        .select(
            "rank",
            "verdict",
            pl.col("rows").fill_null(0).cast(pl.Int64),
            "statistical",
            "brings",
            pl.col("focused").fill_null(False),
        )
    )


def average_precision(found_at: list[int], scenarios: int) -> float | None:
    """Return the mean over all T misuse scenarios of the precision at the rank that brings each.

    found_at: ranks of the new entries, ascending. A scenario that is never brought counts as 0, so a list
    that ends early gains nothing. None without misuse.
    """
    if not scenarios:
        return None
    return sum(n / rank for n, rank in enumerate(found_at, start=1)) / scenarios


def at_budgets(listing: Listing, truth: Truth, judged: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each budget.

    Columns: budget, k, listed (entries within it: min(k, n)), found, recall, precision, each with _low and
    _high (exact 95 %), seen, duplicates, hard_negatives, nothing, rows (supporting rows that a reviewer
    opens). Recall divides by T; precision divides `found` by `listed`, so a duplicate costs precision, and an
    empty list has none. seen: the share of a misuse scenario's rows that stand in those entries, mean over
    the T scenarios, so that it is comparable with recall; whose entries they are does not matter.
    """
    out = []
    scenarios, shares = len(truth.misuse), shown(listing, truth)
    for name, k in budgets(scenarios).items():
        top = judged.head(k)
        found, listed = _count(top, "new"), len(top)
        out.append(
            {"budget": name, "k": k, "listed": listed, "found": found}
            | share("recall", found, scenarios)
            | share("precision", found, listed)
            | {
                "seen": shares.filter(pl.col("rank") <= k)["share"].sum() / scenarios if scenarios else None,
                "duplicates": _count(top, "duplicate"),
                "hard_negatives": _count(top, "hard negative"),
                "nothing": _count(top, "nothing"),
                "rows": int(top["rows"].sum()),
            }
        )
    return _frame(out)


def share(name: str, part: int, whole: int) -> dict[str, float | None]:
    """Return a share and both ends of its exact 95 % interval, all None when there is nothing to share."""
    ends: Interval | None = of_share(part, whole)
    return {
        name: part / whole if whole else None,
        f"{name}_low": ends.low if ends else None,
        f"{name}_high": ends.high if ends else None,
    }


def by_scenario(truth: Truth, matches: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each scenario, by id.

    Columns: scenario_id, pattern, misuse, form, evasive (null where no form is told), rows (of the scenario),
    first_rank (of the first entry that matches it), found_at (of the entry that brings it; always null for a
    hard negative), with_misuse (that first entry matches misuse too). Misuse with a first_rank and no
    found_at stands in entries that bring other misuse, or hold too little that is new.
    """
    both = matches.filter("misuse")["rank"].unique().to_list()
    first = matches.group_by("scenario_id").agg(pl.col("rank").min().alias("first_rank"))
    found = judged.filter(pl.col("brings").is_not_null()).select(
        pl.col("brings").alias("scenario_id"), pl.col("rank").alias("found_at")
    )
    rows = truth.events.group_by("scenario_id").agg(pl.len().cast(pl.Int64).alias("rows"))
    return (
        truth.scenarios.select(
            "scenario_id", "pattern", "misuse", "form", evasive=pl.col("form").str.contains(r"^evasive\b")
        )
        .join(rows, on="scenario_id", how="left")
        .join(first, on="scenario_id", how="left")
        .join(found, on="scenario_id", how="left")
        .with_columns(pl.col("rows").fill_null(0), with_misuse=pl.col("first_rank").is_in(both))
        .sort("scenario_id")
    )


def by_pattern(scenarios: pl.DataFrame) -> pl.DataFrame:
    """Return the recall of each misuse pattern at each budget of the whole list.

    scenarios: as from `by_scenario`. Columns: pattern, budget, k, scenarios, found, recall, recall_low,
    recall_high (exact 95 %), best_rank (where the first of the pattern is found, null when none is),
    average_precision (mean over its scenarios of the precision of the whole list at the entry that brings
    each, 0 where none does: over all patterns that is the average precision of the list). Budgets are those
    of the whole list: a reviewer does not know which pattern comes next.
    """
    misuse = scenarios.filter("misuse")
    found_at = misuse["found_at"].drop_nulls().sort().to_list()
    precision = {rank: n / rank for n, rank in enumerate(found_at, start=1)}
    out = []
    for (pattern,), of_it in misuse.group_by("pattern", maintain_order=True):
        ranks = of_it["found_at"].drop_nulls()
        average = sum(precision[rank] for rank in ranks) / len(of_it)
        for name, k in budgets(len(misuse)).items():
            found = int((ranks <= k).sum())
            out.append(
                {"pattern": pattern, "budget": name, "k": k, "scenarios": len(of_it), "found": found}
                | share("recall", found, len(of_it))
                | {"best_rank": ranks.min(), "average_precision": average}
            )
    schema: Mapping[str, type[pl.DataType]] = {
        "pattern": pl.String, "budget": pl.String, "k": pl.Int64, "scenarios": pl.Int64, "found": pl.Int64,
        "recall": pl.Float64, "recall_low": pl.Float64, "recall_high": pl.Float64, "best_rank": pl.Int64,
        "average_precision": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(out, schema=schema)


def by_form(scenarios: pl.DataFrame) -> pl.DataFrame:
    """Return the recall of evasions, and of plain and variant forms, at each budget of the whole list.

    scenarios: as from `by_scenario`. Columns: form ("not evading", "evading"), budget, k, scenarios, found,
    recall, recall_low, recall_high (exact 95 %). Misuse of which no form is told is in neither; a form that
    does not occur has no row.
    """
    misuse = scenarios.filter("misuse")
    out = []
    for form, evasive in FORMS.items():
        of_it = misuse.filter(pl.col("evasive") == evasive)
        for name, k in budgets(len(misuse)).items() if len(of_it) else ():
            found = int((of_it["found_at"] <= k).sum())
            out.append(
                {"form": form, "budget": name, "k": k, "scenarios": len(of_it), "found": found}
                | share("recall", found, len(of_it))
            )
    schema: Mapping[str, type[pl.DataType]] = {
        "form": pl.String, "budget": pl.String, "k": pl.Int64, "scenarios": pl.Int64, "found": pl.Int64,
        "recall": pl.Float64, "recall_low": pl.Float64, "recall_high": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(out, schema=schema)


def false_discoveries(judged: pl.DataFrame) -> pl.DataFrame:
    """Return which share of the entries is about no misuse: of all, of the statistical ones, of the rest.

    Columns: entries_of (all, statistical, rule), entries, false, rate, rate_low, rate_high, unfocused. A hard
    negative is a false discovery; a duplicate is one unless it is focused, or else the whole log, listed a
    hundred times, would be true a hundred times. unfocused: how many of the others are not focused either.
    Only the statistical ones, which have a chance model, were promised a rate.
    """
    parts = {
        "all": judged,
        "statistical": judged.filter("statistical"),
        "rule": judged.filter(~pl.col("statistical")),
    }
    out = []
    for name, part in parts.items():
        vague = part.filter(~pl.col("focused"))
        false = _count(part, "hard negative") + _count(part, "nothing") + _count(vague, "duplicate")
        out.append(
            {"entries_of": name, "entries": len(part), "false": false}
            | share("rate", false, len(part))
            | {"unfocused": _count(vague, "new")}
        )
    return _frame(out)


def _count(judged: pl.DataFrame, verdict: str) -> int:
    return int((judged["verdict"] == verdict).sum())


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Shares that do not exist leave a column of nulls, which must be one of numbers all the same."""
    shares = ("recall", "precision", "seen", "rate")
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.col(c).cast(pl.Float64) for c in frame.columns if c.startswith(shares))
