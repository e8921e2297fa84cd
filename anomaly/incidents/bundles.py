"""Which signals are one incident: one user and one theme, a unit's practice, many users on one subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.coding.gather import among, distinct
from anomaly.incidents.findings import Kept
from anomaly.incidents.practices import practices

# Categories that one and the same inquiry answers.
THEMES = {"curiosity": "personal use", "credential misuse": "access control"}


@dataclass(frozen=True)
class Bundle:
    """The signals of one incident, strongest first.

    kind: of incident. practice: the name of the unit or agency whose users did alike, None where one actor is
    meant.
    """

    kind: str
    kept: tuple[Kept, ...]
    practice: str | None = None

    @property
    def score(self) -> float:
        """Return 1 - product of (1 - score), users who did alike counted once; agreeing signals add up."""
        best: dict[str, float] = {}
        for one in self.kept:
            name = one.detector.name if self.practice else f"{one.detector.name} {one.target}"
            best[name] = max(best.get(name, 0.0), one.score)
        return float(1 - np.prod([1 - score for score in best.values()]))

    @cached_property
    def actions(self) -> NDArray[np.int32]:
        """Return all actions its signals are about, ascending."""
        return distinct(np.concatenate([one.actions for one in self.kept]))


def bundle(kept: Sequence[Kept], log: CodedLog) -> list[Bundle]:
    """Put together what one reviewer would look into at once.

    What several users of a unit did alike is the unit's. What one user did is one incident for each theme; a
    circumstance (hours, volume, reasons) joins the strongest of them. A user's signal about a subject whom
    many looked up, or mostly about rows of a wider incident, stands in that one.
    """
    alone, found = practices([one for one in kept if one.detector.kind == "person"], log)
    alike = [Bundle(one.kind, _ordered(one.kept), one.name) for one in found]
    wide = [*alike, *_by_actor([one for one in kept if one.detector.kind != "person"])]
    wide = _joined(wide)
    alone, wide = _folded(alone, wide)
    return [*wide, *_by_actor(alone)]


class _Home:
    """An incident of one actor in the making. What was read of its signals again for each further one made
    a user of 700 signals quadratic.
    """

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self._themes: set[str] = set()
        self._actions: list[NDArray[np.int32]] = []

    def add(self, one: Kept) -> None:
        """Put a signal in."""
        self.kept.append(one)
        self._themes.add(_theme(one))
        self._actions.append(one.actions)

    def holds(self, one: Kept) -> bool:
        """Say whether a signal is part of it: a circumstance, of the same theme, or mostly of its rows."""
        first = self.kept[0]
        if (one.signals.when is None) != (first.signals.when is None):
            return False  # records without a row of the log are a matter of their own
        if one.detector.circumstance or first.detector.circumstance or _theme(one) in self._themes:
            return True
        if len(self._actions) > 1:
            self._actions = [distinct(np.concatenate(self._actions))]
        return _inside(one.actions, self._actions[0])


def _by_actor(kept: Sequence[Kept]) -> list[Bundle]:
    """Bundle the signals of each actor: one for each theme; circumstances join the strongest."""
    actors: dict[tuple[str, int], list[Kept]] = defaultdict(list)
    for one in kept:
        actors[one.detector.kind, one.actor].append(one)
    bundles = []
    for (kind, _), ones in actors.items():
        homes: list[_Home] = []
        for one in sorted(ones, key=lambda k: (k.detector.circumstance, *_strength(k))):
            home = next((home for home in homes if home.holds(one)), None)
            if home is None:
                homes.append(home := _Home())
            home.add(one)
        bundles += [Bundle(kind, _ordered(home.kept)) for home in homes]
    return bundles


def _joined(wide: Sequence[Bundle]) -> list[Bundle]:
    """Put wide incidents of units and agencies together where their rows are mostly shared."""
    joined: list[Bundle] = []
    for one in sorted(wide, key=lambda b: (-len(b.actions), b.kind, str(b.practice))):
        for k, other in enumerate(joined):
            if "subject" not in (one.kind, other.kind) and _inside(one.actions, other.actions):
                joined[k] = Bundle(
                    other.kind, _ordered([*other.kept, *one.kept]), other.practice or one.practice
                )
                break
        else:
            joined.append(one)
    return joined


def _folded(alone: Sequence[Kept], wide: Sequence[Bundle]) -> tuple[list[Kept], list[Bundle]]:
    """Move users' signals into the wider incidents that they are part of."""
    crowds = {one.kept[0].target: k for k, one in enumerate(wide) if one.kind == "subject"}
    substantial = [k for k, one in enumerate(wide) if not all(s.detector.circumstance for s in one.kept)]
    moved: dict[int, list[Kept]] = defaultdict(list)
    stay = []
    for one in alone:
        home = crowds.get(one.target) if one.target >= 0 else None
        if home is None:
            home = next((k for k in substantial if _inside(one.actions, wide[k].actions)), None)
        if home is None:
            stay.append(one)
        else:
            moved[home].append(one)
    return stay, [
        Bundle(one.kind, (*one.kept, *_ordered(moved[k])), one.practice) for k, one in enumerate(wide)
    ]


def _theme(one: Kept) -> str:
    return THEMES.get(one.detector.category, one.detector.category)


def _inside(actions: NDArray[np.int32], others: NDArray[np.int32]) -> bool:
    """Say whether most of some actions are among others, which ascend."""
    return bool(len(actions)) and float(among(actions, others).mean()) > 0.5


def _strength(one: Kept) -> tuple[float, str, int, int]:
    return (-one.score, one.detector.name, one.actor, one.index)


def _ordered(ones: Sequence[Kept]) -> tuple[Kept, ...]:
    return tuple(sorted(ones, key=_strength))
