"""The report as pages: HTML files without script or network, for a desk, a phone and paper.

The first holds the list, the dossiers and a digest of what the others tell whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report.agencies import SHAPES, agencies, by_shape, shapes
from anomaly.report.beside import beside
from anomaly.report.dossier import Dossier, dossiers
from anomaly.report.federal import by_agency, federal_access
from anomaly.report.limits import limits
from anomaly.report.rendering import DOSSIERS, TITLE, numbered, pages_for, place_of, rendered
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.templating import environment
from anomaly.report.timeline import hours
from anomaly.telling import TOTAL, Tell, silent

LISTED = 2000  # entries in the table of the page; the others are in incidents.csv
# With more agencies than this the first page tells them by shape only. A county has eight; so many have their
# table on one sheet of paper.
TOGETHER = 12


def pages(result: ScanResult, *, budget: int, tell: Tell = silent) -> dict[str, str]:
    """Return the report, file name -> HTML text: `report.html`, and beside it `report-2.html` and so on where
    dossiers are many, `agencies.html` and `federal.html` where the log has them, `limits.html`.

    budget: how many incidents, by rank, get a dossier; the others stand in the table only.
    """
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    shown = incidents[: max(budget, 0)]
    tell(TOTAL, len(shown))
    tell("drawing dossiers", 0)
    told = {"report.html": render(result, budget=budget, tell=tell)}
    last = pages_for(len(shown), DOSSIERS)
    for number in range(2, last + 1):
        part = shown[(number - 1) * DOSSIERS : number * DOSSIERS]
        told[numbered("report.html", number)] = rendered(
            "more.html.j2",
            result,
            dossiers=_dossiers(result, part, tell),
            number=number,
            here=None,
            names=[numbered("report.html", at) for at in range(1, last + 1)],
        )
    return told | beside(result, len(shown))


def render(result: ScanResult, *, budget: int, tell: Tell = silent) -> str:
    """Return the first page as HTML text, with the list and the first dossiers.

    budget: how many incidents, by rank, get a dossier, here or on a further page.
    """
    summary = result.summary
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    counts = summary.get("hours") or []
    listed = agencies(summary.get("agencies") or [])
    shown = len(incidents[: max(budget, 0)])
    return rendered(
        "report.html.j2",
        result,
        dossiers=_dossiers(result, incidents[: min(shown, DOSSIERS)], tell),
        incidents=incidents[:LISTED],
        n_incidents=len(incidents),
        n_dossiers=shown,
        place_of=lambda index: place_of(index, shown, here="report.html"),
        hours=hours(counts) if any(counts) else None,
        agencies=listed,
        together=len(listed) <= TOGETHER,
        by_shape=by_shape(listed),
        shapes=shapes(listed),
        shape_words=SHAPES,
        federal=federal_access(summary, result.requests),
        limits=limits(summary),
    )


def _dossiers(result: ScanResult, incidents: Sequence[Incident], tell: Tell) -> list[Dossier]:
    return dossiers(incidents, conform(result.evidence, EVIDENCE), result.summary, tell)


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
