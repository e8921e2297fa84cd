"""Where an agency's review record and its filing stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anomaly.report import neutral, words
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.filings import COUNTS

LABELS = {
    "investigations": "investigations",
    "violations": "violations",
    "pending": "investigations pending",
    "employees": "employees engaged",
    "misdemeanor": "misdemeanor charges",
    "felony": "felony charges",
}


@dataclass(frozen=True)
class Line:
    """One figure of one agency in words. filed, apart: blank where nothing was filed."""

    label: str
    filed: str
    record: str
    apart: str


def differing(agencies: Iterable[AgencyReturn]) -> list[AgencyReturn]:
    """Return those whose record says otherwise than they filed."""
    return [one for one in agencies if one.differences]


def agreeing(agencies: Iterable[AgencyReturn]) -> list[AgencyReturn]:
    """Return those whose record says what they filed, in every figure that was."""
    return [one for one in agencies if one.record and one.report and not one.differences]


def unfiled(agencies: Iterable[AgencyReturn]) -> list[AgencyReturn]:
    """Return those with a record that have not filed."""
    return [one for one in agencies if one.record and one.report is None]


def compared(agencies: Iterable[AgencyReturn]) -> list[tuple[AgencyReturn, list[Line]]]:
    """Return the agencies with a record that says otherwise than they filed, or that have not filed, by name.

    Of the first, the figures that differ; of the others, those that are not 0, or that there are none.
    """
    told = []
    for one in agencies:
        lines = _lines(one)
        if lines:
            told.append((one, lines))
    return told


def _lines(one: AgencyReturn) -> list[Line]:
    if one.record is None:
        return []
    if one.report is None:
        counts = [name for name in COUNTS if one.record.counts[name]] or ["violations"]
        return [
            *(Line(LABELS.get(name, name), "", words.number(one.record.counts[name]), "") for name in counts),
            *(Line(_under(name), "", words.number(n), "") for name, n in one.record.categories.items()),
        ]
    filing = one.report.filing
    lines = []
    for name, apart in one.differences.items():
        category = name.removeprefix("category: ")
        filed = (filing.counts[name] if name in filing.counts else filing.categories[category]) or 0
        label = LABELS.get(name, name) if name in filing.counts else _under(category)
        lines.append(Line(label, words.number(filed), words.number(filed + apart), words.signed(apart)))
    return lines


def _under(category: str) -> str:
    return f"under “{neutral.shorten(words.spoken(category), 60)}”"
