"""GROUPS: actions by user, by subject, by agency or unit, in time order; gathered once, shared by all
detectors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.actions import CodedLog

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

Covers = Callable[[Collection[str]], NDArray[np.bool_]]
ONE_AGENCY = "the agency of this log"


class Grouping:
    """Actions grouped by one code, with the gathered columns kept for the next detector.

    starts: (g + 1,) int64; order: (m,) int64, the action at each place; actions without a code are left out.
    """

    def __init__(self, by: str, log: CodedLog) -> None:
        self.by = by
        self.log = log
        self.starts, self.order = kernels.group(*_codes(by, log))
        self._gathered: dict[str, NDArray[Any]] = {}

    def column(self, name: str) -> NDArray[Any]:
        """Gather a column of the actions into group order, (m,); read-only, made once."""
        if name not in self._gathered:
            gathered: NDArray[Any] = self.log.column(name)[self.order]
            gathered.flags.writeable = False
            self._gathered[name] = gathered
        return self._gathered[name]

    @cached_property
    def home(self) -> NDArray[np.int32]:
        """Return (g,) int32: the place in which most actions of each group were made, -1 for an empty
        group.
        """
        return kernels.commonest(self.starts, self.column("place"), len(self.log.texts.places))

    def labels(self) -> pl.Series:
        """Name each group, (g,) String; subjects have no name here."""
        texts = self.log.texts
        if self.by == "unit":
            return place_labels(self.log)
        if self.by == "agency" and not len(texts["agency"]):
            return pl.Series([ONE_AGENCY])
        return texts["user" if self.by == "user" else "agency"]


def place_labels(log: CodedLog) -> pl.Series:
    """Name each place, (p,) String: `AGENCY · UNIT`, or what is known of it."""
    agency, unit = log.texts.places[:, 0], log.texts.places[:, 1]
    named = pl.DataFrame({"agency": log.texts.named("agency", agency), "unit": log.texts.named("unit", unit)})
    return named.select(pl.concat_str("agency", "unit", separator=" · ", ignore_nulls=True)).to_series()


def _codes(by: str, log: CodedLog) -> tuple[NDArray[np.int32], int]:
    actions = log.actions
    match by:
        case "user":
            return actions.user, len(log.texts["user"])
        case "subject":
            return actions.subject, len(log.subjects)
        case "agency" if not len(log.texts["agency"]):
            return np.zeros(len(actions), np.int32), 1
        case "agency":
            return actions.agency, len(log.texts["agency"])
        case "unit":
            return actions.place, len(log.texts.places)
    raise ValueError(by)


class Groups:
    """What one detector sees of a grouping: the columns it declared, and which actions nothing has
    explained.
    """

    def __init__(
        self, grouping: Grouping, declared: frozenset[str], honoured: tuple[str, ...], covers: Covers
    ) -> None:
        """covers: names of explanations -> (a,) bool, the actions that one of them covers."""
        self._grouping = grouping
        self._declared = declared | {"time", "user"}
        self._honoured = honoured
        self._covers = covers
        self.starts = grouping.starts
        self.log = grouping.log

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column in group order, (m,); KeyError when the detector did not declare what it is made
        from.
        """
        if MADE_FROM[name] not in self._declared:
            raise KeyError(f"the detector reads `{name}` but does not declare `{MADE_FROM[name]}`")
        return self._grouping.column(name)

    def has(self, column: str) -> bool:
        """Say whether the log holds any value of an event column."""
        return column in self.log.columns

    @property
    def counted(self) -> NDArray[np.bool_]:
        """Return (m,) bool: True where no innocent explanation the detector honours covers the action."""
        return ~self.covered(self._honoured)

    def covered(self, explanations: tuple[str, ...]) -> NDArray[np.bool_]:
        """Return (m,) bool: True where one of some explanations that the detector honours covers it."""
        unknown = set(explanations) - set(self._honoured)
        if unknown:
            raise KeyError(f"the detector reads {sorted(unknown)} but does not honour them")
        return self._covers(explanations)[self._grouping.order]

    @property
    def owner(self) -> NDArray[np.int32]:
        """Return (m,) int32: the group of each place."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts)).astype(
            np.int32, copy=False
        )

    def actions(self, places: NDArray[np.integer] | NDArray[np.bool_] | slice) -> NDArray[np.int32]:
        """Return the actions at some places of the group order."""
        return self._grouping.order[places].astype(np.int32)

    @property
    def home(self) -> NDArray[np.int32]:
        """Return (g,) int32: the place in which most actions of each group were made, -1 for an empty
        group.
        """
        return self._grouping.home

    def labels(self) -> pl.Series:
        """Name each group, (g,) String."""
        return self._grouping.labels()
