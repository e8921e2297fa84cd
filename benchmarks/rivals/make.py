"""From sizes to a page: measure them one after another, write the figures, the pictures and the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from anomaly.errors import InputError
from benchmarks.rivals.measure import Tell, cold, measure
from benchmarks.rivals.page import machine, page
from benchmarks.rivals.pictures import pictures

FIGURES = "measured.json"


def benchmark(
    sizes: Sequence[int], files: int, runs: int, out: Path, room: Path, tell: Tell, *, keep: bool = False
) -> None:
    """Write `out`/benchmarks.md, and pictures and figures in `out`/benchmarks/, over those of an earlier run.

    sizes: rows, none to draw again what is kept; keep: of an earlier run, the figures of other sizes; room:
    folder to work in, a size at a time. Raises InputError where there is nothing to draw.
    """
    folder = out / "benchmarks"
    before = folder / FIGURES
    told = json.loads(before.read_text("utf-8")) if keep and before.exists() else {"sizes": []}
    measured = told["sizes"]
    if not sizes and not measured:
        raise InputError("nothing to draw", "--sizes", "give the rows of a log at least, or --keep figures")
    if sizes:
        told |= {"machine": machine(), "cold": cold(room, tell)}
    for rows in sorted(sizes):
        # The log comes out some per cent larger or smaller than is asked for.
        measured = [size for size in measured if not 0.8 * rows < size["rows"] < 1.25 * rows]
        measured.append(measure(rows, files, runs, room, tell))
    told["sizes"] = sorted(measured, key=lambda size: int(size["rows"]))
    folder.mkdir(parents=True, exist_ok=True)
    before.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for name, text in pictures(told["sizes"]).items():
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")
    (out / "benchmarks.md").write_text(page(told), encoding="utf-8")
