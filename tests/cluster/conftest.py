"""One Spark session for all tests of the cluster, and a county large enough to be cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.cluster import session
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
