"""The engine that has the executors of a Spark cluster read a log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from anomaly.cluster import work
from anomaly.cluster.jobs import context_of, done
from anomaly.coding import EventCoder, Partial, WholeCoder
from anomaly.coding.partial import unpacked
from anomaly.scan.again import Wanted
from anomaly.scan.engine import Local
from anomaly.sources import Log
from anomaly.sources.pieces import Piece, pieces_of, take_counted
from anomaly.telling import Tell, silent

LEAST, MOST = 100_000, 1_000_000  # rows of a piece
MANY = 64  # cores, where they cannot be counted
EACH = 3  # pieces for each core: one that is slow holds nobody up


class Spark(Local):
    """Reads on the executors of a Spark session; opens in this process, which reads headers alone."""

    def __init__(self, spark: Any, rows: int | None = None) -> None:
        """rows: of a piece, about, of which an executor holds one for each of its cores; chosen by the size
        of the log and of the cluster when None.
        """
        self._spark = spark
        self._rows = rows
        self._tell: Tell = silent

    def code(self, log: Log, columns: Collection[str], tell: Tell) -> EventCoder:
        """Have each piece coded by an executor, and take in what it knows."""
        self._tell = tell
        pieces = self._pieces(log)
        coder, counts = WholeCoder(columns, log.rows_expected), []
        for number, parts in self._each(partial(work.code_piece, columns), pieces, "reading"):
            part = Partial.of(parts)
            coder.absorb(part, [pieces[number].file])
            counts.append(([pieces[number].file], part.counted))
            tell("reading", part.counted["rows_read"])
        take_counted(log, counts)
        return coder

    def find(self, log: Log, wanted: Mapping[int, Wanted], tell: Tell) -> Iterator[pl.DataFrame]:
        """Have the pieces read again that hold such rows."""
        self._tell = tell
        pieces = self._pieces(log)
        items = [
            (piece, Wanted(one.headers, rows))
            for index, one in wanted.items()
            for piece in pieces
            if piece.file == index and len(rows := one.rows[_inside(piece, one)])
        ]
        found = self._each(work.find_rows, items, "reading evidence")
        for _, of_file in groupby(found, lambda one: items[one[0]][0].file):
            yield pl.concat([unpacked(parts["found"]) for _, parts in of_file])

    def _pieces(self, log: Log) -> list[Piece]:
        context = context_of(self._spark)
        cores = context.defaultParallelism if context else MANY
        return pieces_of(log, self._rows or min(max(log.rows_expected // (EACH * cores), LEAST), MOST))

    def _each(
        self, task: Callable[[Any], work.Parts], items: Sequence[Any], stage: str
    ) -> Iterator[tuple[int, dict[str, bytes]]]:
        return done(self._spark, task, items, stage, self._tell)


def _inside(piece: Piece, wanted: Wanted) -> Any:
    after = wanted.rows >= piece.first
    return after & (wanted.rows < piece.first + piece.rows) if piece.rows else np.ones(len(after), np.bool_)
