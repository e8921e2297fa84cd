"""The figures of a year: sums over what was filed, and None where nobody filed a figure, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from anomaly.returns.filings import COUNTS, Filing


@dataclass(frozen=True)
class Figures:
    """One year of all agencies. filings: how many agencies filed.

    agencies_with_employees, agencies_with_categories: of those with misuse, how many said how many employees
    were engaged, and of what category the violations were.
    """

    year: int
    filings: int
    counts: Mapping[str, int | None]
    categories: Mapping[str, int]
    agencies_with_misuse: int | None
    agencies_with_employees: int
    agencies_with_categories: int

    @property
    def lost_or_left_job(self) -> int | None:
        """Return how many were terminated or resigned."""
        return total([self.counts["resigned"], self.counts["terminated"]])

    def to_json(self) -> dict[str, Any]:
        """Return the figures under their contracted names."""
        fields = asdict(self)
        return {**fields.pop("counts"), **fields, "lost_or_left_job": self.lost_or_left_job}


def figures_of(year: int, filings: Iterable[Filing]) -> Figures:
    """Add up filings of a year, one for each agency."""
    made = list(filings)
    with_misuse = [one for one in made if one.counts["violations"]]
    names = sorted({name for one in made for name in one.categories})
    return Figures(
        year,
        len(made),
        {name: total(one.counts[name] for one in made) for name in COUNTS},
        {name: sum(one.categories.get(name, 0) for one in made) for name in names},
        None if all(one.counts["violations"] is None for one in made) else len(with_misuse),
        sum(bool(one.counts["employees"]) for one in with_misuse),
        sum(bool(one.categories) for one in with_misuse),
    )


def total(counts: Iterable[int | None]) -> int | None:
    """Add up the counts that were given; None where none was."""
    given = [count for count in counts if count is not None]
    return sum(given) if given else None
