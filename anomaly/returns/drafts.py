"""The draft of one agency's report: what was filed, what its record says, what is blank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anomaly.report import neutral, words
from anomaly.returns.agencies import STATUSES, AgencyReturn
from anomaly.returns.make import Return

# The draft: two columns of tables, each a caption with its fields.
FORM = (
    (
        (
            "Misuse",
            (
                ("investigations", "Investigations"),
                ("violations", "Violations"),
                ("pending", "Investigations pending"),
            ),
        ),
        ("Recommended besides", (("employees", "Employees engaged in misuse"),)),
    ),
    (
        (
            "Outcomes, in employees",
            (
                ("counselled", "Counselled"),
                ("reprimanded", "Reprimanded"),
                ("suspended", "Suspended"),
                ("resigned", "Resigned"),
                ("terminated", "Terminated"),
                ("misdemeanor", "Misdemeanor charges"),
                ("felony", "Felony charges"),
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Field:
    """One line of the draft in words; a figure that nobody gave is blank, never 0.

    apart: record less filing, where both are there and differ.
    """

    label: str
    now: str
    record: str
    apart: str
    before: str

    @property
    def on_record(self) -> str:
        """The record's figure and how far it is from the filed one: 40 (+2)."""
        return f"{self.record} ({self.apart})" if self.apart else self.record


Columns = list[list[tuple[str, list[Field]]]]


def has_draft(one: AgencyReturn) -> bool:
    """Tell whether there is a draft to check: something is reported or on record, or a report is to come."""
    if one.record:
        return True
    if one.report is None:
        return one.status in ("missing", "awaited")
    return one.status == "no_figure" or any(one.report.filing.counts.values())


def on_record(one: AgencyReturn) -> str:
    """Say what the column of the record is, where the agency has one."""
    if one.record is None:
        return ""
    if one.report is None:
        return "On record is what the agency's review record says. It is no filing until the agency files it."
    return (
        "On record is what the agency's review record says, with the difference to what was filed. It is no "
        "filing: the filed figure counts until the agency amends it."
    )


def columns(it: Return, one: AgencyReturn) -> Columns:
    """Return the tables of the form, column by column, each its caption and its fields."""
    return [[(caption, _fields(it, one, names)) for caption, names in column] for column in FORM]


def draft(it: Return, one: AgencyReturn) -> dict[str, Any]:
    """Return what `templates/return.typ` sets on one sheet."""
    status = STATUSES[one.status].format(words.day(it.last_day))
    if one.violations:
        status += f": {words.count(one.violations, 'violation')}"
    return {
        "name": neutral.shorten(one.agency.name, 80),
        "status": status,
        "note": f"Annual misuse return for {it.year} · agency {neutral.shorten(one.agency.agency, 80)} · "
        + _filed(it, one)
        + (", late" if one.late else ""),
        "heads": [
            str(it.year),
            *(["on record"] if one.record else []),
            *([str(it.previous.year)] if one.previous else []),
        ],
        "record": on_record(one),
        "columns": [
            [
                {
                    "caption": caption,
                    "rows": [
                        [
                            each.label,
                            each.now,
                            *(
                                [each.record + (f" ({each.apart})" if each.apart else "")]
                                if one.record
                                else []
                            ),
                            *([each.before] if one.previous else []),
                        ]
                        for each in fields
                    ],
                }
                for caption, fields in column
            ]
            for column in columns(it, one)
        ],
    }


def _filed(it: Return, one: AgencyReturn) -> str:
    if one.report is None:
        return f"nothing filed by {words.day(it.as_of)}; was due on {words.day(it.due)}"
    if one.report.filing.filed_at is None:
        return "filed, without a date"
    amended = f", amended; first on {words.day(one.report.first_at)}" if one.report.amended else ""
    return f"as filed on {words.day(one.report.filing.filed_at)}{amended}"


def _fields(it: Return, one: AgencyReturn, names: tuple[tuple[str, str], ...]) -> list[Field]:
    """Return the fields of a table; the categories stand after the employees."""
    now = one.report.filing if one.report else None
    before = one.previous.filing if one.previous else None
    fields = []
    for name, label in names:
        fields.append(
            Field(
                label,
                _blank(now.counts[name] if now else None),
                _blank(one.record.counts[name] if one.record else None),
                _apart(one, name),
                _blank(before.counts[name] if before else None),
            )
        )
        if name == "employees":
            fields += [
                Field(
                    f"Violations under “{neutral.shorten(words.spoken(category), 60)}”",
                    _blank(now.categories.get(category) if now else None),
                    _blank(one.record.under(category) if one.record else None),
                    _apart(one, f"category: {category}"),
                    _blank(before.categories.get(category) if before else None),
                )
                for category in _categories(it, one)
            ] or [Field("Violations by broad category", "", "", "", "")]
    return fields


def _categories(it: Return, one: AgencyReturn) -> list[str]:
    """Return the categories that anybody filed, and those of the record that nobody did."""
    filed = list(it.figures.categories)
    said = {words.spoken(name).casefold() for name in filed}
    return filed + [name for name in (one.record.categories if one.record else ()) if name not in said]


def _apart(one: AgencyReturn, name: str) -> str:
    return words.signed(one.differences[name]) if name in one.differences else ""


def _blank(n: int | None) -> str:
    return "" if n is None else words.number(n)
