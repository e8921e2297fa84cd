"""A bench for detectors: logs coded and explained, signals told by their rows, to compare runs."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from anomaly.coding import CodedLog, Grouping, Groups
from anomaly.context import Context, load_context
from anomaly.detectors import Detector, Signals
from anomaly.explain import Explained, try_all
from tests.coding.logs import coded
from tests.stories import load_story

ZONE = "America/Los_Angeles"
# A detector has the story of its name; one shares another's.
STORY_OF = {"circle": "off_duty", "unbroken_days": "isolated_sessions"}


@dataclass(frozen=True)
class Bench:
    """A log on the bench: its frame with `event_id`, coded, with the context and what it explains."""

    frame: pl.DataFrame
    log: CodedLog
    context: Context
    explained: Explained

    @classmethod
    def of(cls, frame: pl.DataFrame, context: Context | None = None) -> Bench:
        """Put a text frame on the bench; rows are numbered where they have no number of their own."""
        if "event_id" not in frame.columns:
            frame = frame.with_columns(event_id=pl.int_range(pl.len()).cast(pl.String))
        log, context = coded(frame, ZONE), context or Context()
        return cls(frame, log, context, try_all(log, context))

    def groups(self, one: Detector, log: CodedLog | None = None) -> Groups:
        """Group the actions as a scan does for this detector."""
        declared = frozenset(one.needs) | frozenset(one.uses)
        return Groups(Grouping(one.group, log or self.log), declared, one.clears, self.explained.by)

    def run(self, one: Detector, settings: dict[str, Any] | None = None) -> Signals:
        """Run one detector."""
        return one.run(self.groups(one), self.context, settings)

    def told(self, signals: Signals) -> list[tuple[str, ...]]:
        """Tell each signal by the numbers of its rows, its figures and its measures; sorted."""
        ids = self.frame["event_id"].to_list()
        rows = self.log.events.row
        told = []
        for k in range(len(signals)):
            events, _ = self.log.events_of(np.unique(signals.actions[k]))
            told.append(
                (
                    " ".join(sorted(ids[row - 1] for row in rows[events].tolist())),
                    repr(float(signals.p[k])),
                    repr(float(signals.strength[k])),
                    *(f"{name}={_plain(values[k])}" for name, values in sorted(signals.measures.items())),
                )
            )
        return sorted(told)

    def arrays(self) -> dict[str, np.ndarray]:
        """Copy every array a detector could reach."""
        parts = (self.log.events, self.log.actions)
        named = {f"{type(p).__name__}.{f.name}": getattr(p, f.name) for p in parts for f in fields(p)}
        named |= {
            "bits": self.explained.bits,
            "root": self.log.subjects.root,
            "places": self.log.texts.places,
        }
        return {name: array.copy() for name, array in named.items() if isinstance(array, np.ndarray)}


def _plain(value: Any) -> str:
    return str(value.item() if hasattr(value, "item") else value)


@lru_cache
def story_bench(detector: str) -> Bench:
    """Put the story of a detector on the bench, once."""
    story = load_story(STORY_OF.get(detector, detector))
    return Bench.of(pl.read_csv(story.log, infer_schema=False), load_context(story.context, ZONE))


def emptied(log: CodedLog) -> CodedLog:
    """Take every action away: all groups are there, and all are empty."""
    kept = {f.name: getattr(log.actions, f.name)[:0] for f in fields(log.actions) if f.name != "events"}
    return replace(log, actions=replace(log.actions, events=None, **kept))
