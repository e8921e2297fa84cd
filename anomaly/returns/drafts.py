"""The draft of one agency's report for paper: what was filed, what is blank, room for two signatures."""

from __future__ import annotations

from typing import Any

from anomaly.report import neutral, words
from anomaly.returns.agencies import STATUSES, AgencyReturn
from anomaly.returns.make import Return
from anomaly.returns.page import FORM


def draft(it: Return, one: AgencyReturn) -> dict[str, Any]:
    """Return what `templates/return.typ` sets on one sheet; a figure that nobody filed is blank, never 0."""
    status = STATUSES[one.status].format(words.day(it.last_day))
    if one.violations:
        status += f": {words.count(one.violations, 'violation')}"
    return {
        "name": neutral.shorten(one.agency.name, 80),
        "status": status,
        "note": f"Annual misuse return for {it.year} · agency {neutral.shorten(one.agency.agency, 80)} · "
        + _filed(it, one)
        + (", late" if one.late else ""),
        "before": one.previous is not None,
        "columns": [
            [{"caption": caption, "rows": _fields(it, one, fields)} for caption, fields in column]
            for column in FORM
        ],
    }


def _filed(it: Return, one: AgencyReturn) -> str:
    if one.report is None:
        return f"nothing filed by {words.day(it.as_of)}; was due on {words.day(it.due)}"
    if one.report.filing.filed_at is None:
        return "filed, without a date"
    amended = f", amended; first on {words.day(one.report.first_at)}" if one.report.amended else ""
    return f"as filed on {words.day(one.report.filing.filed_at)}{amended}"


def _fields(it: Return, one: AgencyReturn, fields: tuple[tuple[str, str], ...]) -> list[list[str]]:
    """Return label, this year's figure and that of the year before; the categories after the employees."""
    now = one.report.filing if one.report else None
    before = one.previous.filing if one.previous else None
    rows = []
    for name, label in fields:
        rows.append([label, *(_blank(each.counts[name] if each else None) for each in (now, before))])
        if name != "employees":
            continue
        for category in it.figures.categories:
            label = f"Violations under “{neutral.shorten(category.replace('_', ' '), 60)}”"
            rows.append(
                [label, *(_blank(each.categories.get(category) if each else None) for each in (now, before))]
            )
        if not it.figures.categories:
            rows.append(["Violations by broad category", "", ""])
    return rows


def _blank(n: int | None) -> str:
    return "" if n is None else words.number(n)
