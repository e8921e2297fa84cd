"""Layouts of times whose every value is as wide as another: which byte is which digit."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kernels.times import DAY, HALF, HOUR, MINUTE, MONTH, SECOND, SIGN, TWELFTH, YEAR

# Abbreviations an American export may end its times with; %Z in a profile's layout stands for one of them.
OFFSETS = {
    "UTC": "+0000", "GMT": "+0000", "Z": "+0000",
    "PST": "-0800", "PDT": "-0700", "MST": "-0700", "MDT": "-0600",
    "CST": "-0600", "CDT": "-0500", "EST": "-0500", "EDT": "-0400",
    "AKST": "-0900", "AKDT": "-0800", "HST": "-1000",
}  # fmt: skip
WIDTHS = {
    "%Y": (YEAR, 4), "%m": (MONTH, 2), "%d": (DAY, 2), "%H": (HOUR, 2), "%I": (TWELFTH, 2),
    "%M": (MINUTE, 2), "%S": (SECOND, 2), "%p": (HALF, 2),
}  # fmt: skip
TOKEN = re.compile("%.?|[^%]+")
ENDING = rf"(?:\d|[AaPp][Mm])( ?(?:{'|'.join(OFFSETS)}))$"
SAMPLE = 64


class Fixed(NamedTuple):
    """A layout byte by byte, see `kernels.read_times`; ahead: ms that its zone is ahead of UTC."""

    fields: NDArray[np.uint8]
    signs: NDArray[np.uint8]
    ahead: int


def fixed_layouts(layout: str, text: pl.Series) -> list[Fixed]:
    """Write a chrono layout byte by byte, for each zone that the first values, of (n,) String, end with.

    Empty where it has anything but digits to their full width, AM and PM, signs, and a zone at its end.
    """
    bare = layout.removesuffix("%Z").removesuffix(" ")
    if bare == layout or not layout.endswith("%Z"):
        return [Fixed(*one, 0) for one in _bytes(layout)]
    zones = text.drop_nulls().head(SAMPLE).str.extract(ENDING).drop_nulls().unique().sort()
    return [
        Fixed(*one, int(OFFSETS[zone.strip()]) // 100 * 3_600_000)
        for zone in zones
        for one in _bytes(bare, zone)
    ]


def _bytes(layout: str, after: str = "") -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """The fields and the signs of a layout with something after it; none where its width is not fixed."""
    fields: list[int] = []
    signs = b""
    for token in TOKEN.findall(layout):
        field, width = WIDTHS.get(token, (SIGN, len(token.encode())))
        if (field == SIGN and token.startswith("%")) or (field in fields and field != SIGN):
            return []
        fields += width * [field]
        signs += token.encode() if field == SIGN else bytes(width)
    clock = {HOUR} if HOUR in fields else {TWELFTH, HALF}
    if not {YEAR, MONTH, DAY, MINUTE} | clock <= set(fields) or (HOUR in fields and TWELFTH in fields):
        return []
    fields += len(after) * [SIGN]
    return [(np.array(fields, np.uint8), np.frombuffer(signs + after.encode(), np.uint8))]
