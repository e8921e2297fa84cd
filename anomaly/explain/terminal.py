"""What explains how much of a log, in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.explain.contract import Explanation
from anomaly.explain.discover import Discovery, Share

_ANSWERS = {
    "whom": "Why this subject",
    "when": "Why at this hour",
    "what": "Why this, and so much",
}


def print_discovery(found: Discovery, console: Console) -> None:
    """Print the explanations by what they answer, the candidates, and what stays open.

    Nothing printed comes from the log but counts.
    """
    console.print(Text(f"What explains {found.actions:,} actions", "bold"))
    console.print(
        f"By chance: the mean of {found.permutations} logs in which the users of each unit and the subjects "
        f"of each agency are exchanged (seed {found.seed})."
    )
    honoured = [one for one in found.shares if not one.candidate]
    for answers, heading in _ANSWERS.items():
        _print(console, heading, [one for one in honoured if one.answers == answers], "only by it")
    candidates = [one for one in found.shares if one.candidate]
    _print(console, "Joins that no detector honours", candidates, "would add")
    console.print(
        f"\nNo reason why this subject: {_percent(found.open)} of the actions "
        f"({_percent(found.open_by_chance)} by chance); "
        f"{_percent(found.with_candidates)} if the joins that no detector honours counted."
    )
    untried: dict[str, list[str]] = {}
    for one in found.shares:
        if one.why_not:
            untried.setdefault(one.why_not, []).append(one.name)
    for reason, names in untried.items():
        console.print(Text.assemble(("not tried ", "dim"), f"{', '.join(names)}: {reason}"))


def print_explanation(one: Explanation, console: Console) -> None:
    """Print what an explanation joins, what it does not show, and what to look for where no table does."""
    console.print(Text(one.name, "bold"))
    console.print(Text(one.title))
    needed = (*(f"column {name}" for name in one.needs), *(f"table {name}" for name in one.tables))
    facts = {
        "Joins": one.manual or one.title,
        "Limits": one.limits,
        "Answers": _ANSWERS[one.answers].lower(),
        "Needs": ", ".join(needed),
        "Look for": one.looks_for,
    }
    for heading, words in facts.items():
        console.print()
        console.print(Text(heading, "bold"))
        console.print(Text(words))


def _print(console: Console, heading: str, shares: list[Share], alone: str) -> None:
    tried = [one for one in shares if one.why_not is None]
    if not tried:
        return
    table = Table(
        box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), title=Text(f"\n{heading}", "bold")
    )
    table.title_justify = "left"
    table.add_column("explanation", no_wrap=True, min_width=22)
    for name in ("explained", "by chance", "times chance", alone):
        table.add_column(name, justify="right", no_wrap=True)
    for one in tried:
        table.add_row(
            one.name, _percent(one.covered), _percent(one.by_chance), _times(one), _percent(one.only)
        )
    console.print(table)


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    return "< 0.01%" if 0 < share < 0.0001 else f"{share:.2%}"


def _times(one: Share) -> str:
    if not one.covered:
        return "–"
    if one.lift is None:
        return "never by chance"
    return "> 1,000" if one.lift > 1000 else f"{one.lift:,.3g}"
