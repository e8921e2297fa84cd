"""Agencies beside each other: how much, by how many, in which shape; never a ranking by count."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from anomaly.report import words
from anomaly.report.drawing import WIDTH, draw, layer, words_below

SHAPES = {
    "isolated": "one user has at least four fifths of it",
    "widespread": "three users or more, none with over half of it",
    "between": "neither",
}
_HEIGHT = 150  # pixels, as all that follow
_LINE, _LEVELS, _APART = 11, 4, 15  # of numbers above dots


@dataclass(frozen=True)
class Practice:
    """What entries of one category come to in one agency; `number` names it in the picture."""

    number: int
    category: str
    entries: int
    events: int
    persons: int
    subjects: int
    days: int
    largest_share: float | None
    shape: str | None


@dataclass(frozen=True)
class Agency:
    """One agency with entries: its volume, its units, and its entries by category; `number` is its place."""

    number: int
    name: str
    queries: int
    users: int
    entries: int
    practices: tuple[Practice, ...]
    units: tuple[Mapping[str, Any], ...]
    months: Mapping[str, int]  # "2024-03" -> look-ups
    hours: tuple[int, ...]  # 24 counts, from midnight on its own clock


def agencies(figures: Sequence[Mapping[str, Any]]) -> list[Agency]:
    """Return the agencies that have entries, by name, from `agencies` of summary.json."""
    told: list[Agency] = []
    number = 0
    for one in figures:
        if not one["entries"]:
            continue
        practices = []
        for each in one["categories"]:
            number += 1
            practices.append(Practice(number=number, **each))
        told.append(
            Agency(
                len(told) + 1,
                one["agency"],
                one["queries"],
                one["users"],
                one["entries"],
                tuple(practices),
                tuple(one["units"]),
                one.get("months") or {},
                tuple(one.get("hours") or ()),
            )
        )
    return told


def by_shape(told: Sequence[Agency]) -> list[tuple[str, list[int]]]:
    """Count the agencies of each category by shape, those of `SHAPES` first and last those without one."""
    seen = Counter((one.category, one.shape) for agency in told for one in agency.practices)
    return [
        (category, [seen[category, shape] for shape in (*SHAPES, None)])
        for category in sorted({category for category, _ in seen})
    ]


def users_of(summary: Mapping[str, Any]) -> dict[str, int]:
    """Return agency -> how many users it has in the log; summary: summary.json."""
    return {one["agency"]: one["users"] for one in summary.get("agencies") or () if one["users"]}


def shapes(told: Sequence[Agency]) -> Markup | None:
    """Draw every practice by its events and its persons, on logarithmic axes; None where none has rows.

    Few persons far to the right are an isolated case, many persons high up a practice: 38 by many and 25 by
    one lie apart, whatever their counts.
    """
    found = [one for agency in told for one in agency.practices if one.persons]
    if not found:
        return None
    left = math.floor(math.log10(min(one.events for one in found)))
    right = max(left + 1, math.ceil(math.log10(max(one.events for one in found))))
    top = max(1, math.ceil(math.log10(max(one.persons for one in found))))

    def across(events: float) -> float:
        return WIDTH * (math.log10(events) - left) / (right - left)

    def up(persons: float) -> float:
        return _HEIGHT * math.log10(persons) / top

    lines = [{"x": 0, "x2": WIDTH, "y": up(10**at), "text": words.number(10**at)} for at in range(top + 1)]
    # Where each person has one event: nothing lies above it.
    once = [10.0**at for at in (left, min(right, top))]
    alone = [{"x": across(once[0]), "x2": across(once[1]), "y": up(once[0]), "y2": up(once[1])}]
    dots = sorted({(one.shape == "widespread", across(one.events), up(one.persons)) for one in found})
    layers = [
        layer(lines, {"type": "rule", "color": "var(--rule)", "strokeWidth": 1}, "x2"),
        layer(lines, {"type": "text", "align": "right", "dx": -6}, "text"),
        layer(
            alone if left < top else [],
            {"type": "rule", "color": "var(--axis)", "strokeDash": [3, 3]},
            "x2",
            "y2",
        ),
        *(
            layer(
                [{"x": x, "y": y} for wide, x, y in dots if wide == (shape == "square")],
                {"type": "point", "filled": True, "shape": shape, "size": 45, "color": colour, "opacity": 1},
            )
            for shape, colour in (("circle", "var(--mark)"), ("square", "var(--explains)"))
        ),
        layer(
            _numbers([(across(one.events), up(one.persons), str(one.number)) for one in found]),
            {"type": "text", "fontWeight": 600, "color": "var(--ink)"},
            "text",
        ),
        *words_below([(across(10**at), words.brief(10**at)) for at in range(left, right + 1)], WIDTH),
    ]
    drawn = [one for one in layers if one["data"]["values"]]
    return draw(drawn, WIDTH, _HEIGHT, _told(found), height=_HEIGHT)


def _numbers(dots: Sequence[tuple[float, float, str]]) -> list[dict[str, object]]:
    """Place the number of each dot above it, (x, y, number) in pixels: higher where another, or a dot, stands
    there, and nowhere where four do; the table has them all.
    """
    placed = [(x, y) for x, y, _ in dots]
    labels: list[dict[str, object]] = []
    for x, y, number in sorted(dots):
        for at in (y + _LINE * step for step in range(1, _LEVELS + 1)):
            if all(abs(x - other) > _APART or abs(at - height) >= _LINE for other, height in placed):
                placed.append((x, at))
                labels.append({"x": x, "y": at, "text": number})
                break
    return labels


def _told(found: Sequence[Practice]) -> str:
    each = "; ".join(
        f"{one.number}: {words.count(one.events, 'event')} by {words.count(one.persons, 'person')}"
        + (f", {one.shape}" if one.shape else "")
        for one in found[:30]
    )
    more = f"; and {len(found) - 30} more" if len(found) > 30 else ""
    return (
        "Suspected events across, persons up, both logarithmic; the numbers are those of the table. "
        f"{each}{more}."
    )
