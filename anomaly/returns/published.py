"""What has been published about a whole state: facts of others, set beside the filings and never mixed in."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

NO_ACTION = "no action, of the 389 confirmed cases"


@dataclass(frozen=True)
class Published:
    """One published figure: `value` of `unit` from the year `first` to the year `last`, both included.

    bound: about, at least or more than, where the source says so. percent_of: of what the value is a
    percentage, in the words of the source; empty where it is a count.
    """

    first: int
    last: int
    unit: str
    value: int
    source: str
    bound: str = ""
    percent_of: str = ""

    @property
    def years(self) -> int:
        """How many years the figure is the total of."""
        return self.last - self.first + 1

    @property
    def period(self) -> str:
        """The years in words: 2017 · 2019–2023."""
        return str(self.first) if self.years == 1 else f"{self.first}–{self.last}"

    @property
    def said(self) -> str:
        """The value in words: 143 · more than 20 · about 17% of the cases."""
        of = f"% of {self.percent_of}" if self.percent_of else ""
        return f"{self.bound} {self.value:,}{of}".strip()


@cache
def published() -> tuple[Published, ...]:
    """Return the packaged figures, by first year, those of one source together."""
    tables = tomllib.loads((files("anomaly.returns") / "published.toml").read_text("utf-8"))
    sources = tables["sources"]
    return tuple(Published(**{**one, "source": sources[one["source"]]}) for one in tables["figures"])


def by_source(figures: Sequence[Published]) -> list[tuple[str, list[Published]]]:
    """Return each source with its figures, in their order."""
    return [(source, list(ones)) for source, ones in groupby(figures, lambda one: one.source)]


def outcomes(figures: Sequence[Published]) -> list[tuple[str, str, float]]:
    """Return outcome, share in words and share (0 to 1) of cases whose outcomes were published as shares."""
    confirmed = next(one.value for one in figures if one.unit == "confirmed misuse cases")
    idle = next(one.value for one in figures if one.unit == NO_ACTION)
    return [
        ("no action", f"{idle:,} of {confirmed:,}", idle / confirmed),
        *((one.unit, one.said, one.value / 100) for one in figures if one.percent_of),
    ]
