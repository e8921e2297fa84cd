"""The ten detectors of docs/benchmarks.md as everybody writes them: the log read, one answer each."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.bench.rivals import engine
from anomaly.bench.rivals.contenders import CONTENDERS
from anomaly.bench.rivals.ten import TEN, in_order
from anomaly.bench.rivals.world import make
from benchmarks.conftest import ROWS

LEAST = 40_000  # rows of a world in which each of the ten finds something


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rivals")
    make(folder, max(ROWS, LEAST))
    return folder


@pytest.fixture(scope="session")
def wanted(files: Path) -> dict[str, pl.DataFrame]:
    log = engine.load(files)
    answers = engine.finish(log, {name: getattr(engine, name)(log) for name in TEN})
    return {name: in_order(name, answer) for name, answer in answers.items()}


@pytest.fixture(scope="session", params=CONTENDERS)
def contender(request: pytest.FixtureRequest, files: Path) -> tuple[Any, Any]:
    one = CONTENDERS[request.param]
    module = import_module(f"anomaly.bench.rivals.{one.module}")
    return module, getattr(module, one.load)(files)


@pytest.mark.parametrize("name", TEN)
def test_one_of_the_ten(
    name: str, contender: tuple[Any, Any], wanted: dict[str, pl.DataFrame], benchmark: Any
) -> None:
    module, log = contender
    answer = benchmark.pedantic(getattr(module, name), (log,), rounds=3)
    if module is engine:
        answer = engine.finish(log, {name: answer})[name]
    assert in_order(name, answer).equals(wanted[name])
    assert len(wanted[name])
