"""A program in a process of its own, within bounds: one that takes too much is stopped, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

LOOK = 0.05  # seconds from one look at the memory of a process to the next
GAVE_UP = ("MemoryError", "OutOfMemory", "out of memory", "Cannot allocate memory")  # a library, by itself


class Limits(NamedTuple):
    """The most that each process may take: bytes it holds, minutes of wall time."""

    memory: int = 24 * 10**9
    minutes: float = 30

    def too_much(self) -> str:
        """Say that it did not fit."""
        return f"did not fit in {self.memory / 1e9:g} GB"

    def too_long(self) -> str:
        """Say that it was not done in time."""
        return f"stopped after {self.minutes:g} min"


class StoppedError(Exception):
    """A process was stopped at one of its limits; the text says which."""


def run(arguments: list[Any], limits: Limits, **environment: str) -> str:
    """Run `python -m ARGUMENTS` to its end and return what it printed.

    Raises StoppedError where it takes more than it may, is killed for want of memory, or gives up for it;
    RuntimeError where it fails otherwise. The memory of a process is known where /proc is; elsewhere only the
    time is bounded.
    """
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as failed:
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=Path(__file__).parents[3],
            env={**os.environ, **environment},
            stdout=said,
            stderr=failed,
        )
        try:
            _watch(process, limits)
        finally:
            process.kill()
            process.wait()
        failed.seek(0)
        error = failed.read()[-3000:]
        if process.returncode == -9 or (process.returncode and any(word in error for word in GAVE_UP)):
            raise StoppedError("ran out of memory")
        if process.returncode:
            raise RuntimeError(f"{' '.join(map(str, arguments))}\n{error}")
        said.seek(0)
        return said.read()


def _watch(process: subprocess.Popen[bytes], limits: Limits) -> None:
    """Wait until the process ends; StoppedError once it is over a limit."""
    until = time.monotonic() + 60 * limits.minutes
    while True:
        try:
            process.wait(LOOK)
        except subprocess.TimeoutExpired:
            if held(process.pid) > limits.memory:
                raise StoppedError(limits.too_much()) from None
            if time.monotonic() > until:
                raise StoppedError(limits.too_long()) from None
        else:
            return


def held(pid: int) -> int:
    """Return the bytes that a process holds; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
