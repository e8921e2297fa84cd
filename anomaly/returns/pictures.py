"""Three pictures: the funnel of rates, one agency's interval, and the long trend of what was published."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from anomaly.report import words
from anomaly.report.drawing import draw, layer, ticks, words_below
from anomaly.returns.published import Published
from anomaly.returns.rates import Rate, band

_TALL = 170  # pixels: 96 would lay the dots of most agencies upon one another
_WIDE, _HIGH = 120, 14  # of one agency's interval
_POWERS = ("10", "100", "1k", "10k")
_COUNTED = ("violations", "confirmed misuse cases")  # the units that the trend shows
_NAMED = {"type": "text", "fontWeight": 600, "color": "var(--ink)"}


def funnel(rates: Sequence[Rate], state: Rate) -> Markup:
    """Draw rates by numbers of users, and where chance alone would leave them around that of all agencies.

    state: above 0.
    """
    sizes = [math.log10(one.users) for one in rates]
    left, right = math.floor(4 * min(sizes)) / 4 - 0.05, math.ceil(4 * max(sizes)) / 4 + 0.05
    scale = ticks(1.1 * max(state.value, *(one.value for one in rates), 1e-9), 4, whole=False)
    top, room = scale[-1], right - left
    along = np.linspace(left, right, 60)
    ends = band(state.value, (10**along).tolist())
    limits = [
        [
            {"x": float(x - left), "y": min(pair[side], top)}
            for x, pair in zip(along, ends, strict=True)
            if pair[side] <= top
        ]
        for side in (0, 1)
    ]
    dots = [{"x": x - left, "y": one.value} for x, one in zip(sizes, rates, strict=True)]
    level = [{"x": 0, "x2": room, "y": state.value}]
    names = [n for n in (1, 10, 100, 1000, 10_000, 100_000) if left <= math.log10(n) <= right]
    lines = [{"x": 0, "x2": room, "y": at, "text": words.number(at)} for at in scale]
    within = sum(one.holds(state) for one in rates)
    label = (
        f"Dots, one for each of {words.count(len(rates), 'agency', 'agencies')}: violations for 1,000 users, "
        f"by number of users. All together: {state.said[0]}. For {within:,} of them, chance "
        "alone could make the difference."
    )
    return draw(
        [
            layer(lines, {"type": "rule", "color": "var(--rule)", "strokeWidth": 1}, "x2"),
            layer(lines, {"type": "text", "align": "right", "dx": -6}, "text"),
            *(
                layer(one, {"type": "line", "color": "var(--explains)", "strokeWidth": 1.4})
                for one in limits
                if one
            ),
            layer(level, {"type": "rule", "color": "var(--mark)", "strokeWidth": 1.2}, "x2"),
            layer(dots, {"type": "point", "filled": True, "size": 26, "color": "var(--peer)", "opacity": 1}),
            *words_below([(math.log10(n) - left, words.number(n)) for n in names], room),
        ],
        room,
        top,
        label,
        height=_TALL,
    )


def whisker(rate: Rate, state: Rate, widest: float) -> Markup:
    """Draw one agency's rate with its interval, beside a line for all agencies, on a square-root scale.

    widest: the rate at the right edge; an interval that reaches further ends there in an arrow.
    """

    def place(value: float) -> float:
        return round(_WIDE * math.sqrt(min(value, widest) / widest), 1)

    low, at, high, line = (place(one) for one in (rate.low, rate.value, rate.high, state.value))
    end = _WIDE if rate.high > widest else high
    label = f"{rate.said[0]} for 1,000 users, {rate.said[1]} to {rate.said[2]}; all agencies {state.said[0]}."
    arrow = f"M{_WIDE - 4} 4L{_WIDE} 7L{_WIDE - 4} 10" if rate.high > widest else ""
    return Markup(
        '<svg class="whisker" role="img" aria-label="{}" viewBox="-4 0 {} {}">'
        '<path d="M{} 0V{}" stroke="var(--mark)" stroke-width="1.2"></path>'
        '<path d="M{} 7H{}{}" stroke="var(--explains)" stroke-width="1.6" fill="none"></path>'
        '<circle cx="{}" cy="7" r="3.4" fill="var(--peer)"></circle></svg>'
    ).format(label, _WIDE + 8, _HIGH, line, _HIGH, low, end, arrow, at)


def trend(figures: Sequence[Published]) -> Markup:
    """Draw published totals of violations by year, logarithmic: a dot is a year, a bar a total of years.

    A bar stands at its average year; nobody published the years in it.
    """
    shown = [one for one in figures if one.unit in _COUNTED]
    first, last = min(one.first for one in shown), max(one.last for one in shown)
    room, top = last - first + 1, 3.2  # powers of ten above 10

    def height(one: Published) -> float:
        return math.log10(one.value / one.years) - 1

    lines = [{"x": 0, "x2": room, "y": k, "text": name} for k, name in enumerate(_POWERS)]
    spans = [
        {
            "x": one.first - first,
            "x2": one.last - first + 1,
            "middle": (one.first + one.last + 1) / 2 - first,
            "y": height(one),
            "text": f"{one.value:,} in {one.years} years",
        }
        for one in shown
        if one.years > 1
    ]
    alone = [one for one in shown if one.years == 1]
    dots = [{"x": one.first - first + 0.5, "y": height(one), "text": f"{one.value:,}"} for one in alone]
    known = {one.first for one in alone}
    sides = {  # of two years beside each other, one is named to the left and one to the right
        ("right", -8, 0): [one.first + 1 in known for one in alone],
        ("left", 8, 0): [one.first - 1 in known for one in alone],
        ("center", 0, -11): [not {one.first - 1, one.first + 1} & known for one in alone],
    }
    named = [
        layer(rows, {**_NAMED, "align": align, "dx": dx, "dy": dy}, "text")
        for (align, dx, dy), mine in sides.items()
        if (rows := [row for row, its in zip(dots, mine, strict=True) if its])
    ]
    over = [{**one, "x": one["middle"]} for one in spans]
    said = "; ".join(f"{one.period}: {one.value:,} {one.unit}" for one in shown)
    return draw(
        [
            layer(lines, {"type": "rule", "color": "var(--rule)", "strokeWidth": 1}, "x2"),
            layer(lines, {"type": "text", "align": "right", "dx": -4}, "text"),
            layer(spans, {"type": "rule", "color": "var(--explains)", "strokeWidth": 5}, "x2"),
            layer(over, {"type": "text", "dy": -9}, "text"),
            layer(dots, {"type": "point", "filled": True, "size": 50, "color": "var(--mark)", "opacity": 1}),
            *named,
            *words_below([(year - first + 0.5, str(year)) for year in range(first, last + 1, 4)], room),
        ],
        room,
        top,
        f"Published totals of one state. {said}.",
        height=_TALL,
    )
