"""Signals that were kept, and the incidents they add up to: one actor and one target, or one actor and one
theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.calibrate import q_values
from anomaly.detectors import Detector, Signals

# p-values below this differ by what their null cannot know; a score is full there.
CERTAIN = 1e-9


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

    @property
    def actions(self) -> NDArray[np.int32]:
        """Return all actions it is about, ascending."""
        return np.sort(self.signals.actions[self.index])


@dataclass(frozen=True)
class Bundle:
    """The signals of one incident, strongest first."""

    kind: str
    kept: tuple[Kept, ...]

    @property
    def score(self) -> float:
        """Return 1 - product of (1 - score): agreeing signals add up and never exceed 1."""
        return float(1 - np.prod([1 - one.score for one in self.kept]))


def keep(results: Sequence[tuple[Detector, Signals]], fdr: float) -> list[Kept]:
    """List every rule signal, and the chance signals whose q-value over all that was tested is at most
    `fdr`.
    """
    q = iter(
        q_values([(signals.p, signals.tested) for found, signals in results if found.by_chance]).tolist()
    )
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
    return kept


def bundle(kept: Sequence[Kept]) -> list[Bundle]:
    """Put together what is about one actor and one target; what has no target, by theme.

    A signal about a user without a target joins a stronger bundle of the same user that shares its category
    or most of its actions.
    """
    bundles: dict[tuple[str, int, int, int], list[Kept]] = {}
    strongest_first = sorted(
        kept, key=lambda one: (one.target < 0, -one.score, one.detector.name, one.actor, one.index)
    )
    for one in strongest_first:
        kind = one.detector.kind
        home = (kind, one.actor, one.target, 0)
        if one.target < 0:
            same = [key for key in bundles if key[:2] == home[:2]]
            home = next(
                (key for key in same if _belongs(one, bundles[key])), (kind, one.actor, -1, len(same))
            )
        bundles.setdefault(home, []).append(one)
    ordered = (sorted(ones, key=lambda k: (-k.score, k.detector.name, k.index)) for ones in bundles.values())
    return [Bundle(key[0], tuple(ones)) for key, ones in zip(bundles, ordered, strict=True)]


def _belongs(one: Kept, others: Sequence[Kept]) -> bool:
    if any(other.target < 0 and other.detector.category == one.detector.category for other in others):
        return True
    actions = np.concatenate([other.actions for other in others])
    return float(np.isin(one.actions, actions).mean()) > 0.5
