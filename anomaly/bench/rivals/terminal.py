"""The ten beside their rivals in a terminal: a row a contender, and how the goals stand."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.bench.rivals.page import verdict
from anomaly.bench.rivals.ten import TEN
from anomaly.bench.words import GIB
from anomaly.report.words import count

HEADINGS = ("reading", "the ten", "naming", "all", "CPU s", "ns a row", "GiB")


def print_rivals(told: dict[str, Any], console: Console) -> None:
    """Print every size that was measured, readable at 80 columns and without colour."""
    for size in told["sizes"]:
        often = "one run" if size["runs"] == 1 else f"medians of {size['runs']} runs"
        console.print(Text(f"{count(size['rows'], 'row')}, ten detectors, {often}, seconds", "bold"))
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column("contender")
        for name in HEADINGS:
            table.add_column(name, justify="right", no_wrap=True)
        for name, one in size["contenders"].items():
            table.add_row(name, *_figures(one, size["rows"]))
        console.print(table)
        for line in verdict(size):
            console.print(Text(line.replace("**", "").replace("`", "")))
        console.print()


def _figures(one: dict[str, Any], rows: int) -> list[str]:
    if "stopped" in one:
        return [str(one["stopped"])]
    seconds = one["seconds"]
    ten = sum(seconds[step] for step in TEN)
    spent = [seconds["reading"], ten, seconds.get("naming"), one["whole"], one["cpu"]]
    told = ["" if value is None else f"{value:,.2f}" for value in spent]
    return [*told, f"{one['whole'] / rows * 1e9:,.0f}", f"{one['peak'] / GIB:.2f}"]
