"""JSON Lines: one object a line, through polars where every line is one, line by line where some are not."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Collection, Iterator

import polars as pl

from anomaly.errors import InputError
from anomaly.sources.blocks import Block, numbered
from anomaly.sources.quoting import survey
from anomaly.sources.rejects import Reason, Refusal
from anomaly.sources.streams import Source

BLOCK = 16 << 20
_NO_QUOTES = bytes.maketrans(b'"', b" ")


class JsonLines:
    """A file of JSON objects, one a line; its headers are the keys met in the first block."""

    count = 0

    def __init__(self, source: Source, block: int = BLOCK) -> None:
        """Look at the first block; InputError when it is one JSON array or holds no object."""
        self._source = source
        self._block = block
        with source.open() as stream:
            head = stream.read(block).removeprefix(b"\xef\xbb\xbf")
        if head.lstrip().startswith(b"["):
            raise InputError(
                "is one JSON array, not one object a line", source.name, "convert it to JSON Lines (.jsonl)"
            )
        keys: dict[str, None] = {}
        for line in head.splitlines():
            record = _object(line)
            if not isinstance(record, Reason):
                keys.update(dict.fromkeys(record))
        self.headers = list(keys)
        if not keys:
            raise InputError(
                "has no line that is a JSON object",
                source.name,
                "give one JSON object a line, or name the format",
            )

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """Every value as text, nested ones as JSON; lines that are no object are refused with their row
        number.
        """
        keep = [header for header in self.headers if header in wanted]
        row, data, last = 1, b"", False
        with self._source.open() as stream:
            while not last:
                more = stream.read(self._block)
                last = not more
                data = (data + more).removeprefix(b"\xef\xbb\xbf") if row == 1 else data + more
                end = len(data) if last else data.rfind(b"\n") + 1
                lines, data = data[:end], data[end:]
                if lines:
                    block = self._block_of(lines, row, keep)
                    row += block.frame.height + len(block.refused)
                    yield block

    def _block_of(self, lines: bytes, row: int, keep: list[str]) -> Block:
        shape = survey((lines + b"\n").translate(_NO_QUOTES), ",")
        if shape is not None and b"\\u0000" not in lines:
            try:
                texts = dict.fromkeys(self.headers, pl.String)
                if self._only_known(lines):
                    frame = pl.read_ndjson(io.BytesIO(lines), schema=texts)
                else:
                    frame = pl.read_ndjson(
                        io.BytesIO(lines), schema_overrides=texts, infer_schema_length=None
                    )
            except pl.exceptions.PolarsError:
                frame = None
            if frame is not None and frame.height == shape.records:
                return self._kept(frame, numbered(row, frame.height), [], keep)
        return self._sifted(lines, row, keep)

    def _only_known(self, lines: bytes) -> bool:
        """Whether no key is new, by counting: looking at every key costs four times the reading."""
        known = sum(lines.count(json.dumps(key, ensure_ascii=False).encode() + b":") for key in self.headers)
        return lines.count(b'":') == known and b'" :' not in lines

    def _sifted(self, lines: bytes, row: int, keep: list[str]) -> Block:
        records: list[dict[str, str | None]] = []
        rows: list[int] = []
        refused: list[Refusal] = []
        for line in lines.split(b"\n"):
            if not line.strip(b"\r"):
                continue
            record = _object(line)
            if isinstance(record, Reason):
                refused.append(Refusal(row, None, record))
            else:
                records.append(record)
                rows.append(row)
            row += 1
        names = dict.fromkeys([*self.headers, *(key for record in records for key in record)])
        frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String))
        return self._kept(frame, pl.Series(rows, dtype=pl.Int64), refused, keep)

    def _kept(self, frame: pl.DataFrame, rows: pl.Series, refused: list[Refusal], keep: list[str]) -> Block:
        late = [name for name in frame.columns if name not in self.headers]
        noticed = Counter(
            {f"key {name!r} first appears far into the file and is not read": 1 for name in late}
        )
        missing = [pl.lit(None, pl.String).alias(name) for name in keep if name not in frame.columns]
        return Block(frame.with_columns(missing).select(keep), rows, refused, noticed)


def _object(line: bytes) -> dict[str, str | None] | Reason:
    """One line as text values, or why it is refused."""
    if b"\0" in line:
        return Reason.NUL
    try:
        record = json.loads(line.decode(), parse_constant=_refuse)
    except UnicodeDecodeError:
        return Reason.UTF8
    except (ValueError, RecursionError):
        return Reason.JSON
    if not isinstance(record, dict):
        return Reason.NOT_OBJECT
    texts = {key: _text(value) for key, value in record.items()}
    return Reason.NUL if any("\0" in text for text in texts.values() if text) else texts


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
