"""Pieces of a log: consecutive rows of one file, which are read elsewhere as they are read here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anomaly.errors import InputError
from anomaly.sources.columnar import Parquet
from anomaly.sources.files import open_file
from anomaly.sources.log import Log
from anomaly.sources.recognise import Recognised, matched
from anomaly.sources.rejects import KEPT
from anomaly.sources.text import Filled
from anomaly.sources.vendor import Profile


@dataclass(frozen=True)
class Piece:
    """Rows of a file, as plain values.

    file: index in the log; path: absolute; name: as it is shown; size: bytes; profile: as JSON; first:
    1-based data row; rows: how many from there on, 0 for the whole file; now: ISO 8601.
    """

    file: int
    path: str
    name: str
    size: int
    profile: str
    first: int
    rows: int
    now: str


def pieces_of(log: Log, rows: int) -> list[Piece]:
    """Cut a log into pieces of about so many rows, in its order: Parquet between blocks, which are read as in
    the whole file; another file is one piece.

    Raises InputError for what is only in this process.
    """
    found = []
    for index, (file, profile) in enumerate(zip(log.files, log.profiles, strict=True)):
        if file.path is None:
            raise InputError(
                "is in this process alone",
                file.name,
                "give a path that every machine of the cluster can read",
            )
        told = (index, str(file.path.resolve()), file.name, file.size, profile.model_dump_json())
        reader, now = file.reader, log.now.isoformat()
        if not isinstance(reader, Parquet) or file.spooled or reader.count <= rows:
            found.append(Piece(*told, 1, 0, now))
            continue
        size = max(round(rows / reader.step), 1) * reader.step
        found += [Piece(*told, first, size, now) for first in range(1, reader.count + 1, size)]
    return found


def open_piece(piece: Piece) -> Log:
    """Open a piece where it is to be read, as a log of one file; InputError where that is another."""
    file = open_file(Path(piece.path), piece.name)
    if file.size != piece.size:
        raise InputError(
            f"has {file.size:,} bytes here and {piece.size:,} where the scan was started",
            piece.name,
            "wait until the export is complete, and give every machine the same file",
        )
    if piece.rows and isinstance(file.reader, Parquet):
        file.reader.cut(piece.first, piece.rows)
    if piece.first > 1:
        file.hashed("")  # that of the file is made with its first piece
    profile = Profile.model_validate_json(piece.profile)
    known = Recognised(profile, matched(file.reader.headers, profile), ())
    return Log([file], [known], dt.datetime.fromisoformat(piece.now), piece=True)


def told(log: Log) -> dict[str, Any]:
    """Return what a pass over a piece counted, with the hashes of its files, as plain values."""
    return log.counted() | {"sha256": [file.sha256() for file in log.files]}


def take_counted(log: Log, counts: Sequence[tuple[Sequence[int], Mapping[str, Any]]]) -> None:
    """Count the whole log from what its pieces counted.

    counts: in the order of their rows; the files of each piece as the log numbers them, and what was `told`.
    Raises InputError when no row can be used, or a file has changed.
    """
    rejects: list[Any] = []
    reasons: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    quality: dict[str, Counter[str]] = {}
    marked: dict[str, dict[str, dict[str, str]]] = {}
    whole = [True] * len(log.files)
    for files, told in counts:
        rejects += told["rejects"][: KEPT - len(rejects)]
        reasons.update(told["by_reason"])
        noticed.update(told["noticed"])
        for name, filled in told["quality"].items():
            quality.setdefault(name, Counter(vars(Filled()))).update(filled)
        _mark(marked, told["marked"])
        for index, is_whole, digest in zip(files, told["whole"], told["sha256"], strict=True):
            whole[index] &= is_whole
            if digest:
                log.files[index].hashed(digest)
    rows = sum(told["rows_read"] for _, told in counts)
    log.recall(
        {
            "rejects": rejects,
            "by_reason": reasons,
            "quality": quality,
            "marked": marked,
            "rows_read": rows,
            "noticed": noticed,
            "whole": whole,
        }
    )
    for file in log.files:
        file.check_unchanged()
    if rows == log.rejects.total:
        raise log.nothing(log.rejects)


def _mark(marked: dict[str, dict[str, dict[str, str]]], more: Mapping[str, Any]) -> None:
    """Add marks of values, see `Log`; the largest where they disagree, as in `Meaning`."""
    for column, values in more.items():
        of_column = marked.setdefault(column, {})
        for value, marks in values.items():
            said = of_column.setdefault(value, {})
            said |= {name: max(mark, said.get(name, mark)) for name, mark in marks.items()}
