"""Case numbers that rise with time: a year, the agency, and a serial of the minute in which the file was
opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints, uniform

# One integer holds a number: agency << 40 | place in `years` << 32 | serial. Numbers under -1 are texts that
# somebody has typed for one: -2 the first.
AGENCY, YEAR = 1 << 40, 1 << 32
# Who opens files at the same time without knowing of each other: the lanes from REPORTS on are those of
# slices in turn. Who stays late reaches five slices on: with one lane 70 reports of each slice of a state had
# a number of a later slice too, with two lanes 12 (test_numbers).
DETECTIVES, OTHERS, REPORTS = range(3)
LANES = 8


@dataclass(frozen=True)
class Numbering:
    """How the agencies of a world number their files.

    prefixes: of the agencies, (a,). every: seconds to a slot, (a,); each slot has a serial for each lane, in
    an order of its own. years: beginning of each year in seconds from the first midnight, ascending, and
    which year of the century it is, (y,) both.
    """

    seed: int
    prefixes: tuple[str, ...]
    every: Ints
    starts: Ints
    years: Ints

    @classmethod
    def of(cls, seed: int, prefixes: list[str], users: Ints, first_day: date, days: int) -> Numbering:
        """The numbering of agencies of so many users, (a,), with room for four files a user and day."""
        last = first_day.year + days // 365 + 2
        years = range(first_day.year - 1, last)
        starts = np.array([(date(year, 1, 1) - first_day).days * DAY for year in years])
        every = np.minimum(600, DAY // np.maximum(4 * users, 1)) + 1
        return cls(seed, tuple(prefixes), every, starts, np.array(years) % 100)

    def numbers(self, agency: Ints, opened: Ints, lane: int) -> Ints:
        """A number for each file, (n,): the files of one lane, all different if they are given at once."""
        order = np.lexsort((opened, agency))
        agency, opened = agency[order], opened[order]
        year = np.searchsorted(self.starts, opened, side="right") - 1
        slot = (opened - self.starts[year]) // self.every[agency]
        place = agency * AGENCY + year * YEAR + slot
        # Two in one slot: the later takes the next. Whole numbers that rise by one or more stay apart.
        rank = np.arange(len(place))
        place = np.maximum.accumulate(place - rank) + rank if len(place) else place
        base, slot = place // YEAR * YEAR, place % YEAR
        shuffled = (lane + (uniform(self.seed + 9, place) * LANES).astype(np.int64)) % LANES
        out = np.empty(len(order), dtype=np.int64)
        out[order] = base + slot * LANES + shuffled + 1
        return out

    @cached_property
    def _heads(self) -> pl.Series:
        return pl.Series([f"{y:02d}-{prefix}" for y in self.years.tolist() for prefix in self.prefixes])

    def render(self, numbers: Ints, texts: list[str]) -> pl.Series:
        """The text of each number, (n,); null for -1. texts: those of numbers under -1."""
        filed, typed = np.flatnonzero(numbers >= 0), np.flatnonzero(numbers < -1)
        agency, rest = np.divmod(numbers[filed], AGENCY)
        year, serial = np.divmod(rest, YEAR)
        digits = pl.Series(serial).cast(pl.String).str.zfill(6)
        text = self._heads.gather(year * len(self.prefixes) + agency) + digits
        odd = pl.Series(texts, dtype=pl.String).gather(-2 - numbers[typed])
        at = np.full(len(numbers), -1, dtype=np.int64)
        at[filed], at[typed] = np.arange(len(filed)), len(filed) + np.arange(len(typed))
        return pl.concat([text, odd], rechunk=True).gather(pl.Series(at).set(pl.Series(at < 0), None))
