"""Actions grouped by one code, and parts of them that stay in a processor's cache."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from copy import copy
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.actions import OF_SUBJECT, CodedLog
from anomaly.coding.gather import gather, read_only, starts_of
from anomaly.coding.hashes import Codes

Made = TypeVar("Made")
Chosen = slice | NDArray[np.integer] | NDArray[np.bool_]
ONE_AGENCY = "the agency of this log"


class Grouping:
    """Actions grouped by one code, with the gathered columns kept for the next detector.

    Actions without a code are left out. first: code of the first group; begin: its first place: 0 both, but
    for a part of another grouping.
    """

    first = 0
    begin = 0

    def __init__(self, by: str, log: CodedLog) -> None:
        self.by = by
        self.log = log
        self._made: dict[Hashable, Any] = {}
        self._locks: dict[Hashable, Lock] = {}

    def _placed(self) -> tuple[NDArray[np.int64], Codes | None]:
        """Return `starts`, and the action at each place, (m,) int32: None where places are the actions."""
        codes, count = _codes(self.by, self.log)
        if self.by == "user":
            return starts_of(codes, count), None
        if count == 1 and codes.min(initial=0) == 0:
            return np.array([0, len(codes)]), None
        if self.by != "subject":
            return kernels.group(read_only(codes), count)
        time = self.log.actions.time
        starts, order = np.zeros(count + 1, np.int64), np.empty(len(codes), np.int32)
        when = np.empty(len(codes), np.int64)
        kernels.group_in_time(read_only(codes), read_only(time), starts, order, when)
        self._made[id(time)] = read_only(when[: starts[-1]])
        return starts, order[: starts[-1]]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return (g + 1,) int64: where each group begins."""
        return self.once("placed", self._placed)[0]

    @property
    def _order(self) -> Codes | None:
        return self.once("placed", self._placed)[1]

    def parts(self, size: int) -> Iterator[Grouping]:
        """Cut into groupings of whole groups, about `size` actions each; codes and places begin anew."""
        starts, order = self.once("placed", self._placed)
        columns = {key: made for key, made in list(self._made.items()) if isinstance(key, int)}
        begin, last = 0, len(starts) - 1
        while True:  # a part at least, be it of no groups
            after = int(np.searchsorted(starts, starts[begin] + size))
            end = min(max(after, begin + 1), last)
            rows = slice(int(starts[begin]), int(starts[end]))
            part = copy(self)
            part.first, part.begin, part._locks = self.first + begin, self.begin + rows.start, {}
            part._made = {key: made[rows] for key, made in columns.items()}
            part._made["placed"] = (
                starts[begin : end + 1] - rows.start,
                None if order is None else order[rows],
            )
            yield part
            if end == last:
                return
            begin = end

    def __len__(self) -> int:
        return int(self.starts[-1])

    def actions(self, places: Chosen) -> Codes:
        """Return the actions at some places."""
        if self._order is not None:
            return self._order[places]
        if isinstance(places, slice):
            return np.arange(*places.indices(len(self)), dtype=np.int32) + np.int32(self.begin)
        rows = np.flatnonzero(places) if places.dtype == np.bool_ else places
        return rows.astype(np.int32) + np.int32(self.begin)

    @property
    def all(self) -> slice | Codes:
        """Return the action of each place, as a slice where places are the actions."""
        return slice(self.begin, self.begin + len(self)) if self._order is None else self._order

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what several detectors share, made by the first that asks while the others wait."""
        with self._locks.setdefault(key, Lock()):
            if key not in self._made:
                self._made[key] = make()
            made: Made = self._made[key]
            return made

    def forget(self) -> None:
        """Let go of what was made for detectors, some of which refers back to the grouping: a scan of 5 M
        rows left 350 MB to Python's collector of cycles, which may be long in coming.
        """
        self._made.clear()

    def column(self, name: str) -> NDArray[Any]:
        """Gather a column of the actions into group order, (m,); read-only, made once."""
        if name in OF_SUBJECT:
            return self.once(name, lambda: _taken(self.log.of_subject(name), self.column(OF_SUBJECT[name])))
        whole: NDArray[Any] = getattr(self.log.actions, name)
        # Columns that the log lacks are one array.
        return self.once(id(whole), lambda: self.ordered(whole))

    def ordered(self, whole: NDArray[Any]) -> NDArray[Any]:
        """Put what is known of each action, (a,), in group order, (m,); read-only."""
        if whole.strides == (0,) and len(whole):
            return read_only(np.full(len(self), whole[0]))
        rows = self.all
        return read_only(whole[rows]) if isinstance(rows, slice) else _taken(whole, rows)

    @property
    def owner(self) -> NDArray[np.int32]:
        """Return (m,) int32: the group of each place; read-only."""
        if self.by == "user" and not self.first:
            return self.column("user")
        groups = np.arange(len(self.starts) - 1, dtype=np.int32)
        return self.once("owner", lambda: read_only(np.repeat(groups, np.diff(self.starts))))

    @property
    def home(self) -> NDArray[np.int32]:
        """Return (g,) int32: the place in which most actions of each group were made, -1 for an empty
        group.
        """
        n_places = len(self.log.texts.places)
        return self.once("home", lambda: kernels.commonest(self.starts, self.column("place"), n_places))

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


def _taken(values: NDArray[Any], codes: NDArray[np.int32]) -> NDArray[Any]:
    """Take a value for each code, (k,) and (m,) -> (m,), the last for -1; read-only."""
    return read_only(gather(values, codes))


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
