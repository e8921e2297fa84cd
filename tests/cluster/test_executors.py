"""Real executors, processes of their own: one is killed, and what they find is what one process finds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the executor to kill in /proc")
def test_an_executor_that_is_killed_is_replaced(large: Path, tmp_path: Path) -> None:
    scan = ["scan", str(large / "queries.parquet"), "--context", str(large / "context"), "--out"]
    cluster = ["--engine", "spark", "--master", "local-cluster[2,1,1024]"]
    marker = tmp_path / "killed"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    deadly = [sys.executable, "-m", "tests.cluster.deadly", str(marker)]
    for command in (
        [sys.executable, "-m", "anomaly", *scan, str(tmp_path / "here")],
        [*deadly, *scan, str(tmp_path / "there"), *cluster],
    ):
        told = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=600)
        assert told.returncode == 0, told.stderr
    assert marker.exists()
    here, there = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("here", "there")
    )
    assert there == here
