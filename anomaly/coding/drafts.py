"""Columns while a log is read: held once, filled block after block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Drafts:
    """Columns of one length that grow.

    A column is one array, as long as the log says it will be, or twice as long whenever it is full: room that
    is never written to is no memory. Parts in a list, joined at the end, were written twice.
    """

    def __init__(self) -> None:
        self._held: dict[str, NDArray[Any]] = {}
        self._used = self._next = self._expected = 0

    def expect(self, rows: int) -> None:
        """Make room for so many rows when a column begins."""
        self._expected = rows

    def begin(self, count: int) -> None:
        """Begin a block of so many rows; every column is to be filled for it."""
        self._used, self._next = self._next, self._next + count

    def room(self, name: str, width: type[np.integer]) -> NDArray[Any]:
        """Give the part of a column, (count,), that the block is to be written to."""
        held = self._held.get(name)
        if held is None or len(held) < self._next:
            bigger = np.empty(max(self._next, 2 * self._used, self._expected), width)
            if held is not None:
                bigger[: self._used] = held[: self._used]
            self._held[name] = held = bigger
        return held[self._used : self._next]

    def take(self) -> dict[str, NDArray[Any]]:
        """Return the columns, (n,) each, and let go of them."""
        held, self._held = self._held, {}
        return {name: column[: self._next] for name, column in held.items()}
