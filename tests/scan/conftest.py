"""Scans that several tests look at: a county of all ten patterns, written once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from tests.county import County, county


@dataclass(frozen=True)
class Scanned:
    """A county, its log as text, what a scan of it returned, and the folder with the outputs."""

    county: County
    log: pl.DataFrame
    result: ScanResult
    out: Path


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    root = tmp_path_factory.mktemp("scan")
    made = county(root / "county", days=100)
    result = scan(made.log, Settings(context=made.context))
    write_outputs(result, root / "out", budget=20)
    return Scanned(made, pl.read_csv(made.log, infer_schema=False), result, root / "out")
