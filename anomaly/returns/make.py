"""The return of a year: filings checked, added up and set beside the register and the review record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from anomaly.context import Context, load_context
from anomaly.detectors import BY_NAME
from anomaly.detectors.filings import due, with_grace
from anomaly.errors import ContextError, InputError
from anomaly.report.neutral import clean
from anomaly.returns.agencies import AgencyReturn, agency_return, filer_above
from anomaly.returns.cautions import of_filings, of_record
from anomaly.returns.figures import Figures, figures_of
from anomaly.returns.filings import Filing, as_known, read_filings
from anomaly.returns.rates import Rate, rate_of
from anomaly.returns.record import tallies
from anomaly.returns.register import Agency, agencies_of
from anomaly.returns.reviews import Review, read_reviews

TABLES = ("filings", "reviews", "agencies", "users", "service_accounts")
GRACE: int = BY_NAME["missing_filing"].settings["grace"]  # one rule, whoever asks


@dataclass(frozen=True)
class Return:
    """A year as filed by a day. last_day: on which a report was not yet late.

    years: every year that anybody filed for. rate: of all agencies that have one. recorded: there is a review
    record. hashes: file -> sha-256.
    """

    year: int
    as_of: date
    due: date
    last_day: date
    figures: Figures
    previous: Figures
    years: tuple[Figures, ...]
    agencies: tuple[AgencyReturn, ...]
    rate: Rate | None
    recorded: bool
    warnings: tuple[str, ...]
    hashes: Mapping[str, str]

    def with_status(self, *statuses: str) -> list[AgencyReturn]:
        """Return the agencies of these statuses, by name."""
        return [one for one in self.agencies if one.status in statuses]

    @property
    def late(self) -> list[AgencyReturn]:
        """The agencies whose report came late, of misuse or of none, by name."""
        return [one for one in self.agencies if one.late]

    @property
    def on_record(self) -> list[AgencyReturn]:
        """The agencies of which the review record tells something about the year, by name."""
        return [one for one in self.agencies if one.record]


def read_tables(folder: Path, review: Path | None = None) -> Context:
    """Read the tables that a return is made from.

    review: the review record, where it is not `reviews` of the folder. Raises InputError where there are
    neither filings nor a record, or two records.
    """
    # Dates alone are read here, and a date has no zone.
    context = load_context(folder, "UTC", TABLES, {"reviews": review} if review else None)
    if "filings" not in context and "reviews" not in context:
        raise InputError(
            "there is no table `filings` here, nor a review record",
            str(folder),
            "put filings.csv into the folder: agency, year, filed_at, and the counts of each report",
        )
    return context


def annual_return(context: Context, year: int, *, today: date, as_of: date | None = None) -> Return:
    """Make the return of a year.

    as_of: filings that came later, and what was decided later, are not known yet. Without one: the day of the
    table's last filing, of the record's last decision about the year, or the first on which a report is late,
    whichever is latest; never a day after `today` on which nobody filed. Raises InputError: nothing is known
    about the year, or it was not over yet; a filing or a row of the record is wrong.
    """
    filings = read_filings(context["filings"], context.file("filings")) if "filings" in context else []
    reviews = read_reviews(context["reviews"], context.file("reviews")) if "reviews" in context else []
    _check_agencies(context, filings, reviews)
    file = context.file("filings" if "filings" in context else "reviews")
    there = sorted({one.year for one in filings} | {one.year for one in reviews})
    if year not in there:
        told = ", ".join(map(str, there)) or "nothing at all"
        kind = "filing" if "filings" in context else "review"
        raise InputError(
            f"no {kind} is about {year}", file, f"the table tells of {told}: give one with --year"
        )
    as_of = as_of or _last_known(filings, reviews, year, today)
    if as_of <= date(year, 12, 31):
        raise InputError(
            f"{year} was not over on {as_of}",
            "--as-of",
            f"give a day of {year + 1} or later, or another year",
        )
    reports = as_known(filings, as_of)
    by_year = {one: [r.filing for (_, y), r in reports.items() if y == one] for one in {*there, year - 1}}
    register = agencies_of(context, filings, reviews, year)
    parents = {one.agency: one.parent for one in register}

    def filer(agency: str) -> str:
        above = None if (agency, year) in reports else filer_above(agency, year, reports, parents)
        return above or agency

    record = tallies(reviews, year, as_of, filer)
    if not by_year[year] and not record:
        raise InputError(f"no filing about {year} had come by {as_of}", file, "give a later day with --as-of")
    register = _with_children(register, filer)
    agencies = tuple(
        agency_return(one, year, as_of, GRACE, reports, parents, record.get(one.agency)) for one in register
    )
    rated = [one for one in agencies if one.rate]
    return Return(
        year,
        as_of,
        due(year),
        with_grace(year, GRACE),
        figures_of(year, by_year[year]),
        figures_of(year - 1, by_year[year - 1]),
        tuple(figures_of(one, by_year[one]) for one in there if by_year[one]),
        agencies,
        rate_of(sum(one.violations or 0 for one in rated), sum(one.agency.users or 0 for one in rated))
        if rated
        else None,
        "reviews" in context,
        (
            *of_filings(context, filings, agencies, year, as_of),
            *of_record(context, reviews, agencies, year, as_of),
            *context.warnings,
        ),
        context.hashes,
    )


def _check_agencies(context: Context, filings: Iterable[Filing], reviews: Iterable[Review]) -> None:
    """Refuse a review of an agency that is in no table: under a slip of the pen it would be missed."""
    if "agencies" not in context:
        return
    known = {clean(name).strip() for name in context["agencies"]["agency"]} | {one.agency for one in filings}
    for one in reviews:
        if one.agency not in known:
            raise ContextError(
                f"`{one.agency}` is in no table `agencies`, and has filed nothing",
                f"{context.file('reviews')}, row {one.row}",
                "write the agency as the table does, or add it there",
            )


def _with_children(register: Sequence[Agency], filer: Callable[[str], str]) -> list[Agency]:
    """Count the users of an agency that did not file under the agency above that filed for it."""
    theirs: Counter[str] = Counter()
    for one in register:
        if filer(one.agency) != one.agency:
            theirs[filer(one.agency)] += one.users or 0
    return [replace(one, users=(one.users or 0) + theirs[one.agency] or None) for one in register]


def _last_known(filings: Iterable[Filing], reviews: Iterable[Review], year: int, today: date) -> date:
    dated = [one.filed_at for one in filings if one.filed_at]
    decided = [min(one.decided, today) for one in reviews if one.decided and one.year == year]
    return max(min(today, with_grace(year, GRACE) + timedelta(days=1)), *dated, *decided, date.min)
