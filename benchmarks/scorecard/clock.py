"""Seconds spent in each stage, and progress on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up wall time by stage; `quiet` keeps progress to itself."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.begun = time.perf_counter()
        self.seconds: dict[str, float] = {}
        self.times: dict[str, int] = {}
        self._quiet = quiet

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.begun

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside as one round of the stage."""
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun
        self.times[name] = self.times.get(name, 0) + 1

    def tell(self, text: str) -> None:
        """Say on stderr how far it is."""
        if not self._quiet:
            print(f"{self.total:6.0f} s  {text}", file=sys.stderr, flush=True)
