"""What a scan leaves behind, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from anomaly.incidents.model import ScanResult
from anomaly.report import tables
from anomaly.report.page import render
from anomaly.report.staging import as_json, write_whole

FILES = (
    "incidents.parquet",
    "incidents.csv",
    "evidence.parquet",
    "rejects.csv",
    "report.html",
    "summary.json",
    "manifest.json",
)


def write_outputs(result: ScanResult, out: Path, *, budget: int) -> None:
    """Write the outputs of a scan (docs/contracts.md) into the folder `out`, made where it is missing.

    budget: how many entries get a dossier in the page; the others stand in its table only. Files of the
    same names are replaced, others are left alone. A write that fails leaves everything as it was. The bytes
    depend on the result and the budget alone. Raises InputError where `out` is not a folder one may write to.
    """
    write_whole(out, FILES, lambda folder: _write(result, folder, budget))


def _write(result: ScanResult, folder: Path, budget: int) -> None:
    incidents = tables.incidents_frame(result.incidents)
    incidents.write_parquet(folder / "incidents.parquet")
    tables.write_csv(incidents, folder / "incidents.csv")
    tables.conform(result.evidence, tables.EVIDENCE).write_parquet(folder / "evidence.parquet")
    tables.write_csv(tables.conform(result.rejects, tables.REJECTS), folder / "rejects.csv")
    (folder / "report.html").write_bytes(render(result, budget=budget).encode())
    (folder / "summary.json").write_bytes(as_json(result.summary))
    (folder / "manifest.json").write_bytes(as_json(result.manifest))
