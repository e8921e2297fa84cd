"""A measurement in a terminal: the stages in the order of the flow, then the detectors, the slowest first."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.bench.memory import peak_bytes
from anomaly.bench.run import Measured
from anomaly.bench.words import GIB, compiled, heading, memory, pace, seconds, times
from anomaly.report.neutral import clean
from anomaly.report.words import count
from anomaly.scan.timing import Timing

HEADINGS = ("seconds", "M rows/s", "× decoding", "tested", "signals")


def print_measured(measured: Measured, console: Console) -> None:
    """Print the measurement, readable at 80 columns and without colour; text from files as text only."""
    rows = measured.rows()
    stages = [row for row in rows if row["part"] == "stage" and row["seconds"] is not None]
    ran = [row for row in rows if row["part"] == "detector" and row["seconds"] is not None]
    console.print(Text(clean(heading(measured)), "bold"))
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("stage", no_wrap=True)
    for name in HEADINGS:
        table.add_column(name, justify="right", no_wrap=True)
    for row in stages:
        _add(table, row, "bold" if row["name"] == "whole" else "")
    if ran:
        table.add_row()
        table.add_row(Text("detector alone", "bold"))
    for row in sorted(ran, key=lambda one: (-one["seconds"], one["name"])):
        _add(table, row)
    console.print(table)
    console.print()
    abstained: dict[str, list[str]] = {}
    for row in rows:
        if row["why_not"] is not None and row["part"] == "detector":
            abstained.setdefault(str(row["why_not"]), []).append(row["name"])
    notes = [("abstained", f"{', '.join(names)}: {why}") for why, names in abstained.items()]
    if measured.facts.not_decoded:
        notes.append(("no ratio", measured.facts.not_decoded))
    notes.append(("compiling", compiled(measured)))
    if told := memory(measured):
        notes.append(("memory", told))
    for name, text in notes:
        console.print(Text.assemble((f"{name} ", "dim"), clean(text)))


def print_timing(timing: Timing, console: Console) -> None:
    """Print where the time of a scan went, then its detectors, which run two side by side."""
    whole = sum(timing.stages.values())
    console.print(
        f"{count(timing.rows, 'row')}, {timing.bytes_on_disk / 1024**2:,.1f} MiB, in {whole:,.2f} s",
        style="bold",
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("stage", no_wrap=True)
    for name in ("seconds", "M rows/s", "MiB/s", "share"):
        table.add_column(name, justify="right", no_wrap=True)
    slowest = sorted(timing.detectors.items(), key=lambda one: (-one[1], one[0]))
    for name, took in [*timing.stages.items(), ("", 0.0), *slowest]:
        if not name:
            table.add_row()
            table.add_row(Text("detector, two side by side", "bold"))
            continue
        a_second = 1 / max(took, 1e-9)
        paces = (pace(timing.rows * a_second), f"{timing.bytes_on_disk / 1024**2 * a_second:,.0f}")
        table.add_row(name, seconds(took), *paces, f"{took / whole:.0%}")
    console.print(table)
    if (peak := peak_bytes()) is not None:
        console.print(Text.assemble(("memory ", "dim"), f"{peak / GIB:.2f} GiB at the peak"))


def _add(table: Table, row: dict[str, Any], style: str = "") -> None:
    counts = ("" if row[name] is None else f"{row[name]:,}" for name in ("tested", "signals"))
    figures = (seconds(row["seconds"]), pace(row["rows_per_second"]), times(row["of_decoding"]))
    table.add_row(row["name"], *figures, *counts, style=style)
