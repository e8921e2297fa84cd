"""How numbers, dates and names are said, in the page and in the terminal alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIXED = "\u00a0"  # a line never breaks between month and day
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

NOT_SHOWN = "not shown"  # of a public edition: what would tell too much
KINDS = {
    "person": "one user",
    "unit": "a unit",
    "agency": "an agency",
    "subject": "one subject, many users",
    NOT_SHOWN: "whom it is about is not shown",
}


def number(value: float | None) -> str:
    """Say a count or a measure: 12,345 · 0.4 · an en dash when there is none."""
    if value is None:
        return "–"
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    )


def signed(n: int) -> str:
    """Say a difference: +2 · −1,200."""
    return f"{n:+,}".replace("-", "−")


def brief(value: float) -> str:
    """Say a number beside an axis: 500 · 10k · 0.5."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def count(n: int | None, one: str, many: str | None = None) -> str:
    """Say how many of what: 1 event · 25 events · few events, where the number is withheld."""
    if n is None:
        return f"few {many or one + 's'}"
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def share(part: float | None) -> str:
    """Say a share of 0…1 as a percentage that is 0 % or 100 % only when it is exactly that."""
    if part is None:
        return "–"
    if 0 < part < 0.01:
        return "< 1%"
    return "> 99%" if 0.99 < part < 1 else f"{part:.0%}"


def chance(p: float | None) -> str:
    """Say a p- or q-value: 0.03 · 4 × 10⁻⁹ · an en dash for a rule, which has no chance model."""
    if p is None:
        return "–"
    if p >= 0.001:
        return f"{p:.2g}"
    if p < 1e-9:  # what a null model knows ends about here
        return "< 10⁻⁹"
    digit, power = f"{p:.0e}".split("e")
    return f"{digit}{_FIXED}×{_FIXED}10{str(int(power)).translate(_RAISED)}"


def expected(alarms: float | None) -> str:
    """Say how many false alarms to expect."""
    if not alarms:
        return "none"
    return "fewer than 0.1" if alarms < 0.1 else f"about {alarms:.1f}"


def zone(name: str | None) -> tzinfo:
    """Return the time zone of that name, or UTC when the name is missing or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def day(when: date | str | None) -> str:
    """Say a day: Mar 14, 2025. Takes a date, an ISO date or None."""
    if not when:
        return "–"
    at = date.fromisoformat(when[:10]) if isinstance(when, str) else when
    return f"{_MONTHS[at.month - 1]}{_FIXED}{at.day}, {at.year}"


def month(when: date) -> str:
    """Say a month: Mar 2025."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def short_day(when: date) -> str:
    """Say a day without its year: Mar 14."""
    return f"{_MONTHS[when.month - 1]}{_FIXED}{when.day}"


def days(first: date, last: date) -> str:
    """Say a span of days: Mar 14 – May 2, 2025."""
    if first == last:
        return day(first)
    return f"{short_day(first) if first.year == last.year else day(first)} – {day(last)}"


def span(first: datetime, last: datetime, local: tzinfo) -> str:
    """Say the local span of two moments, with hours when it stays within one day."""
    start, end = first.astimezone(local), last.astimezone(local)
    if start.date() != end.date():
        return days(start.date(), end.date())
    return f"{day(start.date())}, {start:%H:%M}" + (
        "" if f"{start:%H:%M}" == f"{end:%H:%M}" else f"–{end:%H:%M}"
    )


def join(items: Sequence[str], most: int = 8) -> str:
    """Say a list, the first `most` of it: A, B and 12 more."""
    if len(items) > most:
        return ", ".join(items[:most]) + f" and {len(items) - most:,} more"
    return ", ".join(items[:-1]) + f" and {items[-1]}" if len(items) > 1 else "".join(items) or "–"


def either(items: Sequence[str]) -> str:
    """Say a choice, all of it: A, B or C; nothing where there is none."""
    return f"{', '.join(items[:-1])} or {items[-1]}" if len(items) > 1 else "".join(items)


def months(first: str, last: str) -> str:
    """Say a span of whole months, from two ISO dates: Jan – Jun 2024."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if (start.year, start.month) == (end.year, end.month):
        return month(start)
    year = f" {start.year}" if start.year != end.year else ""
    return f"{_MONTHS[start.month - 1]}{year} – {month(end)}".replace(" ", _FIXED)


def between(least: int, most: int) -> str:
    """Say a band: 20–49 · fewer than 5, where it begins at none."""
    return f"{least:,}–{most:,}" if least else f"fewer than {most + 1:,}"


def month_of(key: str) -> str:
    """Say a month written 2024-03: Mar 2024."""
    return month(date.fromisoformat(f"{key}-01"))


def hours_of(key: str) -> str:
    """Say hours written 08-12: 8:00–12:00."""
    return "–".join(f"{int(hour)}:00" for hour in key.split("-"))


def spoken(name: str) -> str:
    """Say a name of ours in words: case number."""
    return name.replace("_", " ")


def dated(rule: Mapping[str, str | None]) -> str:
    """Say the dates of a rule: In force from Feb 1, 2019. · Source of Apr 17, 2018. · that there is none."""
    first, last, source = (rule.get(name) for name in ("effective_from", "effective_to", "source_dated"))
    if first or last:
        return f"In force{f' from {day(first)}' if first else ''}{f' to {day(last)}' if last else ''}."
    return f"Source of {day(source)}." if source else "Date not given by the source."


def opening(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]
