"""A picture: recall against the number of entries read, a panel a condition."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

from anomaly.bench.drawing import AXIS, MUTED, OURS, PAPER, RIVAL, SECOND, Rows, Spec, layer, svg
from benchmarks.scorecard.pool import by_detector, of
from benchmarks.scorecard.runs import Run

TITLE = "How much misuse the first entries bring"
STEPS = 60  # points of a line


class Panel(NamedTuple):
    """What one panel shows: points of all lines by detector, and how far the scan's longest list goes."""

    condition: str
    points: dict[str, list[tuple[int, float]]]
    ours: str
    best: str
    length: int

    def at_end(self, detector: str) -> float:
        """Recall of a detector when all entries shown are read."""
        return self.points[detector][-1][1]


def curves(runs: Sequence[Run], caption: Sequence[str]) -> str:
    """Draw recall against the number of entries read up to 5T, the mean over the worlds."""
    t = fmean(run.ours.misuse for run in runs)
    last = max(100, round(5 * t))
    panels = [_panel(of(runs, one), last) for one in dict.fromkeys(run.condition for run in runs)]
    top = max(one.at_end(name) for one in panels for name in one.points)
    top = min(1.0, (int(10 * top) + 1) / 10) + 0.05
    drawn = [_draw(one, t, last, top, first=k == 0) for k, one in enumerate(panels)]
    ends = [
        f"{one.condition}: {one.ours} {one.at_end(one.ours):.0%}, {one.best} {one.at_end(one.best):.0%}"
        for one in panels
    ]
    says = f"Lines of recall by entries read, one for each detector. After {last} entries: {'; '.join(ends)}."
    return svg({"hconcat": drawn}, TITLE, says, caption)


def _panel(runs: Sequence[Run], last: int) -> Panel:
    length = max(1, min(last, max(run.ours.entries for run in runs)))
    grid = sorted({length, *(round(last ** (step / STEPS)) for step in range(STEPS + 1))})
    points = {
        name: [
            (k, fmean((one.scenarios["found_at"] <= k).sum() / max(one.misuse, 1) for one in cards))
            for k in grid
        ]
        for name, cards in by_detector(runs).items()
    }
    ours, *others = points
    # The area below a line over a logarithmic axis: early entries count as much as late ones.
    best = max(others, key=lambda name: sum(recall for _, recall in points[name]))
    return Panel(runs[0].condition, points, ours, best, length)


def _draw(panel: Panel, t: float, last: int, top: float, *, first: bool) -> Spec:
    along: Spec = {
        "field": "k",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [1, last], "nice": False},
        "axis": {"values": [1, 5, 10, 25, 50, 100], "grid": False, "title": "entries read"},
    }
    up: Spec = {
        "field": "recall",
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {
            "format": ".0%",
            "tickCount": 5,
            "title": "misuse found" if first else None,
            "labels": first,
            "domain": False,
        },
    }

    def line(names: Sequence[str], *, until: int = last, **mark: Any) -> Spec:
        rows: Rows = [
            {"detector": name, "k": k, "recall": recall}
            for name in names
            for k, recall in panel.points[name]
            if k <= until
        ]
        return layer(rows, {"type": "line", **mark}, x=along, y=up, detail={"field": "detector"})

    def text(words: str, k: float, recall: float, **mark: Any) -> Spec:
        row = {"k": k, "recall": recall, "text": words}
        return layer([row], {"type": "text", **mark}, x=along, y=up, text={"field": "text"})

    ours, best = panel.ours, panel.best
    others = [name for name in panel.points if name not in (ours, best)]
    end = (panel.length, dict(panel.points[ours])[panel.length])
    higher = panel.at_end(ours) >= panel.at_end(best)
    above: Spec = {"baseline": "bottom", "dy": -7}
    below: Spec = {"baseline": "top", "dy": 9}

    def named(name: str, colour: str, side: Spec) -> list[Spec]:
        """The name at the end of a line, on a halo of paper."""
        mark: Spec = {"align": "right", "fontSize": 12, "fontWeight": "bold", "dx": -2, **side}
        halo: Spec = {"stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round"}
        k, recall = panel.points[name][-1]
        return [
            text(name, k, recall, color=PAPER, **mark, **halo),
            text(name, k, recall, color=colour, **mark),
        ]

    return {
        "width": 272,
        "height": 250,
        "title": panel.condition,
        "layer": [
            layer([{"k": t}], {"type": "rule", "color": AXIS, "strokeDash": [2, 3]}, x=along),
            text("T", t, top, baseline="bottom", dy=-2, color=MUTED),
            line(others, color=RIVAL, strokeWidth=1.1),
            line([best], color=SECOND, strokeWidth=2.2),
            line([ours], color=OURS, strokeWidth=1.4, strokeDash=[2, 3]),
            line([ours], until=end[0], color=OURS, strokeWidth=2.8),
            layer(
                [{"k": end[0], "recall": end[1]}],
                {"type": "point", "filled": True, "size": 60, "color": OURS, "opacity": 1},
                x=along,
                y=up,
            ),
            *named(ours, OURS, above if higher else below),
            *named(best, SECOND, below if higher else above),
        ],
    }
