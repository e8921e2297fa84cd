"""Dates of a public edition: months, quarters or years, the finest in which enough people were active."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

UNITS = {"month": 1, "quarter": 3, "year": 12}  # months of each


def start_of(day: date, unit: str) -> date:
    """Return the first day of the month, quarter or year of a day."""
    months = UNITS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def end_of(day: date, unit: str) -> date:
    """Return the last day of the month, quarter or year of a day."""
    first = start_of(day, unit)
    after = first.month - 1 + UNITS[unit]
    return date(first.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def coarsened(
    active: Sequence[tuple[str, date]], threshold: int, whole: tuple[date, date]
) -> tuple[date, date]:
    """Return the first and the last day of a period that holds all the days.

    active: who and a local day of theirs, at least one. It begins and ends with a month, quarter or year in
    which as many different ones as the threshold were active; where there is none, it is `whole`, the period
    of the log.
    """
    first, last = min(day for _, day in active), max(day for _, day in active)
    for unit in UNITS:
        ends = (start_of(first, unit), start_of(last, unit))
        if all(len({who for who, day in active if start_of(day, unit) == at}) >= threshold for at in ends):
            return ends[0], end_of(last, unit)
    return whole


def months_of(first: date, last: date) -> list[date]:
    """Return the first day of every month from that of `first` to that of `last`."""
    months = [start_of(first, "month")]
    while months[-1] < start_of(last, "month"):
        months.append(end_of(months[-1], "month") + timedelta(days=1))
    return months
