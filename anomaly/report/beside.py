"""The pages beside the report: each agency by itself, federal access, and the limits of the scan.

They are pages of their own so that the first stays short for a state of 1,200 agencies, and so that each has
an address. Agencies share pages, fifty to one: a state would get 1,200 files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report.agencies import SHAPES, Agency, agencies, shapes
from anomaly.report.federal import OPEN, federal_access, reached_in_words
from anomaly.report.limits import limits
from anomaly.report.rendering import (
    AGENCIES,
    FEDERAL,
    LIMITS,
    has_agencies,
    has_federal,
    numbered,
    pages_for,
    place_of,
    rendered,
)
from anomaly.report.timeline import hours, months
from anomaly.report.zones import Zones, zones_of

TOGETHER = 50  # agencies of one page: 25 kB each at most
INDEXED = 2000  # agencies in the table of the first; summary.json has all
ENTRIES = 20  # of one agency
FEDERAL_PARTS, REQUESTS = 60, 1000  # agencies, and look-ups to request, on the page


@dataclass(frozen=True)
class Told:
    """One agency as its part of a page tells it; entries: each with the address of its dossier, or None."""

    agency: Agency
    zone: str
    months: tuple[str, Markup] | None  # unit of a bar, picture
    hours: Markup | None
    entries: tuple[tuple[Incident, str | None], ...]


def beside(result: ScanResult, shown: int) -> dict[str, str]:
    """Return the pages, file name -> HTML text. shown: how many entries have a dossier."""
    pages = _agencies(result, shown) if has_agencies(result) else {}
    if has_federal(result):
        told = federal_access(result.summary, result.requests, REQUESTS)
        pages[FEDERAL] = rendered(
            "federal_page.html.j2",
            result,
            here=FEDERAL,
            federal=told,
            open=OPEN,
            most=FEDERAL_PARTS,
            reached=reached_in_words,
        )
    pages[LIMITS] = rendered("limits_page.html.j2", result, here=LIMITS, limits=limits(result.summary))
    return pages


def _agencies(result: ScanResult, shown: int) -> dict[str, str]:
    figures = [one for one in result.summary["agencies"] if one["queries"] or one["entries"]]
    listed, zones = agencies(figures), zones_of(result.summary)
    last = pages_for(len(listed), TOGETHER)
    names = [numbered(AGENCIES, at) for at in range(1, last + 1)]
    of_agency = _entries(result, shown)
    pages = {}
    for number, name in enumerate(names, 1):
        part = listed[(number - 1) * TOGETHER : number * TOGETHER]
        pages[name] = rendered(
            "agencies_page.html.j2",
            result,
            here=AGENCIES,
            number=number,
            names=names,
            told=[_told(one, zones, of_agency.get(one.name, ())) for one in part],
            index=_index(figures, listed) if number == 1 else (),
            n_agencies=len(figures),
            shapes=shapes(listed) if number == 1 else None,
            shape_words=SHAPES,
            most_entries=ENTRIES,
        )
    return pages


def _told(one: Agency, zones: Zones, entries: Sequence[tuple[Incident, str | None]]) -> Told:
    return Told(
        one,
        str(zones.of([one.name])),
        months(one.months),
        hours(one.hours) if any(one.hours) else None,
        tuple(entries),
    )


def _entries(result: ScanResult, shown: int) -> dict[str, list[tuple[Incident, str | None]]]:
    found: dict[str, list[tuple[Incident, str | None]]] = {}
    for index, one in enumerate(sorted(result.incidents, key=lambda one: one.rank)):
        for name in one.agencies:
            found.setdefault(name, []).append((one, place_of(index, shown)))
    return found


def _index(
    figures: Sequence[Mapping[str, Any]], listed: Sequence[Agency]
) -> list[tuple[Mapping[str, Any], str | None]]:
    """Return the figures of each agency with the address of its part, None where it has no entry."""
    places = {
        one.name: (f"#agency-{one.number}" if at == 1 else f"{numbered(AGENCIES, at)}#agency-{one.number}")
        for one in listed
        for at in [(one.number - 1) // TOGETHER + 1]
    }
    return [(one, places.get(one["agency"])) for one in figures[:INDEXED]]
