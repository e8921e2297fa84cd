"""Arrays that grow at their end while a log is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding.gather import gather

MORE = 8  # times as much room: what is never written to is no memory, and what is copied is written twice


class Growing:
    """One value for each of a number of things that is not known yet."""

    def __init__(self, missing: np.generic) -> None:
        """missing: the value of what nothing is said of, and the type of all."""
        self._missing = missing
        self._held: NDArray[Any] = np.zeros(0, missing.dtype)
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def add(self, values: NDArray[Any]) -> None:
        """Add values, (m,), at the end."""
        start = self._used
        self._room(start + len(values))[start:] = values

    def upto(self, count: int) -> NDArray[Any]:
        """Return the first values, (count,), to be read and written in place."""
        start = self._used
        held = self._room(count)
        if start < count:
            held[start:] = self._missing
        return held

    def taken(self, order: NDArray[np.int32]) -> NDArray[Any]:
        """Return all values in an order, (m,), and what is missing behind them, (m + 1,)."""
        if not self._used:
            return np.full(len(order) + 1, self._missing)
        return gather(self.upto(len(order) + 1), np.append(order, np.int32(-1)))

    @property
    def values(self) -> NDArray[Any]:
        """Return all values, (m,)."""
        return self._held[: self._used]

    def _room(self, count: int) -> NDArray[Any]:
        if count > len(self._held):
            bigger = np.empty(MORE * count, self._missing.dtype)
            bigger[: self._used] = self.values
            self._held = bigger
        self._used = max(self._used, count)
        return self._held[:count]
