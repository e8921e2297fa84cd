"""What a scan leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from anomaly.incidents.model import REQUESTS, ScanResult
from anomaly.report import tables
from anomaly.report.folder import as_json, write_files
from anomaly.report.page import pages
from anomaly.report.record import to_json
from anomaly.report.rendering import AGENCIES, FEDERAL, LIMITS
from anomaly.telling import Tell, silent

# What an earlier scan may have left and this one has not: of a longer list, of a log with agencies.
FURTHER = ("report-[0-9]*.html", AGENCIES, "agencies-[0-9]*.html", FEDERAL, LIMITS)
# From these and the manifest, which holds the digests of all, a report is made again.
READ_AGAIN = (
    "incidents.json",
    "evidence.parquet",
    "rejects.csv",
    "federal_requests.parquet",
    "summary.json",
)


def write_outputs(result: ScanResult, out: Path, *, budget: int, tell: Tell = silent) -> None:
    """Write the outputs of a scan (docs/contracts.md) into the folder `out`, as `write_files` does.

    budget: how many entries get a dossier in the page; the others stand in its table only. The bytes depend
    on the result and the budget alone. Raises InputError where `out` is not a folder one may write to.
    """
    write_files(files_of(result, budget, tell), out, gone=FURTHER)


def files_of(result: ScanResult, budget: int, tell: Tell = silent) -> Mapping[str, bytes]:
    """Return every file of a scan: name -> content."""
    tell("writing the tables", 0)
    incidents = tables.incidents_frame(result.incidents)
    requests = tables.conform(result.requests, REQUESTS)
    files = {
        "incidents.parquet": tables.as_parquet(incidents),
        "incidents.csv": tables.as_csv(incidents),
        "incidents.json": to_json(result.incidents),
        "evidence.parquet": tables.as_parquet(tables.conform(result.evidence, tables.EVIDENCE)),
        "rejects.csv": tables.as_csv(tables.conform(result.rejects, tables.REJECTS)),
        "federal_requests.parquet": tables.as_parquet(requests),
        "federal_requests.csv": tables.as_csv(requests),
        **{name: page.encode() for name, page in pages(result, budget=budget, tell=tell).items()},
        "summary.json": as_json(result.summary),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {**files, "manifest.json": as_json({**result.manifest, "outputs": digests})}
