"""A small static picture as inline SVG, from marks already placed: Vega-Lite only draws.

Colours are CSS variables of the page (light, dark, print) and no text from a log enters a picture. Width and
padding are fixed, so that the bytes do not depend on the fonts of the machine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

# Pixels of the plot: two pictures stand side by side on a desk, one fills a phone, none is scaled down.
WIDTH, HEIGHT = 306, 96
_CONFIG = {
    "aria": False,  # the picture has one text alternative; its marks need none
    "font": "inherit",
    "view": {"stroke": None},
    "text": {"fontSize": 11, "color": "var(--muted)"},
}

Layer = dict[str, Any]
Row = Mapping[str, object]
_NO_AXIS = {"type": "quantitative", "axis": None}


def layer(rows: Sequence[Row], mark: Mapping[str, object], *more: str) -> Layer:
    """Return a layer of marks at `x`, `y` of each row. more: further channels of the rows (x2, y2, text)."""
    encoding: dict[str, object] = {axis: {"field": axis, **_NO_AXIS} for axis in ("x", "y")}
    encoding |= {channel: {"field": channel} for channel in more}
    return {"data": {"values": list(rows)}, "mark": dict(mark), "encoding": encoding}


def words_below(labels: Sequence[tuple[float, str]], room: float) -> list[Layer]:
    """Return the labels of the horizontal axis, (place, text) each; the outermost stay inside 0 … room."""
    sides: dict[str, list[Row]] = {"left": [], "center": [], "right": []}
    for x, text in labels:
        side = "left" if x < 0.08 * room else "right" if x > 0.92 * room else "center"
        sides[side].append({"x": x, "y": 0, "text": text})
    return [
        layer(rows, {"type": "text", "align": side, "baseline": "top", "dy": 8}, "text")
        for side, rows in sides.items()
        if rows
    ]


def draw(layers: Sequence[Layer], across: float, up: float, label: str, *, height: int = HEIGHT) -> Markup:
    """Return the layers as one SVG element over 0 … across and 0 … up, `label` as its text alternative.

    height: pixels of the plot.
    """
    domains = {"x": [0, across], "y": [0, up]}
    for one in layers:
        for axis, domain in domains.items():
            one["encoding"][axis]["scale"] = {"domain": domain, "nice": False, "zero": False}
    base = layer(
        [{"x": 0, "x2": across, "y": 0}], {"type": "rule", "color": "var(--axis)", "strokeWidth": 1}, "x2"
    )
    base["encoding"]["x"]["scale"], base["encoding"]["y"]["scale"] = ({"domain": d} for d in domains.values())
    spec = {
        "width": WIDTH,
        "height": height,
        "padding": {"left": 30, "right": 8, "top": 18, "bottom": 24},
        "autosize": {"type": "none"},
        "background": None,
        "config": _CONFIG,
        "layer": [*layers, base],
    }
    svg: str = vl_convert.vegalite_to_svg(spec)
    size = re.search(r'viewBox="[^"]+"', svg)
    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    # Classes and roles of the runtime weigh more than the picture, and numbers of 15 digits more than both.
    body = re.sub(r' (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"', "", body)
    body = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", body)
    head = Markup('<svg class="picture" role="img" aria-label="{}" {}>').format(
        label, Markup(size[0] if size else "")
    )
    return head + Markup(body) + Markup("</svg>")


def ticks(high: float, most: int, *, whole: bool) -> list[float]:
    """Return round numbers from 0 to at least `high`, in `most` or fewer steps of 1, 2 or 5 × 10ⁿ."""
    step = 10.0 ** math.floor(math.log10(high / most))
    step = next(step * m for m in (1, 2, 5, 10) if step * m * most >= high * (1 - 1e-9))
    step = max(1.0, step) if whole else step
    return [round(i * step, 12) for i in range(math.ceil(high / step - 1e-9) + 1)]
