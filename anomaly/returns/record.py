"""What the review record makes of a return: the same figures as a filing, beside it and never mixed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from anomaly.returns.filings import Filing
from anomaly.returns.reviews import PENDING, VIOLATION, Review, standing
from anomaly.schema import CATEGORIES, OUTCOMES


@dataclass(frozen=True)
class Tally:
    """What a record says of one agency and year, in the figures of the form; what is not on record is 0.

    counts: each of `COUNTS`. Outcomes and employees are counted in people, one for each row that names
    nobody. categories: violations by category of the engine, of those that have one.
    """

    counts: Mapping[str, int]
    categories: Mapping[str, int]

    def under(self, category: str) -> int | None:
        """Return the violations under a category as a filing calls it; None where the engine has no such."""
        name = category.replace("_", " ").casefold()
        return self.categories.get(name, 0) if name in CATEGORIES else None

    def differences(self, filing: Filing) -> dict[str, int]:
        """Return record less filing, of the figures that were filed and differ (`category: name`)."""
        apart = {
            name: self.counts[name] - filed
            for name, filed in filing.counts.items()
            if filed is not None and filed != self.counts[name]
        }
        for name, filed in filing.categories.items():
            found = self.under(name)
            if found is not None and found != filed:
                apart[f"category: {name}"] = found - filed
        return apart


def tallies(
    reviews: Iterable[Review], year: int, as_of: date, filer: Callable[[str], str]
) -> dict[str, Tally]:
    """Return by agency what stands on a day for the return of a year.

    filer: the agency that reports for an agency, itself or one above.
    """
    of_agency: dict[str, list[Review]] = {}
    for one in standing(reviews, as_of):
        if one.year == year:
            of_agency.setdefault(filer(one.agency), []).append(one)
    return {agency: tally(ones) for agency, ones in of_agency.items()}


def tally(reviews: Sequence[Review]) -> Tally:
    """Add up what stands: an investigation is an entry, and pending while anything of it is."""
    found = [one for one in reviews if one.finding == VIOLATION]
    people: dict[str, set[tuple[str, ...]]] = {name: set() for name in OUTCOMES}
    for one in found:
        for name in one.outcomes:
            people[name].add(_person(one))
    categories: Counter[str] = Counter()
    for one in found:
        if one.category:
            categories[one.category] += one.violations
    return Tally(
        {
            "investigations": len({one.incident_id for one in reviews}),
            "violations": sum(one.violations for one in found),
            "pending": len({one.incident_id for one in reviews if one.finding == PENDING}),
            "employees": len({_person(one) for one in found}),
            **{name: len(theirs) for name, theirs in people.items()},
        },
        dict(sorted(categories.items())),
    )


def _person(one: Review) -> tuple[str, ...]:
    return ("user", one.user) if one.user else ("entry", one.incident_id, one.agency)
