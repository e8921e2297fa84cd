"""What is known of codes, while new ones come block after block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes


class Values:
    """A value of each code, and one for what has none.

    That one stands last, where code -1 finds it. Room doubles when it is full: for the 800,000 licences of
    five million rows, joining old and new at every block touched 80 MB.
    """

    def __init__(self, missing: np.generic) -> None:
        self._missing = missing
        self._held = np.full(1, missing)
        self._used = 0

    @property
    def known(self) -> NDArray[Any]:
        """Return the value of each code, (m,)."""
        return self._held[: self._used]

    def add(self, found: NDArray[Any]) -> None:
        """Append the values of the next codes, (k,)."""
        used = self._used + len(found)
        if used >= len(self._held):
            bigger = np.empty(2 * used + 1, self._held.dtype)
            bigger[: self._used] = self.known
            self._held = bigger
        self._held[self._used : used] = found
        self._held[used] = self._missing
        self._used = used

    def of(self, codes: Codes) -> NDArray[Any]:
        """Return the values of codes, (n,) int32, -1 missing -> (n,)."""
        return gather(self._held[: self._used + 1], codes)
