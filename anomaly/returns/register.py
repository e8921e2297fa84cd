"""The agencies there are, whether they had access in a year, and how many users each had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from anomaly.context import Context
from anomaly.report.neutral import clean
from anomaly.returns.filings import Filing
from anomaly.returns.reviews import Review


@dataclass(frozen=True)
class Agency:
    """One agency. listed: it stands in the table `agencies`, or there is no such table.

    users: those who were employed in the year, None where no table knows any.
    """

    agency: str
    name: str
    kind: str | None = None
    component: str | None = None
    parent: str | None = None
    access_from: date | None = None
    access_to: date | None = None
    listed: bool = True
    users: int | None = None

    def had_access(self, year: int) -> bool:
        """Tell whether it had access on any day of the year, as far as is known."""
        begun = self.access_from is None or self.access_from <= date(year, 12, 31)
        return begun and (self.access_to is None or self.access_to >= date(year, 1, 1))


def agencies_of(
    context: Context, filings: Iterable[Filing], reviews: Iterable[Review], year: int
) -> list[Agency]:
    """Return every agency of the table `agencies`, and all that have filed for any year, by name.

    Without that table, those of the table `users` and of the review record stand beside those that filed.
    """
    users = _users(context, year)
    found: dict[str, Agency] = {}
    if "agencies" in context:
        for line in context["agencies"].iter_rows(named=True):
            key = _text(line["agency"]) or ""
            found[key] = Agency(  # of two lines about one agency the last counts
                key,
                _text(line["name"]) or key,
                (_text(line["kind"]) or "").lower() or None,
                _text(line["component"]),
                _text(line["parent"]),
                line["access_from"],
                line["access_to"],
                users=users.get(key),
            )
    listed = "agencies" not in context
    others = {one.agency for one in filings}
    if listed:
        others |= set(users) | {one.agency for one in reviews}
    for key in others - set(found):
        found[key] = Agency(key, key, listed=listed, users=users.get(key))
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.agency))


def _users(context: Context, year: int) -> Counter[str]:
    """Count the users of each agency in the table `users` who were employed in the year; no services."""
    if "users" not in context:
        return Counter()
    roster = context["users"].unique("user", keep="last", maintain_order=True)
    if "service_accounts" in context:
        roster = roster.join(context["service_accounts"], on="user", how="anti")
    there = roster.filter(
        pl.col("hired").fill_null(date.min) <= date(year, 12, 31),
        pl.col("separated").fill_null(date.max) >= date(year, 1, 1),
        pl.col("agency").is_not_null(),
    )
    return Counter(clean(agency).strip() for agency in there["agency"])


def _text(value: str | None) -> str | None:
    return clean(value).strip() or None if value else None
