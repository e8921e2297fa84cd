"""A size measured: the world made, the stages of a scan, every contender in turn, answers compared."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from benchmarks.rivals.contenders import CONTENDERS
from benchmarks.rivals.ten import TEN
from benchmarks.rivals.world import make

WARM = 40_000  # rows of the small world that each process reads first
Tell = Callable[[str], None]


def measure(rows: int, files: int, runs: int, room: Path, tell: Tell) -> dict[str, Any]:
    """Measure everybody on a log of about so many rows; the medians of the runs, as plain values.

    Contenders take turns, so that what else the machine does meets all alike. Raises AssertionError where an
    answer is not the engine's. `room` has the small world, see `cold`.
    """
    world, warm = room / "world", room / "warm"
    tell(f"{rows:,} rows: generating")
    generated, generating = make(world, rows, files)
    log = pl.scan_parquet(world / "log" / "*.parquet")
    tell(f"{rows:,} rows: stages and detectors of a scan")
    told: dict[str, Any] = {
        "rows": log.select(pl.len()).collect().item(),
        "files": files,
        "bytes": sum(path.stat().st_size for path in (world / "log").iterdir()),
        "runs": runs,
        "generated": generated,
        "generating": generating,
        "scan": scan_of(world, runs),
    }
    done: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for run in range(runs):
        for name in CONTENDERS:
            done[name].append(one(name, warm, world, room / "answers" / name))
            tell(f"{rows:,} rows, run {run + 1}: {name} {sum(done[name][-1]['seconds'].values()):.2f} s")
    compare(room / "answers")
    told["answers"] = {
        name: pl.read_parquet(room / "answers" / "engine" / f"{name}.parquet").height for name in TEN
    }
    told["contenders"] = {name: medians(each) for name, each in done.items()}
    told["learners"] = said(["benchmarks.rivals.learners", world])
    shutil.rmtree(world)
    return told


def scan_of(world: Path, runs: int) -> dict[str, Any]:
    """Run `anomaly bench` on the world with all its tables."""
    with tempfile.TemporaryDirectory() as room:
        out = Path(room, "scan.json")
        given = [world / "log", "--context", world / "context", "--runs", runs, "--out", out]
        _python(["anomaly", "bench", *given])
        told: dict[str, Any] = json.loads(out.read_text())
        return told


def one(name: str, warm: Path, world: Path, out: Path) -> dict[str, Any]:
    """Run one contender in a process of its own; files that were read before are in the page cache."""
    out.mkdir(parents=True, exist_ok=True)
    return said(["benchmarks.rivals.child", name, warm, world, out])


def said(arguments: list[Any]) -> dict[str, Any]:
    """Run a module and read the JSON of its last line."""
    told: dict[str, Any] = json.loads(_python(arguments).splitlines()[-1])
    return told


def _python(arguments: list[Any], **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, arguments))}\n{done.stderr[-3000:]}")
    return done.stdout


def compare(folder: Path) -> None:
    """Raise AssertionError where an answer is not the engine's, to the row and the figure."""
    for name in CONTENDERS:
        for detector in TEN:
            ours, theirs = (pl.read_parquet(folder / who / f"{detector}.parquet") for who in ("engine", name))
            assert ours.equals(theirs), f"{name} gives another answer for {detector}"


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of each step, and of the peaks."""
    steps = runs[0]["seconds"]
    return {
        "seconds": {step: median(one["seconds"][step] for one in runs) for step in steps},
        "whole": median(sum(one["seconds"].values()) for one in runs),
        "cpu": median(one["cpu"] for one in runs),
        "compiling": median(one["compiling"] for one in runs),
        "peak": median(one["peak"] for one in runs),
    }


def cold(room: Path, tell: Tell) -> dict[str, Any]:
    """Compile every kernel into an empty cache, then load those of the ten: seconds, and how many kernels."""
    tell("compiling all kernels from nothing")
    warm = room / "warm"
    make(warm, WARM)
    out = room / "cold.json"
    with tempfile.TemporaryDirectory(dir=room) as cache:
        given = [warm / "log", "--context", warm / "context", "--runs", 1, "--out", out]
        _python(["anomaly", "bench", *given], XDG_CACHE_HOME=cache, NUMBA_CACHE_DIR=cache)
    told = json.loads(out.read_text())
    one("engine", warm, warm, room / "answers" / "engine")
    loading = one("engine", warm, warm, room / "answers" / "engine")["compiling"]
    seconds = next(stage["seconds"] for stage in told["stages"] if stage["name"] == "compiling")
    return {"seconds": seconds, "kernels": told["kernels"]["compiled"], "loading": loading}
