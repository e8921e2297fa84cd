"""One dossier alone, for the desk of whoever reviews it: a page or a sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anomaly.errors import InputError
from anomaly.incidents.model import ScanResult
from anomaly.report import neutral, words
from anomaly.report.dossier import Dossier, dossiers
from anomaly.report.paper.document import chance_alone, heading, made_on, scope
from anomaly.report.paper.sheet import sheet
from anomaly.report.paper.typeset import typeset
from anomaly.report.rendering import TITLE, marking
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.templating import environment


def entry_page(result: ScanResult, rank: int) -> bytes:
    """Return one dossier as a self-contained HTML page; InputError where no entry has that rank."""
    dossier = dossier_of(result, rank)
    page = environment("anomaly.report").get_template("entry.html.j2")
    return page.render(
        page_title=TITLE,
        marking=marking(result),
        dossier=dossier,
        alone=True,
        **_place(result.summary, rank),
    ).encode()


def entry_paper(result: ScanResult, rank: int) -> bytes:
    """Return one dossier as a PDF; InputError where no entry has that rank."""
    summary = result.summary
    data = {**heading(result), **_place(summary, rank), "dossier": sheet(dossier_of(result, rank))}
    return typeset("entry.typ", data, made_on(summary))


def dossier_of(result: ScanResult, rank: int) -> Dossier:
    """Return one dossier; InputError where no entry has that rank."""
    found = [one for one in result.incidents if one.rank == rank]
    if not found:
        n = len(result.incidents)
        raise InputError(
            f"no entry has the rank {rank}: the list has {words.count(n, 'entry', 'entries')}",
            next=f"give a rank from 1 to {n}" if n else "nothing stood out for review in this scan",
        )
    return dossiers(found, conform(result.evidence, EVIDENCE), result.summary)[0]


def _place(summary: Mapping[str, Any], rank: int) -> dict[str, str]:
    """What a reader has to know who sees this entry and no other."""
    invented = " A demonstration: everything in it is invented." if summary.get("demo") else ""
    listed, title = summary["incidents"]["reported"], neutral.shorten(summary["title"], 100)
    return {
        "of": f"Entry {rank:,} of {listed:,} of “{title}”",
        "caution": f"{scope(summary)}. {chance_alone(summary)} An entry is a reason to look, "
        f"never a conclusion about a person.{invented}",
    }
