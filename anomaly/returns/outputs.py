"""What a return leaves behind: the page, one row for each agency, and everything for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from anomaly import __version__
from anomaly.report import words
from anomaly.report.folder import as_json, write_files
from anomaly.report.tables import as_csv
from anomaly.returns import federal
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.compared import differing, unfiled
from anomaly.returns.figures import total
from anomaly.returns.filings import COUNTS
from anomaly.returns.make import Return
from anomaly.returns.page import render
from anomaly.returns.paper import paper
from anomaly.returns.rates import Rate
from anomaly.telling import Tell, silent

FORMATS = ("html", "pdf")


def write_return(it: Return, out: Path, *, format: str = "html", tell: Tell = silent) -> None:
    """Write the outputs (docs/contracts.md) into the folder `out`, as `write_files` does.

    format: one of `FORMATS`; `pdf` leaves return.pdf besides. The bytes depend on the return alone. Raises
    InputError where `out` is not a folder one may write to, or a PDF cannot be made here.
    """
    tell(f"making the page of {words.count(len(it.agencies), 'agency', 'agencies')}", 0)
    files = {
        "return.html": render(it).encode(),
        "return.csv": as_csv(agencies_frame(it)),
        "return.json": as_json(to_json(it)),
    }
    if format == "pdf":
        files["return.pdf"] = paper(it, tell)
    write_files(files, out)


def to_json(it: Return) -> dict[str, Any]:
    """Return everything under its contracted name; a figure that nobody filed is None."""

    def listed(*statuses: str) -> list[str]:
        return sorted(one.agency.agency for one in it.with_status(*statuses))

    return {
        **it.figures.to_json(),
        "previous": it.previous.to_json(),
        "years": [one.to_json() for one in it.years],
        "as_of": it.as_of.isoformat(),
        "due": it.due.isoformat(),
        "late_after": it.last_day.isoformat(),
        "not_filed": listed("missing"),
        "awaited": listed("awaited"),
        "filed_late": sorted(one.agency.agency for one in it.late),
        "filed_zero": listed("zero"),
        "filed_misuse": listed("filed"),
        "filed_no_figure": listed("no_figure"),
        "filed_by_parent": listed("by_parent"),
        "no_access": listed("no_access"),
        "not_in_agencies": sorted(one.agency.agency for one in it.agencies if not one.agency.listed),
        **federal.to_json(it),
        "rate": _rate(it.rate),
        "record": _record(it.on_record) if it.recorded else None,
        "agencies": [_agency(one) for one in it.agencies],
        "warnings": list(it.warnings),
        "inputs": dict(it.hashes),
        "version": __version__,
    }


def agencies_frame(it: Return) -> pl.DataFrame:
    """Return one row for each agency, by name; a column for each category."""
    names = list(it.figures.categories)
    rows = []
    for one in map(_agency, it.agencies):
        practice, categories, rate, record = (
            one.pop(name) for name in ("practice", "categories", "rate", "record")
        )
        rows.append(
            {
                **one,
                **{f"category: {name}": (categories or {}).get(name) for name in names},
                "practice": practice and practice["category"],
                "practice_violations": practice and practice["violations"],
                **{name: rate and rate[name] for name in ("per_1000_users", "low", "high")},
                **{f"record_{name}": record and record[name] for name in COUNTS},
            }
        )
    return pl.DataFrame(rows, schema=_SCHEMA | {f"category: {name}": pl.Int64 for name in names})


def _record(ones: Sequence[AgencyReturn]) -> dict[str, list[str]]:
    return {
        "agencies": sorted(one.agency.agency for one in ones),
        "differ": sorted(one.agency.agency for one in differing(ones)),
        "not_filed": sorted(one.agency.agency for one in unfiled(ones)),
    }


def _rate(rate: Rate | None) -> dict[str, float] | None:
    if rate is None:
        return None
    return {"per_1000_users": rate.value, "low": rate.low, "high": rate.high, "users": rate.users}


def _agency(one: AgencyReturn) -> dict[str, Any]:
    filing = one.report.filing if one.report else None
    counts = filing.counts if filing else dict.fromkeys(COUNTS)
    first = one.report.first_at if one.report else None
    return {
        "agency": one.agency.agency,
        "name": one.agency.name,
        "kind": one.agency.kind,
        "component": one.agency.component,
        "in_agencies": one.agency.listed,
        "status": one.status,
        "late": one.late,
        "filed_at": first.isoformat() if first else None,
        "amended": one.report.amended if one.report else None,
        **counts,
        "lost_or_left_job": total([counts["resigned"], counts["terminated"]]),
        "previous_violations": one.previous.filing.counts["violations"] if one.previous else None,
        "shape": one.shape,
        "users": one.agency.users,
        "why_no_rate": one.why_no_rate,
        "practice": one.practice and {"category": one.practice[0], "violations": one.practice[1]},
        "categories": dict(filing.categories) if filing else None,
        "rate": _rate(one.rate),
        "record": one.record
        and {
            **one.record.counts,
            "categories": dict(one.record.categories),
            "differences": one.differences,
        },
    }


_TEXTS = ("agency", "name", "kind", "component", "status", "filed_at", "shape", "why_no_rate", "practice")
_SCHEMA: dict[str, Any] = {
    name: pl.String
    if name in _TEXTS
    else pl.Boolean
    if name in ("in_agencies", "late", "amended")
    else pl.Float64
    if name in ("per_1000_users", "low", "high")
    else pl.Int64
    for name in (
        *("agency", "name", "kind", "component", "in_agencies", "status", "late", "filed_at", "amended"),
        *(*COUNTS, "lost_or_left_job", "previous_violations", "shape", "practice", "practice_violations"),
        *("users", "per_1000_users", "low", "high", "why_no_rate"),
        *(f"record_{name}" for name in COUNTS),
    )
}
