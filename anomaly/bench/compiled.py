"""How long kernels took to compile or to load, as numba itself tells it, apart from what they then did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from numba.core import event

import kernels


@dataclass
class Compiled:
    """Seconds of compiling and loading; kernels compiled, and those loaded from an earlier run's cache."""

    seconds: float = 0.0
    kernels: int = 0
    loaded: int = 0


@contextmanager
def compiling() -> Iterator[Compiled]:
    """Watch what is compiled inside; the figures are there when it ends."""
    told = Compiled()

    def ended(seconds: float) -> None:
        told.seconds = seconds

    before = _counts()
    with event.install_timer("numba:compiler_lock", ended):
        yield told
    told.kernels, told.loaded = (now - was for now, was in zip(_counts(), before, strict=True))


def _counts() -> tuple[int, int]:
    """Count the kernels compiled, and those loaded, since the process began; none where jit is disabled."""
    stats = [one.stats for one in vars(kernels).values() if hasattr(one, "stats")]
    misses, hits = (
        sum(bool(sum(getattr(s, name).values())) for s in stats) for name in ("cache_misses", "cache_hits")
    )
    return misses, hits
