"""GROUPS: actions by user or by subject, in time order, and by agency or unit, user after user; what one
detector sees of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.actions import CodedLog
from anomaly.coding.gather import read_only
from anomaly.coding.grouping import Chosen, Grouping, Made
from anomaly.coding.hashes import Codes

# Which columns of the log (docs/contracts.md) each array of actions is made from; a detector may read what it
# declared.
MADE_FROM = {
    "time": "time",
    "day": "time",
    "hour": "time",
    "user": "user",
    "place": "unit",
    "agency": "agency",
    "subject": "subject",
    "serial": "subject",
    "kind": "subject",
    "partial": "subject",
    "letters": "name",
    "surname": "name",
    "sex": "sex",
    "born": "dob",
    "address": "address_key",
    "reason": "reason",
    "reason_class": "reason",
    "attention_class": "attention",
    "case_number": "case_number",
    "terminal": "terminal",
    "on_behalf_of": "on_behalf_of",
    "networks": "networks",
    "purpose": "purpose",
    "asked": "message_key",
    "reach": "message_key",
}

Covers = Callable[[Collection[str], Chosen], NDArray[np.bool_]]
PART = 1 << 17  # actions: a dozen columns of so many lie in a processor's own cache


class Groups:
    """What one detector sees of a grouping: the columns it declared, and which actions nothing has
    explained.
    """

    def __init__(
        self, grouping: Grouping, declared: frozenset[str], honoured: tuple[str, ...], covers: Covers
    ) -> None:
        """covers: names of explanations, actions -> (k,) bool, whether one of them covers each of these."""
        self._grouping = grouping
        self._declared = declared | {"time", "user"}
        self._honoured = honoured
        self._covers = covers
        self.starts = grouping.starts
        self.first, self.begin = grouping.first, grouping.begin
        self.log = grouping.log

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column in group order, (m,); KeyError when the detector did not declare what it is made
        from.
        """
        self._check(name)
        return self._grouping.column(name)

    def _check(self, name: str) -> None:
        if MADE_FROM[name] not in self._declared:
            raise KeyError(f"the detector reads `{name}` but does not declare `{MADE_FROM[name]}`")

    def has(self, column: str) -> bool:
        """Say whether the log holds any value of an event column."""
        return column in self.log.columns

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """Return (m,) bool: True where no innocent explanation the detector honours covers the action."""
        return read_only(~self.covered(self._honoured))

    def counted_at(self, places: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return `counted` of some places, (k,): nothing is asked about the others."""
        return ~self._covers(self._honoured, self._grouping.actions(places))

    def covered(self, explanations: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return (m,) bool: True where one of some explanations that the detector honours covers it."""
        unknown = set(explanations) - set(self._honoured)
        if unknown:
            raise KeyError(f"the detector reads {sorted(unknown)} but does not honour them")
        return read_only(self._covers(explanations, self._grouping.all))

    @property
    def owner(self) -> NDArray[np.int32]:
        """Return (m,) int32: the group of each place."""
        return self._grouping.owner

    def at(self, name: str, places: NDArray[np.integer]) -> NDArray[Any]:
        """Return a column at some places of the group order, (k,): nothing else of it is gathered."""
        self._check(name)
        return self.log.column(name, self._grouping.actions(places))

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what several detectors of this grouping share; the key says all that it depends on."""
        return self._grouping.once(key, make)

    def some(self, chosen: NDArray[np.bool_]) -> Some:
        """Return what is known of the places of some groups, (g,) bool, and no more of it than is read."""
        return Some(self, np.flatnonzero(np.repeat(chosen, np.diff(self.starts))))

    def actions(self, places: Chosen) -> Codes:
        """Return the actions at some places of the group order."""
        return self._grouping.actions(places)

    @property
    def home(self) -> NDArray[np.int32]:
        """Return (g,) int32: the place in which most actions of each group were made, -1 for an empty
        group.
        """
        return self._grouping.home

    def labels(self) -> pl.Series:
        """Name each group, (g,) String."""
        return self._grouping.labels()

    def each(self, tell: Callable[[Groups], Made]) -> list[Made]:
        """Ask of part after part of these groups, whole groups of about PART actions; the answers in order.

        A part is groups, too, whose codes and places begin at 0: `first` and `begin` lead back. What is made
        of a part stays in the cache of a processor, and goes with it.
        """
        return [
            tell(Groups(part, self._declared, self._honoured, self._covers))
            for part in self._grouping.parts(PART)
        ]


@dataclass(frozen=True)
class Some:
    """Some places of a grouping, read as the whole of it is: (k,) where that is (m,).

    places: (k,) int64, ascending.
    """

    groups: Groups
    places: NDArray[np.int64]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column at these places, (k,)."""
        return self.groups.at(name, self.places)

    @property
    def log(self) -> CodedLog:
        """Return the log."""
        return self.groups.log

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Return (k,) bool: True where no innocent explanation the detector honours covers the action."""
        return self.groups.counted_at(self.places)

    @property
    def owner(self) -> NDArray[np.int32]:
        """Return (k,) int32: the group of each place."""
        after = np.searchsorted(self.groups.starts, self.places, side="right")
        return (after - 1).astype(np.int32)
