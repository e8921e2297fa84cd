"""The edition that can be published: no names, no rows, no free text, and no line that points at one person.

A plain transformation of what a scan found, before any format is written: docs/public.md says what is
withheld, what remains, and what somebody who has the log could still guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from statistics import median_low
from typing import Any

import polars as pl

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report import words
from anomaly.report.agencies import users_of
from anomaly.report.public.alike import Group, about, groups_of
from anomaly.report.public.figures import figures, whole_period
from anomaly.report.public.period import coarsened, months_of, start_of
from anomaly.report.public.suppress import at_least, band, shown, spread
from anomaly.report.tables import EVIDENCE, REJECTS
from anomaly.schema import CATEGORIES

MARKING = "public edition: every figure is that of all entries that read the same"
LEAST = 3  # of two, each knows the other
_WHOM = {
    "person": "one user",
    "subject": "one subject whom many users looked up",
    "unit": "a small unit",
    "agency": "a small agency",
    None: "one user, one subject or a small unit",
}
_NOON = time(12, tzinfo=UTC)  # the same day in every American zone


def public(result: ScanResult, *, threshold: int = 5) -> ScanResult:
    """Return the public edition of a result, as a result: every format can be made of it.

    threshold: how many people at least stand behind everything that is said, and the least count that is
    shown; `LEAST` or more. Nothing is kept but what is named here and in `figures`: what a later version adds
    to a result is withheld until somebody decides otherwise.
    """
    summary = result.summary
    local = words.zone(summary["log"]["local_zone"])
    log = summary["log"]
    groups = groups_of(result.incidents, log["users"] or 0, users_of(summary), threshold)
    titles = {one["name"]: one["title"] for one in summary["detectors"]}
    told = [_told(one, result.evidence, local, log, titles, threshold) for one in groups or ()]
    lines: list[Incident] = []
    for group, one in zip(groups or (), told, strict=True):
        lines += [_line(group, one, len(lines) + 1 + i, threshold) for i in range(len(group.entries))]
    public_figures = {
        "listed": groups is not None,
        "groups": told,
        "months": _months(groups or (), local, log, threshold),
    }
    return ScanResult(
        tuple(lines),
        EVIDENCE.to_frame(),
        REJECTS.to_frame(),
        figures(summary, result.incidents, groups, public_figures, threshold),
        {
            "versions": {"anomaly": summary["version"]},
            "settings": {"public": True, "threshold": threshold, "fdr": summary["fdr"], "clear": False},
        },
    )


def _told(
    group: Group,
    evidence: pl.DataFrame,
    local: tzinfo,
    log: Mapping[str, Any],
    titles: Mapping[str, str],
    threshold: int,
) -> dict[str, Any]:
    """Return everything that is said of a group: the same for each of its lines."""
    entries = group.entries
    first, last = _period(group, evidence, local, log, threshold)
    if group.institution:
        detectors = entries[0].detectors[:1]  # what it did as one; others are about people of it
    else:
        named = dict.fromkeys(name for one in entries for name in one.detectors)
        by = {name: {about(one) for one in entries if name in one.detectors} for name in named}
        detectors = tuple(sorted(name for name, whom in by.items() if len(whom) >= threshold))
    by_chance = all(one.p_value is not None for one in entries)
    return {
        "entries": len(entries),
        "kind": group.kind,
        "category": group.category,
        "among": _among(group, threshold),
        "agency": group.agency,
        "institution": group.institution,
        "detectors": list(detectors),
        "titles": [titles.get(name, name) for name in detectors],
        "first": str(first),
        "last": str(last),
        "look_ups": _typical([one.n_events or 0 for one in entries], threshold),
        "days": _typical([one.n_days or 0 for one in entries], threshold),
        "users": _typical([len(entries[0].users)], threshold) if group.institution else None,
        "score": int(10 * min(one.score for one in entries)) / 10,
        "explained": int(10 * min(one.explained_share for one in entries)) / 10,
        "p": _one_digit([one.p_value for one in entries]) if by_chance else None,
        "q": _one_digit([one.q_value for one in entries]) if by_chance else None,
        "least": [
            at_least(min(getattr(one, name) or 0 for one in entries), threshold)
            for name in ("n_events", "n_days", "n_users", "n_subjects")
        ],
    }


def _line(group: Group, told: Mapping[str, Any], rank: int, threshold: int) -> Incident:
    """Return one line of a group: nothing in it but the number of the line is its own."""
    n_events, n_days, n_users, n_subjects = told["least"]
    return Incident(
        rank=rank,
        incident_id=f"P-{rank}",
        kind=group.kind or words.NOT_SHOWN,
        category=group.category or words.NOT_SHOWN,
        detectors=tuple(told["detectors"]),
        agencies=(group.agency,) if group.agency else (),
        users=(f"U-{rank}",) if group.kind == "person" else (),
        subjects=(f"S-{rank}",) if group.kind == "subject" else (),
        first_at=datetime.combine(date.fromisoformat(told["first"]), _NOON),
        last_at=datetime.combine(date.fromisoformat(told["last"]), _NOON),
        n_events=n_events,
        n_days=n_days,
        n_users=n_users,
        n_subjects=n_subjects,
        score=told["score"],
        p_value=told["p"],
        q_value=told["q"],
        explained_share=told["explained"],
        summary=_sentence(group, told),
        marking=f"{MARKING}; counts under {threshold} are withheld",
    )


def _among(group: Group, threshold: int) -> list[str]:
    """Name the categories of a group that has several, where how often each occurs stays open."""
    of = [name for name in CATEGORIES if any(one.category == name for one in group.entries)]
    return of if not group.category and spread(len(of), len(group.entries)) >= threshold else []


def _sentence(group: Group, told: Mapping[str, Any]) -> str:
    category = group.category or words.either(told["among"]) or "the category is not shown"
    found = "".join(f" {title}." for title in told["titles"])
    if group.institution:
        whom = {"unit": "a unit", "agency": "an agency"}[str(group.kind)]
        named = group.agency if group.kind == "agency" else f"a unit of {group.agency}"
        return f"For review: {named if group.agency else whom}; {category}.{found}"
    of = f" of {group.agency}" if group.agency else ""
    return (
        f"For review: {_WHOM[group.kind]}{of}; {category}. One of {len(group.entries):,} entries that read "
        f"the same here.{found}"
    )


def _period(
    group: Group, evidence: pl.DataFrame, local: tzinfo, log: Mapping[str, Any], threshold: int
) -> tuple[date, date]:
    whole = whole_period(log)
    if not group.institution:
        return coarsened([day for one in group.entries for day in _days(one, local)], threshold, whole)
    entry = group.entries[0]
    if not entry.users:  # a filing that is missing: a matter of the year, and of no person
        return coarsened([(entry.incident_id, day) for _, day in _days(entry, local)], 1, whole)
    rows = evidence.filter(pl.col("incident_id") == entry.incident_id).drop_nulls(["user", "time"])
    active = [(who, at.astimezone(local).date()) for who, at in rows.select("user", "time").unique().rows()]
    return coarsened(active, threshold, whole) if active else whole


def _days(entry: Incident, local: tzinfo) -> list[tuple[str, date]]:
    """Return whom an entry is about with each local day of it."""
    days = [one.day for one in entry.days]
    days = days or [at.astimezone(local).date() for at in (entry.first_at, entry.last_at)]
    return [(about(entry), day) for day in days]


def _months(
    groups: Sequence[Group], local: tzinfo, log: Mapping[str, Any], threshold: int
) -> dict[str, int | None]:
    """Count in each month of the log whom the entries about one person are about: month -> how many."""
    persons = [entry for group in groups if not group.institution for entry in group.entries]
    active = {(who, start_of(day, "month")) for one in persons for who, day in _days(one, local)}
    months = months_of(*whole_period(log)) if persons else []
    return {f"{month:%Y-%m}": shown(sum(at == month for _, at in active), threshold) for month in months}


def _typical(counts: list[int], threshold: int) -> list[int]:
    return list(band(median_low(counts), threshold))


def _one_digit(values: list[float | None]) -> float:
    """Return the largest value, rounded up to one digit."""
    most = max(value for value in values if value is not None)
    near = f"{most:.0e}"
    up = f"{int(near[0]) + 1}{near[1:]}"
    return min(1.0, float(near if float(near) >= most else up))
