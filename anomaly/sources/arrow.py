"""The one module that touches pyarrow, which has no type stubs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc
import pyarrow.parquet as parquet
from numpy.typing import NDArray


def inflate(path: Path, codec: str) -> BinaryIO:
    """A stream of the file's content, decompressed with `gzip` or `zstd`; OSError where it breaks off."""
    return cast(BinaryIO, pa.CompressedInputStream(pa.OSFile(str(path)), codec))


def rows_of_a_group(path: Path) -> int:
    """How many rows the first row group of a Parquet file has, 0 where Arrow cannot read what polars can."""
    try:
        metadata = parquet.read_metadata(path)
        return int(metadata.row_group(0).num_rows) if metadata.num_row_groups else 0
    except (pa.ArrowException, OSError):
        return 0


def answer(number: int, name: str, data: bytes) -> Any:
    """One row, a record batch, as Spark's `item long, name string, data binary`."""
    kinds = (pa.int64(), pa.string(), pa.binary())
    columns = [pa.array([value], kind) for value, kind in zip((number, name, data), kinds, strict=True)]
    return pa.RecordBatch.from_arrays(columns, ["item", "name", "data"])


def rows_in(batches: Iterable[Any]) -> pl.DataFrame | None:
    """The rows of record batches as one frame, None when there are none."""
    held = [batch for batch in batches if batch.num_rows]
    return cast(pl.DataFrame, pl.from_arrow(pa.Table.from_batches(held))) if held else None


def bytes_of(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The UTF-8 of all texts, (b,) uint8, and where each begins and the last ends, (n + 1,) int64; 3 ns a
    text.
    """
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, starts, data = array.buffers()
    held = np.frombuffer(data or b"", np.uint8)
    return held, np.frombuffer(starts, np.int64)[array.offset : array.offset + len(array) + 1]


@dataclass(frozen=True)
class Views:
    """Texts as Arrow views them (Arrow columnar format, "Variable-size Binary View Layout").

    words: (2 * n,) uint64, two a view: the length in four bytes, then how the text begins, zeros after a
    short one; valid: (b,) uint8, bit first + i is 0 where text i is missing, b = 0 when none is; buffers:
    what long texts stand in, (c,) uint8 each.
    """

    words: NDArray[np.uint64]
    valid: NDArray[np.uint8]
    first: int
    buffers: tuple[NDArray[np.uint8], ...]


def views_of(texts: pl.Series) -> Views:
    """The views of (n,) String, not copied."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.newest())
    valid, words, *buffers = array.buffers()
    return Views(
        np.frombuffer(words or b"", np.uint64)[2 * array.offset : 2 * (array.offset + len(array))],
        np.frombuffer((array.null_count and valid) or b"", np.uint8),
        array.offset,
        tuple(np.frombuffer(buffer or b"", np.uint8) for buffer in buffers),
    )


def alone(texts: pl.Series) -> pl.Series:
    """Copy gathered texts, which else keep all text of their batch in memory. (n,) String -> (n,) String."""
    return pl.Series(texts.name, texts.to_arrow(compat_level=pl.CompatLevel.oldest()))


def first_bytes(texts: pl.Series) -> NDArray[np.uint8]:
    """The first byte of each text, (n,) uint8; of an empty one 0, of a null anything."""
    return views_of(texts).words.view(np.uint8)[4::16]


def iso_times(text: pl.Series) -> pl.Series | None:
    """ISO 8601 text as Datetime(ms), UTC when every value has an offset; None when some value is another
    layout.

    9-26 M values/s, where polars reads 3-7 M with a layout given.
    """
    first = next(iter(text.drop_nulls().head(1)), "")
    zone = "UTC" if first.endswith("Z") or first[19:].strip(".0123456789") else None
    # Arrow takes a bare date for its midnight, which nobody wrote.
    shortest = text.str.len_bytes().min()
    if not isinstance(shortest, int) or shortest < len("2025-06-18T00:02"):
        return None
    kind = pa.timestamp("ms", zone)
    try:
        compute.cast(pa.scalar(first), kind)  # a million of another layout take two seconds to be refused
        return cast(pl.Series, pl.from_arrow(compute.cast(text.to_arrow(), kind)))
    except pa.ArrowInvalid:
        return None


def parse_csv(
    data: bytes, headers: Sequence[str], wanted: Collection[str], delimiter: str
) -> pl.DataFrame | None:
    """Records without a header as text columns, or None when a row is ragged or not UTF-8.

    Empty fields stay empty strings; blank lines are skipped. polars would fill a short row with nulls, so it
    is Arrow that reads: 4 M rows/s for six quoted columns, 6-8 M unquoted.
    """
    positions = [str(i) for i in range(len(headers))]
    keep = [position for position, header in zip(positions, headers, strict=True) if header in wanted]
    try:
        table = pc.read_csv(
            pa.BufferReader(data),
            read_options=pc.ReadOptions(column_names=positions, block_size=max(len(data), 1) + 1),
            parse_options=pc.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(positions, pa.string()),
                strings_can_be_null=False,
                include_columns=keep,
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = cast(pl.DataFrame, pl.from_arrow(table))
    return frame.rename({position: headers[int(position)] for position in keep})
