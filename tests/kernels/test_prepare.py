"""Kernels compile before the first scan: all that scans call, and nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import kernels
from anomaly.bench.log import write_log
from kernels import prepare as preparing
from kernels.prepare import prepare, signatures, spelled

MET = """
import json, sys
from pathlib import Path
import kernels
from anomaly.scan import Settings, scan
from kernels.prepare import spelled
for log, *context in json.loads(sys.argv[1]):
    scan(log, Settings(context=Path(context[0]) if context else None))
compiled = [one for one in vars(kernels).values() if hasattr(one, "py_func")]
print(json.dumps([spelled(one.__name__, types) for one in compiled for types in one.signatures]))
"""


def test_scans_call_the_kernels_that_were_prepared_and_no_others(tmp_path: Path) -> None:
    """A county with its tables and without; a vendor's export; a log that does not say which rows are one
    action's.
    """
    from anomaly.synth import load, size_of, write_world

    p = load().model_copy(update={"names": "invented"})
    county = write_world(tmp_path / "county", size_of(p, size="demo", seed=1), p, clean=False)
    write_log(tmp_path / "seeded.parquet", 60_000)
    logs = [[str(county.log)], [str(county.log), str(county.context)], [str(tmp_path / "seeded.parquet")]]
    logs.append(["fixtures/logs/flock_organization_audit.csv"])
    untied = pl.concat([pl.read_parquet(one) for one in county.log.glob("*.parquet")])
    untied.drop("cascade_id").write_parquet(tmp_path / "untied.parquet")
    logs.append([str(tmp_path / "untied.parquet")])
    done = subprocess.run(
        [sys.executable, "-c", MET, json.dumps(logs)], capture_output=True, text=True, check=True
    )
    assert sorted(json.loads(done.stdout)) == sorted(spelled(*one) for one in signatures())


def test_every_line_names_a_kernel_and_is_read_as_it_is_written() -> None:
    lines = (preparing.HERE / "signatures.txt").read_text().splitlines()
    assert [spelled(*one) for one in signatures()] == [line for line in lines if not line.startswith("#")]
    assert all(hasattr(kernels, name) for name, _ in signatures())


def test_it_is_done_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(preparing.settings, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(preparing, "_compiled", lambda: True)
    prepare(told.append)
    prepare(told.append)
    assert told == [len(signatures())]
    assert [one.suffix for one in tmp_path.iterdir()] == [""]


def test_what_fails_is_tried_again_and_what_another_process_does_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr(preparing.settings, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(preparing.sys, "executable", "/bin/false")
    prepare(told.append)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(preparing.sys, "executable", str(tmp_path / "nothing"))
    prepare(told.append)
    assert len(told) == 2
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(preparing, "_compiled", lambda: prepare(told.append) is None)
    prepare(told.append)
    assert len(told) == 3


def test_each_process_compiles_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in {name for name, _ in signatures()}:
        monkeypatch.setattr(
            getattr(kernels, name), "compile", lambda types, of=name: asked.append(spelled(of, types))
        )
    for part in range(preparing.PROCESSES):
        preparing.compile_some(part)
    assert sorted(asked) == sorted(spelled(*one) for one in signatures())
