"""When it happened: the events of an incident by day, week, month or year, or by hour of the day."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from anomaly.incidents.model import Day
from anomaly.report import words
from anomaly.report.drawing import WIDTH, draw, layer, ticks, words_below

_LABEL, _LABEL_OF_MONTH = 62, 80  # pixels of the axis that a label may fill
_FEWEST = 14  # places on the axis: one lone bar must not fill the picture


@dataclass(frozen=True)
class Bar:
    """One bar: its label, shown where there is room, and the two counts stacked in it."""

    label: str
    supports: int
    explains: int = 0

    @property
    def total(self) -> int:
        """All events of the bar."""
        return self.supports + self.explains


def timeline(days: Sequence[Day]) -> tuple[str, Markup]:
    """Draw events over time. Returns the unit of a bar in words ("day") and the picture.

    days: ascending, at least one; days without events may be left out.
    """
    first, last = days[0].day, days[-1].day
    unit = _unit((last - first).days + 1)
    supports: dict[date, int] = {}
    explains: dict[date, int] = {}
    for one in days:
        start = _start(one.day, unit)
        supports[start] = supports.get(start, 0) + one.supports
        explains[start] = explains.get(start, 0) + one.explains
    bars, at = [], _start(first, unit)
    while at <= last:
        bars.append(Bar(_name(at, unit), supports.get(at, 0), explains.get(at, 0)))
        at = _next(at, unit)
    busiest = max(bars, key=lambda bar: bar.total)
    events = words.count(sum(supports.values()), "event")
    label = (
        f"Bars by {unit}, {words.days(first, last)}: {events} without an explanation, "
        f"{sum(explains.values()):,} with one; the most in one {unit} is {busiest.total:,} ({busiest.label})."
    )
    step = math.ceil(max(len(bars), _FEWEST) * _LABEL / WIDTH)
    return unit, _chart(bars, step, label)


def months(counts: Mapping[str, int]) -> tuple[str, Markup] | None:
    """Draw look-ups by month, by year where there are many, in a neutral colour. Returns the unit of a bar in
    words and the picture; None where one bar would be all.

    counts: "2024-03" -> look-ups; months without any may be left out.
    """
    days = {date.fromisoformat(f"{key}-01"): n for key, n in counts.items()}
    if len(days) < 2:
        return None
    at, last = min(days), max(days)
    unit = _unit(max((last - at).days, 351))
    in_bar: Counter[date] = Counter()
    for day, n in days.items():
        in_bar[_start(day, unit)] += n
    bars, at = [], _start(at, unit)
    while at <= last:
        bars.append(Bar(_name(at, unit), in_bar[at]))
        at = _next(at, unit)
    label = f"Bars by {unit}: {'; '.join(f'{bar.label} {bar.total:,}' for bar in bars)}."
    step = math.ceil(max(len(bars), _FEWEST) * _LABEL_OF_MONTH / WIDTH)
    return unit, _chart(bars, step, label, "var(--peer)")


def hours(supports: Sequence[int], explains: Sequence[int] | None = None, day: str | None = None) -> Markup:
    """Draw events by local hour of the day; in a neutral colour when nothing about them was explained or not.

    supports, explains: 24 counts each, from midnight. day: the day in words, when it is one day only.
    """
    bars = [Bar(f"{h}:00", s, e) for h, (s, e) in enumerate(zip(supports, explains or [0] * 24, strict=True))]
    busiest = max(bars, key=lambda bar: bar.total)
    label = f"Bars by hour of {day or 'the day'}, local time; the busiest hour begins at {busiest.label}."
    return _chart(bars, 6, label, "var(--peer)" if explains is None else "var(--supports)")


def _chart(bars: Sequence[Bar], step: int, label: str, fill: str = "var(--supports)") -> Markup:
    """Stacked bars, every `step`th one named: filled for events without an explanation, else hollow."""
    room = max(len(bars), _FEWEST)
    gap = 0.12 if room <= 60 else 0.0
    scale = ticks(max(1, *(bar.total for bar in bars)), 3, whole=True)
    lines = [{"x": 0, "x2": room, "y": at, "text": words.brief(at)} for at in scale]
    sides = [(bar, {"x": i + gap, "x2": i + 1 - gap}) for i, bar in enumerate(bars)]
    filled = [{**x, "y": 0, "y2": bar.supports} for bar, x in sides if bar.supports]
    hollow = [{**x, "y": bar.supports, "y2": bar.total} for bar, x in sides if bar.explains]
    outline = {"type": "rect", "fill": "var(--hollow)", "stroke": "var(--explains)", "strokeWidth": 1.2}
    named = [(i if i == 0 else i + 0.5, bar.label) for i, bar in enumerate(bars) if i % step == 0]
    layers = [
        layer(lines, {"type": "rule", "color": "var(--rule)", "strokeWidth": 1}, "x2"),
        layer(lines, {"type": "text", "align": "right", "dx": -6}, "text"),
        layer(filled, {"type": "rect", "fill": fill}, "x2", "y2"),
        layer(hollow, outline, "x2", "y2"),
        *words_below(named, room),
    ]
    return draw([one for one in layers if one["data"]["values"]], room, scale[-1], label)


def _unit(length: int) -> str:
    """The finest unit that leaves about 50 bars or fewer."""
    return "day" if length <= 45 else "week" if length <= 350 else "month" if length <= 1500 else "year"


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1) if unit == "year" else day


def _next(start: date, unit: str) -> date:
    return _start(start + timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[unit]), unit)


def _name(start: date, unit: str) -> str:
    if unit == "year":
        return str(start.year)
    return words.month(start) if unit == "month" else words.short_day(start)
