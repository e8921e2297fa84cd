"""The page: one self-contained HTML file without script or network, for a desk, a phone and paper."""

from __future__ import annotations

from anomaly.incidents.model import ScanResult
from anomaly.report import words
from anomaly.report.dossier import dossiers
from anomaly.report.federal import by_agency
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.templating import environment
from anomaly.report.timeline import hours

TITLE = "Access-log review"


def render(result: ScanResult, *, budget: int) -> str:
    """Return the page as HTML text.

    budget: how many incidents, by rank, get a dossier; the others stand in the table only.
    """
    summary = result.summary
    local = words.zone(summary["log"]["local_zone"])
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    counts = summary.get("hours") or []
    return (
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
            federal=by_agency(summary.get("federal") or []),
            local=local,
            zone=str(local),
        )
    )
