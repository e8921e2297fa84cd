"""What an executor does with a partition of a frame: it codes its rows, or finds some of them again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from anomaly.cluster.work import Parts, answered
from anomaly.coding import PieceCoder
from anomaly.coding.partial import packed
from anomaly.errors import InputError
from anomaly.scan.again import Wanted, found_in
from anomaly.sources import Log, LogFile
from anomaly.sources.arrow import rows_in
from anomaly.sources.blocks import numbered
from anomaly.sources.columnar import Frame, digest_of
from anomaly.sources.pieces import told
from anomaly.sources.recognise import Recognised, matched
from anomaly.sources.vendor import Profile

SOURCE, ROW = "source", "row"
NUMBER = "number of the row"
NOTHING = "nothing"  # what an empty partition answers

Task = Callable[[int, pl.DataFrame], Parts]


class Rows(NamedTuple):
    """How the rows of a frame are called.

    sources: their names; before: how many rows stand before each partition, none where rows have numbers.
    """

    sources: tuple[str, ...]
    before: tuple[int, ...] = ()

    def files(self, number: int, frame: pl.DataFrame) -> dict[int, LogFile]:
        """Return the rows of a partition as files, by the index of their source."""
        if self.before:
            rows = numbered(self.before[number] + 1, frame.height)
            return {0: _file(self.sources[0], frame, rows)}
        parts = frame.sort(SOURCE, ROW).partition_by(SOURCE, as_dict=True, maintain_order=True)
        return {
            self.sources.index(name): _file(name, part.drop(SOURCE, ROW), part[ROW].cast(pl.Int64))
            for (name,), part in parts.items()
        }


def on_rows(task: Task, expected: str, batches: Iterable[Any]) -> Iterator[Any]:
    """Do a task on the rows of a partition, as Spark's `mapInArrow` wants it, see `work.answered`."""
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None
    number = context.partitionId()
    frame = rows_in(batches)
    yield from answered(number, partial(_on_frame, task, number), frame, expected)


def count_rows(number: int, frame: pl.DataFrame) -> Parts:
    """Count the rows of each source; of the whole partition where rows have none."""
    if not {SOURCE, ROW} <= set(frame.columns):
        yield "rows", json.dumps({"": frame.height}).encode()
        return
    if frame[SOURCE].null_count() or not frame[ROW].dtype.is_integer() or frame[ROW].null_count():
        raise InputError(
            "`source` and `row` are not filled in every row, or a row is no integer",
            "frame",
            "say of each row its file and its number, or drop both columns",
        )
    counts = frame.group_by(SOURCE).len()
    yield "rows", json.dumps(dict(counts.rows())).encode()


def code_rows(
    rows: Rows, columns: Collection[str], profiles: Sequence[str], now: str, number: int, frame: pl.DataFrame
) -> Parts:
    """Code the rows of a partition; columns: those that are read of the whole log; profiles: of each source;
    now: ISO 8601.
    """
    files = rows.files(number, frame)
    known = []
    for index, file in files.items():
        profile = Profile.model_validate_json(profiles[index])
        known.append(Recognised(profile, matched(file.reader.headers, profile), ()))
    log = Log(list(files.values()), known, dt.datetime.fromisoformat(now), piece=True)
    coder = PieceCoder(columns)
    coder.read(coder.rows_of(log))
    yield "files", json.dumps(list(files)).encode()
    yield from coder.told(told(log)).parts()


def find_rows(rows: Rows, wanted: Mapping[int, Wanted], number: int, frame: pl.DataFrame) -> Parts:
    """Find rows of a partition as they are written, with their numbers."""
    yield NOTHING, b""
    for index, file in rows.files(number, frame).items():
        if index not in wanted:
            continue
        assert isinstance(file.reader, Frame)
        headers, of_file = wanted[index]
        here = of_file[np.isin(of_file, file.reader.rows.to_numpy())]
        if len(here):
            found = found_in(file, Wanted(headers, here))
            yield str(index), packed(found.with_columns(pl.Series(NUMBER, here)))


def _on_frame(task: Task, number: int, frame: pl.DataFrame | None) -> Parts:
    if frame is None:
        yield ("rows", b"{}") if task is count_rows else (NOTHING, b"")
        return
    yield from task(number, frame)


def _file(name: str, frame: pl.DataFrame, rows: pl.Series) -> LogFile:
    file = LogFile(name, frame.height, "spark", Frame(frame, rows))
    file.hashed(digest_of(frame))
    return file
