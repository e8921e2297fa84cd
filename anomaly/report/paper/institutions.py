"""Agencies and federal access for paper: words and figures of the page's two sections of institutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anomaly.incidents.model import ScanResult
from anomaly.report import neutral, words
from anomaly.report.agencies import SHAPES, Agency, Practice, agencies, shapes
from anomaly.report.federal import OPEN, Reached, Use, federal_access, reached_in_words
from anomaly.report.paper.palette import for_paper
from anomaly.report.paper.sheet import quoted
from anomaly.report.zones import Zones

_AGENCIES, _UNITS = 200, 8
_FEDERAL, _ON_BEHALF, _PURPOSES, _REQUESTS = 20, 40, 6, 12


def agencies_sheet(summary: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what `templates/institutions.typ` sets of agencies; None where none has an entry."""
    told = agencies(summary.get("agencies") or [])
    if not told:
        return None
    picture, rest = shapes(told), summary["log"]["agencies"] - len(told)
    left = (
        f"{words.count(rest, 'agency', 'agencies')} of this log {'has' if rest == 1 else 'have'} no entry; "
    )
    left += "`summary.json` has the figures of all."
    left += f" The first {_AGENCIES} stand here." if len(told) > _AGENCIES else ""
    return {
        "title": ("The agency" if len(told) == 1 else "Agencies") + ": how much, by how many",
        "shapes": [[words.opening(name), meaning] for name, meaning in SHAPES.items()],
        "picture": for_paper(picture) if picture else None,
        "agencies": [_agency(one) for one in told[:_AGENCIES]],
        "left": left if rest > 0 else None,
    }


def federal_sheet(result: ScanResult, zones: Zones) -> dict[str, Any] | None:
    """Return what `templates/institutions.typ` sets of federal access; None where there is none."""
    summary = result.summary
    told = federal_access(summary, result.requests)
    if not told.uses and not told.on_behalf:
        return None
    rule = summary["rules"].get("sb54-exceptions")
    n, shown = told.n_requests, min(len(told.requests), _REQUESTS)
    clock, when = zones.stamps(told.requests[:_REQUESTS])
    where = f"The first {shown} of {n:,}; all of them are in" if n > shown else "They are in"
    return {
        "exempt": quoted(rule) if rule else None,
        "uses": [
            {"name": neutral.shorten(use.agency, 60), "note": note_of(use), "counts": counts_of(use.every)}
            for use in told.uses[:_FEDERAL]
        ],
        "rest": _rest(told.uses[_FEDERAL:]),
        "classes": [_classes(use) for use in told.uses[:_FEDERAL]],
        "on_behalf": [_on_behalf(one) for one in told.on_behalf[:_ON_BEHALF]],
        "more_on_behalf": max(len(told.on_behalf) - _ON_BEHALF, 0),
        "clock": clock,
        "requests": [_request(one, at) for one, at in zip(told.requests, when, strict=False)],
        "requests_said": f"{where} `federal_requests.csv`, by "
        f"{words.count(len(told.asked), 'agency', 'agencies')}.",
    }


def note_of(use: Use) -> str:
    """Say what kind of federal agency it is: ERO, enforces immigration law."""
    component = f"{neutral.shorten(use.component, 20)}, " if use.component else ""
    return component + ("enforces immigration law" if use.immigration else "federal")


def counts_of(every: Reached) -> list[str]:
    """Say look-ups: all, with a case number, explained, with a telling reason, with nothing behind."""
    marks = (every.look_ups, every.case_number, every.explained, every.reason, every.bare)
    return [words.number(n) for n in marks]


def _agency(one: Agency) -> dict[str, Any]:
    units = [
        f"{neutral.shorten(unit['unit'], 40)} {words.count(unit['events'], 'event')} by "
        f"{words.count(unit['persons'], 'user')}, of {words.count(unit['queries'], 'query', 'queries')}"
        for unit in one.units[:_UNITS]
    ]
    more = len(one.units) - _UNITS
    return {
        "name": neutral.shorten(one.name, 60),
        "note": f"{words.count(one.users, 'user')}, {words.count(one.queries, 'query', 'queries')}",
        "rows": [_practice(each) for each in one.practices],
        "units": "; ".join(units) + (f"; and {more} more, in `summary.json`" if more > 0 else ""),
    }


def _practice(each: Practice) -> dict[str, Any]:
    """Seven figures and a shape; what is a matter of filing has no rows to count."""
    seen = [each.persons, each.events, each.subjects or None, each.days]
    by_one = each.shape and (each.shape != "isolated" or each.persons > 1)
    return {
        "cells": [
            each.category,
            words.number(each.number) if each.events else "–",
            words.number(each.entries),
            *(words.number(n if each.events else None) for n in seen),
        ],
        "shape": each.shape or "no rows: a matter of filing",
        "most": f"the most by one: {words.share(each.largest_share)}" if by_one else None,
    }


def _rest(uses: tuple[Use, ...]) -> dict[str, Any] | None:
    if not uses:
        return None
    names = ("look_ups", "case_number", "explained", "reason", "bare")
    counts = [words.number(sum(getattr(use.every, name) for use in uses)) for name in names]
    return {"name": f"and {len(uses)} more, in summary.json", "note": "", "counts": counts}


def _classes(use: Use) -> dict[str, Any]:
    told = []
    if dates := use.dates:
        since = (
            f"since {words.day(dates['access_from'])}" if dates["access_from"] else "since a day not known"
        )
        to = f" to {words.day(dates['access_to'])}" if dates["access_to"] else ", no end known"
        told += [words.count(dates["users"], "user"), f"access {since}{to}"]
        if dates["before"]:
            told.append(f"{words.count(dates['before'], 'look-up')} before it began")
        if dates["after"] is not None and dates["access_to"]:
            told.append(f"{words.count(dates['after'], 'look-up')} after it ended")
    if use.purposes:
        named = ", ".join(
            f"{neutral.shorten(one['purpose'] or 'not stated', 30)} {words.number(one['look_ups'])}"
            for one in use.purposes[:_PURPOSES]
        )
        more = len(use.purposes) - _PURPOSES
        told.append(f"purpose {named}" + (f" and {more} more" if more > 0 else ""))
    return {
        "name": neutral.shorten(use.agency, 60),
        "note": "; ".join(told),
        "rows": [
            [
                each.name,
                each.name == OPEN,
                *map(
                    words.number,
                    (each.look_ups, each.case_number, each.look_ups - each.case_number, each.bare),
                ),
            ]
            for each in use.classes
        ],
    }


def _on_behalf(one: Mapping[str, Any]) -> list[str]:
    counts = ("look_ups", "users", "case_number", "explained")
    name = neutral.shorten(one["agency"] or "not named", 60)
    return [name, one["how"].replace("_", " "), *(words.number(one[each]) for each in counts)]


def _request(one: Mapping[str, Any], at: str) -> list[str]:
    asked = neutral.shorten(one["message_key"] or "–", 20)
    asked += f", purpose {neutral.shorten(one['purpose'], 20)}" if one["purpose"] else ""
    return [
        neutral.shorten(one["agency"], 40),
        at,
        neutral.shorten(one["user"] or "–", 30),
        reached_in_words(one["reached"] or "unknown"),
        asked,
        neutral.shorten(one["file"] or "–", 60),
        words.number(one["row"]),
    ]
