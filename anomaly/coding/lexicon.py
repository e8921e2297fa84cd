"""What the writings of a column mean: each different one is cleaned once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.hashes import Codes, CodeTable, Hashes, hashes_of
from anomaly.sources.meaning import Meaning
from anomaly.sources.text import State, States


@dataclass(frozen=True)
class Said:
    """What the rows of a block say in one column, not yet read.

    written: (n,) String as found; meaning: how it is read; hashes: (n,) uint64 of what is written, 0 where
    nothing is; states: (n,); codes: (n,) int32, one for each different writing in order of appearance, -1
    where nothing is written; fresh: (m,) String, clean, what the m writings mean that no earlier block had,
    in order of code. A column that is not coded has neither codes nor fresh.
    """

    written: pl.Series
    meaning: Meaning
    hashes: Hashes
    states: States
    codes: Codes
    fresh: pl.Series

    @property
    def filled_codes(self) -> Codes:
        """The codes (n,) of what says something, -1 where it is empty or hidden."""
        return np.where(self.states == State.FILLED, self.codes, np.int32(-1))

    def texts(self, rows: NDArray[np.integer] | None = None) -> pl.Series:
        """Read some rows, (k,) positions, or all: (k,) String, clean."""
        return self.meaning.read(self.written if rows is None else self.written.gather(rows)).texts

    def filter(self, kept: pl.Series, /) -> Said:
        """Leave rows out, (n,) Boolean."""
        rows = kept.to_numpy()
        return replace(
            self,
            written=self.written.filter(kept),
            hashes=self.hashes[rows],
            states=self.states[rows],
            codes=self.codes[rows] if len(self.codes) else self.codes,
        )


@cache
def _hash_of_nothing(salt: int) -> np.uint64:
    value: np.uint64 = hashes_of(pl.Series([""]), salt)[0]
    return value


class Lexicons:
    """The lexicons of all columns of a log, fed block after block.

    On five million rows of ten columns, cleaning every value took 2.4 CPU seconds, this 0.6.
    """

    def __init__(self, coded: Collection[str]) -> None:
        """coded: the columns that get codes; of the others, values are seldom the same twice."""
        self._coded = frozenset(coded)
        self._tables: dict[str, CodeTable] = {}
        self._states: dict[str, States] = {}
        self._salts: dict[str, list[object]] = {}

    def read(self, meaning: Meaning, written: pl.Series) -> tuple[Said, States]:
        """Look the values of a block up, (n,) String: what they say, and the state of each, (n,)."""
        name = meaning.name
        # Two files may write the same and mean different things: their profiles strip different prefixes.
        salts = self._salts.setdefault(name, [])
        if meaning.prefixes not in salts:
            salts.append(meaning.prefixes)
        salt = salts.index(meaning.prefixes)
        hashes = hashes_of(written, salt)
        blank = hashes == _hash_of_nothing(salt)
        if blank.any():
            hashes = np.where(blank, np.uint64(0), hashes)
        if name not in self._coded:
            states = meaning.states(written)
            return Said(written, meaning, hashes, states, np.zeros(0, np.int32), written.clear()), states
        if name not in self._tables:
            self._tables[name] = CodeTable(keep_text=False)
            self._states[name] = np.array([State.EMPTY], np.uint8)
        codes, fresh = self._tables[name].code_hashes(hashes)
        texts = written.clear()
        if len(fresh):
            cleaned = meaning.read(written.gather(fresh))
            texts, known = cleaned.texts, self._states[name]
            # What is not written stands last, where code -1 finds it.
            self._states[name] = np.concatenate([known[:-1], cleaned.states, known[-1:]])
        states = np.take(self._states[name], codes, mode="wrap")
        return Said(written, meaning, hashes, states, codes, texts), states
