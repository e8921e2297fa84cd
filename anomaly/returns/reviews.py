"""The review record: what people found about entries of the list, and what of it stands on a day.

The record is append-only: a row is never changed, a later one says what stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from anomaly.errors import ContextError
from anomaly.report.neutral import clean
from anomaly.report.words import either
from anomaly.returns.checked import YEARS, refuse, whole
from anomaly.schema import CATEGORIES, FINDINGS, OUTCOMES

VIOLATION, NO_VIOLATION, PENDING = FINDINGS


@dataclass(frozen=True)
class Review:
    """One row of the table `reviews`: what was found about one user in one entry of the list.

    row: 1-based data row. user: None where the row names nobody. decided: None until something was decided.
    violations: 0 unless the finding is a violation. year: of the return in which it is reported.
    """

    row: int
    incident_id: str
    agency: str
    user: str | None
    category: str | None
    opened: date
    decided: date | None
    finding: str
    violations: int
    outcomes: tuple[str, ...]
    year: int

    @property
    def about(self) -> tuple[str, str, str | None]:
        """Entry, agency and user: rows about the same follow one another."""
        return self.incident_id, self.agency, self.user

    @property
    def since(self) -> date:
        """The day from which the row says what stands."""
        return self.decided or self.opened


def read_reviews(table: pl.DataFrame, file: str) -> list[Review]:
    """Read the table `reviews`, in its order, without rows that nobody has filled in.

    table: as `load_context` leaves it. file: its name, for messages. Raises ContextError: a word that is none
    of the record's, a day or agency that is missing, a row that contradicts itself or another.
    """
    reviews = []
    wrong: list[tuple[int, str, str]] = []
    for row, line in enumerate(table.iter_rows(named=True), start=1):
        what = f"row about `{clean(line['incident_id'])}`"
        one = _review(row, line, f"{file}, row {row}")
        if one:
            reviews.append(one)
            wrong += [(row, what, says) for says in _contradictions(one, line["year"])]
        wrong += [(row, what, says) for says in _beside_the_finding(line)]
    wrong += [(one.row, f"row about `{one.incident_id}`", says) for one, says in _rivals(reviews)]
    refuse(wrong, file, "see what was decided, and correct the row")
    return reviews


def standing(reviews: Iterable[Review], as_of: date) -> list[Review]:
    """Return what stands on a day: of each entry, agency and user the last row, by day and then by order.

    What was opened by then and decided later was pending. A pending row that names nobody gives way to rows
    of its entry that name users.
    """
    rows: dict[tuple[str, str, str | None], list[Review]] = {}
    for one in reviews:
        if one.opened <= as_of:
            known = one if one.since <= as_of else replace(one, **_undecided)
            rows.setdefault(one.about, []).append(known)
    last = [
        max(made, key=lambda one: (one.since, one.decided is not None, one.row)) for made in rows.values()
    ]
    named = {(one.incident_id, one.agency) for one in last if one.user}
    return [
        one
        for one in last
        if one.user or one.finding != PENDING or (one.incident_id, one.agency) not in named
    ]


_undecided: Mapping[str, Any] = {"decided": None, "finding": PENDING, "violations": 0, "outcomes": ()}


def _review(row: int, line: Mapping[str, Any], where: str) -> Review | None:
    finding = _one_of(line["finding"], "finding", FINDINGS, where)
    if finding is None:
        return None
    for name in ("agency", "opened"):
        if line[name] is None or not clean(str(line[name])).strip():
            raise ContextError(f"there is a finding, and column `{name}` is empty", where, "fill it in")
    opened: date = line["opened"]
    least = 1 if finding == VIOLATION else 0
    count = whole(line["violations"], "violations", where)
    year = whole(line["year"], "year", where, YEARS)
    outcomes = {_one_of(one, "outcome", OUTCOMES, where) for one in (line["outcome"] or "").split(";")}
    return Review(
        row,
        clean(line["incident_id"]).strip(),
        clean(line["agency"]).strip(),
        clean(line["user"] or "").strip() or None,
        _one_of(line["category"], "category", CATEGORIES, where),
        opened,
        line["decided"],
        finding,
        least if count is None else count,
        tuple(name for name in OUTCOMES if name in outcomes),
        opened.year if year is None else year,
    )


def _one_of(text: str | None, name: str, words: Sequence[str], where: str) -> str | None:
    """Return the word of the record that is meant: capitals and `_` for a space do not matter."""
    said = clean(text or "").strip()
    word = " ".join(said.replace("_", " ").casefold().split())
    if word and word not in words:
        raise ContextError(f"`{said[:60]}` in column `{name}` is none", where, f"write {either(words)}")
    return word or None


def _beside_the_finding(line: Mapping[str, Any]) -> Iterator[str]:
    if line["finding"] is None:
        for name in ("decided", "outcome", "violations"):
            if line[name] is not None:
                yield f"`{name}` is filled in, and there is no finding"


def _contradictions(one: Review, year: float | None) -> Iterator[str]:
    if one.decided and one.decided < one.opened:
        yield f"it was decided on {one.decided}, before it was opened on {one.opened}"
    if one.finding != PENDING and not one.decided:
        yield f"the finding is “{one.finding}”, and the day on which it was decided is missing"
    if one.finding == VIOLATION and not one.violations:
        yield "the finding is “violation”, and there are 0 violations"
    if one.finding != VIOLATION and one.violations:
        yield f"the finding is “{one.finding}”, and violations are counted"
    if one.finding != VIOLATION and one.outcomes:
        yield f"the finding is “{one.finding}”, and “{one.outcomes[0]}” came of it"
    if not YEARS[0] <= one.opened.year <= YEARS[1]:
        yield f"it was opened in {one.opened.year}"
    elif year is not None and not one.opened.year <= year <= (one.decided or date.max).year:
        until = f" and decided in {one.decided.year}" if one.decided else ""
        yield f"it is reported for {one.year}, and was opened in {one.opened.year}{until}"


def _rivals(reviews: Iterable[Review]) -> Iterator[tuple[Review, str]]:
    """Find rows about the same, decided on one day, that find different things: which stands?"""
    first: dict[tuple[object, ...], Review] = {}
    for one in reviews:
        if one.decided:
            other = first.setdefault((*one.about, one.decided), one)
            if one.finding != other.finding:
                yield one, f"row {other.row} of {one.decided} too says “{other.finding}”"
