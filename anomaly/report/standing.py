"""Where an actor stands among its peers: in a sentence and in a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from anomaly.incidents.model import Peers
from anomaly.report import words
from anomaly.report.drawing import Layer, draw, layer, ticks, words_below

_BINS = 48
_TALLEST = 12  # dots of one stack that still stand apart at 96 pixels


def is_logarithmic(peers: Peers) -> bool:
    """Tell whether the axis must be logarithmic: a value more than 20 times beyond nine peers in ten.

    On a linear axis all those peers would share one bin, and the picture would say nothing about them.
    """
    values = np.asarray(peers.values)
    low, high = min(float(values.min()), peers.value), max(float(values.max()), peers.value)
    return low >= 0 and high > 20 * max(1.0, float(np.quantile(values, 0.9)))


def _say(peers: Peers, value: float) -> str:
    return words.share(value) if peers.statistic.startswith("share") else words.number(value)


def standing(peers: Peers, who: str) -> str:
    """Say where the actor stands, in one sentence. who: "this user"."""
    values = np.asarray(peers.values)
    below, equal = int((values < peers.value).sum()), int((values == peers.value).sum())
    middle = _say(peers, float(np.median(values)))
    if values.size == 1:
        return f"{who.capitalize()}: {_say(peers, peers.value)}; the only comparable value is {middle}."
    if below == values.size:
        rank = f"higher than all {values.size:,}"
    elif equal == values.size:
        rank = f"the same as all {values.size:,}"
    else:
        rank = f"higher than {below:,} of {values.size:,}" + (f", equal to {equal:,}" if equal else "")
    return f"{who.capitalize()}: {_say(peers, peers.value)}; the median is {middle}; {rank}."


def standing_chart(peers: Peers, who: str) -> Markup:
    """Draw the peers as stacked dots, bars when there are many, and the actor as a labelled diamond.

    peers: at least one value. A picture of 10,000 peers is no larger than one of 40: they are binned here.
    """
    values = np.asarray(peers.values, dtype=np.float64)
    every = np.append(values, peers.value)
    scale = _log_ticks(float(every.max())) if is_logarithmic(peers) else _linear_ticks(every)
    low, high = min(scale[0], float(every.min())), max(scale[-1], float(every.max()))
    whole = not is_logarithmic(peers) and high - low < _BINS and bool((every == np.round(every)).all())
    bins = int(high - low) + 1 if whole else _BINS

    def place(value: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Bins from the left edge; a whole number stands in the middle of its own bin."""
        at = np.asarray(value, dtype=np.float64)
        if whole:
            return at - low + 0.5
        if is_logarithmic(peers):
            return np.asarray(np.log1p(at) / math.log1p(high) * (bins - 1) + 0.5)
        return (at - low) / (high - low) * (bins - 1) + 0.5

    stack = np.bincount(place(values).astype(np.int64), minlength=bins)
    dotted = int(stack.max()) <= _TALLEST
    top = float(max(stack.max(), _TALLEST if dotted else 1)) * 1.12
    me = float(place(peers.value))
    layers = [
        _dots(stack) if dotted else _histogram(stack),
        layer(
            [{"x": me, "y": int(stack[int(me)]), "y2": top}],
            {"type": "rule", "color": "var(--mark)", "strokeWidth": 1.5},
            "y2",
        ),
        layer(
            [{"x": me, "y": top}],
            {
                "type": "point",
                "shape": "diamond",
                "filled": True,
                "size": 90,
                "color": "var(--mark)",
                "opacity": 1,
            },
        ),
        _label(me, top, f"{who}: {_say(peers, peers.value)}", right=me > bins / 2),
        *words_below(
            [
                (
                    float(place(at)),
                    words.share(at) if peers.statistic.startswith("share") else words.brief(at),
                )
                for at in scale
            ],
            bins,
        ),
    ]
    return draw(layers, bins, top, standing(peers, who))


def _dots(stack: npt.NDArray[np.int64]) -> Layer:
    size = min(6.0, 0.82 * 306 / stack.size) ** 2
    rows = [{"x": i + 0.5, "y": j + 0.55} for i, many in enumerate(stack.tolist()) for j in range(many)]
    return layer(
        rows,
        {
            "type": "point",
            "shape": "circle",
            "filled": True,
            "size": size,
            "color": "var(--peer)",
            "opacity": 1,
        },
    )


def _histogram(stack: npt.NDArray[np.int64]) -> Layer:
    rows = [
        {"x": i + 0.06, "x2": i + 0.94, "y": 0, "y2": many} for i, many in enumerate(stack.tolist()) if many
    ]
    return layer(rows, {"type": "rect", "fill": "var(--peer)"}, "x2", "y2")


def _label(x: float, y: float, text: str, *, right: bool) -> Layer:
    mark = {
        "type": "text",
        "align": "right" if right else "left",
        "dx": -9 if right else 9,
        "fontWeight": 600,
    }
    return layer([{"x": x, "y": y, "text": text}], {**mark, "color": "var(--mark)"}, "text")


def _linear_ticks(every: npt.NDArray[np.float64]) -> list[float]:
    if float(every.min()) < 0:
        return sorted({float(every.min()), 0.0, float(every.max())})
    whole = bool((every == np.round(every)).all())
    return ticks(max(float(every.max()), 10.0 if whole else 1e-9), 5, whole=whole)


def _log_ticks(high: float) -> Sequence[float]:
    return [0.0, *(10.0**power for power in range(math.ceil(math.log10(high)) + 1))]
