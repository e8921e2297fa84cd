"""Columns of a log as Arrow arrays made whole: texts by code, texts letter by letter, and what is missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from anomaly.synth.streams import Ints

FEW = 64  # texts of which it does not pay to ask which are used


class Coded(NamedTuple):
    """A column of few texts: the texts, (k,), all different, and which of them each row has, (n,), -1 for
    none.
    """

    texts: pl.Series
    codes: Ints | NDArray[np.int32]

    def series(self) -> pl.Series:
        """The text of each row."""
        codes = pl.Series(self.codes)
        return self.texts.gather(codes.set(codes < 0, None))

    def arrow(self) -> pa.DictionaryArray:
        """The same as a dictionary of the texts that are used: Parquet takes it as it is, at half the
        cost.
        """
        texts, codes = self.texts, self.codes.astype(np.int32, copy=False)
        if len(texts) > FEW:
            places = codes.astype(np.int64)  # half the time, this included, that numpy takes with int32
            used = np.zeros(len(texts) + 1, dtype=np.bool_)
            used[places] = True  # -1 is the last, which is no text's
            kept = np.flatnonzero(used[:-1])
            place = np.empty(len(used), dtype=np.int32)
            place[kept], place[-1] = np.arange(len(kept), dtype=np.int32), -1
            texts, codes = texts.gather(kept), place[places]
        return pa.DictionaryArray.from_arrays(filled(codes, codes >= 0), plain(texts), safe=False)


Columns = dict[str, Coded | pa.Array]


def plain(column: pl.Series) -> pa.Array:
    """A column as Arrow had it before views."""
    return column.to_arrow(compat_level=pl.CompatLevel.oldest())


def filled(values: NDArray[np.integer], there: NDArray[np.bool_]) -> pa.Array:
    """Whole numbers, (n,), null where they are not `there`, without a look at each."""
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(
        kind, len(values), [_bits(there), pa.py_buffer(np.ascontiguousarray(values))]
    )


def lettered(letters: NDArray[np.uint8], widths: Ints) -> pa.Array:
    """Texts from all their letters, one after another, and how many each row has, (n,); null for none."""
    ends = np.zeros(len(widths) + 1, dtype=np.int64)
    np.cumsum(widths, out=ends[1:])
    buffers = [_bits(widths > 0), pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters))]
    return pa.Array.from_buffers(pa.large_string(), len(widths), buffers)


def _bits(there: NDArray[np.bool_]) -> pa.Buffer | None:
    return None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
