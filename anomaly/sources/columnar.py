"""Formats that carry their own types: Parquet files, workbooks, objects with an Arrow C stream."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.errors import InputError
from anomaly.sources.arrow import rows_of_a_group
from anomaly.sources.blocks import ROWS, Block, numbered
from anomaly.sources.streams import FREE_BYTES, MOST_RATIO


class Parquet:
    """A Parquet file, read column by column."""

    def __init__(self, path: Path, name: str) -> None:
        """Read the footer; InputError when it is damaged, encrypted, or counts no rows."""
        self._name = name
        self._scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        try:
            self.headers = self._scan.collect_schema().names()
            self.count = self._scan.select(pl.len()).collect().item()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise self._broken(error) from None
        if self.count == 0:
            raise InputError("has columns and no rows", name, "export it again, or leave it out")
        group = rows_of_a_group(path)
        # Rows of a block: one of two row groups has to be copied into one, a tenth of the time of reading.
        self.step = group if ROWS // 2 <= group <= 2 * ROWS else ROWS
        self._first = 1

    def cut(self, first: int, count: int) -> None:
        """Read only `count` rows from the first-th on; whole blocks, which are those of the whole file."""
        assert (first - 1) % self.step == 0
        self._scan = self._scan.slice(first - 1, count)
        self._first, self.count = first, min(count, self.count - first + 1)

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """Typed columns; only the wanted ones are decoded."""
        row = self._first
        scan = self._scan.select([header for header in self.headers if header in wanted])
        batches = iter(scan.collect_batches(chunk_size=self.step, maintain_order=True))
        while True:
            try:
                frame = next(batches, None)
            except (pl.exceptions.PolarsError, OSError) as error:
                raise self._broken(error) from None
            if frame is None:
                return
            yield Block(frame, numbered(row, frame.height))
            row += frame.height

    def _broken(self, error: Exception) -> InputError:
        first = str(error).splitlines()[0].strip().rstrip(".")
        return InputError(
            f"is not a whole Parquet file ({first})",
            self._name,
            "copy or export the file again; nothing of it was used",
        )


class Frame:
    """Rows already in memory."""

    def __init__(self, frame: pl.DataFrame, rows: pl.Series | None = None) -> None:
        """rows: (height,) Int64 1-based row numbers, when some rows were left out."""
        self.frame = frame
        self.rows = numbered(1, frame.height) if rows is None else rows
        self.headers, self.count = frame.columns, frame.height

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """Slices of the frame."""
        kept = self.frame.select([header for header in self.headers if header in wanted])
        for start in range(0, kept.height, ROWS):
            yield Block(kept.slice(start, ROWS), self.rows.slice(start, ROWS))


def read_object(given: Any, name: str) -> tuple[Frame, str]:
    """A Python object with `__arrow_c_stream__` and the sha-256 of its rows as an Arrow IPC stream.

    The object may give its stream only once, so it is held in memory. InputError when it has no rows or
    fails.
    """
    try:
        frame = pl.DataFrame(given)
    except Exception as error:
        raise InputError(
            f"the object's Arrow stream cannot be read ({error})", name, "pass a table or a file"
        ) from None
    if frame.is_empty():
        raise InputError("has no rows", name, "pass an object with rows")
    return Frame(frame), digest_of(frame)


def digest_of(frame: pl.DataFrame) -> str:
    """The sha-256 of rows as an Arrow IPC stream, in hexadecimal."""
    digest = hashlib.sha256()
    for start in range(0, frame.height, ROWS):
        buffer = io.BytesIO()
        frame.slice(start, ROWS).rechunk().write_ipc_stream(buffer)
        digest.update(buffer.getbuffer())
    return digest.hexdigest()


def read_workbook(path: Path, name: str) -> tuple[Frame, list[str]]:
    """The first sheet of an XLSX file with every cell as text, and the names of the sheets that are not read.

    Dates become ISO 8601. Rows without any value are not rows. InputError for a damaged, encrypted or empty
    workbook.
    """
    import fastexcel

    _refuse_bomb(path, name)
    try:
        book = fastexcel.read_excel(path)
        sheet = book.load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except Exception as error:
        first = str(error).splitlines()[0]
        raise InputError(
            f"is not a readable workbook ({first})", name, "save it again as XLSX, or as CSV"
        ) from None
    if sheet.height == 0:
        raise InputError("the first sheet is empty", name, "put the log on the first sheet")
    headers = [str(cell or "").strip() or f"column {i}" for i, cell in enumerate(sheet.row(0), start=1)]
    body = sheet.slice(1).with_row_index("row number", offset=1)
    body = body.filter(pl.any_horizontal(pl.exclude("row number").is_not_null()))
    if body.is_empty():
        raise InputError("has a header and no rows", name, "export it again, or leave it out")
    rows = body["row number"].cast(pl.Int64)
    frame = body.drop("row number")
    repeated = sorted({header for header in headers if headers.count(header) > 1})
    if repeated:
        raise repeated_headers(repeated, name)
    return Frame(frame.rename(dict(zip(frame.columns, headers, strict=True))), rows), book.sheet_names[1:]


def repeated_headers(repeated: list[str], name: str) -> InputError:
    """The InputError for headers that occur twice."""
    return InputError(
        f"the header names {', '.join(repeated)} more than once", name, "rename one of the columns"
    )


def _refuse_bomb(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(member.file_size for member in book.infolist())
            locked = any(member.flag_bits & 1 for member in book.infolist())
    except (zipfile.BadZipFile, OSError):
        raise InputError("is not a whole workbook", name, "copy or save the file again") from None
    if locked:
        raise InputError("is encrypted", name, "save it without a password")
    if unpacked > max(FREE_BYTES, MOST_RATIO * path.stat().st_size):
        raise InputError(
            f"unpacks to more than {MOST_RATIO} times its size, which no log does",
            name,
            "export it again as CSV",
        )
