"""Two pictures of dots: the share found of every pattern, and the alarms where there is nothing to find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from anomaly.bench.drawing import AXIS, INK, MUTED, OURS, RULE, SECOND, THIRD, Rows, Spec, layer, svg
from anomaly.calibrate.intervals import of_share
from benchmarks.scorecard.conditions import BLANKED, CONDITIONS, FULL, LOG_ONLY
from benchmarks.scorecard.faults import Alarms
from benchmarks.scorecard.patterns import in_order, sought_by
from benchmarks.scorecard.pool import within

BEST = "best baseline, full context"
# Fill, shape and place within the row of each series; the baseline is a stroke behind the scan's dots.
SERIES: dict[str, tuple[str, str, float]] = {
    FULL: (OURS, "circle", 0.0),
    LOG_ONLY: (SECOND, "square", -0.27),
    BLANKED: (THIRD, "diamond", 0.27),
    BEST: (MUTED, "M-0.2,-1.4H0.2V1.4H-0.2Z", 0.0),
}
LABELS = 215  # pixels for the names of the rows
SOUGHT, UNSOUGHT = "a detector looks for it", "nobody looks for it yet"
KINDS = {"statistical": "with a chance model", "rule": "by rule"}


def pattern_dots(scenarios: pl.DataFrame, ours: str, caption: Sequence[str]) -> str:
    """Draw the share of each pattern found within T under each condition, and by its best baseline."""
    misuse = scenarios.filter("misuse").with_columns(at=within("T"))
    shown = {one: _shares(misuse.filter(pl.col("pattern") == one), ours) for one in in_order(scenarios)}
    groups = {
        SOUGHT: [one for one in shown if sought_by(one)],
        UNSOUGHT: [one for one in shown if not sought_by(one)],
    }
    there = [group for group, names in groups.items() if names]
    panels = [
        _panel(one, {name: shown[name] for name in groups[one]}, last=one == there[-1]) for one in there
    ]
    found = [one for one, rows in shown.items() if rows[0]["share"]]
    says = (
        "Dots, a row a pattern: the share found among the first T entries. In full context found at least"
        f" once: {', '.join(found) or 'none'}."
    )
    return svg({"vconcat": panels, "spacing": 22}, "Which misuse is found, pattern by pattern", says, caption)


def _shares(misuse: pl.DataFrame, ours: str) -> Rows:
    """Rows of one pattern, full context first: series, share, low, high; the best baseline last."""
    rows: Rows = []
    for condition in CONDITIONS:
        found = misuse.filter(pl.col("condition") == condition, pl.col("detector") == ours)["at"]
        if interval := of_share(int(found.sum()), len(found)):
            rows.append({"series": condition, "share": found.mean(), **interval._asdict()})
    rivals = misuse.filter(pl.col("condition") == FULL, pl.col("detector") != ours)
    best = rivals.group_by("detector").agg(pl.col("at").mean())["at"].max()
    return [*rows, {"series": BEST, "share": best or 0.0}]


def _panel(group: str, shown: dict[str, Rows], *, last: bool) -> Spec:
    rows: Rows = [
        {"at": k + SERIES[row["series"]][2], **row} for k, one in enumerate(shown.values()) for row in one
    ]
    names: Rows = [{"at": k, "text": one.replace("_", " ")} for k, one in enumerate(shown)]
    up: Spec = {
        "field": "at",
        "type": "quantitative",
        "scale": {"domain": [len(shown) - 0.5, -0.5], "nice": False},
        "axis": None,
    }

    def along(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"domain": [0, 1], "nice": False, "padding": 8},
            "axis": {
                "format": ".0%",
                "values": [0, 0.25, 0.5, 0.75, 1],
                "labels": last,
                "title": "found among the first T entries" if last else None,
            },
        }

    def scale(part: int, rows: Rows) -> Spec:
        there = [one for one in SERIES if any(row["series"] == one for row in rows)]
        return {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": there, "range": [SERIES[one][part] for one in there]},
            "legend": {"direction": "horizontal"} if group == SOUGHT else None,
        }

    return {
        "width": 540,
        "height": 24 * len(shown),
        "title": group,
        "layer": [
            layer(names, {"type": "rule", "color": RULE}, y=up),
            layer(
                names,
                {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12},
                x={"value": -LABELS},
                y=up,
                text={"field": "text"},
            ),
            layer(
                [row for row in rows if row["series"] == FULL],
                {"type": "rule", "color": OURS, "strokeWidth": 1.4, "opacity": 0.35},
                x=along("low"),
                x2={"field": "high"},
                y=up,
            ),
            layer(
                sorted(rows, key=lambda row: row["series"] != BEST),
                {"type": "point", "filled": True, "opacity": 1, "size": 50},
                x=along("share"),
                y=up,
                fill=scale(0, rows),
                shape=scale(1, rows),
            ),
        ],
    }


def clean_dots(rates: Sequence[Alarms], caption: Sequence[str]) -> str:
    """Draw incidents per 1,000 officer-years on the clean twins with their intervals."""
    rows: Rows = [one._asdict() | {"kind": KINDS[one.kind]} for one in rates if one.kind in KINDS]
    conditions = list(dict.fromkeys(row["condition"] for row in rows))
    for row in rows:
        row["at"] = conditions.index(row["condition"]) + (0.17 if row["kind"] == KINDS["rule"] else -0.17)
        row["text"] = f"{row['value']:,.3g} ({row['entries']})"
    up: Spec = {
        "type": "quantitative",
        "field": "at",
        "scale": {"domain": [len(conditions) - 0.5, -0.5], "nice": False},
        "axis": None,
    }

    def along(field: str) -> Spec:
        axis = {"title": "entries per 1,000 officer-years (entries in all)"}
        return {"field": field, "type": "quantitative", "scale": {"zero": True, "nice": True}, "axis": axis}

    colour: dict[str, Any] = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": [*KINDS.values()], "range": [OURS, SECOND]},
        "legend": {"direction": "horizontal", "symbolType": "circle"},
    }
    spec = {
        "width": 540,
        "height": 50 * len(conditions),
        "layer": [
            layer(
                [{"at": k, "text": one} for k, one in enumerate(conditions)],
                {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12},
                x={"value": -120},
                y=up,
                text={"field": "text"},
            ),
            layer(
                [{"at": k + 0.5} for k in range(len(conditions) - 1)], {"type": "rule", "color": AXIS}, y=up
            ),
            layer(
                rows,
                {"type": "rule", "strokeWidth": 2},
                x=along("low"),
                x2={"field": "high"},
                y=up,
                color=colour,
            ),
            layer(
                rows,
                {"type": "point", "filled": True, "size": 90, "opacity": 1},
                x=along("value"),
                y=up,
                color=colour,
            ),
            layer(
                rows,
                {"type": "text", "align": "left", "dx": 7, "baseline": "middle", "color": INK},
                x=along("high"),
                y=up,
                text={"field": "text"},
            ),
        ],
    }
    said = "; ".join(
        f"{row['condition']}, {row['kind']}: {row['value']:,.3g} ({row['low']:,.3g} to {row['high']:,.3g})"
        for row in rows
    )
    return svg(spec, "What is listed where there is nothing to find", f"{said}.", caption)
