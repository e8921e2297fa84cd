"""The stories of `fixtures/stories`: one small log for each detector, with its context and its truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "stories"
NAMES = tuple(sorted(folder.parent.name for folder in ROOT.glob("*/log.csv")))


@dataclass(frozen=True)
class Story:
    """Paths of a story and its truth: row (1-based row of the log), scenario_id, pattern, misuse, user."""

    name: str
    log: Path
    context: Path
    truth: pl.DataFrame

    def rows(self, *, misuse: bool) -> set[int]:
        """1-based data rows of the misuse, or of the hard negatives."""
        return set(self.truth.filter(pl.col("misuse") == misuse)["row"])

    def users(self, *, misuse: bool) -> set[str]:
        """Users in the misuse, or in the hard negatives."""
        return set(self.truth.filter(pl.col("misuse") == misuse)["user"])


def load_story(name: str) -> Story:
    """The story of a detector, by the detector's name."""
    folder = ROOT / name
    truth = pl.read_csv(folder / "truth.csv", schema_overrides={"misuse": pl.Boolean})
    return Story(name, folder / "log.csv", folder / "context", truth)
