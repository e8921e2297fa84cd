"""One Spark session for all tests of the cluster, and a county large enough to be cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.cluster import session
from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from anomaly.synth import load, size_of, write_world


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    with session("local[2]") as started:
        yield started


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a county of 342,897 rows, `queries.parquet` in seven row groups, and its `context`."""
    folder = tmp_path_factory.mktemp("large")
    p = load().model_copy(update={"names": "invented"})
    size = size_of(p, seed=1, users=160, days=100, events=350_000)
    write_world(folder / "world", size, p, format="parquet", clean=False)
    log = pl.read_parquet(folder / "world" / "log" / "queries.parquet")
    log.write_parquet(folder / "queries.parquet", row_group_size=50_000)
    (folder / "world" / "context").rename(folder / "context")
    return folder


def files(result: ScanResult, folder: Path) -> dict[str, bytes]:
    write_outputs(result, folder, budget=50)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="session")
def usual(large: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a scan of the large county leaves, read by this process."""
    found = scan(large / "queries.parquet", Settings(context=large / "context"))
    assert found.incidents
    return files(found, tmp_path_factory.mktemp("usual") / "out")
