"""Every explanation is tried on every action; what it covers is one bit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.coding.gather import gather
from anomaly.context import Context
from anomaly.explain.contract import Explanation
from anomaly.explain.records import Records
from anomaly.explain.templates import EXPLANATIONS


@dataclass(frozen=True)
class Explained:
    """Which explanations cover which actions.

    bits: (a,) uint32, bit k for EXPLANATIONS[k]; why_not: those that could not be tried; records: the tables
    they were tried on, for whoever asks what they hold besides.
    """

    bits: NDArray[np.uint32]
    why_not: dict[str, str]
    records: Records

    def by(
        self, names: Collection[str], actions: NDArray[np.integer] | NDArray[np.bool_] | slice = slice(None)
    ) -> NDArray[np.bool_]:
        """Return (a,) bool: True where one of the named explanations covers the action; (k,) of some."""
        mask = np.uint32(sum(1 << k for k, other in enumerate(EXPLANATIONS) if other.name in names))
        if not self._any & mask:
            return np.zeros(_count(actions, len(self.bits)), np.bool_)
        whole = isinstance(actions, slice) or actions.dtype == np.bool_
        bits = self.bits[actions] if whole else gather(self.bits, np.asarray(actions, np.int32))
        covered: NDArray[np.bool_] = (bits & mask) != 0
        return covered

    @cached_property
    def _any(self) -> np.uint32:
        return np.uint32(np.bitwise_or.reduce(self.bits, initial=np.uint32(0)))

    def names(self, action: int, honoured: Collection[str]) -> list[str]:
        """Name the honoured explanations that cover one action."""
        bits = int(self.bits[action])
        return [e.name for k, e in enumerate(EXPLANATIONS) if bits >> k & 1 and e.name in honoured]

    def cleared(self, explanation: Explanation) -> int:
        """Count the actions that one explanation covers."""
        mask = np.uint32(1 << EXPLANATIONS.index(explanation))
        return int(np.count_nonzero(self.bits & mask)) if self._any & mask else 0

    def covered(
        self, explanation: Explanation, actions: NDArray[np.integer] | NDArray[np.bool_] | slice = slice(None)
    ) -> NDArray[np.bool_]:
        """Return (a,) bool: what one explanation covers; (k,) of some actions."""
        return self.by((explanation.name,), actions)


def try_all(log: CodedLog, context: Context) -> Explained:
    """Try every explanation whose columns and tables are there."""
    records = Records(log, context)
    bits, why_not = tried(records, EXPLANATIONS)
    # What the trial read of the tables took 50 bytes an event where calls are many.
    return Explained(bits, why_not, records.afresh())


def tried(records: Records, explanations: Sequence[Explanation]) -> tuple[NDArray[np.uint32], dict[str, str]]:
    """Return what each explanation covers, (a,) uint32, bit k for the k-th, and why some were not tried."""
    bits = np.zeros(len(records.log.actions), np.uint32)
    why_not = {}
    for k, one in enumerate(explanations):
        reason = one.why_not(records)
        if reason:
            why_not[one.name] = reason
        else:
            np.bitwise_or(bits, np.uint32(1 << k), out=bits, where=one.function(records))
    return bits, why_not


def _count(actions: NDArray[Any] | slice, every: int) -> int:
    """Count the actions chosen of so many."""
    if isinstance(actions, slice):
        return len(range(*actions.indices(every)))
    return int(actions.sum()) if actions.dtype == np.bool_ else len(actions)
