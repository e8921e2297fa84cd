"""A log measured: as many passes as are asked for, after a first one in which kernels compile."""

from __future__ import annotations

import difflib
import gc
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from anomaly.bench.compiled import Compiled, compiling
from anomaly.bench.log import write_log
from anomaly.bench.memory import peak_bytes
from anomaly.bench.once import Pass, one_pass
from anomaly.detectors import BY_NAME, DETECTORS, Detector
from anomaly.errors import InputError
from anomaly.scan.settings import Settings
from anomaly.telling import EXPECTED, TOTAL, Tell, silent

ROWS, RUNS = 1_000_000, 3  # by default
STAGES = {
    "decoding": "polars alone: the columns a scan reads, batch by batch, let go of at once",
    "reading": "the log and its tables: checked, hashed, distinct texts numbered",
    "coding": "time order, duplicates, identities, rows to actions",
    "explaining": "every explanation on every action",
    "grouping": "actions by user, subject, unit and agency, with all that the detectors read of them",
    "detecting": "the detectors, one after another; a scan runs two side by side",
    "calibrating": "p-values of all detectors to one list",
    "assembling": "incidents, with the text of their rows",
}
WHOLE = ("reading", "coding", "explaining", "grouping", "detecting", "calibrating", "assembling")


@dataclass(frozen=True)
class Measured:
    """A log measured.

    passes: one a run, the same but for the times. written: seconds that writing the log took, None for a log
    that was given. compiled: on the first pass, which is in no other figure. base, peak: bytes of the
    process at most, before the first pass and after it; None where the system does not tell.
    """

    passes: tuple[Pass, ...]
    written: float | None
    compiled: Compiled
    base: int | None
    peak: int | None

    @property
    def facts(self) -> Pass:
        """Return what every pass says of the log."""
        return self.passes[0]

    def rows(self) -> list[dict[str, Any]]:
        """Tell the stages, then the detectors: a dictionary each, with the same keys.

        part: stage or detector; seconds: the median of `runs`, None for what did not run; rows_per_second, of
        the log; of_decoding: seconds, as a multiple of decoding; tested, signals, why_not: of a detector.
        """
        told = [] if self.written is None else [self._row("stage", "writing", [self.written])]
        told.append(self._row("stage", "compiling", [self.compiled.seconds]))
        runs = {name: [one.stages[name] for one in self.passes if name in one.stages] for name in STAGES}
        runs["whole"] = [sum(one.stages[name] for name in WHOLE) for one in self.passes]
        told += [self._row("stage", name, each) for name, each in runs.items()]
        for name, answer in self.facts.answers.items():
            each = [one.detectors[name] for one in self.passes if name in one.detectors]
            told.append(
                self._row("detector", name, each)
                | {"tested": answer.tested, "signals": answer.signals, "why_not": answer.why_not}
            )
        return told

    def _row(self, part: str, name: str, runs: list[float]) -> dict[str, Any]:
        decoding = [one.stages["decoding"] for one in self.passes if "decoding" in one.stages]
        seconds = median(runs) if runs else None
        paced = bool(seconds) and name != "compiling"
        return {
            "part": part,
            "name": name,
            "seconds": seconds,
            "rows_per_second": self.facts.rows / seconds if seconds and paced else None,
            "of_decoding": seconds / median(decoding) if seconds and paced and decoding else None,
            "tested": None,
            "signals": None,
            "why_not": self.facts.not_decoded if name == "decoding" else None,
            "runs": runs,
        }


def chosen(names: Sequence[str]) -> tuple[Detector, ...]:
    """Return the named detectors in the order of the report, all for none; InputError for an unknown name."""
    for name in names:
        if name not in BY_NAME:
            near = difflib.get_close_matches(name, BY_NAME, n=3, cutoff=0.5)
            meant = f"did you mean {' or '.join(near)}? " if near else ""
            raise InputError(f"`{name}` is no detector", "--only", f"{meant}`anomaly detectors` lists them")
    return tuple(one for one in DETECTORS if not names or one.name in names)


def bench(
    inputs: Sequence[str | Path | Any] = (),
    settings: Settings | None = None,
    *,
    rows: int | None = None,
    runs: int = RUNS,
    only: Sequence[str] = (),
    tell: Tell = silent,
) -> Measured:
    """Measure the stages of a scan and each detector, one after another in this process.

    inputs: a log as for a scan, read once a run and once before; none for a seeded log of `rows` rows in a
    temporary folder. only: names of detectors, all when empty. Raises InputError for a log, a number or a
    name that is wrong. Works in one thread but for what reading and coding share out.
    """
    settings, wanted = (settings or Settings()).checked(), chosen(only)
    for name, number in (("--rows", rows), ("--runs", runs)):
        if number is not None and number < 1:
            raise InputError(f"{number} is not usable", name, "give 1 or more")
    if inputs and rows is not None:
        raise InputError(
            "a log that is given has the rows it has",
            "--rows",
            "leave out --rows, or the log for a seeded one",
        )
    if any(given == "-" for given in inputs if isinstance(given, str)):
        raise InputError(
            "standard input can be read once, and is needed for every run", "-", "save it in a file first"
        )
    if inputs:
        return _measured(inputs, settings, wanted, runs, None, tell)
    with tempfile.TemporaryDirectory(prefix="anomaly-bench-") as room:
        path = Path(room, "seeded.parquet")
        tell(f"writing a seeded log of {rows or ROWS:,} rows", 0)
        begin = time.perf_counter()
        write_log(path, rows or ROWS)
        return _measured([path], settings, wanted, runs, time.perf_counter() - begin, tell)


def _measured(
    inputs: Sequence[str | Path | Any],
    settings: Settings,
    wanted: Sequence[Detector],
    runs: int,
    written: float | None,
    tell: Tell,
) -> Measured:
    base = peak_bytes()
    with compiling() as compiled:
        first = one_pass(inputs, settings, wanted, tell)
    compiled.kernels += first.compiled
    compiled.seconds += first.stages["compiling"]
    peak = peak_bytes()
    passes = []
    tell(TOTAL, runs)
    for number in range(1, runs + 1):
        gc.collect()

        def told(what: str, done: int, run: int = number) -> None:
            if what not in (EXPECTED, TOTAL):
                tell(f"run {run}: {what}", 0)

        passes.append(one_pass(inputs, settings, wanted, told))
        tell(f"run {number}", 1)
    return Measured(tuple(passes), written, compiled, base, peak)
