"""A size measured: the world made, the stages of a scan, every contender in turn, answers compared."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from anomaly.bench.rivals.contenders import CONTENDERS
from anomaly.bench.rivals.limits import Limits, StoppedError, run
from anomaly.bench.rivals.ten import TEN
from anomaly.bench.rivals.world import make

ROWS_A_FILE = 5_000_000
WARM = 40_000  # rows of the small world that each process reads first
Tell = Callable[[str], None]


def measure(rows: int, runs: int, limits: Limits, room: Path, tell: Tell) -> dict[str, Any]:
    """Measure everybody on a log of about so many rows; the medians of the runs, as plain values.

    Contenders take turns, so that what else the machine does meets all alike; one that a limit stops is told
    with the reason, as `stopped`, and not run again. Raises AssertionError where an answer is not that of the
    first who gives one. `room` has the small world `warm`.
    """
    world, warm, answers = room / "world", room / "warm", room / "answers"
    tell(f"{rows:,} rows: generating")
    files = max(1, round(rows / ROWS_A_FILE))
    generated, generating = make(world, rows, files)
    log = pl.scan_parquet(world / "log" / "*.parquet")
    tell(f"{rows:,} rows: stages and detectors of a scan")
    told: dict[str, Any] = {
        "rows": log.select(pl.len()).collect().item(),
        "files": files,
        "bytes": sum(path.stat().st_size for path in (world / "log").iterdir()),
        "users": log.select(pl.col("user").n_unique()).collect().item(),
        "runs": runs,
        "limits": limits._asdict(),
        "generated": generated,
        "generating": generating,
        "scan": _or_why(scan_of, world, runs, limits),
    }
    done: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for number in range(1, runs + 1):
        for name, each in done.items():
            if not any("stopped" in one for one in each):
                each.append(_or_why(one, name, warm, world, answers / name, limits))
                told_of = each[-1].get("stopped") or f"{sum(each[-1]['seconds'].values()):.2f} s"
                tell(f"{rows:,} rows, run {number}: {name} {told_of}")
    told["load"] = os.getloadavg()[1] if hasattr(os, "getloadavg") else None
    told["contenders"] = {name: medians(each) for name, each in done.items()}
    compare(answers, [name for name, one in told["contenders"].items() if "stopped" not in one])
    tell(f"{rows:,} rows: learners")
    told["learners"] = _or_why(said, ["anomaly.bench.rivals.learners", world], limits)
    for folder in (world, answers):
        shutil.rmtree(folder, ignore_errors=True)
    return told


def _or_why(measured: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """Return what is measured, or why it was stopped."""
    try:
        return measured(*given)
    except StoppedError as stopped:
        return {"stopped": str(stopped)}


def scan_of(world: Path, runs: int, limits: Limits) -> dict[str, Any]:
    """Run `anomaly bench` on the world with all its tables."""
    with tempfile.TemporaryDirectory() as room:
        out = Path(room, "scan.json")
        given = [world / "log", "--context", world / "context", "--runs", runs, "--out", out]
        run(["anomaly", "bench", *given], limits)
        told: dict[str, Any] = json.loads(out.read_text())
        return told


def one(name: str, warm: Path, world: Path, out: Path, limits: Limits) -> dict[str, Any]:
    """Run one contender in a process of its own; files that were read before are in the page cache."""
    out.mkdir(parents=True, exist_ok=True)
    return said(["anomaly.bench.rivals.child", name, warm, world, out], limits)


def said(arguments: list[Any], limits: Limits) -> dict[str, Any]:
    """Run a module and read the JSON of its last line."""
    told: dict[str, Any] = json.loads(run(arguments, limits).splitlines()[-1])
    return told


def compare(folder: Path, who: list[str]) -> None:
    """Raise AssertionError where an answer is not that of the first, to the row and the figure."""
    for name in who[1:]:
        for detector in TEN:
            first, other = (pl.read_parquet(folder / each / f"{detector}.parquet") for each in (who[0], name))
            assert first.equals(other), f"{name} gives another answer for {detector}"


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of each step, and of the peaks; why it was stopped, where a run was."""
    if why := [one for one in runs if "stopped" in one]:
        return why[0]
    steps = runs[0]["seconds"]
    return {
        "seconds": {step: median(one["seconds"][step] for one in runs) for step in steps},
        "whole": median(sum(one["seconds"].values()) for one in runs),
        "cpu": median(one["cpu"] for one in runs),
        "compiling": median(one["compiling"] for one in runs),
        "peak": median(one["peak"] for one in runs),
    }


def cold(room: Path, limits: Limits, tell: Tell) -> dict[str, Any]:
    """Compile every kernel into an empty cache, then load those of the ten: seconds, and how many kernels.

    `room` has the small world `warm`.
    """
    tell("compiling all kernels from nothing")
    warm = room / "warm"
    out = room / "cold.json"
    with tempfile.TemporaryDirectory(dir=room) as cache:
        given = [warm / "log", "--context", warm / "context", "--runs", 1, "--out", out]
        run(["anomaly", "bench", *given], limits, XDG_CACHE_HOME=cache, NUMBA_CACHE_DIR=cache)
    told = json.loads(out.read_text())
    one("engine", warm, warm, room / "answers" / "engine", limits)
    loading = one("engine", warm, warm, room / "answers" / "engine", limits)["compiling"]
    seconds = next(stage["seconds"] for stage in told["stages"] if stage["name"] == "compiling")
    return {"seconds": seconds, "kernels": told["kernels"]["compiled"], "loading": loading}
