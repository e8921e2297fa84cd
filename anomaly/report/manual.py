"""Detectors in the terminal: the list, and the manual of one."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.detectors import Detector


def print_detectors(detectors: Iterable[Detector]) -> None:
    """Print the detectors in the order of the report: what each finds and what it abstains without."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("detector", "finds", "category", "abstains without"):
        table.add_column(heading, no_wrap=heading == "detector")
    for one in detectors:
        needs = [*(f"column {name}" for name in one.needs), *(f"table {name}" for name in one.tables)]
        table.add_row(
            one.name, one.title.rstrip("."), one.category, ", ".join(needs) or "nothing beyond time and user"
        )
    Console().print(table)


def print_manual(one: Detector) -> None:
    """Print a detector's manual page: the headings of its docstring, its settings, what it reads and
    honours.
    """
    console = Console()
    console.print(Text(one.name, "bold"))
    console.print(Text(one.title))
    facts = {
        "Category": one.category,
        "Looks at": f"each {one.group}",
        "Needs": ", ".join((*one.needs, *(f"table {name}" for name in one.tables))) or "time and user",
        "Uses": ", ".join(one.uses) or "nothing more",
        "Honours": ", ".join(one.clears),
        "Settings": ", ".join(f"{name} = {value}" for name, value in one.settings.items()) or "none",
        "Rule": one.rule or "none",
    }
    for heading, words in {**one.manual, **facts}.items():
        console.print()
        console.print(Text(heading, "bold"))
        console.print(Text(words))
