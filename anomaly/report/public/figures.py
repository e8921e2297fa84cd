"""The figures of a public edition: what `summary.json` may say to everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from anomaly.incidents.model import Incident
from anomaly.policy import REASON_CLASSES
from anomaly.report import words
from anomaly.report.agencies import users_of
from anomaly.report.federal import ANY
from anomaly.report.public.alike import Group
from anomaly.report.public.period import end_of, start_of
from anomaly.report.public.suppress import roughly, shown, suppress
from anomaly.schema import CATEGORIES, EVENT_BY_NAME

TITLE = "Suspected misuse, for review: public edition"
_WHY_NOT = re.compile(  # our own words, with names of ours only; anything else could quote the log
    r"no table `[a-z_]+` in the context folder|the log has no `[a-z_]+`, or it is redacted in every row"
    r"|users are redacted in every row|no unit has 8 users to compare"
)
_MARKS = ("case_number", "explained", "reason", "redacted", "bare")
_STEPS = (0.01, 0.05, 0.1, 0.25, 0.5)


def whole_period(log: Mapping[str, Any]) -> tuple[date, date]:
    """Return the first and last day of the months in which a log begins and ends."""
    first, last = (date.fromisoformat(log[name] or "1970-01-01") for name in ("first", "last"))
    return start_of(first, "month"), end_of(last, "month")


def figures(
    summary: Mapping[str, Any],
    incidents: Sequence[Incident],
    groups: Sequence[Group] | None,
    more: Mapping[str, Any],
    threshold: int,
) -> dict[str, Any]:
    """Return the summary of a public edition, in the shape of a scan's (`anomaly.scan.summary`).

    groups: None where the entries are not listed. more: further figures for its `public`. A count that is
    withheld is None, or, in a table by name, absent; `public` names all that a table has, None where
    withheld. Texts of files, reasons, warnings and rejects are not kept.
    """
    log, found = summary["log"], len(incidents)
    actions = log["actions"]
    detectors = [_detector(one, threshold) for one in summary["detectors"]]
    reasons = suppress(
        {name: n for name, n in (summary.get("reason_classes") or {}).items() if name in REASON_CLASSES},
        threshold,
        total=True,
    )
    whole = actions >= threshold
    return {
        "version": summary["version"],
        "title": TITLE,
        "log": _log(log, threshold),
        "incidents": _incidents(incidents, groups, threshold),
        "fdr": summary["fdr"],
        "tested": roughly(summary["tested"]) if summary["tested"] >= threshold else None,
        "expected_false_alarms": round(summary["expected_false_alarms"], 1),
        "detectors": detectors,
        "explanations": [
            {**_named(one, ("name", "title", "could_run")), "why_not": _why_not(one["why_not"])}
            | {"cleared": shown(one["cleared"], threshold)}
            for one in summary["explanations"]
        ],
        "rules": {},
        "rejects": {},
        "federal": federal(summary.get("federal") or [], users_of(summary), threshold),
        "federal_access": [],
        "federal_purposes": [],
        "federal_on_behalf": [],
        "agencies": [],
        "warnings": [],
        "reason_classes": {name: n for name, n in reasons.items() if n} if whole else {},
        "hours": [],
        "limits": [*summary["limits"], *(f"Withheld here: {one}" for one in withheld(threshold))],
        "demo": bool(summary.get("demo")),
        "public": {
            **more,
            "threshold": threshold,
            "withheld": withheld(threshold),
            "limits": list(summary["limits"]),
            "found": shown(found, threshold) if groups is None else found,
            "categories": _categories(incidents, groups, threshold),
            "reasons": reasons if whole else {},
            "hours": _hours(summary.get("hours") or [], threshold) if whole else {},
            "quality": _quality(log, threshold),
        },
    }


def withheld(threshold: int) -> list[str]:
    """Say what is withheld, for the page and for every other form."""
    return [
        "every name of a user, a subject and a unit, and every token of the scan;",
        "every row of the log: its file, row number, time, case number and reason as written;",
        f"every count from 1 to {threshold - 1}, and others from which it could be worked out;",
        "days and hours: an entry has months, quarters or years, the log months and parts of the day;",
        f"what sets an entry about one person apart from {threshold - 1} others: its group alone is told;",
        f"the name of an agency in which fewer than {threshold} users remain beside those listed.",
    ]


def _log(log: Mapping[str, Any], threshold: int) -> dict[str, Any]:
    names = ("rows_scanned", "rows_rejected", "duplicates")
    parts = {name: shown(log[name], threshold) for name in names}
    first, last = whole_period(log)
    return {
        "files": [],
        "profile": "withheld",
        "profile_title": "columns that are not named here",
        "time_zone": "the log's own zone",
        "local_zone": str(words.zone(log["local_zone"])),
        # Beside a part that is withheld the sum would give it away.
        "rows_read": None if None in parts.values() else log["rows_read"],
        **parts,
        "actions": shown(log["actions"], threshold),
        **{name: shown(log[name], threshold) for name in ("users", "subjects", "agencies", "units")},
        "first": str(first) if log["first"] else None,
        "last": str(last) if log["last"] else None,
        "quality": {},
        "context": [],
    }


def _incidents(
    incidents: Sequence[Incident], groups: Sequence[Group] | None, threshold: int
) -> dict[str, Any]:
    found = shown(len(incidents), threshold) if groups is None else len(incidents)
    by_chance = sum(one.p_value is not None for one in incidents)
    both = {"statistical": by_chance, "rules": len(incidents) - by_chance}
    small = any(shown(n, threshold) is None for n in both.values())
    return {
        "reported": found,
        **(dict.fromkeys(both) if small or found is None else both),
        "by_kind": {},
        "by_category": {},
    }


def _categories(
    incidents: Sequence[Incident], groups: Sequence[Group] | None, threshold: int
) -> dict[str, int | None]:
    """Count the entries about one person by the category their group names, or "not shown"."""
    counts: dict[str, int | None] = {}
    for group in groups or ():
        if not group.institution:
            name = group.category or words.NOT_SHOWN
            counts[name] = (counts.get(name) or 0) + len(group.entries)
    return {name: counts[name] for name in (*CATEGORIES, words.NOT_SHOWN) if name in counts}


def _detector(one: Mapping[str, Any], threshold: int) -> dict[str, Any]:
    return {
        **_named(one, ("name", "title", "category", "ran")),
        "why_not": _why_not(one["why_not"]),
        "left_out": None,
        # How many users could not be tested is a count, too.
        "tested": roughly(one["tested"]) if shown(one["tested"], threshold) is not None else None,
        "signals": shown(one["signals"], threshold),
        "reported": shown(one["reported"], threshold),
    }


def _why_not(text: str | None) -> str | None:
    if text is None or _WHY_NOT.fullmatch(text):
        return text
    return "too little of what it needs"


def _hours(counts: Sequence[int], threshold: int) -> dict[str, int | None]:
    bands = {f"{at:02}-{at + 4:02}": sum(counts[at : at + 4]) for at in range(0, len(counts), 4)}
    return suppress(bands, threshold, total=True)


def _quality(log: Mapping[str, Any], threshold: int) -> dict[str, dict[str, float]]:
    """Return the shares of each column's values, in steps of so many rows that none is a small count."""
    rows = log["rows_scanned"]
    step = next((step for step in _STEPS if step * rows >= 2 * threshold), None)
    if step is None:
        return {}
    return {
        name: {of: round(round(q[of] / rows / step) * step, 2) for of in ("filled", "redacted")}
        for name, q in log["quality"].items()
        if name in EVENT_BY_NAME
    }


def federal(
    lines: Sequence[Mapping[str, Any]], agency_users: Mapping[str, int], threshold: int
) -> list[dict[str, Any]]:
    """Return the lines of the federal agencies of a log; those with few users are one, without a name.

    A line keeps its marks (look-ups with a case number, bare ones ...) where each, and the rest of the
    look-ups beside it, is no small count.
    """
    few: dict[bool, list[Mapping[str, Any]]] = {}
    kept: list[dict[str, Any]] = []
    for line in lines:
        if line["class"] != ANY:
            continue
        if agency_users.get(line["agency"], 0) < threshold:
            few.setdefault(bool(line["immigration"]), []).append(line)
        else:
            kept += _use(line, [one for one in lines if one["agency"] == line["agency"]], threshold)
    for immigration, of in sorted(few.items()):
        if sum(agency_users.get(line["agency"], 0) for line in of) >= threshold:
            sums = {name: sum(line[name] for line in of) for name in ("look_ups", *_MARKS)}
            who = {"agency": f"agencies with fewer than {threshold} users each", "component": None}
            kept += _use({**who, "immigration": immigration, "class": ANY, **sums}, [], threshold)
    return kept


def _use(line: Mapping[str, Any], every: Sequence[Mapping[str, Any]], threshold: int) -> list[dict[str, Any]]:
    """Return the lines of one agency: the one that counts each look-up once, and those by class of data."""
    total = line["look_ups"]
    if total < threshold:
        return []
    small = any(shown(n, threshold) is None for name in _MARKS for n in (line[name], total - line[name]))
    who = _named(line, ("agency", "component", "immigration"))
    if not re.fullmatch("[A-Z]{2,6}", who["component"] or ""):
        who["component"] = None  # an acronym (ERO, CBP), no free text
    classes = {one["class"]: one["look_ups"] for one in every if one["class"] != ANY}
    hidden = dict.fromkeys(_MARKS)
    return [
        {**who, "class": ANY, "look_ups": total, **(hidden if small else _named(line, _MARKS))},
        *(
            {**who, "class": name, "look_ups": n, **hidden}
            for name, n in suppress(classes, threshold, total=True).items()
            if n is not None
        ),
    ]


def _named(one: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: one[name] for name in names}
