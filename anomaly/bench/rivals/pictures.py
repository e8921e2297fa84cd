"""The pictures of docs/benchmarks.md, in the hand of the scorecard's."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from anomaly.bench.drawing import MUTED, RULE, SECOND, THIRD, Rows, Spec, layer, svg
from anomaly.bench.drawing import OURS as BLUE
from anomaly.bench.rivals.contenders import CONTENDERS, OURS
from anomaly.bench.rivals.ten import TEN

GIB = 1024**3
LABELS = 160  # pixels for the names of the rows
COLOURS = dict(zip(CONTENDERS, (BLUE, BLUE, SECOND, SECOND, THIRD, THIRD, MUTED), strict=True))
SHAPES = dict(zip(CONTENDERS, ("circle", "diamond") * 3 + ("square",), strict=True))
Measured = dict[str, Any]


def pictures(sizes: Sequence[Measured]) -> dict[str, str]:
    """Draw all pictures, by name; the three of one size are of the largest."""
    scanned = [size for size in sizes if "stopped" not in size["scan"]][-1]
    drawn = {"stages": stages(scanned), "detectors": detectors(scanned), "rivals": rivals(sizes[-1])}
    return drawn | {"cost": cost(sizes), "memory": memory(sizes)}


def stages(size: Measured) -> str:
    """Draw the pace of each stage."""
    rows: Rows = [
        {"name": one["name"], "value": one["rows_per_second"] / 1e6}
        for one in size["scan"]["stages"]
        if one["rows_per_second"]
    ]
    title = "Rows a second, stage by stage"
    return svg(_dots(rows, "million rows a second"), title, _said(rows, "million rows a second"), [_of(size)])


def detectors(size: Measured) -> str:
    """Draw the pace of each detector that ran, the slowest first."""
    ran = [one for one in size["scan"]["detectors"] if one["rows_per_second"] and one["tested"]]
    rows: Rows = [
        {"name": one["name"], "value": one["rows_per_second"] / 1e6}
        for one in sorted(ran, key=lambda one: float(one["rows_per_second"]))
    ]
    title = "Rows a second, detector by detector"
    return svg(_dots(rows, "million rows a second"), title, _said(rows, "million rows a second"), [_of(size)])


def rivals(size: Measured) -> str:
    """Draw the seconds of each of the ten, everybody's, and of the whole."""
    who = {name: one for name, one in size["contenders"].items() if "stopped" not in one}
    rows: Rows = [
        {"name": name, "series": one, "value": 1000 * who[one]["seconds"][name]}
        for name in TEN
        for one in who
    ]
    rows += [{"name": "all, with reading", "series": one, "value": 1000 * who[one]["whole"]} for one in who]
    says = "; ".join(f"{one} {who[one]['whole']:.2f} s" for one in who)
    caption = [
        "Left is faster. Where queries read the files themselves, reading is part of each; else it is apart.",
        _of(size),
    ]
    says = f"Dots of milliseconds, a row a detector. All, with reading: {says}."
    return svg(_dots(rows, "milliseconds", series=True), "The ten beside their rivals", says, caption)


def cost(sizes: Sequence[Measured]) -> str:
    """Draw what a row costs at each size, everybody's."""
    rows: Rows = [
        {"rows": size["rows"], "series": name, "value": one["whole"] / size["rows"] * 1e9}
        for size in sizes
        for name, one in size["contenders"].items()
        if "stopped" not in one
    ]
    caption = ["The ten with reading.", _all_of(sizes), *stopped(sizes)]
    return svg(
        _lines(rows, "nanoseconds a row"), "What a row costs, by size", _ends(rows, "ns a row"), caption
    )


def memory(sizes: Sequence[Measured]) -> str:
    """Draw the memory at the peak at each size, everybody's."""
    rows: Rows = [
        {"rows": size["rows"], "series": name, "value": one["peak"] / GIB}
        for size in sizes
        for name, one in size["contenders"].items()
        if "stopped" not in one
    ]
    caption = ["Of the whole process, libraries included.", _all_of(sizes), *stopped(sizes)]
    return svg(_lines(rows, "GiB at the peak"), "Memory, by size", _ends(rows, "GiB"), caption)


def stopped(sizes: Sequence[Measured]) -> list[str]:
    """Say, a line a size, who was stopped, and why."""
    told = []
    for size in sizes:
        why = [f"{name} {one['stopped']}" for name, one in size["contenders"].items() if "stopped" in one]
        told += [f"At {size['rows']:,} rows {', '.join(why)}."] if why else []
    return told


def _of(size: Measured) -> str:
    return (
        f"{size['rows']:,} rows, medians of {size['runs']} runs."
        if size["runs"] > 1
        else f"{size['rows']:,} rows."
    )


def _all_of(sizes: Sequence[Measured]) -> str:
    return "Rows: " + ", ".join(f"{size['rows']:,}" for size in sizes) + "."


def _said(rows: Rows, unit: str) -> str:
    return f"In {unit}: " + "; ".join(f"{row['name']} {row['value']:,.3g}" for row in rows) + "."


def _ends(rows: Rows, unit: str) -> str:
    most = max(row["rows"] for row in rows)
    told = "; ".join(f"{row['series']} {row['value']:,.3g} {unit}" for row in rows if row["rows"] == most)
    return f"Lines by rows, one for each contender. At {most:,} rows: {told}."


def _series(rows: Rows) -> dict[str, Spec]:
    there = [name for name in CONTENDERS if any(row["series"] == name for row in rows)]

    def scale(of: dict[str, str]) -> Spec:
        return {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": there, "range": [of[name] for name in there]},
            "legend": {"direction": "horizontal", "columns": 4},
        }

    return {"fill": scale(COLOURS), "shape": scale(SHAPES)}


def _dots(rows: Rows, unit: str, *, series: bool = False) -> Spec:
    """Draw dots over a logarithmic axis, a row a name."""
    names = [*dict.fromkeys(row["name"] for row in rows)]
    for row in rows:
        row["at"] = names.index(row["name"])
    up: Spec = {
        "field": "at",
        "type": "quantitative",
        "scale": {"domain": [len(names) - 0.5, -0.5], "nice": False},
        "axis": None,
    }
    along: Spec = {
        "field": "value",
        "type": "quantitative",
        **_logarithmic(rows, unit, (1,)),
    }
    told: Rows = [{"at": k, "text": name.replace("_", " ")} for k, name in enumerate(names)]
    mark: Spec = {"type": "point", "filled": True, "opacity": 1, "size": 55}
    # The engine's dots lie on top.
    drawn = sorted(rows, key=lambda row: row.get("series") in OURS)
    channels: dict[str, Any] = _series(rows) if series else {"fill": {"value": BLUE}}
    text: Spec = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12}
    return {
        "width": 520,
        "height": 22 * len(names),
        "layer": [
            layer(told, {"type": "rule", "color": RULE}, y=up),
            layer(told, text, x={"value": -LABELS}, y=up, text={"field": "text"}),
            layer(drawn, mark, x=along, y=up, **channels),
        ],
    }


def _logarithmic(rows: Rows, unit: str, steps: tuple[int, ...]) -> Spec:
    """Scale and label an axis by powers of ten, and by their multiples of `steps`, around all values."""
    low, high = min(row["value"] for row in rows), max(row["value"] for row in rows)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [step * 10.0**power for power in powers for step in steps]
    first = max(tick for tick in ticks if tick <= low)
    last = min((tick for tick in ticks if tick >= high), default=ticks[-1])
    return {
        "scale": {"type": "log", "nice": False, "domain": [first, last]},
        "axis": {"title": unit, "format": ",~r", "values": [tick for tick in ticks if first <= tick <= last]},
    }


def _lines(rows: Rows, unit: str) -> Spec:
    """Draw a line a contender over the number of rows, both axes logarithmic."""
    along: Spec = {
        "field": "rows",
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "padding": 12},
        "axis": {
            "title": "rows",
            "format": ".2~s",
            "grid": False,
            "values": sorted({row["rows"] for row in rows}),
        },
    }
    up: Spec = {
        "field": "value",
        "type": "quantitative",
        **_logarithmic(rows, unit, (1, 2, 5)),
    }
    series = _series(rows)
    stroke = series["fill"]
    detail = {"field": "series"}
    return {
        "width": 520,
        "height": 280,
        "layer": [
            layer(rows, {"type": "line", "strokeWidth": 1.6}, x=along, y=up, detail=detail, stroke=stroke),
            layer(rows, {"type": "point", "filled": True, "opacity": 1, "size": 60}, x=along, y=up, **series),
        ],
    }
