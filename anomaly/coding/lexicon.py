"""What the writings of a column mean: each different one is cleaned once, however many rows hold it."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.hashes import Codes, CodeTable, Hashes, hash_into, hashes_of
from anomaly.coding.values import Values
from anomaly.sources.meaning import Meaning
from anomaly.sources.text import State, States
from anomaly.sources.vendor import Prefix


@dataclass(frozen=True)
class Said:
    """What the rows of a block say in one column, not yet read.

    written: (n,) String as found; meaning: how it is read; salt: of its hashes; states: (n,); codes: (n,)
    int32, one for each different writing in order of appearance, -1 where nothing is written; fresh: (m,)
    String, clean, what the m writings mean that no earlier block had, in order of code. A column that is not
    coded has neither codes nor fresh.
    """

    written: pl.Series
    meaning: Meaning
    salt: int
    states: States
    codes: Codes
    fresh: pl.Series

    @property
    def hashes(self) -> Hashes:
        """The hashes (n,) uint64 of what is written, 0 where nothing is."""
        return hashes_of(self.written, self.salt, blank=True)

    @property
    def filled_codes(self) -> Codes:
        """The codes (n,) of what says something, -1 where it is empty or hidden."""
        odd = self.states.any()
        return np.where(self.states == State.FILLED.value, self.codes, np.int32(-1)) if odd else self.codes

    def texts(self, rows: NDArray[np.integer] | None = None) -> pl.Series:
        """Read some rows, (k,) positions, or all: (k,) String, clean."""
        return self.meaning.read(self.written if rows is None else self.written.gather(rows)).texts

    def filter(self, kept: pl.Series, /) -> Said:
        """Leave rows out, (n,) Boolean."""
        rows = kept.to_numpy()
        return replace(
            self,
            written=self.written.filter(kept),
            states=self.states[rows],
            codes=self.codes[rows] if len(self.codes) else self.codes,
        )


def salt_of(prefixes: tuple[Prefix, ...]) -> int:
    """Give hashes of their own to files whose profile strips other prefixes: two files may write the same and
    mean different things. The same wherever the files are read.
    """
    told = [(one.text, sorted(one.sets.items())) for one in prefixes]
    return zlib.crc32(repr(told).encode()) if prefixes else 0


class Lexicon:
    """What the writings of one column mean."""

    def __init__(self) -> None:
        self._table = CodeTable(keep_text=False)
        self._states = Values(np.uint8(State.EMPTY))
        self._odd = False  # some writing says nothing

    def code(self, meaning: Meaning, written: pl.Series, hashes: Hashes) -> tuple[States, Codes, pl.Series]:
        """Look the values of a block up, (n,) String and uint64: states, codes and fresh, see `Said`."""
        codes, new = self._table.code_hashes(hashes)
        fresh = written.clear()
        if len(new):
            cleaned = meaning.read(written[new])
            fresh = cleaned.texts
            self._states.add(cleaned.states)
            self._odd |= bool(cleaned.states.any())
        if self._odd:
            return self._states.of(codes), codes, fresh
        return (codes < 0).view(np.uint8), codes, fresh  # FILLED is 0, EMPTY 1: a tenth of looking each up


class Lexicons:
    """The lexicons of all columns of a log, fed block after block.

    On five million rows of ten columns, cleaning every value took 2.4 CPU seconds, this 0.6.
    """

    def __init__(self, coded: Collection[str]) -> None:
        """coded: the columns that get codes; of the others, values are seldom the same twice."""
        self._coded = frozenset(coded)
        self._lexicons: dict[str, Lexicon] = {}
        self._hashes: Hashes = np.empty(0, np.uint64)  # of one column of a block, gone with the next

    def read(self, meaning: Meaning, written: pl.Series) -> tuple[Said, States]:
        """Look the values of a block up, (n,) String: what they say, and the state of each, (n,)."""
        lexicon = self._lexicons.setdefault(meaning.name, Lexicon())
        salt = salt_of(meaning.prefixes)
        if meaning.name in self._coded:
            if len(self._hashes) < len(written):
                self._hashes = np.empty(len(written), np.uint64)
            hashes = self._hashes[: len(written)]
            hash_into(hashes, written, salt, blank=True)
            states, codes, fresh = lexicon.code(meaning, written, hashes)
        else:
            states, codes, fresh = meaning.states(written), np.zeros(0, np.int32), written.clear()
        return Said(written, meaning, salt, states, codes, fresh), states
