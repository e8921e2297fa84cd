"""The scan in a terminal: what was read, what is for review, what could not be checked, where the page is."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.incidents.model import ScanResult
from anomaly.report import neutral, words
from anomaly.report.federal import Use, by_agency

SHOWN = 10


def print_summary(result: ScanResult, console: Console, *, out: Path | None = None) -> None:
    """Print the figures of the scan, the first ten entries, what could not be checked, and where the page is.

    out: the folder of the outputs, when they were written. Text from the log is printed as text only.
    """
    summary = result.summary
    log, found = summary["log"], summary["incidents"]
    console.print(Text(neutral.clean(summary["title"]), "bold"))
    console.print(
        f"{words.number(log['rows_read'])} rows read = {words.number(log['rows_scanned'])} scanned"
        f" + {words.number(log['rows_rejected'])} rejected + {words.count(log['duplicates'], 'duplicate')}"
        f"\n{words.count(log['users'], 'user')}, {words.day(log['first'])} to {words.day(log['last'])}",
        highlight=False,
        markup=False,
    )
    console.print(_found(found["reported"], found["statistical"], summary["expected_false_alarms"]))
    if result.incidents:
        console.print(_table(result))
    if federal := by_agency(summary):
        console.print(_federal(federal))
    for warning in summary["warnings"]:
        console.print(Text.assemble(("warning ", "yellow"), neutral.clean(warning)))
    abstained: dict[str, list[str]] = {}
    for one in summary["detectors"]:
        if not one["ran"]:
            abstained.setdefault(str(one["why_not"]), []).append(one["name"])
    for why, names in abstained.items():
        text = f"{', '.join(names)}: {why}"
        console.print(Text.assemble(("abstained ", "dim"), neutral.clean(text)))
    if out is not None:
        console.print(
            Text.assemble("page ", (neutral.clean(str(out / "report.html")), "bold")), soft_wrap=True
        )


def _found(reported: int, statistical: int, alarms: float | None) -> Text:
    if not reported:
        return Text("Nothing stood out for review.")
    text = Text.assemble(
        (words.count(reported, "entry", "entries"), "bold"), " for review, none of them a finding"
    )
    if statistical:
        text.append(
            f"; of the {statistical:,} with a chance model, {words.expected(alarms)} expected to be chance"
        )
    return text.append(".")


def _federal(uses: list[Use]) -> Text:
    made, bare = sum(one.every.look_ups for one in uses), sum(one.every.bare for one in uses)
    agencies, look_ups = (
        words.count(len(uses), "federal agency", "federal agencies"),
        words.count(made, "look-up"),
    )
    return Text.assemble(
        ("oversight ", "dim"),
        f"{agencies} made {look_ups}, {bare:,} with no case number, explanation or telling reason",
    )


def _table(result: ScanResult) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title_justify="left", caption_justify="left")
    for name in ("#", "score"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    table.add_column("category")
    table.add_column("suspected, for review", ratio=1)
    first = sorted(result.incidents, key=lambda one: one.rank)[:SHOWN]
    for one in first:
        table.add_row(
            str(one.rank), f"{one.score:.2f}", one.kind, one.category, Text(neutral.shorten(one.summary, 400))
        )
    if len(result.incidents) > SHOWN:
        table.caption = f"and {len(result.incidents) - SHOWN:,} more on the page"
    return table
