"""A measurement in a terminal: the stages in the order of the flow, then the detectors, the slowest first."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.bench.run import Measured
from anomaly.bench.words import compiled, heading, memory, pace, seconds, times
from anomaly.report.neutral import clean

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


def _add(table: Table, row: dict[str, Any], style: str = "") -> None:
    counts = ("" if row[name] is None else f"{row[name]:,}" for name in ("tested", "signals"))
    figures = (seconds(row["seconds"]), pace(row["rows_per_second"]), times(row["of_decoding"]))
    table.add_row(row["name"], *figures, *counts, style=style)
