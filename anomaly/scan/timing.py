"""Where the time of a scan goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Timing:
    """Seconds of each stage and of each detector that ran, as the clock on the wall has them.

    rows, bytes_on_disk: of the log, once it has been read; compiled: kernels, before anything else.
    """

    stages: dict[str, float] = field(default_factory=dict)
    detectors: dict[str, float] = field(default_factory=dict)
    rows: int = 0
    bytes_on_disk: int = 0
    compiled: int = 0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of what is done inside to a stage."""
        begin = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - begin

    @contextmanager
    def detector(self, name: str) -> Iterator[None]:
        """Take the time of a detector."""
        begin = time.perf_counter()
        yield
        self.detectors[name] = time.perf_counter() - begin
