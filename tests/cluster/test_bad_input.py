"""What is wrong with a log, a machine or the cluster is said; nothing is left half done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.cluster import scan, session
from anomaly.cluster.jobs import done
from anomaly.cluster.session import check
from anomaly.errors import InputError
from tests.stories import load_story

ROOT = Path(__file__).parents[2]


def command(out: Path, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    story = load_story("harvesting")
    line = [sys.executable, "-m", "anomaly", "scan", str(story.log), "--out", str(out), *more]
    known = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(line, env=known, capture_output=True, text=True, cwd=ROOT, timeout=120)


def test_without_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = command(tmp_path / "out", "--engine", "spark", PATH=str(tmp_path), JAVA_HOME="")
    assert told.returncode == 2
    assert "Spark runs on Java, and there is none" in told.stderr
    assert "install Java 17" in told.stderr
    assert not (tmp_path / "out").exists()
    monkeypatch.setenv("JAVA_HOME", "nowhere")
    with pytest.raises(InputError, match="there is none in JAVA_HOME=nowhere"):
        check("local[2]")


@pytest.mark.parametrize(
    ("master", "what"),
    [
        ("lokal[2]", "`lokal.2.` is no master of Spark"),
        ("spark://127.0.0.1:1", "no master answers there"),
        ("spark://no.such.host.invalid:7077,127.0.0.1:1", "no master answers there"),
        ("spark://nowhere", "no master answers there"),
        ("yarn", "YARN is found by its settings"),
    ],
)
def test_masters_that_are_none_or_do_not_answer(
    master: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HADOOP_CONF_DIR", "")
    monkeypatch.delenv("YARN_CONF_DIR", raising=False)
    begun = time.monotonic()
    with pytest.raises(InputError, match=what):
        check(master)
    assert time.monotonic() - begun < 20


def test_a_cluster_that_does_not_start(tmp_path: Path) -> None:
    told = command(tmp_path / "out", "--engine", "spark", "--master", "local-cluster[1,1,1]")
    assert (told.returncode, "Spark does not start" in told.stderr) == (2, True), told.stderr
    assert "requested 1024 MiB/executor" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_master_without_spark(tmp_path: Path) -> None:
    told = command(tmp_path / "out", "--master", "yarn")
    assert told.returncode == 2
    assert "add --engine spark" in told.stderr


def test_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(InputError, match="PySpark is not installed"), session("local[1]"):
        pass


def test_what_is_in_this_process_alone(spark: Any) -> None:
    frame = pl.read_csv(load_story("harvesting").log, infer_schema=False)
    with pytest.raises(InputError, match="is in this process alone"):
        scan(frame, spark=spark)


def test_a_file_that_an_executor_does_not_see_as_the_driver_does(spark: Any, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(load_story("harvesting").log.read_bytes())

    def change(stage: str, rows: int) -> None:
        if stage == "expected" and log.exists():
            log.unlink()

    with pytest.raises(InputError, match="No such file"):
        scan(log, spark=spark, progress=change)


def broken(error: str, item: int) -> Iterator[tuple[str, bytes]]:
    if item:
        os._exit(3) if error == "dies" else exec(error)
    yield "fine", b""


@pytest.mark.parametrize(
    ("error", "what"),
    [
        ("dies", "the cluster gave up after its retries .*Python worker exited"),
        ("raise MemoryError('no room')", "the cluster gave up after its retries .MemoryError: no room"),
        (
            "raise ModuleNotFoundError(\"No module named 'anomaly'\")",
            "the executors do not have this program",
        ),
    ],
)
def test_a_task_that_fails_again_and_again(error: str, what: str, spark: Any) -> None:
    with pytest.raises(InputError, match=what):
        list(done(spark, partial(broken, error), [0, 1], "reading", lambda stage, rows: None))


def test_an_executor_of_another_version(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anomaly.cluster.work.__version__", "0.0.0")
    with pytest.raises(InputError, match=r"and the scan was started with anomaly 0\.0\.0"):
        list(done(spark, partial(broken, ""), [0], "reading", lambda stage, rows: None))
