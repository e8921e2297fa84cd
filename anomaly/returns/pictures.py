"""Three pictures: the funnel of rates, one agency's interval, and the long trend of what was published."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup, escape

from anomaly.report import neutral, words
from anomaly.report.drawing import WIDTH, draw, layer, ticks, words_below
from anomaly.returns.published import Published
from anomaly.returns.rates import Rate, band

_TALL = 170  # pixels: 96 would lay the dots of most agencies upon one another
_HOLDER = "\ue000"  # of no alphabet, and in no name: `clean` has taken it away
_LONGEST, _LETTER, _LINE = 34, 5.1, 9  # letters of a name, pixels of a letter at most and of a line
_SMALL = {"type": "text", "fontSize": 9, "color": "var(--ink)"}
_WIDE, _HIGH = 120, 14  # of one agency's interval
_POWERS = ("10", "100", "1k", "10k")
_COUNTED = ("violations", "confirmed misuse cases")  # the units that the trend shows
_NAMED = {"type": "text", "fontWeight": 600, "color": "var(--ink)"}


def funnel(named: Sequence[tuple[str, Rate]], state: Rate) -> Markup:
    """Draw rates by numbers of users, and where chance alone would leave them around that of all agencies.

    named: name and rate of each agency; those outside are named where there is room, those first
    that are the most violations away from the rate of all. state: above 0.
    """
    rates = [rate for _, rate in named]
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
    dots = [
        [
            {"x": x - left, "y": one.value}
            for x, one in zip(sizes, rates, strict=True)
            if one.holds(state) == inside
        ]
        for inside in (True, False)
    ]
    places = [((x - left) / room, one.value / top) for x, one in zip(sizes, rates, strict=True)]
    outside = [k for k, one in enumerate(rates) if not one.holds(state)]
    outside.sort(key=lambda k: -abs(rates[k].value - state.value) * rates[k].users)
    called = _called([(neutral.shorten(named[k][0], _LONGEST), k) for k in outside], places)
    level = [{"x": 0, "x2": room, "y": state.value}]
    names = [n for n in (1, 10, 100, 1000, 10_000, 100_000) if left <= math.log10(n) <= right]
    lines = [{"x": 0, "x2": room, "y": at, "text": words.number(at)} for at in scale]
    within = sum(one.holds(state) for one in rates)
    label = (
        f"Dots, one for each of {words.count(len(rates), 'agency', 'agencies')}: violations for 1,000 users, "
        f"by number of users. All together: {state.said[0]}. For {within:,} of them, chance "
        "alone could make the difference."
    )
    picture = draw(
        [
            layer(lines, {"type": "rule", "color": "var(--rule)", "strokeWidth": 1}, "x2"),
            layer(lines, {"type": "text", "align": "right", "dx": -6}, "text"),
            *(
                layer(one, {"type": "line", "color": "var(--explains)", "strokeWidth": 1.4})
                for one in limits
                if one
            ),
            layer(level, {"type": "rule", "color": "var(--mark)", "strokeWidth": 1.2}, "x2"),
            *(
                layer(some, {"type": "point", "filled": True, "size": 26, "color": colour, "opacity": 1})
                for some, colour in zip(dots, ("var(--peer)", "var(--ink)"), strict=True)
                if some
            ),
            *(
                layer(
                    [{"x": x * room, "y": y * top, "text": f"{_HOLDER}{k}{_HOLDER}"}],
                    {**_SMALL, "align": side, "dx": -6 if side == "right" else 6},
                    "text",
                )
                for k, (_, x, y, side) in enumerate(called)
            ),
            *words_below([(math.log10(n) - left, words.number(n)) for n in names], room),
        ],
        room,
        top,
        label,
        height=_TALL,
    )
    # A name comes from a table: it enters the picture as escaped text, after it is drawn.
    for k, (name, *_) in enumerate(called):
        picture = Markup(str(picture).replace(f"{_HOLDER}{k}{_HOLDER}", str(escape(name))))
    return picture


def _called(
    names: Sequence[tuple[str, int]], places: Sequence[tuple[float, float]]
) -> list[tuple[str, float, float, str]]:
    """Return name, place and side of the dots whose names find room beside the other dots and names.

    names: each with the index of its dot, in the order in which they are tried. places: 0 to 1 across and up.
    """
    found: list[tuple[str, float, float, str]] = []
    taken = [(x - 3 / WIDTH, x + 3 / WIDTH, y) for x, y in places]
    for name, k in names:
        x, y = places[k]
        near, wide = 4 / WIDTH, (_LETTER * len(name) + 8) / WIDTH
        for side, first, last in (("left", x + near, x + wide), ("right", x - wide, x - near)):
            free = all(last <= a or b <= first or abs(y - up) * _TALL >= _LINE for a, b, up in taken)
            if free and first >= 0 and last <= 1:
                taken.append((first, last, y))
                found.append((name, x, y, side))
                break
    return found


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
