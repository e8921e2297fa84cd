"""A small synthetic county that several tests scan: 160 users, misuse and look-alikes, and its clean twin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anomaly.synth import load, size_of, write_world


@dataclass(frozen=True)
class County:
    """The log of a county (CSV), its context tables, its truth, and the same three of the clean twin."""

    log: Path
    context: Path
    truth: Path
    clean_log: Path
    clean_context: Path
    clean_truth: Path


def county(folder: Path, *, seed: int = 1, days: int = 150) -> County:
    p = load().model_copy(update={"names": "invented"})
    size = size_of(p, seed=seed, users=160, days=days, events=530 * days)
    write_world(folder, size, p, format="csv")
    clean = folder / "clean"
    return County(
        folder / "log" / "queries.csv",
        folder / "context",
        folder / "truth",
        clean / "log" / "queries.csv",
        clean / "context",
        clean / "truth",
    )
