"""How the writings of one column are read: cleaned, a vendor's marks taken off, dates put in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from anomaly.sources.text import Clean, State, States, clean, doubtful
from anomaly.sources.times import read_dates
from anomaly.sources.vendor import Prefix


@dataclass(frozen=True)
class Meaning:
    """How a column is read in files of one profile.

    name: canonical column; prefixes: the marks to take off; marked: value -> what its mark said of it, filled
    as values are read.
    """

    name: str
    prefixes: tuple[Prefix, ...]
    marked: dict[str, dict[str, str]]

    def read(self, written: pl.Series) -> Clean:
        """Read what is written, (n,) String."""
        cleaned = clean(written.alias(self.name))
        texts, states = cleaned.texts, cleaned.states
        for prefix in self.prefixes:
            texts = self._unmarked(texts, prefix)
        if self.name == "dob":
            dates = read_dates(texts)
            states[(texts.is_not_null() & dates.is_null()).to_numpy()] = State.UNREADABLE
            texts = dates
        return Clean(texts, states)

    def states(self, written: pl.Series) -> States:
        """Say what each value is, (n,) String -> (n,), and read only those that it takes reading to know."""
        if self.prefixes or self.name == "dob":
            return self.read(written).states
        states = np.zeros(len(written), np.uint8)
        rows = doubtful(written)
        if len(rows):
            states[rows] = self.read(written[rows]).states
        return states

    def _unmarked(self, texts: pl.Series, prefix: Prefix) -> pl.Series:
        has = texts.str.starts_with(prefix.text).fill_null(False)
        if not has.any():
            return texts
        bare = texts.str.strip_prefix(prefix.text).str.strip_chars()
        for value in bare.filter(has).unique():
            said = self.marked.setdefault(value, {})
            # The largest where marks disagree, in whatever order they come.
            said |= {name: max(mark, said.get(name, mark)) for name, mark in prefix.sets.items()}
        return bare


class Plain:
    """Reads every value of a column, for those who want the text of each row."""

    def read(self, meaning: Meaning, written: pl.Series) -> tuple[pl.Series, States]:
        """Read a block, (n,) String: the clean texts, and the state of each, (n,)."""
        cleaned = meaning.read(written)
        return cleaned.texts, cleaned.states
