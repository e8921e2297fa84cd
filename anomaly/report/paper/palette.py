"""A picture of the page for paper: its CSS variables become the colours that the page prints with."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from markupsafe import Markup

FONT = "Libertinus Serif"  # the one text face that typst carries
_LABEL = re.compile(r'aria-label="([^"]*)"')


@cache
def print_palette() -> Mapping[str, str]:
    """Return name -> colour of the page's print style: "ink" -> "#000000"."""
    style = files("anomaly.report").joinpath("templates", "report.css").read_text("utf-8")
    rule = style[style.index("@media print") :].split(":root {", 1)[1].split("}", 1)[0]
    return {name: _long(colour) for name, colour in re.findall(r"--([a-z]+): (#[0-9a-f]+);", rule)}


def for_paper(svg: Markup) -> dict[str, str]:
    """Return a picture that stands alone, `svg`, and the words for it, `alt`."""
    found = _LABEL.search(svg)
    palette = print_palette()
    drawn = re.sub(r"var\(--([a-z]+)\)", lambda name: palette[name[1]], str(svg))
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("inherit", FONT)
    return {"svg": Markup(drawn), "alt": html.unescape(found[1]) if found else ""}


def _long(colour: str) -> str:
    """#000 -> #000000."""
    return colour if len(colour) == 7 else "#" + "".join(2 * one for one in colour[1:])
