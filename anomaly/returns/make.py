"""The return of a year: filings checked, added up and set beside the register of agencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from anomaly.context import Context, load_context
from anomaly.detectors import BY_NAME
from anomaly.detectors.filings import due, with_grace
from anomaly.detectors.missing_filing import LEAST_FILERS
from anomaly.errors import InputError
from anomaly.report import words
from anomaly.returns.agencies import AgencyReturn, agency_return, filer_above
from anomaly.returns.figures import Figures, figures_of
from anomaly.returns.filings import Filing, Report, as_known, read_filings
from anomaly.returns.rates import Rate, rate_of
from anomaly.returns.register import Agency, agencies_of

TABLES = ("filings", "agencies", "users", "service_accounts")
GRACE: int = BY_NAME["missing_filing"].settings["grace"]  # one rule, whoever asks


@dataclass(frozen=True)
class Return:
    """A year as filed by a day. last_day: on which a report was not yet late.

    years: every year that anybody filed for. rate: of all agencies that have one. hashes: file -> sha-256.
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
    warnings: tuple[str, ...]
    hashes: Mapping[str, str]

    def with_status(self, *statuses: str) -> list[AgencyReturn]:
        """Return the agencies of these statuses, by name."""
        return [one for one in self.agencies if one.status in statuses]

    @property
    def late(self) -> list[AgencyReturn]:
        """The agencies whose report came late, of misuse or of none, by name."""
        return [one for one in self.agencies if one.late]


def read_tables(folder: Path) -> Context:
    """Read the tables that a return is made from; ContextError where there are no filings among them."""
    # Dates alone are read here, and a date has no zone.
    context = load_context(folder, "UTC", TABLES)
    if "filings" not in context:
        raise InputError(
            "there is no table `filings` here",
            str(folder),
            "put filings.csv into the folder: agency, year, filed_at, and the counts of each report",
        )
    return context


def annual_return(context: Context, year: int, *, today: date, as_of: date | None = None) -> Return:
    """Make the return of a year.

    as_of: filings that came later are not known yet. Without one: the day of the last filing of the table or
    the first on which a report is late, whichever is later; never a day after `today` on which nobody filed.
    Raises InputError: nothing was filed about the year, or it was not over yet; a filing is wrong.
    """
    file = next((name for name in context.hashes if Path(name).stem == "filings"), "filings")
    filings = read_filings(context["filings"], file)
    there = sorted({one.year for one in filings})
    if year not in there:
        told = ", ".join(map(str, there)) or "nothing at all"
        raise InputError(
            f"no filing is about {year}", file, f"the table tells of {told}: give one with --year"
        )
    as_of = as_of or _last_known(filings, year, today)
    if as_of <= date(year, 12, 31):
        raise InputError(
            f"{year} was not over on {as_of}",
            "--as-of",
            f"give a day of {year + 1} or later, or another year",
        )
    reports = as_known(filings, as_of)
    by_year = {one: [r.filing for (_, y), r in reports.items() if y == one] for one in {*there, year - 1}}
    if not by_year[year]:
        raise InputError(f"no filing about {year} had come by {as_of}", file, "give a later day with --as-of")
    register = agencies_of(context, filings, year)
    parents = {one.agency: one.parent for one in register}
    register = _with_children(register, year, reports, parents)
    agencies = tuple(agency_return(one, year, as_of, GRACE, reports, parents) for one in register)
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
        (*_warnings(context, filings, register, agencies, year, as_of), *context.warnings),
        context.hashes,
    )


def _with_children(
    register: Sequence[Agency],
    year: int,
    reports: Mapping[tuple[str, int], Report],
    parents: Mapping[str, str | None],
) -> list[Agency]:
    """Count the users of an agency that did not file under the agency above that filed for it."""
    theirs: Counter[str] = Counter()
    for one in register:
        filer = filer_above(one.agency, year, reports, parents)
        if filer and (one.agency, year) not in reports:
            theirs[filer] += one.users or 0
    return [replace(one, users=(one.users or 0) + theirs[one.agency] or None) for one in register]


def _last_known(filings: Sequence[Filing], year: int, today: date) -> date:
    dated = [one.filed_at for one in filings if one.filed_at]
    return max(min(today, with_grace(year, GRACE) + timedelta(days=1)), *dated, date.min)


def _warnings(
    context: Context,
    filings: Sequence[Filing],
    register: Sequence[Agency],
    agencies: Sequence[AgencyReturn],
    year: int,
    as_of: date,
) -> list[str]:
    told = []
    if strangers := [one.agency for one in register if not one.listed]:
        told.append(
            f"{words.count(len(strangers), 'agency', 'agencies')} in `filings` "
            f"{'stands' if len(strangers) == 1 else 'stand'} in no table `agencies`, and "
            f"{'is' if len(strangers) == 1 else 'are'} counted all the same: {words.join(strangers)}"
        )
    if "agencies" not in context:
        told.append("there is no table `agencies`: whoever never filed is not known, and not missed")
    if "users" not in context:
        told.append(
            "there is no table `users`: no rate can be told, and counts alone do not compare agencies"
        )
    asked = [one for one in agencies if one.status not in ("no_access", "by_parent")]
    filed = sum(one.report is not None for one in asked)
    if filed < LEAST_FILERS * len(asked):
        told.append(
            f"only {filed:,} of {words.count(len(asked), 'agency', 'agencies')} filed: the table may hold a "
            "part of the filings, and who is missing from it may have filed elsewhere"
        )
    of_year = [one for one in filings if one.year == year]
    if undated := sum(one.filed_at is None for one in of_year):
        told.append(
            f"{words.count(undated, 'filing')} about {year} {'has' if undated == 1 else 'have'} no date: "
            "whether in time is not known"
        )
    if later := sum(bool(one.filed_at and one.filed_at > as_of) for one in of_year):
        told.append(f"{words.count(later, 'filing')} about {year} came after {words.day(as_of)}: left out")
    reports = [one.report.filing.counts for one in agencies if one.report]
    if nobody := sum(bool(one["violations"]) and one["employees"] == 0 for one in reports):
        told.append(
            f"{words.count(nobody, 'filing says', 'filings say')} that 0 employees were engaged in misuse, "
            "and report some: taken as not given"
        )
    if amended := sum(bool(one.report and one.report.amended) for one in agencies):
        told.append(
            f"{words.count(amended, 'agency', 'agencies')} filed for {year} more than once, with other "
            "figures: the last filing counts, the first says whether it came in time"
        )
    return told
