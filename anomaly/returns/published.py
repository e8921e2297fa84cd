"""What has been published about a whole state: facts of others, set beside the filings and never mixed in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Published:
    """One published figure: `value` of `unit` from the year `first` to the year `last`, both included."""

    first: int
    last: int
    unit: str
    value: int
    source: str
    at_least: bool = False

    @property
    def years(self) -> int:
        """How many years the figure is the total of."""
        return self.last - self.first + 1

    @property
    def period(self) -> str:
        """The years in words: 2017 · 2019–2023."""
        return str(self.first) if self.years == 1 else f"{self.first}–{self.last}"


@cache
def published() -> tuple[Published, ...]:
    """Return the packaged figures, by first year."""
    tables = tomllib.loads((files("anomaly.returns") / "published.toml").read_text("utf-8"))
    sources = tables["sources"]
    return tuple(Published(**{**one, "source": sources[one["source"]]}) for one in tables["figures"])
