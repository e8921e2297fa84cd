"""What every page of a scan shares: its frame, its marking, and where the dossiers stand."""

from __future__ import annotations

import math
import re
from typing import Any

from anomaly.incidents.model import IN_CLEAR, ScanResult
from anomaly.report.templating import environment
from anomaly.report.zones import zones_of

TITLE = "Access-log review"
DOSSIERS = 100  # of one page: 200 of the demo's weighed 2.3 MB
AGENCIES, FEDERAL, LIMITS = "agencies.html", "federal.html", "limits.html"
_INDENT = re.compile(r"\n\s+")


def marking(result: ScanResult) -> str:
    """Return what every page of a scan in clear says of it; nothing for one with tokens."""
    return IN_CLEAR if result.manifest.get("settings", {}).get("clear") else ""


def numbered(first: str, number: int) -> str:
    """Return the file of a page of several, by the name of the first: report.html, report-2.html."""
    return first if number == 1 else f"-{number}.".join(first.rsplit(".", 1))


def place_of(index: int, shown: int, *, here: str = "") -> str | None:
    """Return the address of a dossier, by the index of its entry; None where it stands in the list only.

    shown: how many entries have one. here: the file from which it is linked.
    """
    if index >= shown:
        return None
    file = numbered("report.html", index // DOSSIERS + 1)
    return f"{'' if file == here else file}#entry-{index + 1}"


def pages_for(count: int, each: int) -> int:
    """Return how many pages so many things take, one at least."""
    return max(1, math.ceil(count / each))


def rendered(template: str, result: ScanResult, **more: Any) -> str:
    """Return a page of a scan as HTML text."""
    summary = result.summary
    zones = zones_of(summary)
    page = (
        environment("anomaly.report")
        .get_template(template)
        .render(
            page_title=TITLE,
            summary=summary,
            log=summary["log"],
            zones=zones,
            marking=marking(result),
            agencies_page=AGENCIES if has_agencies(result) else None,
            federal_page=FEDERAL if has_federal(result) else None,
            limits_page=LIMITS,
            **more,
        )
    )
    return _INDENT.sub("\n", page)


def has_agencies(result: ScanResult) -> bool:
    """Tell whether there is a page of agencies: the log names one, or an entry does."""
    return any(one["queries"] or one["entries"] for one in result.summary.get("agencies") or ())


def has_federal(result: ScanResult) -> bool:
    """Tell whether there is a page of federal access: a federal agency asked, or was asked for."""
    return bool(result.summary.get("federal") or result.summary.get("federal_on_behalf"))
