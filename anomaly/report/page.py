"""The page: one self-contained HTML file without script or network, for a desk, a phone and paper."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from anomaly.incidents.model import IN_CLEAR, Incident, ScanResult
from anomaly.report import words
from anomaly.report.agencies import SHAPES, agencies, shapes
from anomaly.report.dossier import Dossier, dossiers
from anomaly.report.federal import by_agency, federal_access
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.templating import environment
from anomaly.report.timeline import hours
from anomaly.telling import TOTAL, Tell, silent

TITLE = "Access-log review"
DOSSIERS = 100  # of one page: 200 of the demo's weighed 2.3 MB
LISTED = 2000  # entries in the table of the page; the others are in incidents.csv
_INDENT = re.compile(r"\n\s+")


def pages(result: ScanResult, *, budget: int, tell: Tell = silent) -> dict[str, str]:
    """Return the report: `report.html`, and beside it `report-2.html` and so on where dossiers are many.

    budget: how many incidents, by rank, get a dossier; the others stand in the table only.
    """
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    shown = incidents[: max(budget, 0)]
    tell(TOTAL, len(shown))
    tell("drawing dossiers", 0)
    told = {"report.html": render(result, budget=budget, tell=tell)}
    last = math.ceil(len(shown) / DOSSIERS)
    for number in range(2, last + 1):
        part = shown[(number - 1) * DOSSIERS : number * DOSSIERS]
        told[name_of(number)] = _page(
            "more.html.j2", result, _dossiers(result, part, tell), number=number, last=last
        )
    return told


def marking(result: ScanResult) -> str:
    """Return what every page of a scan in clear says of it; nothing for one with tokens."""
    return IN_CLEAR if result.manifest.get("settings", {}).get("clear") else ""


def name_of(number: int) -> str:
    """Return the file of a page of the report."""
    return "report.html" if number == 1 else f"report-{number}.html"


def render(result: ScanResult, *, budget: int, tell: Tell = silent) -> str:
    """Return the first page as HTML text, with the list and the first dossiers.

    budget: how many incidents, by rank, get a dossier, here or on a further page.
    """
    summary = result.summary
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    counts = summary.get("hours") or []
    listed = agencies(summary.get("agencies") or [])
    shown = len(incidents[: max(budget, 0)])
    return _page(
        "report.html.j2",
        result,
        _dossiers(result, incidents[: min(shown, DOSSIERS)], tell),
        incidents=incidents[:LISTED],
        n_incidents=len(incidents),
        n_dossiers=shown,
        per_page=DOSSIERS,
        name_of=name_of,
        hours=hours(counts) if any(counts) else None,
        agencies=listed,
        shapes=shapes(listed),
        shape_words=SHAPES,
        federal=federal_access(summary, result.requests),
    )


def _dossiers(result: ScanResult, incidents: Sequence[Incident], tell: Tell) -> list[Dossier]:
    local = words.zone(result.summary["log"]["local_zone"])
    return dossiers(incidents, conform(result.evidence, EVIDENCE), result.summary, local, tell)


def _page(template: str, result: ScanResult, told: Sequence[Dossier], **more: Any) -> str:
    local = words.zone(result.summary["log"]["local_zone"])
    page = (
        environment("anomaly.report")
        .get_template(template)
        .render(
            page_title=TITLE,
            summary=result.summary,
            log=result.summary["log"],
            dossiers=told,
            local=local,
            zone=str(local),
            marking=marking(result),
            **more,
        )
    )
    return _INDENT.sub("\n", page)


def render_public(edition: ScanResult) -> str:
    """Return the page of a public edition (`anomaly.report.public`) as HTML text."""
    summary = edition.summary
    told = summary["public"]
    return (
        environment("anomaly.report")
        .get_template("public.html.j2")
        .render(
            page_title=TITLE,
            summary=summary,
            log=summary["log"],
            public=told,
            federal=by_agency(summary),
            limits=told["limits"],
        )
        .lstrip()
    )
