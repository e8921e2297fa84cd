"""The page, docs/benchmarks.md: its words are in `page.md.j2`, its figures from what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import jinja2

from benchmarks.rivals.contenders import CONTENDERS, OURS, RIVALS
from benchmarks.rivals.learners import LIBRARY
from benchmarks.rivals.pictures import GIB, Measured
from benchmarks.rivals.ten import TEN
from benchmarks.scorecard.tables import NONE, code, table

LIBRARIES = ("numba", "polars", "duckdb", "pandas", "scikit-learn", "pyod")
GOAL = 10  # times the fastest rival


def machine() -> dict[str, Any]:
    """Say on what it ran: cores that may be used, Python, the libraries."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {name: version_of(name) for name in LIBRARIES},
    }


def page(told: dict[str, Any]) -> str:
    """Return the page. told: `machine`, `cold` and the `sizes`, the smallest first."""
    sizes: Sequence[Measured] = told["sizes"]
    last = sizes[-1]
    return _template().render(
        machine=told["machine"],
        cold=told["cold"],
        largest=f"{last['rows']:,}",
        runs="one run" if last["runs"] == 1 else f"medians of {last['runs']} runs in turn",
        ten=table(["detector", "computed by all", "what the detector does besides"], _ten(), left=3),
        contenders=table(
            ["contender", "reads ahead"], [[name, one.reads] for name, one in CONTENDERS.items()], left=2
        ),
        worlds=_worlds(sizes),
        beside=_beside(last),
        verdict=_verdict(last),
        by_size=_by_size(sizes),
        learners=_learners(last),
        stages=_stages(last),
        detectors=_detectors(last),
        abstained=[one["name"] for one in last["scan"]["detectors"] if one["seconds"] is None],
        entries=last["scan"]["entries"],
        peak=f"{last['scan']['memory']['peak_bytes'] / GIB:.2f}",
        goal=GOAL,
    )


def _template() -> jinja2.Template:
    text = Path(__file__).with_name("page.md.j2").read_text(encoding="utf-8")
    return jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True).from_string(text)


def _ten() -> list[list[str]]:
    return [[code(name), one.says, one.more] for name, one in TEN.items()]


def _worlds(sizes: Sequence[Measured]) -> str:
    head = ["rows", "users", "files", "MiB", "rows generated", "generating, s", "million rows/s", "runs"]
    rows = [
        [
            f"{size['rows']:,}",
            f"{size['scan']['log']['users']:,}",
            str(size["files"]),
            f"{size['bytes'] / 1024**2:,.0f}",
            f"{size['generated']:,}",
            f"{size['generating']:.1f}",
            f"{size['generated'] / size['generating'] / 1e6:.2f}",
            str(size["runs"]),
        ]
        for size in sizes
    ]
    return table(head, rows, left=0)


def _beside(size: Measured) -> str:
    """Seconds of all, a row a step; the fastest of each row in bold."""
    who = size["contenders"]
    rows = [_row(code(step), [one["seconds"].get(step) for one in who.values()]) for step in TEN]
    sums = {name: sum(one["seconds"][step] for step in TEN) for name, one in who.items()}
    rows.append(_row("the ten", [*sums.values()]))
    for step in ("reading", "naming"):
        rows.append([step, *(_seconds(one["seconds"].get(step)) for one in who.values())])
    rows.append(_row("**all**", [one["whole"] for one in who.values()]))
    rows.append(_row("all, CPU seconds", [one["cpu"] for one in who.values()]))
    rows.append(["GiB at the peak", *(f"{one['peak'] / GIB:.2f}" for one in who.values())])
    return table(["seconds", *who], rows)


def _row(name: str, values: Sequence[float | None]) -> list[str]:
    best = min(value for value in values if value is not None)
    return [name, *(f"**{_seconds(value)}**" if value == best else _seconds(value) for value in values)]


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _verdict(size: Measured) -> list[str]:
    """Say how the goals stand, in the figures of the table and no others."""
    who = size["contenders"]
    told = []
    for name in OURS:
        ours = who[name]
        rival = min(RIVALS, key=lambda one: who[one]["whole"])
        times = who[rival]["whole"] / ours["whole"]
        ten_rival = min(RIVALS, key=lambda one: _ten_of(who[one]))
        alone = _ten_of(who[ten_rival]) / (_ten_of(ours) + ours["seconds"]["naming"])
        frugal = min(RIVALS, key=lambda one: who[one]["cpu"])
        cores = who[frugal]["cpu"] / ours["cpu"]
        reached = "reached" if times >= GOAL else "not reached"
        told.append(
            f"**{name}**: all with reading {_times(times)} the fastest rival ({rival}); goal of {GOAL} times:"
            f" {reached}. The log once read, the ten with naming {_times(alone)} the fastest ({ten_rival})."
            f" In CPU seconds, all with reading {_times(cores)} the most frugal ({frugal})."
        )
        slower = [
            f"{code(step)} ({best}, {who[best]['seconds'][step]:.3f} s against {ours['seconds'][step]:.3f})"
            for step in TEN
            if who[best := min(RIVALS, key=lambda one, step=step: who[one]["seconds"][step])]["seconds"][step]
            < ours["seconds"][step]
        ]
        told.append(f"Slower than some rival, the log once read: {', '.join(slower) or 'none of the ten'}.")
    return told


def _ten_of(one: dict[str, Any]) -> float:
    return float(sum(one["seconds"][step] for step in TEN))


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times as fast as" if ratio >= 1 else f"{1 / ratio:.1f} times as slow as"


def _by_size(sizes: Sequence[Measured]) -> str:
    head = ["contender"]
    head += [f"{unit}, {size['rows'] / 1e6:.1f} M" for unit in ("s", "ns a row", "GiB") for size in sizes]
    rows = []
    for name in CONTENDERS:
        of = [(size["rows"], size["contenders"][name]) for size in sizes]
        row = [name, *(f"{one['whole']:.2f}" for _, one in of)]
        row += [f"{one['whole'] / count * 1e9:,.0f}" for count, one in of]
        rows.append([*row, *(f"{one['peak'] / GIB:.2f}" for _, one in of)])
    return table(head, rows)


def _learners(size: Measured) -> str:
    told = size["learners"]["seconds"]
    rows = [["reading, as a scan does", "", f"{told['reading']:.2f}"]]
    rows.append(["features of every user", "polars", f"{told['features']:.2f}"])
    for name, library in LIBRARY.items():
        rows.append([name.replace("_", " "), library, f"{told[name] - told['features']:.2f}"])
    return table(["step", "by", "seconds"], rows, left=2)


def _stages(size: Measured) -> str:
    rows = [
        [one["name"], one["what"] or "", _seconds(one["seconds"]), _pace(one["rows_per_second"])]
        for one in size["scan"]["stages"]
        if one["seconds"] is not None
    ]
    return table(["stage", "what", "seconds", "million rows/s"], rows, left=2)


def _detectors(size: Measured) -> str:
    ran = [one for one in size["scan"]["detectors"] if one["seconds"] is not None]
    ran.sort(key=lambda one: -float(one["seconds"]))
    head = ["detector", "seconds", "million rows/s", "tested", "signals"]
    rows = [
        [
            code(one["name"]),
            _seconds(one["seconds"]),
            _pace(one["rows_per_second"]),
            f"{one['tested']:,}",
            f"{one['signals']:,}",
        ]
        for one in ran
    ]
    return table(head, rows)


def _pace(rows_per_second: float | None) -> str:
    return NONE if rows_per_second is None else f"{rows_per_second / 1e6:,.1f}"
