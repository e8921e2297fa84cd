"""The card of one list: every figure of the scorecard as plain frames and values; cards beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from anomaly.calibrate.intervals import of_share, over_worlds
from anomaly.evaluate import measures
from anomaly.evaluate.clean import Clean
from anomaly.evaluate.listing import Listing
from anomaly.evaluate.matching import brought, match
from anomaly.evaluate.truth import Truth

TIDY = pl.Schema(
    {
        "detector": pl.String(),
        "pattern": pl.String(),
        "measure": pl.String(),
        "budget": pl.String(),
        "value": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "part": pl.Int64(),
        "whole": pl.Int64(),
    }
)
PLAIN = ("seen", "found", "duplicates", "hard_negatives", "nothing", "rows")


@dataclass(frozen=True)
class Card:
    """How well one list finds what is true of a world.

    misuse, hard_negatives: how many scenarios the world has. average_precision: as in `measures`, None
    without misuse; focused_precision: the same when only entries count of whose rows at least half are of the
    scenario. shared: misuse that entries match and none brings. budgets, patterns, forms,
    scenarios, discoveries: frames of `measures.at_budgets`, `by_pattern`, `by_form`, `by_scenario`,
    `false_discoveries`.
    """

    detector: str
    entries: int
    misuse: int
    hard_negatives: int
    average_precision: float | None
    focused_precision: float | None
    shared: int
    budgets: pl.DataFrame
    patterns: pl.DataFrame
    forms: pl.DataFrame
    scenarios: pl.DataFrame
    discoveries: pl.DataFrame
    promised_fdr: float | None = None
    clean: Clean | None = None

    def tidy(self) -> pl.DataFrame:
        """Return every figure as one row of `TIDY`.

        pattern is null for the whole list, budget where none applies; low and high are the ends of the 95 %
        interval, part and whole the counts of a share.
        """
        rows: list[dict[str, Any]] = [
            {"measure": "average precision", "value": self.average_precision, "whole": self.misuse},
            {"measure": "focused average precision", "value": self.focused_precision, "whole": self.misuse},
            {"measure": "entries", "value": self.entries},
            {"measure": "shared", "value": self.shared},
        ]
        for one in self.budgets.iter_rows(named=True):
            rows += [
                _share("recall", one, part=one["found"], whole=self.misuse),
                _share("precision", one, part=one["found"], whole=one["listed"]),
                *({"measure": m.replace("_", " "), "budget": one["budget"], "value": one[m]} for m in PLAIN),
            ]
        for one in self.patterns.iter_rows(named=True):
            share = _share("recall", one, part=one["found"], whole=one["scenarios"])
            rows.append(share | {"pattern": one["pattern"]})
        for one in self.patterns.unique("pattern", maintain_order=True).iter_rows(named=True):
            worth = {"measure": "average precision", "value": one["average_precision"]}
            rows.append({"pattern": one["pattern"], **worth, "whole": one["scenarios"]})
        for one in self.forms.iter_rows(named=True):
            share = _share("recall", one, part=one["found"], whole=one["scenarios"])
            rows.append(share | {"measure": f"recall, {one['form']}"})
        for one in self.discoveries.iter_rows(named=True):
            name = f"false discovery rate, {one['entries_of']}"
            rows.append(_share("rate", one, part=one["false"], whole=one["entries"]) | {"measure": name})
            rows.append({"measure": f"unfocused, {one['entries_of']}", "value": one["unfocused"]})
        if self.clean is not None:
            rows += [
                {"measure": f"per 1,000 officer-years, {of}", **_ends(asdict(rate))}
                for of, rate in (
                    ("all", self.clean.all),
                    ("statistical", self.clean.statistical),
                    ("rule", self.clean.rule),
                )
            ]
        return pl.DataFrame([{"detector": self.detector, **row} for row in rows], schema=TIDY)

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain values, shares rounded to six places."""
        plain = {k: v for k, v in vars(self).items() if not isinstance(v, pl.DataFrame | Clean)}
        frames = {k: v.to_dicts() for k, v in vars(self).items() if isinstance(v, pl.DataFrame)}
        clean = None if self.clean is None else asdict(self.clean)
        rounded: dict[str, Any] = _rounded({**plain, **frames, "clean": clean})
        return rounded


def score(
    listing: Listing, truth: Truth, *, promised_fdr: float | None = None, clean: Clean | None = None
) -> Card:
    """Score one list against the truth of its world."""
    matches = match(listing, truth)
    judged = measures.judge(listing, truth, matches)
    scenarios = measures.by_scenario(truth, matches, judged)
    misuse = scenarios.filter("misuse")
    return Card(
        detector=listing.name,
        entries=len(listing.entries),
        misuse=len(misuse),
        hard_negatives=len(scenarios) - len(misuse),
        average_precision=measures.average_precision(list(brought(matches)), len(misuse)),
        focused_precision=measures.average_precision(list(brought(matches.filter("focused"))), len(misuse)),
        shared=len(misuse.filter(pl.col("found_at").is_null() & pl.col("first_rank").is_not_null())),
        budgets=measures.at_budgets(listing, truth, judged),
        patterns=measures.by_pattern(scenarios),
        forms=measures.by_form(scenarios),
        scenarios=scenarios,
        discoveries=measures.false_discoveries(judged),
        promised_fdr=promised_fdr,
        clean=clean,
    )


def compare(cards: Sequence[Card]) -> pl.DataFrame:
    """Put cards of one world beside each other, one row a detector and budget, best average precision first.

    Columns: detector, entries, average_precision, focused_precision, and those of `measures.at_budgets`.
    """
    ordered = sorted(cards, key=lambda one: (-(one.average_precision or 0.0), one.detector))
    head = ("detector", "entries", "average_precision", "focused_precision")
    return pl.concat(
        [
            one.budgets.select(
                pl.lit(one.detector).alias("detector"),
                pl.lit(one.entries, pl.Int64).alias("entries"),
                pl.lit(one.average_precision, pl.Float64).alias("average_precision"),
                pl.lit(one.focused_precision, pl.Float64).alias("focused_precision"),
                pl.exclude(head),
            )
            for one in ordered
        ]
    )


def over_seeds(cards: Sequence[Card]) -> pl.DataFrame:
    """Put cards of several worlds together, each world made with a seed of its own.

    For the whole list: the mean over worlds with Student's 95 % t interval, worlds being the independent
    draws. For a pattern, of which a world holds few: all its scenarios pooled, with the exact 95 % interval.
    Returns `TIDY` and worlds (Int64); part and whole are sums.
    """
    tidy = pl.concat([one.tidy() for one in cards])
    out = []
    keys = ["detector", "pattern", "measure", "budget"]
    for key, group in tidy.group_by(keys, maintain_order=True):
        part, whole = (int(group[name].sum()) if group[name].count() else None for name in ("part", "whole"))
        row = dict(zip(keys, key, strict=True)) | {
            "part": part,
            "whole": whole,
            "worlds": group["value"].count(),
        }
        if row["pattern"] is not None and part is not None and whole:
            ends = of_share(part, whole)
            row |= {"value": part / whole, "low": ends and ends.low, "high": ends and ends.high}
        elif spread := over_worlds(group["value"].to_list(), share=_is_share(str(row["measure"]))):
            row |= {"value": spread.mean, "low": spread.low, "high": spread.high}
        out.append(row)
    return pl.DataFrame(out, schema=pl.Schema({**TIDY, "worlds": pl.Int64()}))


def _is_share(measure: str) -> bool:
    return measure.endswith("precision") or measure.startswith(("recall", "seen", "false discovery"))


def _share(column: str, one: dict[str, Any], *, part: int, whole: int) -> dict[str, Any]:
    return {
        "measure": column,
        "budget": one.get("budget"),
        "value": one[column],
        "low": one[f"{column}_low"],
        "high": one[f"{column}_high"],
        "part": part,
        "whole": whole,
    }


def _ends(rate: dict[str, Any]) -> dict[str, Any]:
    return {"value": rate["value"], "low": rate["low"], "high": rate["high"], "part": rate["count"]}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
