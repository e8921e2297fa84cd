"""Every explanation is tried on every action; what it covers is one bit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.context import Context
from anomaly.explain.contract import Explanation
from anomaly.explain.templates import EXPLANATIONS


@dataclass(frozen=True)
class Explained:
    """Which explanations cover which actions.

    bits: (a,) uint16, bit k for EXPLANATIONS[k]; why_not: those that could not be tried.
    """

    bits: NDArray[np.uint16]
    why_not: dict[str, str]

    def by(self, names: Collection[str]) -> NDArray[np.bool_]:
        """Return (a,) bool: True where one of the named explanations covers the action."""
        mask = sum(1 << k for k, other in enumerate(EXPLANATIONS) if other.name in names)
        covered: NDArray[np.bool_] = (self.bits & np.uint16(mask)) != 0
        return covered

    def names(self, action: int, honoured: Collection[str]) -> list[str]:
        """Name the honoured explanations that cover one action."""
        bits = int(self.bits[action])
        return [e.name for k, e in enumerate(EXPLANATIONS) if bits >> k & 1 and e.name in honoured]

    def covered(self, explanation: Explanation) -> NDArray[np.bool_]:
        """Return (a,) bool: what one explanation covers."""
        return self.by((explanation.name,))


def try_all(log: CodedLog, context: Context) -> Explained:
    """Try every explanation whose columns and tables are there."""
    bits = np.zeros(len(log.actions), np.uint16)
    why_not = {}
    for k, tried in enumerate(EXPLANATIONS):
        reason = tried.why_not(log, context)
        if reason:
            why_not[tried.name] = reason
        else:
            bits |= np.left_shift(tried.function(log, context).astype(np.uint16), k)
    return Explained(bits, why_not)
