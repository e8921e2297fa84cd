"""The return in a terminal: the year's figures beside those of the year before, and who filed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from anomaly.report import neutral, words
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.compared import differing, unfiled
from anomaly.returns.figures import Figures
from anomaly.returns.make import Return

_NAMED = 3  # agencies of a list

# Figure of the year, as one and as many.
_MISUSE = (("pending", "investigation pending", "investigations pending"),)
_DISCIPLINE = (
    ("lost_or_left_job", "lost or left the job", "lost or left their jobs"),
    ("suspended", "suspended", "suspended"),
    ("reprimanded", "reprimanded", "reprimanded"),
    ("counselled", "counselled", "counselled"),
    ("misdemeanor", "misdemeanor charge", "misdemeanor charges"),
    ("felony", "felony charge", "felony charges"),
)


def print_return(it: Return, console: Console, *, out: Path) -> None:
    """Print the summary. Text from the tables is printed as text only."""
    now, old = it.figures, it.previous
    console.print(Text(f"Misuse reported for {it.year}, as of {words.day(it.as_of)}", "bold"))
    violations, agencies = now.counts["violations"], now.agencies_with_misuse
    if not now.filings:
        console.print("nobody has filed")
    elif violations is None or agencies is None:
        console.print("nobody gave a number of violations")
    else:
        found = words.count(violations, "violation") + _before(old, old.counts["violations"])
        by = words.count(agencies, "agency", "agencies") + _before(old, old.agencies_with_misuse)
        console.print(Text(f"{found}, reported by {by}"))
    for names in (_MISUSE, _DISCIPLINE):
        if told := _told(now, names):
            console.print(Text(told))
    _print_filing(it, console)
    _print_record(it, console)
    if it.rate:
        console.print(
            Text(f"{it.rate.said[0]} violations for 1,000 users ({it.rate.said[1]} to {it.rate.said[2]})")
        )
    for warning in it.warnings:
        console.print(Text.assemble(("warning ", "yellow"), neutral.clean(warning)))
    page = neutral.clean(str(out / "return.html"))
    console.print(Text.assemble("page ", (page, "bold")), soft_wrap=True)


def _before(old: Figures, value: int | None) -> str:
    return f" ({old.year}: {value:,})" if value is not None else ""


def _told(now: Figures, names: tuple[tuple[str, str, str], ...]) -> str:
    figures = now.to_json()
    return ", ".join(
        words.count(figures[name], one, many) for name, one, many in names if figures[name] is not None
    )


def _print_filing(it: Return, console: Console) -> None:
    groups = (
        ("not filed", it.with_status("missing")),
        ("not filed yet", it.with_status("awaited")),
        ("filed late", it.late),
        ("filed zero", it.with_status("zero")),
        ("filed without the number of violations", it.with_status("no_figure")),
    )
    for what, ones in groups:
        if ones or what == "not filed":
            console.print(Text(f"{len(ones):,} {what}: {_names(ones)}"))


def _print_record(it: Return, console: Console) -> None:
    groups = (
        ("review record says", "review records say", "otherwise than was filed", differing(it.on_record)),
        ("draft", "drafts", "from review records, not filed", unfiled(it.on_record)),
    )
    for one, many, what, ones in groups:
        if ones:
            console.print(Text(f"{words.count(len(ones), one, many)} {what}: {_names(ones)}"))


def _names(ones: Sequence[AgencyReturn]) -> str:
    named = "; ".join(neutral.shorten(one.agency.name, 60) for one in ones[:_NAMED]) or "nobody"
    return named + (f"; and {len(ones) - _NAMED:,} more" if len(ones) > _NAMED else "")
