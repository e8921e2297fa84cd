"""Filings as agencies made them: read row by row, and refused where one contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from anomaly.errors import ContextError
from anomaly.report.neutral import clean
from anomaly.returns.checked import YEARS, refuse, whole
from anomaly.schema import CONTEXT, OUTCOMES

# The figures of the form, in its order. Nobody has published its text; these are what published totals show.
COUNTS = ("investigations", "violations", "pending", "employees", *OUTCOMES)
_KNOWN = {column.name for column in CONTEXT["filings"]}


@dataclass(frozen=True)
class Filing:
    """One row of the table `filings`.

    row: 1-based data row. filed_at: None where the row does not say. counts: each of `COUNTS`, None where
    nothing was filed. categories: violations by category, of those that were given.
    """

    row: int
    agency: str
    year: int
    filed_at: date | None
    counts: Mapping[str, int | None]
    categories: Mapping[str, int]

    @property
    def empty(self) -> bool:
        """No figure at all."""
        return not self.categories and all(count is None for count in self.counts.values())


@dataclass(frozen=True)
class Report:
    """What an agency has reported about a year: the filing that counts, and when the first came."""

    filing: Filing
    first_at: date | None
    amended: bool


def read_filings(table: pl.DataFrame, file: str) -> list[Filing]:
    """Read the table `filings`, in its order.

    table: as `load_context` leaves it; columns that the data dictionary does not know are categories. file:
    its name, for messages. Raises ContextError: a figure that is no count, a year that is none, a filing that
    contradicts itself or another of the same agency, year and day.
    """
    names = _categories(table, file)
    filings = [
        Filing(
            row,
            clean(line["agency"]).strip(),
            whole(line["year"], "year", f"{file}, row {row}", YEARS) or 0,
            line["filed_at"],
            {name: whole(line[name], name, f"{file}, row {row}") for name in COUNTS},
            {
                shown: count
                for name, shown in names.items()
                if (count := whole(line[name], name, f"{file}, row {row}")) is not None
            },
        )
        for row, line in enumerate(table.iter_rows(named=True), start=1)
    ]
    wrong = [*((one, says) for one in filings for says in _contradictions(one)), *_rivals(filings)]
    refuse(
        [(one.row, f"filing of `{one.agency}` about {one.year}", says) for one, says in wrong],
        file,
        "ask the agency which is meant, and correct the row",
    )
    return filings


def as_known(filings: Iterable[Filing], as_of: date) -> dict[tuple[str, int], Report]:
    """Return what was reported by a day, by agency and year: the last filing with a figure, else the last.

    An undated filing is known on any day, and older than those with a date.
    """
    there: dict[tuple[str, int], list[Filing]] = {}
    for one in filings:
        if one.filed_at is None or one.filed_at <= as_of:
            there.setdefault((one.agency, one.year), []).append(one)
    reports = {}
    for key, made in there.items():
        made.sort(key=lambda one: (one.filed_at or date.min, one.row))
        told = [one for one in made if not one.empty] or made
        differs = any((one.counts, one.categories) != (told[0].counts, told[0].categories) for one in told)
        reports[key] = Report(told[-1], told[0].filed_at, differs)
    return reports


def _categories(table: pl.DataFrame, file: str) -> dict[str, str]:
    """Return the columns that hold counts by category, and the category as it is shown."""
    names = {name: clean(name).strip() for name in table.columns if name not in _KNOWN}
    shown = list(names.values())
    for name in shown:
        if not name or shown.count(name) > 1:
            raise ContextError(
                f"two categories are called `{name}`" if name else "a category has no name",
                f"{file}, header",
                "give every column of counts a name of its own",
            )
    return names


def _contradictions(one: Filing) -> Iterator[str]:
    violations = one.counts["violations"]
    by_category = sum(one.categories.values())
    if one.filed_at and one.filed_at <= date(one.year, 12, 31):
        yield f"it was filed on {one.filed_at}, before the year was over"
    if violations is not None and by_category > violations:
        yield f"{by_category:,} violations by category, {violations:,} in all"


def _rivals(filings: Sequence[Filing]) -> Iterator[tuple[Filing, str]]:
    """Find filings of one agency, year and day whose figures differ: no one can tell which is the later."""
    first: dict[tuple[str, int, date | None], Filing] = {}
    for one in filings:
        other = first.setdefault((one.agency, one.year, one.filed_at), one)
        if (one.counts, one.categories) != (other.counts, other.categories):
            day = f"of {one.filed_at}" if one.filed_at else "without a date"
            yield one, f"row {other.row} is a filing {day} too, with other figures"
