"""Static SVG that reads well in light and dark wherever it is shown: its colours and its paper are its own.

Text is measured with a font that the renderer carries, so that the bytes do not depend on the machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert
from markupsafe import escape

FONT = "Liberation Sans"
SHOWN = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
MARGIN, LINE = 20, 15  # pixels round a picture, and from one line of its caption to the next
STYLE = """
:root{--paper:#fff;--ink:#1d2430;--muted:#5c6675;--rule:#e4e7ec;--axis:#aeb6c2;--ours:#1457b8;--second:#b3530c;\
--third:#0f766e;--rival:#b9c0cb}
@media (prefers-color-scheme:dark){:root{--paper:#0f141b;--ink:#e6eaf0;--muted:#a2acba;--rule:#27303c;\
--axis:#566172;--ours:#76adff;--second:#f2a35e;--third:#4fd1bd;--rival:#56606f}}
"""
INK, MUTED, RULE, AXIS, OURS, SECOND, THIRD, RIVAL, PAPER = (
    f"var(--{name})" for name in ("ink", "muted", "rule", "axis", "ours", "second", "third", "rival", "paper")
)
Spec = dict[str, Any]
Rows = list[dict[str, Any]]
_CONFIG: dict[str, Any] = {
    "aria": False,  # the picture has one text alternative; its marks need none
    "font": FONT,
    "view": {"stroke": None},
    "concat": {"spacing": 28},
    "axis": {
        "domainColor": AXIS,
        "gridColor": RULE,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "labelPadding": 6,
        "ticks": False,
        "titleColor": MUTED,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "legend": {
        "labelColor": INK,
        "labelFontSize": 12,
        "title": None,
        "orient": "top",
        "symbolSize": 70,
        "columnPadding": 30,
        "offset": 10,
    },
    "text": {"fontSize": 11, "color": INK},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "color": INK,
        "fontSize": 13,
        "fontWeight": "bold",
        "subtitleColor": MUTED,
        "subtitleFontSize": 12,
        "offset": 12,
    },
}


def layer(rows: Rows, mark: Mapping[str, Any], **channels: Any) -> Spec:
    """Return a layer of marks with data of its own."""
    return {"data": {"values": rows}, "mark": dict(mark), "encoding": channels}


def svg(spec: Spec, title: str, says: str, caption: Sequence[str]) -> str:
    """Draw a Vega-Lite specification.

    title, says: its text alternative; caption: lines below it.
    """
    whole = {
        **spec,
        "title": {"text": title, "fontSize": 16, "offset": 16},
        "padding": {"left": MARGIN, "right": MARGIN, "top": MARGIN, "bottom": 12},
        "background": None,
        "config": _CONFIG,
    }
    drawn: str = vl_convert.vegalite_to_svg(whole)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    assert size is not None
    width, below = size[1], float(size[2])
    height = f"{below + LINE * len(caption) + 8:g}"
    body = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    # Classes and roles of the runtime weigh more than the picture, and numbers of 15 digits more than both.
    body = re.sub(r' (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"', "", body)
    body = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", body)
    body = body.replace(f' font-family="{FONT}"', "")
    lines = [
        f'<text x="{MARGIN}" y="{below + LINE * k:g}" font-size="11" fill="{MUTED}">{escape(line)}</text>'
        for k, line in enumerate(caption, start=1)
    ]
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-labelledby="title says" font-family="{SHOWN}">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="says">{escape(says)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
    ]
    return "\n".join([*head, body, *lines, "</svg>", ""])
