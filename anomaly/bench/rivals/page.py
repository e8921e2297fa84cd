"""The page, docs/benchmarks.md: its words are in `page.md.j2`, its figures from what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import jinja2

from anomaly.bench.rivals.contenders import CONTENDERS, OURS, RIVALS
from anomaly.bench.rivals.pictures import GIB, Measured, stopped
from anomaly.bench.rivals.ten import TEN
from anomaly.bench.tables import NONE, code, table
from anomaly.errors import InputError

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
    scanned = largest(sizes, "scan")
    learnt = largest(sizes, "learners")
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
        verdict=verdict(last),
        by_size=_by_size(sizes),
        busy=_busy(last, told["machine"]["cores"]),
        memory=f"{last['limits']['memory'] / 1e9:g}",
        minutes=f"{last['limits']['minutes']:g}",
        stopped=_stopped(sizes),
        learners=_learners(learnt),
        learnt=f"{learnt['rows']:,}",
        scanned=f"{scanned['rows']:,}",
        stages=_stages(scanned),
        detectors=_detectors(scanned),
        abstained=[one["name"] for one in scanned["scan"]["detectors"] if one["seconds"] is None],
        entries=scanned["scan"]["entries"],
        peak=f"{scanned['scan']['memory']['peak_bytes'] / GIB:.2f}",
        reading=f"{learnt['learners']['seconds']['reading']:.2f}",
        describing=f"{learnt['learners']['seconds']['features']:.2f}",
        described=f"{learnt['learners']['users']:,}",
    )


def _busy(size: Measured, cores: int) -> str:
    """Say how busy the machine was, our own work included, and what that does to the figures."""
    load = size.get("load")
    if load is None:
        return "How busy it was besides is not known."
    when = f"While {size['rows']:,} rows were measured"
    told = f"{when}, {load:.1f} programs at a time wanted the cores, ours included"
    if load <= cores + 1:
        return f"{told}."
    slow = "wall time is mostly waiting, most of all for who uses every core"
    return f"{told}: {slow}; **compare the CPU seconds**."


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
            f"{size['users']:,}",
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


def largest(sizes: Sequence[Measured], part: str) -> Measured:
    """Return the largest size of which a part was not stopped; raises InputError where there is none."""
    done = [size for size in sizes if "stopped" not in size[part]]
    if not done:
        why = f"{part}: {sizes[0][part]['stopped']}"
        raise InputError(f"nothing to tell of, {why}", "--rows", "give fewer rows, or more memory or minutes")
    return done[-1]


def _finished(size: Measured) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in size["contenders"].items() if "stopped" not in one}


def _stopped(sizes: Sequence[Measured]) -> list[str]:
    """Say who was stopped, at which size, and why; of the scan and the learners as well."""
    told = stopped(sizes)
    for size in sizes:
        parts = {"all detectors, with all tables,": size["scan"], "the learners": size["learners"]}
        why = [f"{name} {one['stopped']}" for name, one in parts.items() if "stopped" in one]
        told += [f"At {size['rows']:,} rows {', '.join(why)}."] if why else []
    return told


def _beside(size: Measured) -> str:
    """Seconds of all, a row a step; the fastest of each row in bold."""
    who, done = size["contenders"], _finished(size)

    def row(name: str, value: Callable[[dict[str, Any]], float]) -> list[str]:
        best = min((value(one) for one in done.values()), default=None)
        cells = [None if "stopped" in one else value(one) for one in who.values()]
        told = [_seconds(cell) for cell in cells]
        marked = [cell is not None and cell == best for cell in cells]
        return [name, *(f"**{text}**" if mark else text for text, mark in zip(told, marked, strict=True))]

    rows = [row(code(step), partial(_step, step=step)) for step in TEN]
    rows.append(row("the ten", _ten_of))
    for step in ("reading", "naming"):
        rows.append([step, *(_seconds(one.get("seconds", {}).get(step)) for one in who.values())])
    rows.append(row("**all**", lambda one: float(one["whole"])))
    rows.append(row("all, CPU seconds", lambda one: float(one["cpu"])))
    rows.append(["GiB at the peak", *(_gib(one) for one in who.values())])
    return table(["seconds", *who], rows)


def _seconds(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _gib(one: dict[str, Any]) -> str:
    return NONE if "stopped" in one else f"{one['peak'] / GIB:.2f}"


def verdict(size: Measured) -> list[str]:
    """Say how the goals stand, in the figures of the table and no others."""
    done = _finished(size)
    rivals = [name for name in RIVALS if name in done]
    told = [f"**{name}**: {one['stopped']}." for name, one in size["contenders"].items() if "stopped" in one]
    for name in OURS:
        if name not in done or not rivals:
            continue
        ours = done[name]
        rival = min(rivals, key=lambda one: float(done[one]["whole"]))
        times = done[rival]["whole"] / ours["whole"]
        ten_rival = min(rivals, key=lambda one: _ten_of(done[one]))
        alone = _ten_of(done[ten_rival]) / (_ten_of(ours) + ours["seconds"]["naming"])
        frugal = min(rivals, key=lambda one: float(done[one]["cpu"]))
        cores = done[frugal]["cpu"] / ours["cpu"]
        reached = "reached" if times >= GOAL else "not reached"
        told.append(
            f"**{name}**: all with reading {_times(times)} the fastest rival ({rival}); goal of {GOAL} times:"
            f" {reached}. The log once read, the ten with naming {_times(alone)} the fastest ({ten_rival})."
            f" In CPU seconds, all with reading {_times(cores)} the most frugal ({frugal})."
        )
        slower = []
        for step in TEN:
            seconds, best = min((float(done[one]["seconds"][step]), one) for one in rivals)
            if seconds < ours["seconds"][step]:
                slower.append(f"{code(step)} ({best}, {seconds:.3f} s against {ours['seconds'][step]:.3f})")
        told.append(f"Slower than some rival, the log once read: {', '.join(slower) or 'none of the ten'}.")
    return told


def _step(one: dict[str, Any], step: str) -> float:
    return float(one["seconds"][step])


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
        row = [name, *(one.get("stopped") or f"{one['whole']:.2f}" for _, one in of)]
        row += [NONE if "stopped" in one else f"{one['whole'] / count * 1e9:,.0f}" for count, one in of]
        rows.append([*row, *(_gib(one) for _, one in of)])
    return table(head, rows)


def _learners(size: Measured) -> str:
    told = size["learners"]
    libraries = list(dict.fromkeys(by for each in told["learners"].values() for by in each))
    rows = [
        [name, *(_seconds(each.get(by)) for by in libraries), "yes" if len(each) > 1 else NONE]
        for name, each in told["learners"].items()
    ]
    return table(["learner", *libraries, "same scores"], rows)


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
