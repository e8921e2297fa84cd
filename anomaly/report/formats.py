"""The forms in which a report can be had, each a function of the result alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anomaly.incidents.model import ScanResult
from anomaly.report import alone, tables
from anomaly.report.ocsf import to_ocsf
from anomaly.report.page import pages, render_public
from anomaly.report.paper import document as paper
from anomaly.report.paper.edition import public_report
from anomaly.report.record import to_json
from anomaly.report.reviews import to_reviews
from anomaly.telling import Tell, silent


@dataclass(frozen=True)
class Format:
    """One form: what it is for, its files' names, and how they are made.

    write: result, budget (how many entries get a dossier), whom to tell -> file name -> bytes, the same for
    the same result. entry: one dossier alone, result and rank -> its file; None where a form has no such
    thing.
    """

    name: str
    title: str
    write: Callable[[ScanResult, int, Tell], Mapping[str, bytes]]
    entry: Callable[[ScanResult, int], bytes] | None = None


def _html(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    public = "public" in result.summary
    told = {"report.html": render_public(result)} if public else pages(result, budget=budget, tell=tell)
    return {name: page.encode() for name, page in told.items()}


def _pdf(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    public = "public" in result.summary
    return {"report.pdf": public_report(result) if public else paper.report(result, budget=budget, tell=tell)}


def _csv(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    return {
        "incidents.csv": tables.as_csv(tables.incidents_frame(result.incidents)),
        "evidence.csv": tables.as_csv(tables.conform(result.evidence, tables.EVIDENCE)),
    }


def _parquet(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    return {
        "incidents.parquet": tables.as_parquet(tables.incidents_frame(result.incidents)),
        "evidence.parquet": tables.as_parquet(tables.conform(result.evidence, tables.EVIDENCE)),
    }


def _json(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    return {"incidents.json": to_json(result.incidents)}


def _ocsf(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    return {"findings.ocsf.jsonl": to_ocsf(result)}


def _review(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    return {"reviews-blank.csv": to_reviews(result.incidents)}


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("html", "the page, for a desk, a phone and paper", _html, alone.entry_page),
        Format("pdf", "the report on paper, archival (extra `pdf`)", _pdf, alone.entry_paper),
        Format("csv", "the list and its evidence, for a spreadsheet", _csv),
        Format("parquet", "the same, for programs", _parquet),
        Format("json", "every entry whole, after docs/schema/incidents.json", _json),
        Format("ocsf", "OCSF Detection Findings, for a SIEM", _ocsf),
        Format("review", "a review record to fill in, for the annual return", _review),
    )
}
