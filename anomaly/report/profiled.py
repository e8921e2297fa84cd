"""What a log is, in the terminal: what was recognised, what is missing and costs, and what to type next."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.report import words
from anomaly.report.neutral import clean
from anomaly.schema import CONTEXT, EVENT_BY_NAME, SUBJECT_KINDS
from anomaly.sources import ProfileReport

WEEKS = 28  # days; what somebody does again and again does not show in less
MOST_TABLES, MOST_HEADERS, MOST_FILES = 8, 8, 8
CODED = (
    *SUBJECT_KINDS,
    "user",
    "agency",
    "unit",
    "terminal",
    "case_number",
)  # a code does as well as the value
AUTO = "auto"  # the profile that knows common headers and no vendor's export


@dataclass(frozen=True)
class Asker:
    """A detector or an explanation, with the event columns and context tables that it needs and has not."""

    name: str
    columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profiled:
    """What a log is, and what can be asked of it with the tables that were given.

    notes: oddities that refused nothing, of the log and of the tables.
    """

    report: ProfileReport
    detectors: tuple[Asker, ...]
    explanations: tuple[Asker, ...]
    tables: tuple[str, ...]
    notes: tuple[str, ...]


def print_profile(told: Profiled, files: Sequence[str], options: Sequence[str] = ()) -> None:
    """Print the profile on stdout. files, options: as they were given, for the commands that come next. Text
    from the log is stripped of control characters.
    """
    console = Console(highlight=False)
    _what_it_is(told.report, console)
    _recognised(told, console)
    _detectors(told, console)
    _explanations(told, console)
    _heading(console, "What to do next")
    for number, (text, commands) in enumerate(_next(told, list(files), list(options)), start=1):
        _line(console, f"{number}. {text}")
        for command in commands:
            console.print(Text(clean(f"   anomaly {shlex.join(command)}"), "bold"), soft_wrap=True)


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(clean(text), style))


def _heading(console: Console, text: str) -> None:
    console.print()
    _line(console, text, "bold")


def _what_it_is(report: ProfileReport, console: Console) -> None:
    _line(console, f"{report.title} (profile {report.profile})", "bold")
    for name, kind, size in report.files[:MOST_FILES]:
        _line(console, f"{name} · {kind} · {words.count(size, 'byte')}")
    if (more := len(report.files) - MOST_FILES) > 0:
        _line(console, f"and {words.count(more, 'more file', 'more files')}")
    _line(console, f"{words.count(report.rows_read, 'row')} read, {report.rows_accepted:,} usable")
    users = next(one for one in report.columns if one.name == "user")
    who = words.count(users.distinct, "user") if users.filled else "users not shown"
    first, last = _span(report)
    _line(console, f"{who}, {words.day(first)} to {words.day(last)}")
    _line(console, f"times without a zone are taken as {report.time_zone} (or --time-zone)")
    _line(console, f"hours and days are judged in {report.local_zone} (or --local-zone)")


def _span(report: ProfileReport) -> tuple[date, date]:
    """Return the first and the last local day; a log has rows, or reading it has failed."""
    assert report.first
    assert report.last
    zone = words.zone(report.local_zone)
    return report.first.astimezone(zone).date(), report.last.astimezone(zone).date()


def _recognised(told: Profiled, console: Console) -> None:
    report = told.report
    _heading(console, "What was recognised")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
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
        _line(console, f"not used: {', '.join(report.unmapped)}")
    first = {str(one.reason): f", as row {one.row:,} of {one.file}" for one in report.first_rejects[::-1]}
    for reason, count in report.rejects.items():
        _line(console, f"rejected: {words.count(count, 'row')}, {reason}{first.get(reason, '')}")
    for warning in told.notes:
        _line(console, f"note: {warning}")


def _detectors(told: Profiled, console: Console) -> None:
    """List what can run, the missing columns by how many detectors each would let run, and the others."""
    able = [one.name for one in told.detectors if not one.columns and not one.tables]
    _heading(console, f"What can be looked for: {len(able)} of {len(told.detectors)} detectors can run")
    _line(console, ", ".join(able) or "none")
    if len(able) < len(told.detectors):
        _heading(console, "What is missing, what would help most first")
    alone: dict[str, list[str]] = {}
    for one in told.detectors:
        if len(one.columns) == 1 and not one.tables:
            alone.setdefault(one.columns[0], []).append(one.name)
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for column, names in sorted(alone.items(), key=lambda one: -len(one[1])):
        lets = f"lets {words.count(len(names), 'detector')} run: {', '.join(names)}"
        table.add_row(f"column {column}", f"{_meaning(column, told.report)}\n{lets}")
    if alone:
        console.print(table)
    several = [one for one in told.detectors if one.columns and len(one.columns) + len(one.tables) > 1]
    if several:
        _line(console, f"several at once: {', '.join(f'{one.name} ({_wants(one)})' for one in several)}")
    if waiting := [one for one in told.detectors if one.tables and not one.columns]:
        _line(console, f"only a table: {', '.join(f'{one.name} ({_wants(one)})' for one in waiting)}")


def _wants(one: Asker) -> str:
    return ", ".join((*one.columns, *(f"{table}.csv" for table in one.tables)))


def _meaning(column: str, report: ProfileReport) -> str:
    kinds = SUBJECT_KINDS if column == "subject" else (column,)
    told = f"the person looked up: any of {words.either(SUBJECT_KINDS)}" if column == "subject" else ""
    found = [one.name for one in report.columns if one.name in kinds]
    which = f"{', '.join(found)}: " if column == "subject" else ""
    hidden = f" ({which}{words.either(_states(report, found))} in every row)" if found else ""
    return (told or EVENT_BY_NAME[column].meaning) + hidden


def _states(report: ProfileReport, names: Sequence[str]) -> list[str]:
    """Say why columns that are there hold nothing."""
    of = [one for one in report.columns if one.name in names]
    states = ("redacted", "empty", "unreadable")
    return [state for state in states if any(getattr(one, state) for one in of)]


def _explanations(told: Profiled, console: Console) -> None:
    """List the tables that would let most explanations be tried, and detectors run, on these columns."""
    tried = [one for one in told.explanations if not one.columns and not one.tables]
    _heading(
        console,
        f"What clears the innocent: {len(tried)} of {len(told.explanations)} explanations can be tried",
    )
    detectors, explanations = (_waiting(of) for of in (told.detectors, told.explanations))
    if without := sum(bool(one.columns) for one in told.explanations):
        _line(console, f"{without:,} need a column that is missing; what is not explained stays for review")
    ranked = sorted(CONTEXT, key=lambda name: (-explanations[name], -detectors[name]))
    useful = [name for name in ranked if explanations[name] or detectors[name]][:MOST_TABLES]
    if not useful:
        return
    _line(console, "tables that would help, what helps most first, each a CSV file in one folder:")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("table", "columns it must have"):
        table.add_column(heading)
    for heading in ("explanations", "detectors"):
        table.add_column(heading, justify="right")
    for name in useful:
        must = ", ".join(one.name for one in CONTEXT[name] if one.required)
        table.add_row(f"{name}.csv", must, str(explanations[name] or "–"), str(detectors[name] or "–"))
    console.print(table)


def _waiting(askers: Iterable[Asker]) -> Counter[str]:
    """Count, of those who lack no column, how many wait for each table."""
    return Counter(table for one in askers if not one.columns for table in one.tables)


def _next(told: Profiled, files: list[str], options: list[str]) -> Iterator[tuple[str, list[list[str]]]]:
    """Say what to do, first what the rest waits for: a sentence, and the arguments of commands."""
    report = told.report
    named = [one for one in files if one != "-"]
    given = named if 0 < len(named) <= MOST_FILES else ["LOG"]
    if lost := report.rows_read - report.rows_accepted:
        yield (
            f"{words.count(lost, 'row')} cannot be used, as is said above; a scan lists them in rejects.csv. "
            "Where times cannot be read, a profile can give their layout.",
            [],
        )
    if report.unmapped and report.profile == AUTO and any(one.columns for one in told.detectors):
        own = f"{Path(named[0]).stem if named else 'own'}.toml"
        yield (
            f"If {words.either(report.unmapped[:MOST_HEADERS])} is a column that is missing, say so: the "
            "first command writes a profile to fill in, the second looks again with it.",
            [
                ["profile", *given, *options, "--draft", own],
                ["profile", *given, *options, "--profile", own],
            ],
        )
    first, last = _span(report)
    if (days := (last - first).days + 1) < WEEKS:
        yield (
            f"The log covers {words.count(days, 'day')}. What somebody does again and again shows over "
            "months: give all files that you have together, or their folder.",
            [],
        )
    if hidden := [
        one.name for one in report.columns if one.name in CODED and not one.filled and one.redacted
    ]:
        yield (
            f"Ask for {words.join(hidden)} as codes, the same code for the same value: they show who comes "
            "back to whom, without a name.",
            [],
        )
    if not told.tables:
        yield (
            "Put the tables that you have into a folder, such as `tables`, and see what they add.",
            [["profile", *given, *options, "--context", "tables"]],
        )
    yield "Scan, and open review/report.html in a browser.", [["scan", *given, *options, "--out", "review"]]
