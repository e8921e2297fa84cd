"""Where the text of a log is read: in this process, or by an engine that has others do it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from anomaly.coding import EventCoder
from anomaly.scan.again import Wanted, find_here
from anomaly.scan.settings import Settings
from anomaly.sources import Log, open_log
from anomaly.telling import Tell


class Engine(Protocol):
    """What a scan has done to the text of a log; whoever does it, the answers are the same."""

    def open(self, inputs: Sequence[str | Path | Any], settings: Settings) -> Log:
        """Open a log; nothing but headers is read. Raises InputError."""
        ...

    def code(self, log: Log, columns: Collection[str], tell: Tell) -> EventCoder:
        """Read the log once, and return the coder that knows all of it. Raises InputError."""
        ...

    def find(self, log: Log, wanted: Mapping[int, Wanted], tell: Tell) -> Iterator[pl.DataFrame]:
        """Give some rows as they are written, see `find_here`."""
        ...


class Local:
    """Reads in this process."""

    def open(self, inputs: Sequence[str | Path | Any], settings: Settings) -> Log:
        """Open a log, see `open_log`."""
        return open_log(
            inputs, settings.profile, time_zone=settings.time_zone, local_zone=settings.local_zone
        )

    def code(self, log: Log, columns: Collection[str], tell: Tell) -> EventCoder:
        """Read the log block after block."""
        coder = EventCoder(columns)
        coder.read(coder.rows_of(log), lambda rows: tell("reading", rows))
        return coder

    def find(self, log: Log, wanted: Mapping[int, Wanted], tell: Tell) -> Iterator[pl.DataFrame]:
        """Read the files again that have such rows."""
        return find_here(log, wanted, tell)
