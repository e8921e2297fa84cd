"""What a log is, in the terminal: columns, quality, rejects, which detectors can run and why not."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.detectors import Detector
from anomaly.report import words
from anomaly.report.neutral import clean
from anomaly.sources import ProfileReport


def print_profile(report: ProfileReport, detectors: Sequence[tuple[Detector, str | None]]) -> None:
    """Print the report on stdout. Text from the log is stripped of control characters."""
    console = Console()

    def line(text: str, style: str = "") -> None:
        console.print(Text(clean(text), style))

    line(f"{report.title} (profile {report.profile})", "bold")
    for name, kind, size in report.files:
        line(f"  {name} · {kind} · {size:,} bytes")
    line(f"  {report.rows_read:,} rows read, {report.rows_accepted:,} usable")
    line(f"  from {report.first:%Y-%m-%d %H:%M} to {report.last:%Y-%m-%d %H:%M} UTC")
    line(f"  times without a zone are {report.time_zone}; hours are judged in {report.local_zone}")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("column")
    table.add_column("header in the file")
    for heading in ("filled", "empty", "redacted", "unreadable", "different"):
        table.add_column(heading, justify="right")
    for one in report.columns:
        figures = (one.filled, one.empty, one.redacted, one.unreadable, one.distinct)
        table.add_row(
            one.name, Text(clean(one.header or "(set by the profile)")), *(f"{n:,}" for n in figures)
        )
    console.print(table)
    if report.unmapped:
        line(f"not used: {', '.join(report.unmapped)}")
    for reason, count in report.rejects.items():
        line(f"rejected: {words.count(count, 'row')}, {reason}")
    for warning in report.warnings:
        line(f"note: {warning}")
    console.print()
    line("Detectors", "bold")
    for detector, why_not in detectors:
        line(
            f"  {'runs    ' if why_not is None else 'abstains'}  {detector.name}"
            + (f": {why_not}" if why_not else "")
        )
