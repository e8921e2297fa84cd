"""Where each agency stands with its return of a year, as of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from anomaly.detectors.filings import with_grace
from anomaly.returns.filings import Report
from anomaly.returns.rates import Rate, rate_of
from anomaly.returns.record import Tally
from anomaly.returns.register import Agency
from anomaly.returns.shape import practice_of, shape_of

# A report that came late is still a report, of misuse or of none: `late` stands beside the status.
STATUSES = {
    "filed": "reported misuse",
    "zero": "reported zero",
    "no_figure": "reported, without the number of violations",
    "missing": "has not filed",
    "awaited": "has not filed, and may until {}",
    "by_parent": "its parent agency filed",
    "no_access": "had no access in the year",
}


@dataclass(frozen=True)
class AgencyReturn:
    """One agency and its return. late: None where there is no report, or none with a date.

    why_no_rate: what is missing for a rate, where there is none. record: what its review record says of the
    year, beside the report and never counted for it.
    """

    agency: Agency
    status: str
    late: bool | None
    report: Report | None
    previous: Report | None
    rate: Rate | None
    why_no_rate: str | None
    record: Tally | None = None

    @property
    def differences(self) -> dict[str, int]:
        """Record less report, of the figures that were filed and differ."""
        return self.record.differences(self.report.filing) if self.record and self.report else {}

    @property
    def violations(self) -> int | None:
        """Violations reported for the year."""
        return self.report.filing.counts["violations"] if self.report else None

    @property
    def shape(self) -> str | None:
        """The shape of its violations (`shape.WORDS`); None where it reported none."""
        return shape_of(self.report.filing) if self.report else None

    @property
    def practice(self) -> tuple[str, int] | None:
        """The category of most of its violations, and how many those are."""
        return practice_of(self.report.filing) if self.report else None


def agency_return(
    agency: Agency,
    year: int,
    as_of: date,
    grace: int,
    reports: Mapping[tuple[str, int], Report],
    parents: Mapping[str, str | None],
    record: Tally | None = None,
) -> AgencyReturn:
    """Return where one agency stands. grace: days after the due day on which a report is not yet late.

    parents: of every agency, the one that may file for it.
    """
    last_day = with_grace(year, grace)
    report = reports.get((agency.agency, year))
    late = report.first_at > last_day if report and report.first_at else None
    if report:
        violations = report.filing.counts["violations"]
        status = "no_figure" if violations is None else "filed" if violations else "zero"
    elif filer_above(agency.agency, year, reports, parents):
        status = "by_parent"
    elif not agency.had_access(year):
        status = "no_access"
    else:
        status = "awaited" if as_of <= last_day else "missing"
    rate, why = _rate(agency, report)
    before = reports.get((agency.agency, year - 1))
    return AgencyReturn(agency, status, late, report, before, rate, why, record)


def filer_above(
    agency: str, year: int, reports: Mapping[tuple[str, int], Report], parents: Mapping[str, str | None]
) -> str | None:
    """Return the nearest agency above that filed for the year, and so for this one; None where none did."""
    seen, above = {agency}, parents.get(agency)
    while above is not None and above not in seen:
        if (above, year) in reports:
            return above
        seen.add(above)
        above = parents.get(above)
    return None


def _rate(agency: Agency, report: Report | None) -> tuple[Rate | None, str | None]:
    violations = report.filing.counts["violations"] if report else None
    if violations is None:
        return None, "no number of violations was filed"
    if not agency.users:
        return None, "no table says how many users it had"
    return rate_of(violations, agency.users), None
