"""A frame of Spark as a log: each partition is a piece, which the executor that has it codes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.cluster import work
from anomaly.cluster.jobs import answers
from anomaly.cluster.partition import (
    NOTHING,
    NUMBER,
    ROW,
    SOURCE,
    Rows,
    code_rows,
    count_rows,
    find_rows,
    on_rows,
)
from anomaly.coding import EventCoder, Partial, WholeCoder
from anomaly.coding.partial import unpacked
from anomaly.errors import InputError, SettingsError
from anomaly.scan.again import Wanted
from anomaly.scan.engine import Local
from anomaly.scan.settings import Settings
from anomaly.sources import Log, LogFile
from anomaly.sources.columnar import Frame
from anomaly.sources.log import log_of
from anomaly.sources.pieces import take_counted
from anomaly.telling import Tell, silent

NAME = "frame"


class OfFrame(Local):
    """Reads a frame of Spark, which has to give the same rows in the same partitions each time.

    With the columns `source` (text) and `row` (1-based, in that source) rows are called by these, and the
    order and the partitions of the frame do not matter. Without them its rows are numbered from 1 on,
    partition after partition, and called rows of `frame`. The sha-256 in the manifest is that of the sha-256
    of what each partition has of a source. A TIMESTAMP is a moment, a TIMESTAMP_NTZ and a text without a zone
    are local; a text that could be read in two layouts is read as the first of the 100,000 rows it comes with
    are. An executor holds a partition in memory for each of its cores.
    """

    def __init__(self, frame: Any) -> None:
        """frame: with canonical columns, or those of a profile."""
        self._frame = frame
        self._rows = Rows(())
        self._tell: Tell = silent

    def open(self, inputs: Sequence[str | Path | Any], settings: Settings) -> Log:
        """Count the rows of the frame; inputs: none."""
        if settings.cache:
            raise SettingsError(
                "a frame is not kept coded", "cache", "leave it out, or write the frame to Parquet"
            )
        headers = list(self._frame.columns)
        named = {SOURCE, ROW} <= set(headers)
        told = [name for name in headers if not named or name not in (SOURCE, ROW)]
        counts = [json.loads(parts["rows"]) for _, parts in self._each(count_rows, "counting")]
        rows = sum(sum(one.values()) for one in counts)
        if not rows:
            raise InputError("has no rows", NAME, "pass a frame with rows")
        sources = sorted({name for one in counts for name in one}) if named else [NAME]
        before = accumulate((sum(one.values()) for one in counts), initial=0)
        self._rows = Rows(tuple(sources), () if named else tuple(before))
        nothing = pl.DataFrame(schema=dict.fromkeys(told, pl.String))
        files = [LogFile(name, rows, "spark", Frame(nothing)) for name in sources]
        return log_of(files, settings.profile, time_zone=settings.time_zone, local_zone=settings.local_zone)

    def code(self, log: Log, columns: Collection[str], tell: Tell) -> EventCoder:
        """Have each partition coded by the executor that has it."""
        self._tell = tell
        coder, counts = WholeCoder(columns, log.files[0].size), []
        profiles = [one.model_dump_json() for one in log.profiles]
        task = partial(code_rows, self._rows, frozenset(columns), profiles, log.now.isoformat())
        digests: defaultdict[int, Any] = defaultdict(hashlib.sha256)
        for _, parts in self._each(task, "reading"):
            if NOTHING in parts:
                continue
            files = json.loads(parts.pop("files"))
            part = Partial.of(parts)
            coder.absorb(part, files)
            for file, digest in zip(files, part.counted["sha256"], strict=True):
                digests[file].update(digest.encode())
            counts.append((files, part.counted | {"sha256": [""] * len(files)}))
            tell("reading", part.counted["rows_read"])
        if sum(told["rows_read"] for _, told in counts) != log.files[0].size:
            raise _changed()
        for file, digest in digests.items():
            log.files[file].hashed(digest.hexdigest())
        take_counted(log, counts)
        return coder

    def find(self, log: Log, wanted: Mapping[int, Wanted], tell: Tell) -> Iterator[pl.DataFrame]:
        """Have every partition look for such rows."""
        self._tell = tell
        found = defaultdict(list)
        for _, parts in self._each(partial(find_rows, self._rows, dict(wanted)), "reading evidence"):
            for name, data in parts.items():
                if name != NOTHING:
                    found[int(name)].append(unpacked(data))
        for index, one in wanted.items():
            frame = pl.concat(found[index]).sort(NUMBER) if found[index] else pl.DataFrame({NUMBER: []})
            if frame[NUMBER].to_list() != one.rows.tolist():
                raise _changed()
            yield frame.drop(NUMBER)

    def _each(self, task: Any, stage: str) -> Iterator[tuple[int, dict[str, bytes]]]:
        each = partial(on_rows, task, work.versions())
        return answers(
            self._frame.sparkSession, self._frame.mapInArrow(each, work.SCHEMA), None, stage, self._tell
        )


def _changed() -> InputError:
    return InputError(
        "did not give the same rows each time it was read",
        NAME,
        "write it to Parquet, and pass that; with `source` and `row`, each row must be there once",
    )
