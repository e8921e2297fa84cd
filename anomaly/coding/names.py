"""Names and birthdays as they are written, and what a key that is made of them says."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import read_only
from anomaly.coding.hashes import Codes, CodeTable, Hashes
from anomaly.coding.keys import OF_KEY, OF_PERSON, in_order, prefix_of, spell, spell_names
from anomaly.coding.lexicon import Said
from anomaly.coding.values import Values
from anomaly.sources.arrow import bytes_of

DATE = len("1990-04-12")
# Scatters pairs of codes over a table without making two of them one (multiplicative hashing: Knuth, The Art
# of Computer Programming 3, section 6.4).
SCATTER = np.uint64(0x9E3779B97F4A7C15)
Known = dict[str, NDArray[Any]]


class Names:
    """What each writing of a name or a birthday says; the text of neither is kept."""

    def __init__(self) -> None:
        self._hash = Values(np.uint64(0))  # of `name:SMITH,JANE|`, 0 for no name
        self._said = {name: Values((OF_KEY | OF_PERSON)[name]) for name in ("partial", "letters", "surname")}
        self._dates = Values(np.uint8(0))  # ten bytes each, 0 for no birthday
        self._pairs = CodeTable(keep_text=False)
        self._both = np.zeros((0, 2), np.int32)

    def add_names(self, texts: pl.Series) -> None:
        """Read further writings, (m,) String, clean."""
        names = in_order("name", texts) + "|"
        hashes, _, wild = spell(names, prefix_of("name"))
        letters, surname, initial = spell_names(names)
        self._hash.add(hashes)
        for name, values in {"partial": wild | initial, "letters": letters, "surname": surname}.items():
            self._said[name].add(values)

    def add_dates(self, texts: pl.Series) -> None:
        """Read further birthdays, (m,) String, YYYY-MM-DD."""
        data, starts = bytes_of(texts.fill_null(""))
        whole = np.flatnonzero(np.diff(starts) == DATE)
        dates = np.zeros((len(texts), DATE), np.uint8)
        dates[whole] = data[starts[whole, None] + np.arange(DATE)]
        self._dates.add(dates.reshape(-1))

    def names_only(self, start: int) -> tuple[Hashes, Known]:
        """Return the keys of the writings of a name from the start-th on, (m,), and what they say."""
        return self._hash.known[start:], {name: said.known[start:] for name, said in self._said.items()}

    def pairs(self, name: Said, dob: Said) -> tuple[Codes, NDArray[np.int64]]:
        """Code which name and birthday each row has, (n,) int32, and return the rows (m,) whose pair is
        new.
        """
        if len(self._both) < len(name.codes):
            self._both = np.zeros((len(name.codes), 2), np.int32)
        both = self._both[: len(name.codes)]
        np.add(name.codes, 1, out=both[:, 0])
        np.add(dob.codes, 1, out=both[:, 1])
        hashed = both.view(np.uint64)[:, 0]
        hashed *= SCATTER
        return self._pairs.code_hashes(hashed)

    def born(self, names: Codes, dates: Codes) -> tuple[NDArray[np.int64], Hashes, Known]:
        """Say which of some pairs, (m,) int32 each, are of a name and a birthday, (k,) positions; return the
        keys of these, (k,), and what they say.
        """
        hashed, days = self._hash.known, self._dates.known.reshape(-1, DATE)
        whole = np.flatnonzero((names >= 0) & (dates >= 0))
        whole = whole[(hashed[names[whole]] != 0) & (days[dates[whole], 0] != 0)]
        names, dates = names[whole], dates[whole]
        starts = DATE * np.arange(len(whole) + 1)
        data, starts = read_only(days[dates].reshape(-1)), read_only(starts)
        hashes, serials, _ = kernels.read_keys(data, starts, hashed[names])
        return (
            whole,
            hashes,
            {name: said.known[names] for name, said in self._said.items()} | {"serial": serials},
        )
