"""The page: one self-contained HTML file without script or network, for a desk, a phone and paper."""

from __future__ import annotations

import re

from anomaly.incidents.model import IN_CLEAR, ScanResult
from anomaly.report import words
from anomaly.report.agencies import SHAPES, agencies, shapes
from anomaly.report.dossier import dossiers
from anomaly.report.federal import by_agency, federal_access
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.templating import environment
from anomaly.report.timeline import hours

TITLE = "Access-log review"
_INDENT = re.compile(r"\n\s+")


def render(result: ScanResult, *, budget: int) -> str:
    """Return the page as HTML text.

    budget: how many incidents, by rank, get a dossier; the others stand in the table only.
    """
    summary = result.summary
    local = words.zone(summary["log"]["local_zone"])
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    counts = summary.get("hours") or []
    listed = agencies(summary.get("agencies") or [])
    page = (
        environment("anomaly.report")
        .get_template("report.html.j2")
        .render(
            page_title=TITLE,
            summary=summary,
            log=summary["log"],
            incidents=incidents,
            dossiers=dossiers(
                incidents[: max(budget, 0)], conform(result.evidence, EVIDENCE), summary, local
            ),
            hours=hours(counts) if any(counts) else None,
            agencies=listed,
            shapes=shapes(listed),
            shape_words=SHAPES,
            federal=federal_access(summary, result.requests),
            local=local,
            zone=str(local),
            marking=IN_CLEAR if result.manifest.get("settings", {}).get("clear") else "",
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
