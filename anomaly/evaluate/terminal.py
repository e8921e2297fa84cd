"""The scorecard in a terminal: the scan beside its rivals, each pattern, and what it got wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anomaly.evaluate.card import Card, compare
from anomaly.evaluate.clean import Clean, Rate
from anomaly.evaluate.measures import TIMES
from anomaly.evaluate.run import Scorecard
from anomaly.report import neutral, words

LEGEND = {
    "AP": "average precision: an entry counts when it brings misuse that no entry above it brings, one"
    " scenario an entry, and at least half of its rows are in no entry above it; misuse that is never listed"
    " counts 0. Other rows cost nothing here: a log merely cut into T pieces scores too",
    "in focus": "the same, counting only entries of whose rows at least half are of that misuse: such"
    " pieces score about 0",
    "90/75": "recall 90 %, precision 75 % among that many first entries, fewer where the list is shorter; T"
    " is the number of misuse scenarios; a duplicate is no hit; rounded down",
    "seen": "per cent of a misuse scenario's rows that stand in the first T entries, mean over scenarios:"
    " recall asks for half of an entry or of a scenario, and one row can be that",
    "rows": "log rows behind the first T entries, which a reviewer would have to read",
    "to": "ends of an exact 95 % interval",
}


def print_scorecard(scorecard: Scorecard, console: Console) -> None:
    """Print the scorecard, readable at 100 columns and without colour. Text from files is printed as text."""
    ours = scorecard.ours
    entries = words.count(ours.entries, "entry", "entries")
    decoys = words.count(ours.hard_negatives, "hard negative")
    title = (
        f"Scorecard: {entries} for review; known are {words.count(ours.misuse, 'misuse scenario')}, {decoys}"
    )
    console.print(Text(title, "bold"), Text(), _beside(scorecard), sep="\n")
    beside = [("not run", f"{one.name}: {one.reason}") for one in scorecard.abstained]
    if scorecard.baselines:
        beside.append(("ahead of it", ahead(scorecard) or "no baseline, on AP, in focus or recall"))
    if beside:
        console.print(Text(), _lines(beside), sep="\n")
    if ours.misuse:
        console.print(Text(), _patterns(scorecard), sep="\n")
    notes = [("note", note) for note in scorecard.notes]
    legend = dict(LEGEND)
    if scorecard.log_rows is not None:
        legend["rows"] += f" (the log has {scorecard.log_rows:,})"
    console.print(
        Text(), _lines([*_faults(ours), *notes]), Text(), _lines(list(legend.items()), dim=True), sep="\n"
    )


def ahead(scorecard: Scorecard) -> str:
    """Name each baseline that beats the scan on average precision, or on recall at some budget, and where."""
    ours = scorecard.ours
    mine = dict(ours.budgets.select("budget", "found").iter_rows())
    beaten = []
    for one in scorecard.baselines:
        where = ["AP"] if (one.average_precision or 0.0) > (ours.average_precision or 0.0) else []
        if (one.focused_precision or 0.0) > (ours.focused_precision or 0.0):
            where.append("in focus")
        where += [
            name for name, found in one.budgets.select("budget", "found").iter_rows() if found > mine[name]
        ]
        if where:
            beaten.append(f"{one.detector} ({', '.join(where)})")
    return "; ".join(beaten)


def _beside(scorecard: Scorecard) -> Table:
    """A row a detector, best first; a column a budget."""
    table = _table(between=1)  # names fold to six letters at 100 columns with two
    table.add_column("detector", overflow="fold")
    for name in ("AP", "in focus"):
        table.add_column(name, justify="right", no_wrap=True)
    budgets = scorecard.ours.budgets
    for name, k in budgets.select("budget", "k").iter_rows():
        table.add_column(f"{name}={k}" if name in TIMES else name, justify="right", no_wrap=True)
    for name in ("seen", "rows"):
        table.add_column(name, justify="right", no_wrap=True)
    for _, of_it in compare(scorecard.cards).group_by("detector", maintain_order=True):
        first = of_it.row(0, named=True)
        table.add_row(
            Text(neutral.shorten(first["detector"], 40)),
            _two(first["average_precision"]),
            _two(first["focused_precision"]),
            *(f"{_percent(r)}/{_percent(p)}" for r, p in of_it.select("recall", "precision").iter_rows()),
            _percent(first["seen"]),
            words.number(first["rows"]),
            style="bold" if first["detector"] == scorecard.ours.detector else "",
        )
    return table


def _patterns(scorecard: Scorecard) -> Table:
    """A row a pattern: how many of it are found within the budgets, and by whom more are."""
    table = _table()
    table.add_column("pattern", overflow="fold")
    for name in ("found", *TIMES, "first at"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("at T, more found by" if scorecard.baselines else "", overflow="fold")
    ours = scorecard.ours
    ever = ours.scenarios.filter("misuse").group_by("pattern").agg(pl.col("found_at").count().alias("ever"))
    anywhere = dict(ever.iter_rows())
    for (pattern,), of_it in ours.patterns.group_by("pattern", maintain_order=True):
        row = of_it.row(0, named=True)
        found = dict(of_it.select("budget", "found").iter_rows())
        more = [one.detector for one in scorecard.baselines if _at_t(one, str(pattern)) > found["T"]]
        table.add_row(
            Text(neutral.shorten(str(pattern), 40)),
            f"{anywhere[pattern]} of {row['scenarios']}",
            *(str(found[name]) for name in TIMES),
            words.number(row["best_rank"]),
            Text(neutral.clean(words.join(more, 2)) if more else ""),
        )
    return table


def _at_t(card: Card, pattern: str) -> int:
    return int(card.patterns.filter(pl.col("pattern") == pattern, pl.col("budget") == "T")["found"].sum())


def _faults(card: Card) -> Sequence[tuple[str, str]]:
    last = card.budgets.row(-1, named=True)
    listed = card.scenarios.filter(~pl.col("misuse"), pl.col("first_rank").is_not_null()).sort("first_rank")
    decoys = [f"{one['pattern']} ({one['scenario_id']}) at {one['first_rank']}" for one in listed.to_dicts()]
    vague = int(card.discoveries["unfocused"][0])
    rates = {one["entries_of"]: one for one in card.discoveries.to_dicts()}
    forms = [_form(one) for one in card.forms.filter(pl.col("budget") == "T").to_dicts()]
    promised = "" if card.promised_fdr is None else f", promised at most {words.share(card.promised_fdr)}"
    out = [("forms", "found at T: " + "; ".join(forms))] if forms else []
    out += [
        (
            "hard negatives",
            f"{len(listed)} of {card.hard_negatives} listed"
            + (f": {words.join(decoys, 6)}" if decoys else ""),
        ),
        (
            "duplicates",
            f"{last['duplicates']} of the first {words.count(last['listed'], 'entry', 'entries')}, on misuse"
            " that others bring"
            + (
                f"; {card.shared} misuse only in entries that bring other misuse, or show little new"
                if card.shared
                else ""
            ),
        ),
        (
            "false discoveries",
            f"{_false(rates['statistical'])} with a chance model{promised}; {_false(rates['rule'])} by rule"
            + (f"; {words.count(vague, 'other')} mostly about other rows" if vague else ""),
        ),
    ]
    if card.clean is not None:
        out.append(("clean twin", _clean(card.clean)))
    return out


def _form(one: Mapping[str, Any]) -> str:
    ends = f"{words.share(one['recall_low'])} to {words.share(one['recall_high'])}"
    return f"{one['found']} of {one['scenarios']} {one['form']} ({words.share(one['recall'])}; {ends})"


def _false(one: Mapping[str, float | None]) -> str:
    if not one["entries"]:
        return "no entry"
    ends = f"{words.share(one['rate_low'])} to {words.share(one['rate_high'])}"
    return f"{one['false']} of {one['entries']} ({words.share(one['rate'])}; {ends})"


def _clean(clean: Clean) -> str:
    def rate(one: Rate) -> str:
        return f"{words.number(one.value)} ({words.number(one.low)} to {words.number(one.high)})"

    return (
        f"{words.count(clean.all.count, 'entry', 'entries')} where there is no misuse, {rate(clean.all)} per"
        f" 1,000 officer-years; with a chance model {rate(clean.statistical)}, by rule {rate(clean.rule)};"
        f" {words.number(clean.officer_years)} officer-years ({clean.basis})"
    )


def _table(*, between: int = 2) -> Table:
    return Table(box=None, pad_edge=False, padding=(0, between, 0, 0), header_style="dim")


def _lines(labelled: Sequence[tuple[str, str]], *, dim: bool = False) -> Table:
    """Labels in one column, what is said in the next, so that a long line stays beside its label."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(style="dim" if dim else "")
    for label, text in labelled:
        grid.add_row(label, Text(neutral.clean(text)))
    return grid


def _two(value: float | None) -> str:
    return "–" if value is None else f"{floor(100 * value + 1e-9) / 100:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else str(floor(100 * value + 1e-9))
