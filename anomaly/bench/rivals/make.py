"""From sizes to a page: measure them one after another, write the figures, the pictures and the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from anomaly.bench.rivals.limits import Limits
from anomaly.bench.rivals.measure import WARM, Tell, cold, measure
from anomaly.bench.rivals.page import machine, page
from anomaly.bench.rivals.pictures import pictures
from anomaly.bench.rivals.world import make
from anomaly.report.folder import write_files

FIGURES = "measured.json"


def benchmark(
    sizes: Sequence[int], runs: int, limits: Limits, room: Path, tell: Tell, into: Path | None, *, keep: bool
) -> dict[str, Any]:
    """Measure logs of about so many rows, the smallest first; return `machine`, `sizes`, for a page `cold`.

    into: folder in which the page, and its pictures and figures in benchmarks/, are written anew after each
    size; keep: of figures that are there, those of other sizes stay. room: folder to work in.
    """
    tell("a small world, on which all is loaded")
    make(room / "warm", WARM)
    told: dict[str, Any] = {"machine": machine(), "sizes": []}
    if into is not None:
        told["cold"] = cold(room, limits, tell)
    before = None if into is None else into / "benchmarks" / FIGURES
    if keep and before is not None and before.exists():
        told["sizes"] = json.loads(before.read_text("utf-8"))["sizes"]
    for rows in sorted(sizes):
        # The log comes out some per cent larger or smaller than is asked for.
        others = [size for size in told["sizes"] if not 0.8 * rows < size["rows"] < 1.25 * rows]
        others.append(measure(rows, runs, limits, room, tell))
        told["sizes"] = sorted(others, key=lambda size: int(size["rows"]))
        if into is not None:
            write(told, into)
    return told


def write(told: dict[str, Any], into: Path) -> None:
    """Write the page `into`/benchmarks.md, and its pictures and figures in `into`/benchmarks/."""
    folder = into / "benchmarks"
    write_files({"benchmarks.md": page(told).encode()}, into)
    drawn = {f"{name}.svg": text.encode() for name, text in pictures(told["sizes"]).items()}
    write_files(drawn | {FIGURES: (json.dumps(told, indent=1) + "\n").encode()}, folder)
