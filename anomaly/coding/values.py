"""What is known of codes, while new ones come block after block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes

MORE = 8  # times as much room: what is never written to is no memory, and what is copied is written twice


class Values:
    """A value of each code, and one for what has none.

    That one stands last, where code -1 finds it. For the 800,000 licences of five million rows, joining old
    and new at every block touched 80 MB.
    """

    def __init__(self, missing: np.generic) -> None:
        self.missing = missing
        self._held = np.full(1, missing)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def known(self) -> NDArray[Any]:
        """Return the value of each code, (m,)."""
        return self._held[: self._used]

    def add(self, found: NDArray[Any]) -> None:
        """Append the values of the next codes, (k,)."""
        start = self._used
        self._room(start + len(found))[start:] = found

    def upto(self, count: int) -> NDArray[Any]:
        """Return the values of the first codes, (count,), to be read and written in place; a code that
        nothing was said of has that of none.
        """
        start = self._used
        if count > start:
            self._room(count)[start:] = self.missing
        return self._held[:count]

    def of(self, codes: Codes) -> NDArray[Any]:
        """Return the values of codes, (n,) int32, -1 missing -> (n,)."""
        return gather(self._held[: self._used + 1], codes)

    def taken(self, order: Codes) -> NDArray[Any]:
        """Return the values of all codes in another order, (m,), and the one for none behind them, (m +
        1,).
        """
        if not self._used:
            return np.full(len(order) + 1, self.missing)
        self.upto(len(order))
        return self.of(np.append(order, np.int32(-1)))

    def _room(self, count: int) -> NDArray[Any]:
        if count >= len(self._held):
            bigger = np.empty(MORE * count + 1, self._held.dtype)
            bigger[: self._used] = self.known
            self._held = bigger
        self._held[count] = self.missing
        self._used = count
        return self._held[:count]
