"""The return on paper: the words and figures of its page, and a draft of each agency's report to a sheet."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from anomaly import __version__
from anomaly.report import neutral, words
from anomaly.report.paper.palette import for_paper
from anomaly.report.paper.typeset import typeset
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.drafts import draft, has_draft
from anomaly.returns.federal import federal, summed_up
from anomaly.returns.lists import filing, name_of, record, said_of
from anomaly.returns.make import Return
from anomaly.returns.page import (
    beyond,
    large_ones,
    most_of_it,
    practice_in_words,
    shaped,
    whiskers,
    without_category,
)
from anomaly.returns.pictures import funnel, trend
from anomaly.returns.published import by_source, outcomes, published
from anomaly.returns.shape import WORDS
from anomaly.telling import Tell, each, silent

_MISUSE = (
    ("Violations", "violations"),
    ("Agencies that reported misuse", "agencies_with_misuse"),
    ("Investigations", "investigations"),
    ("Investigations pending", "pending"),
)
_DISCIPLINE = (
    ("Lost or left their job", "lost_or_left_job"),
    ("Suspended", "suspended"),
    ("Reprimanded", "reprimanded"),
    ("Counselled", "counselled"),
    ("Misdemeanor charges", "misdemeanor"),
    ("Felony charges", "felony"),
)


def paper(it: Return, tell: Tell = silent) -> bytes:
    """Return the whole return as a PDF, dated with the day as of which it was made."""
    drafts = [one for one in it.agencies if has_draft(one)]
    drawn = sum(one.report is not None for one in drafts)
    data = {
        "title": f"Misuse reported for {it.year}",
        "kicker": "Annual misuse return",
        "note": "a draft, for review · as filed by the agencies",
        "foot": f"Misuse return {it.year} · a draft, for review",
        "demo": False,
        "version": __version__,
        **_first_page(it),
        **_meaning(it),
        **_rates(it),
        "day": words.day(it.as_of),
        "filing": filing(it),
        "federal": [
            [name_of(one.agency), said_of(it, one.agency), one.investigations, one.violations]
            for one in federal(it)
        ],
        "federal_in_words": words.opening(summed_up(federal(it))),
        "record": record(it),
        "years": [
            [
                str(one.year),
                words.number(one.counts["violations"]),
                words.number(one.agencies_with_misuse),
                words.number(one.lost_or_left_job),
                words.number(one.filings),
            ]
            for one in it.years
        ],
        "trend": for_paper(trend(published())),
        "late_share": most_of_it(published()),
        "outcomes": outcomes(published()),
        "published": [
            [source, [[one.period, one.said, one.unit] for one in ones]]
            for source, ones in by_source(published())
        ],
        "drafts": [draft(it, one) for one in each(drafts, "drafting reports", tell)],
        "others": sum(one.report is not None for one in it.agencies) - drawn,
        "files": ", ".join(f"`{file}`" for file in it.hashes),
    }
    # one call of typst's, which does not say how far it is
    tell(f"setting {words.count(len(drafts), 'draft')} on paper", 0)
    return typeset("return.typ", data, it.as_of, package="returns")


def _first_page(it: Return) -> dict[str, Any]:
    now, old = it.figures.to_json(), it.previous.to_json()
    missing = it.with_status("missing")
    if not it.figures.filings:
        found = ["Nobody has filed", "."]
    elif now["violations"] is None:
        found = ["Nobody gave a number of violations", "."]
    else:
        by = words.count(now["agencies_with_misuse"], "agency", "agencies")
        found = [
            words.count(now["violations"], "violation") + _before(it, old["violations"]),
            f", reported by {by}{_before(it, old['agencies_with_misuse'])}.",
        ]
    left = []
    if now["pending"] is not None:
        left.append(f"{words.count(now['pending'], 'investigation is', 'investigations are')} still pending.")
    if missing and it.figures.filings:
        left.append(
            f"{words.count(len(missing), 'agency has', 'agencies have')} not filed; "
            f"{words.count(it.figures.filings, 'has', 'have')}."
        )

    def figure(label: str, name: str) -> list[str]:
        said = [label, "not given" if now[name] is None else words.number(now[name])]
        before = "not given" if old[name] is None else words.number(old[name])
        return [*said, f"{it.previous.year}: {before}"] if it.previous.filings else said

    return {
        "found": found,
        "left": " ".join(left),
        "as_of": f"As of {words.day(it.as_of)}. Reports about {it.year} were due on {words.day(it.due)}; "
        f"later than {words.day(it.last_day)} is late. "
        "A number that nobody gave is shown as not given, never as 0.",
        "misuse": [figure(*one) for one in _MISUSE],
        "discipline": [figure(*one) for one in _DISCIPLINE],
        "warnings": [f"{words.opening(one)}." for one in it.warnings],
    }


def _before(it: Return, value: int | None) -> str:
    return "" if value is None else f" ({it.previous.year}: {words.number(value)})"


def _meaning(it: Return) -> dict[str, Any]:
    large, n = large_ones(it), it.figures.agencies_with_misuse
    if len(large) == 1:
        asked = "One agency reported a tenth or more of all violations. A count alone does not say why:"
    else:
        asked = f"{words.count(len(large), 'agency', 'agencies')} each reported a tenth or more of all "
        asked += "violations. Are they comparable? Not by their counts:"
    categories = it.figures.categories
    most = max([1, *categories.values()])
    uncategorised = without_category(it)
    shares = [[_category(name), words.number(k), k / most] for name, k in categories.items()]
    if shares and uncategorised:
        shares.append(["no category given", words.number(uncategorised), None])
    told = None
    if n:
        employees, grouped = it.figures.agencies_with_employees, it.figures.agencies_with_categories
        every = f" ({words.number(it.figures.counts['employees'])} in all)" if employees else ""
        told = (
            f"Of the {words.count(n, 'agency', 'agencies')} that reported misuse, {employees:,} said how "
            f"many employees{every} and {n - employees:,} did not; {grouped:,} gave categories and "
            f"{n - grouped:,} did not."
        )
    return {
        "asked": asked if large else "",
        "large": [_beside(one) for one in large],
        "shapes": [
            [words.opening(WORDS[shape]), words.number(agencies), words.number(violations)]
            for shape, agencies, violations in shaped(it.agencies)
        ],
        "categories": shares,
        "two_figures": told,
    }


def _beside(one: AgencyReturn) -> dict[str, str]:
    violations = one.violations or 0
    count = words.count(violations, "violation")
    rate = f", {one.rate.said[0]} for 1,000 users" if one.rate else ""
    said = words.opening(WORDS[one.shape]) if one.shape else ""
    if one.shape in ("several", "widespread") and one.report:
        said += f" ({words.number(one.report.filing.counts['employees'])} in all)"
    if one.practice:
        said += f". {words.opening(practice_in_words(one))} under “{_category(one.practice[0])}”"
    return {"name": name_of(one), "count": count, "rate": rate, "said": f"{said}."}


def _rates(it: Return) -> dict[str, Any]:
    named = [(one.agency.name, one.rate) for one in it.agencies if one.rate]
    rated = [rate for _, rate in named]
    draw, text = whiskers(it), None
    if it.rate:
        within = sum(one.holds(it.rate) for one in rated)
        text = (
            f"All agencies together: {it.rate.said[0]} violations for 1,000 users "
            f"({it.rate.said[1]} to {it.rate.said[2]}), of "
            f"{words.count(it.rate.users, 'user')} on the rosters. "
            f"{words.count(len(rated), 'agency has', 'agencies have')} a rate; for {within:,} of them chance "
            "alone could make the difference from the rate of all."
        )
        if len(rated) > within:
            text += (
                f" For {words.count(len(rated) - within, 'agency', 'agencies')} it could hardly: about one "
                "in twenty would stand out so if nothing but chance made them differ, and more do where one "
                "person's violations come together. The table agency by agency marks which."
            )
    rows = []
    for one in it.agencies:
        note = said_of(it, one)
        note += f" · {WORDS[one.shape].partition(':')[0]}" if one.shape else ""
        if apart := beyond(it, one):
            note += f" · {apart}"
        before = one.previous.filing.counts["violations"] if one.previous else None
        rows.append(
            {
                "name": name_of(one),
                "note": note,
                "counts": [words.number(one.violations), words.number(before)],
                "rate": [
                    one.rate.said[0],
                    f"{one.rate.said[1]}–{one.rate.said[2]}",
                ]
                if one.rate
                else None,
                "picture": for_paper(draw(one.rate)) if draw and one.rate else None,
                "why": (one.why_no_rate or "–") if one.report else "–",
            }
        )
    picture: Markup | None = funnel(named, it.rate) if it.rate and it.rate.value else None
    return {
        "rate": text,
        "funnel": for_paper(picture) if picture else None,
        "agencies": rows,
        "year": str(it.year),
        "before": str(it.previous.year) if it.previous.filings else None,
    }


def _category(name: str) -> str:
    return neutral.shorten(name.replace("_", " "), 60)
