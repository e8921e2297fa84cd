"""Real executors, processes of their own: one is killed, and what they find is what one process finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def work() -> Iterator[None]:
    """Remove what executors of `local-cluster` leave in the folder of PySpark itself."""
    folder = Path(pyspark.__file__).parent / "work"
    before = {*folder.glob("app-*")}
    yield
    for left in {*folder.glob("app-*")} - before:
        shutil.rmtree(left, ignore_errors=True)


@pytest.mark.usefixtures("work")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the executor to kill in /proc")
def test_an_executor_that_is_killed_is_replaced(large: Path, usual: dict[str, bytes], tmp_path: Path) -> None:
    marker, out = tmp_path / "killed", tmp_path / "out"
    scan = ["scan", str(large / "queries.parquet"), "--context", str(large / "context"), "--out", str(out)]
    cluster = ["--engine", "spark", "--master", "local-cluster[2,1,1024]"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.cluster.deadly", str(marker), *scan, *cluster],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert told.returncode == 0, told.stderr
    assert marker.exists()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == usual
