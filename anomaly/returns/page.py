"""The page of the return: one self-contained HTML file without script or network, drafts of reports in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup

from anomaly import __version__
from anomaly.report import words
from anomaly.report.templating import environment
from anomaly.returns.agencies import STATUSES, AgencyReturn
from anomaly.returns.compared import agreeing, compared
from anomaly.returns.drafts import columns, has_draft, on_record
from anomaly.returns.federal import DECIDES_NOTHING, federal, rule_in_words, summed_up
from anomaly.returns.make import Return
from anomaly.returns.pictures import funnel, trend, whisker
from anomaly.returns.published import Published, by_source, outcomes, published
from anomaly.returns.rates import Rate
from anomaly.returns.shape import WORDS

LARGE = 0.1  # of all violations: DESIGN; with that much the total is about a few agencies
_FEWEST = 5  # violations of an agency that are worth a word: of ten in all, one is a tenth


def render(it: Return) -> str:
    """Return the page as HTML text."""
    page = environment("anomaly.returns")
    rated = [one for one in it.agencies if one.rate]
    drafts = [one for one in it.agencies if has_draft(one)]
    return page.get_template("return.html.j2").render(
        it=it,
        now=it.figures.to_json(),
        old=it.previous.to_json(),
        missing=it.with_status("missing"),
        awaited=it.with_status("awaited"),
        zero=it.with_status("zero"),
        misuse=it.with_status("filed"),
        no_figure=it.with_status("no_figure"),
        by_parent=it.with_status("by_parent"),
        no_access=it.with_status("no_access"),
        rule=rule_in_words(),
        decides_nothing=DECIDES_NOTHING,
        federal=federal(it),
        federal_in_words=summed_up(federal(it)),
        large=large_ones(it),
        practice=practice_in_words,
        shaped=shaped(it.agencies),
        uncategorised=without_category(it),
        rated=rated,
        within=sum(bool(one.rate and it.rate and one.rate.holds(it.rate)) for one in rated),
        funnel=funnel([(one.agency.name, one.rate) for one in rated if one.rate], it.rate)
        if it.rate and it.rate.value
        else None,
        whisker=whiskers(it),
        beyond=partial(beyond, it),
        published=by_source(published()),
        outcomes=outcomes(published()),
        trend=trend(published()),
        late_share=most_of_it(published()),
        drafts=drafts,
        others=sum(one.report is not None for one in it.agencies) - sum(bool(one.report) for one in drafts),
        columns=partial(columns, it),
        on_record=on_record,
        compared=compared(it.on_record),
        agreeing=agreeing(it.on_record),
        shapes=WORDS,
        statuses={**STATUSES, "awaited": STATUSES["awaited"].format(words.day(it.last_day))},
        version=__version__,
    )


def beyond(it: Return, one: AgencyReturn) -> str:
    """Say on which side of what chance alone would leave a rate lies; empty where it lies within."""
    if not (it.rate and one.rate) or one.rate.holds(it.rate):
        return ""
    return f"{'above' if one.rate.value > it.rate.value else 'below'} what chance alone would leave"


def whiskers(it: Return) -> Callable[[Rate], Markup] | None:
    """Return what draws one agency's rate, all of them on one scale."""
    if not it.rate:
        return None
    rates = [one.rate for one in it.agencies if one.rate]
    widest = max(2 * it.rate.value, *(one.value for one in rates)) or max(one.high for one in rates)
    return partial(whisker, state=it.rate, widest=1.2 * widest)


def large_ones(it: Return) -> list[AgencyReturn]:
    """Return the agencies that hold a tenth or more of all violations, by name."""
    least = max(LARGE * (it.figures.counts["violations"] or 0), _FEWEST)
    return [one for one in it.agencies if (one.violations or 0) >= least]


def practice_in_words(one: AgencyReturn) -> str:
    """Say how many of an agency's violations its practice is: 36 of the 38 are · all 25 are."""
    many = one.practice[1] if one.practice else 0
    if many == one.violations:
        return f"all {many:,} are"
    return f"{many:,} of the {one.violations:,} {'is' if many == 1 else 'are'}"


def shaped(agencies: Sequence[AgencyReturn]) -> list[tuple[str, int, int]]:
    """Return for each shape how many agencies and violations are of it, leaving out what is nobody's."""
    of_shape = {name: [one.violations or 0 for one in agencies if one.shape == name] for name in WORDS}
    return [(name, len(ones), sum(ones)) for name, ones in of_shape.items() if ones]


def without_category(it: Return) -> int:
    """Count the violations that their filing puts under no category."""
    filings = [one.report.filing for one in it.agencies if one.report]
    return sum(
        (violations - sum(one.categories.values()))
        for one in filings
        if (violations := one.counts["violations"]) is not None
    )


def most_of_it(figures: Sequence[Published]) -> str:
    """Say what of the last published total of years fell into a year that was published too."""
    known = [one for one in figures if one.unit == "violations"]
    span = max((one for one in known if one.years > 1), key=lambda one: one.last)
    year = next(one for one in known if one.years == 1 and one.first == span.last)
    return (
        f"Of the {span.value:,} violations of {span.period}, {year.value:,} are of {year.period}: "
        f"{span.value - year.value:,} are left for the {span.years - 1} years before."
    )
