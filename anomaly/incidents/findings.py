"""Signals that are kept: those of rules, and those that chance would seldom give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anomaly.calibrate import q_values
from anomaly.detectors import Detector, Signals

# p-values below this differ by what their null cannot know; a score is full there.
CERTAIN = 1e-9
# Where a detector tests a dozen users, one in fifty can be a discovery, and is no reason to read about
# anybody: one p-value at least has to be this part of the rate, too, 0.001 at 0.1.
SURPRISING = 0.01


@dataclass(frozen=True)
class Kept:
    """One signal that is listed: which detector, which of its signals, its p and q (None for a rule), its
    own score.
    """

    detector: Detector
    signals: Signals
    index: int
    p: float | None
    q: float | None
    score: float

    @property
    def actor(self) -> int:
        """Return the code of the actor in the detector's grouping."""
        return int(self.signals.actor[self.index])

    @property
    def target(self) -> int:
        """Return the subject code, -1 for none."""
        return int(self.signals.target[self.index])

    @cached_property
    def actions(self) -> NDArray[np.int32]:
        """Return all actions it is about, ascending."""
        return np.sort(self.signals.actions[self.index])


def keep(results: Sequence[tuple[Detector, Signals]], fdr: float) -> list[Kept]:
    """List every rule signal, and the chance signals whose q-value over all that was tested is at most
    `fdr`; of an actor about whom no rule speaks, none unless some p-value is small, see SURPRISING.

    A detector has the weight of those that it stands in for, too: what a table would tell at once is left to
    its chance model, where there is no such table.
    """
    idle = {found.name for found, signals in results if signals.abstained is not None}
    families = [
        (signals.p, signals.tested, 1 + len(idle & set(found.instead_of)))
        for found, signals in results
        if found.by_chance
    ]
    q = iter(q_values(families).tolist())
    kept = []
    for found, signals in results:
        for index in range(len(signals)):
            if not found.by_chance:
                score = found.weight * float(signals.strength[index])
                kept.append(Kept(found, signals, index, None, None, score))
            elif (own := next(q)) <= fdr:
                sure = min(1.0, (1 - np.log10(max(own, CERTAIN / 10))) / (1 - np.log10(CERTAIN / 10)))
                kept.append(
                    Kept(found, signals, index, float(signals.p[index]), own, found.weight * float(sure))
                )
    plain = {(one.detector.kind, one.actor) for one in kept if one.p is None or one.p <= SURPRISING * fdr}
    return [one for one in kept if (one.detector.kind, one.actor) in plain]
