"""One contender on one world, alone in a process: `-m anomaly.bench.rivals.child NAME WARM WORLD OUT`."""

from __future__ import annotations

import gc
import json
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.bench.compiled import compiling
from anomaly.bench.memory import peak_bytes
from anomaly.bench.rivals.contenders import CONTENDERS
from anomaly.bench.rivals.ten import TEN, in_order

STATUS = Path("/proc/self/status")


def main(name: str, warm: Path, world: Path, out: Path) -> None:
    """Run the ten on a small world, which loads all there is to load, then on the one that is measured.

    Prints JSON: seconds by step, CPU seconds of all threads, and bytes at the peak; writes the answers as
    Parquet into `out`.
    """
    warnings.simplefilter("ignore")
    with compiling() as compiled:
        ten(name, warm)
    gc.collect()
    begin = time.process_time()
    seconds, answers = ten(name, world)
    cpu = time.process_time() - begin
    peak = peak_now()
    for detector, answer in answers.items():
        in_order(detector, answer).write_parquet(out / f"{detector}.parquet")
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "compiling": compiled.seconds}))


def ten(name: str, world: Path) -> tuple[dict[str, float], dict[str, pl.DataFrame]]:
    """Read the log and compute the ten, one after another: seconds of `reading`, of each, of `naming`."""
    module = import_module(f"anomaly.bench.rivals.{CONTENDERS[name].module}")
    seconds: dict[str, float] = {}

    def timed(step: str, run: Any, *given: Any) -> Any:
        begin = time.perf_counter()
        done = run(*given)
        seconds[step] = time.perf_counter() - begin
        return done

    log = timed("reading", getattr(module, CONTENDERS[name].load), world)
    answers = {detector: timed(detector, getattr(module, detector), log) for detector in TEN}
    if hasattr(module, "finish"):
        answers = timed("naming", module.finish, log, answers)
    return seconds, answers


def peak_now() -> int | None:
    """Return the most bytes this process has held; `ru_maxrss` of Linux may be that of its parent."""
    if STATUS.exists():
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return peak_bytes()


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:5]))
