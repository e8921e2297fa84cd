"""CSV and TSV: a block of bytes proved regular goes through Arrow; any other is sifted record by record."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator

from anomaly.errors import InputError
from anomaly.sources.arrow import parse_csv
from anomaly.sources.blocks import Block, numbered
from anomaly.sources.quoting import Sifter, survey
from anomaly.sources.streams import Source, Unpacked

BLOCK = 16 << 20
BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t|"
LINE_BREAK = "line break inside a quoted field"


class Delimited:
    """A delimited text file (RFC 4180; comma, semicolon, tab or bar) with one header line."""

    count = 0

    def __init__(self, source: Source, delimiter: str | None = None, block: int = BLOCK) -> None:
        """Read the header; InputError for a file without one, or without rows."""
        self._source = source
        self._block = block
        with source.open() as stream:
            head = stream.read(block)
        body = head.removeprefix(BOM)
        first = body.lstrip(b"\r\n")
        if b"\r" in first and b"\n" not in first:
            raise InputError(
                "lines end in bare carriage returns",
                source.name,
                "save it with line feeds (CSV, Unix or Windows)",
            )
        line, _, rows = first.partition(b"\n")
        text = line.decode("utf-8", errors="replace")
        self.delimiter = delimiter or max(DELIMITERS, key=text.count)
        self.headers = [
            cell.strip() for cell in next(csv.reader(io.StringIO(text), delimiter=self.delimiter), [])
        ]
        self.headers = [header or f"column {i}" for i, header in enumerate(self.headers, start=1)]
        self._body = len(head) - len(first) + len(line) + 1
        if not rows.strip():
            raise InputError("has a header and no rows", source.name, "export it again, or leave it out")

    def blocks(self, wanted: Collection[str]) -> Iterator[Block]:
        """Text columns; ragged, badly quoted, NUL and non-UTF-8 rows are refused with their row number."""
        sifter = Sifter(self.headers, self.delimiter, limit=self._block)
        row, data, last = 1, b"", False
        with self._source.open() as stream:
            _skip(stream, self._body)
            while not last:
                more = stream.read(self._block)
                last = not more
                data = sifter.resume(data + more)
                if last and data and not data.endswith(b"\n"):
                    data += b"\n"
                while data:
                    block, used = self._take(data, wanted, sifter, row, last)
                    if used:
                        yield block
                        row += block.frame.height + len(block.refused)
                        data = data[used:]
                    if not last:
                        break

    def _take(
        self, data: bytes, wanted: Collection[str], sifter: Sifter, row: int, last: bool
    ) -> tuple[Block, int]:
        """A block from the front of the data, and the bytes it took; none while a record is unfinished."""
        shape = survey(data, self.delimiter)
        if shape is not None and b"\0" not in data:
            frame = parse_csv(data[: shape.end], self.headers, wanted, self.delimiter)
            if frame is not None and frame.height == shape.records:
                return Block(frame, numbered(row, frame.height), [], _noticed(shape.broken)), shape.end
        sifted = sifter.sift(data, row, last)
        return Block(
            sifted.frame.select(h for h in self.headers if h in wanted),
            sifted.rows,
            sifted.refused,
            _noticed(sifted.broken),
        ), sifted.used


def _noticed(broken: int) -> Counter[str]:
    return Counter({LINE_BREAK: broken} if broken else {})


def _skip(stream: Unpacked, size: int) -> None:
    while size > 0:
        got = len(stream.read(min(size, BLOCK)))
        size = size - got if got else 0
