"""What to know before the numbers of a return are used: what is missing, undated, late, or says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from anomaly.context import Context
from anomaly.detectors.missing_filing import LEAST_FILERS
from anomaly.report import words
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.filings import Filing
from anomaly.returns.reviews import Review


def of_filings(
    context: Context,
    filings: Sequence[Filing],
    agencies: Sequence[AgencyReturn],
    year: int,
    as_of: date,
) -> list[str]:
    """Say of the filings, and of the tables beside them, what a reader has to know."""
    told = []
    if strangers := [one.agency.agency for one in agencies if not one.agency.listed]:
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
    if "filings" not in context:
        told.append("there is no table `filings`: drafts are from the review record, and nobody has filed")
    elif filed < LEAST_FILERS * len(asked):
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


def of_record(
    context: Context,
    reviews: Sequence[Review],
    agencies: Sequence[AgencyReturn],
    year: int,
    as_of: date,
) -> list[str]:
    """Say the same of the review record."""
    if "reviews" not in context:
        return []
    told = []
    if blank := context["reviews"].height - len(reviews):
        told.append(
            f"{words.count(blank, 'row')} of the review record {'has' if blank == 1 else 'have'} no finding: "
            "not looked at yet, and counted as nothing"
        )
    if not any(one.record for one in agencies):
        told.append(f"the review record tells of nothing that was opened in {year}")
    if later := sum(bool(one.year == year and one.since > as_of) for one in reviews):
        told.append(
            f"{words.count(later, 'row')} of the review record about {year} {'is' if later == 1 else 'are'} "
            f"of a day after {words.day(as_of)}: left out"
        )
    if apart := sum(bool(one.differences) for one in agencies):
        told.append(
            f"the review record of {words.count(apart, 'agency', 'agencies')} says otherwise than "
            f"{'it' if apart == 1 else 'they'} filed: the filed figures count here"
        )
    return told
