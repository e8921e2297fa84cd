"""What an executor does: it reads a piece of a log with the code that reads a whole one."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import polars as pl

from anomaly import __version__
from anomaly.coding import PieceCoder
from anomaly.coding.partial import packed
from anomaly.errors import InputError
from anomaly.scan.again import Wanted, found_in
from anomaly.sources.arrow import answer
from anomaly.sources.pieces import Piece, open_piece, told

SCHEMA = "item long, name string, data binary"
CHUNK = 1 << 16  # bytes a row: Spark sends up to 10,000 rows in one buffer of at most 2 GB
ERROR = "error"
Parts = Iterator[tuple[str, bytes]]


def versions() -> str:
    """Name what has to be the same on every machine for the answers to be the same."""
    python = ".".join(platform.python_version_tuple()[:2])
    readers = f"polars {pl.__version__}, pyarrow {version('pyarrow')}"  # times, numbers and CSV are theirs
    return f"anomaly {__version__}, {readers}, Python {python}"


def run(
    task: Callable[[Any], Parts], items: Sequence[Any], expected: str, batches: Iterable[Any]
) -> Iterator[Any]:
    """Do a task for each item that is asked for, as Spark's `mapInArrow` wants it.

    batches: of numbers of items. Gives record batches of SCHEMA. What is wrong with the input is an answer:
    the next attempt would find the same.
    """
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from answered(number, task, items[number], expected)


def answered(number: int, task: Callable[[Any], Parts], item: Any, expected: str) -> Iterator[Any]:
    """Do a task for one item; its parts in rows of at most CHUNK bytes."""
    try:
        if versions() != expected:
            raise InputError(
                f"an executor has {versions()}, and the scan was started with {expected}",
                next="install the same versions on every machine",
            )
        for name, data in task(item):
            for begin in range(0, max(len(data), 1), CHUNK):
                yield answer(number, name, data[begin : begin + CHUNK])
    except InputError as error:
        yield answer(number, ERROR, json.dumps([error.what, error.where, error.next]).encode())


def code_piece(columns: Collection[str], piece: Piece) -> Parts:
    """Code a piece of a log; columns: those that are read of the whole one."""
    log = open_piece(piece)
    coder = PieceCoder(columns)
    coder.read(coder.rows_of(log))
    return coder.told(told(log)).parts()


def find_rows(wanted: tuple[Piece, Wanted]) -> Parts:
    """Find rows of a piece as they are written."""
    piece, rows = wanted
    yield "found", packed(found_in(open_piece(piece).files[0], rows))
