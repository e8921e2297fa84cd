"""Text as hashes, and hashes as dense codes: one table per column, fed batch after batch."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import read_only
from anomaly.sources.arrow import alone, views_of

Codes = NDArray[np.int32]
Hashes = NDArray[np.uint64]

_START = 1 << 12
_LARGE = 1 << 16  # a table that is not grows fourfold at once: the emptier, the faster
_SEED = 20_200_101
_NO_BYTES = np.frombuffer(b"", np.uint8)
_BUFFER = np.uint64(0xFFFFFFFF)  # the half of a view that numbers its buffer
_JUMPS = 32  # Parquet pages are buffers of thousands of texts, one after the other


def hashes_of(texts: pl.Series, salt: int = 0, *, blank: bool = False) -> Hashes:
    """Hash each text to 64 bits; 0 stands for missing.

    texts: (n,) String; salt: other hashes for the same texts; blank: an empty text is a missing one. Returns
    (n,) uint64, read-only. Two texts in 10^9 share a hash with probability 0.03 (birthday bound).
    """
    hashes = np.empty(len(texts), np.uint64)
    hash_into(hashes, texts, salt, blank=blank)
    hashes.flags.writeable = False
    return hashes


def hash_into(hashes: Hashes, texts: pl.Series, salt: int, *, blank: bool) -> None:
    """Fill (n,) uint64, see `hashes_of`; texts that jump between buffers are first copied into one, 30 ns."""
    views, at = views_of(texts), 0
    for _ in range(_JUMPS):
        number = int(views.words[2 * at + 1] & _BUFFER) if at else 0
        data = views.buffers[number] if views.buffers else _NO_BYTES
        at = kernels.hash_views(
            views.words, views.valid, views.first, data, number, _SEED + salt, blank, hashes, at
        )
        if at == len(hashes):
            return
    hash_into(hashes[at:], alone(texts[at:]), salt, blank=blank)


class CodeTable:
    """Gives each distinct text of a column a dense code, in order of appearance.

    keep_text: hold the distinct texts (`values`), or only their hashes (for subjects, of whom there may be
    millions and whose text must not linger).
    """

    def __init__(self, *, keep_text: bool = True) -> None:
        self.keep_text = keep_text
        self._keys = np.zeros(_START, np.uint64)
        self._slots = np.zeros(_START, np.int32)
        self._used = 0
        self._fresh_texts: list[pl.Series] = []

    def __len__(self) -> int:
        return self._used

    def code(self, texts: pl.Series, hashed: Hashes | None = None) -> tuple[Codes, NDArray[np.int64]]:
        """Code a batch.

        texts: (n,) String. Returns codes (n,) int32, -1 where missing, and the positions (m,) int64 of the
        texts that were new.
        """
        hashed = hashes_of(texts) if hashed is None else hashed
        codes, fresh = self.code_hashes(hashed)
        if len(fresh) and self.keep_text:
            self._fresh_texts.append(alone(texts[fresh]))
        return codes, fresh

    def code_hashes(self, hashed: Hashes) -> tuple[Codes, NDArray[np.int64]]:
        """Code hashes, (n,) uint64, as `code` does, and keep nothing else of them."""
        codes, fresh = kernels.code(read_only(hashed), self._keys, self._slots, self._used)
        self._used += len(fresh)
        if len(codes) == len(hashed):
            return codes, fresh
        self._grow()
        more, further = self.code_hashes(hashed[len(codes) :])
        return np.concatenate([codes, more]), np.concatenate([fresh, further + len(codes)])

    def _grow(self) -> None:
        more = len(self._keys) * (4 if len(self._keys) < _LARGE else 2)
        bigger = np.zeros(more, np.uint64), np.zeros(more, np.int32)
        kernels.grow(self._keys, self._slots, *bigger)
        self._keys, self._slots = bigger

    def known(self, texts: pl.Series) -> Codes:
        """Find the codes of texts, (n,) String -> (n,) int32; -1 where missing or not met before."""
        return kernels.known(hashes_of(texts), self._keys, self._slots)

    @property
    def values(self) -> pl.Series:
        """Return the distinct texts, (m,) String, in order of code."""
        return pl.concat(self._fresh_texts).rechunk() if self._fresh_texts else pl.Series([], dtype=pl.String)

    @property
    def hashes(self) -> Hashes:
        """Return the hash of each code, (m,) uint64."""
        held, at = np.empty(self._used, np.uint64), np.flatnonzero(self._keys)
        held[self._slots[at]] = self._keys[at]
        return held
