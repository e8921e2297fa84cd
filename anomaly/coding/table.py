"""What is written becomes values here: each different writing is asked for once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.hashes import Codes, CodeTable, Hashes
from anomaly.coding.lexicon import Said
from anomaly.coding.values import Values

MISSING = np.int32(-1)


class Derived:
    """What a function says of the writings of one column."""

    def __init__(self, read: Callable[[pl.Series], NDArray[Any]], missing: np.generic) -> None:
        """read: clean texts (m,) String -> (m,); missing: the value where nothing is written."""
        self._read = read
        self._values = Values(missing)

    def of(self, said: Said) -> NDArray[Any]:
        """Return what the function says of each row, (n,)."""
        if len(said.fresh):
            self._values.add(self._read(said.fresh))
        return self._values.of(said.codes)


class Memo:
    """What a function says of things that are known by a hash, asked once for each of them."""

    def __init__(self, missing: np.generic) -> None:
        """missing: the value of hash 0."""
        self._table = CodeTable(keep_text=False)
        self._values = Values(missing)

    def of(self, hashed: Hashes, read: Callable[[NDArray[np.int64]], NDArray[Any]]) -> NDArray[Any]:
        """Return the value of each row, (n,).

        hashed: (n,) uint64; read: positions (m,) of rows whose hash is new -> (m,) values.
        """
        codes, fresh = self._table.code_hashes(hashed)
        if len(fresh):
            self._values.add(read(fresh))
        return self._values.of(codes)


def ranked(table: CodeTable) -> tuple[pl.Series, Codes]:
    """Order a vocabulary by its text, so that codes are the same whatever the order of rows, shards or
    threads.

    Returns the sorted texts (m,) String and the new code of each old one, (m,) int32.
    """
    values = table.values
    order = values.arg_sort().to_numpy()
    rank = np.empty(len(values), np.int32)
    rank[order] = np.arange(len(values), dtype=np.int32)
    return values.gather(order), rank
