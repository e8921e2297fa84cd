"""The only door to the generator: make a world on disk, and say what each of its scenarios is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from anomaly.evaluate import Truth, read_truth
from anomaly.synth import load, size_of, write_world
from anomaly.synth.scenes.catalogue import INNOCENT, MISUSE
from benchmarks.scorecard.plans import Plan

CATALOGUE = 36  # patterns of known misuse


@dataclass(frozen=True)
class World:
    """A world on disk, with its clean twin, and how it came out. names: where its people's names are from.

    missed: patterns the world had nobody for.
    """

    root: Path
    seed: int
    rows: int
    users: int
    agencies: int
    names: str
    missed: tuple[str, ...]

    @property
    def clean(self) -> Path:
        """The folder of the clean twin."""
        return self.root / "clean"

    @cached_property
    def truth(self) -> Truth:
        """What is true of it."""
        return read_truth(self.root / "truth")

    @cached_property
    def clean_truth(self) -> Truth:
        """What is true of the twin: the hard negatives, and what is wrong with agencies' filings."""
        return read_truth(self.clean / "truth")


def make(plan: Plan, seed: int, root: Path) -> World:
    """Make the world of one seed in the folder `root`."""
    parameters = load()
    size = size_of(parameters, seed=seed, users=plan.users, days=plan.days, events=plan.events)
    made = write_world(root, size, parameters, format="parquet", clean=True)
    missed = tuple(one.pattern for one in made.missed)
    return World(root, seed, made.n_rows, made.n_users, made.n_agencies, made.names, missed)


def misuse_numbers() -> dict[str, tuple[int, ...]]:
    """Every pattern of misuse a world may hold, in the order of the catalogue, and its numbers there."""
    return {one.pattern: one.numbers for one in sorted(MISUSE, key=lambda one: one.numbers)}


def innocent_patterns() -> tuple[str, ...]:
    """Every kind of hard negative, in report order."""
    return tuple(one.pattern for one in INNOCENT)
