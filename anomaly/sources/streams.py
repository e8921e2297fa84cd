"""Bytes of a log file, plain or decompressed, with limits against a file that unpacks without end."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from anomaly.errors import InputError
from anomaly.sources.arrow import inflate

MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
# A real search log packs 3.3 times, one line repeated for ever 409 times with gzip; gzip cannot exceed 1,032
# and zstd has no limit (RFC 1951, RFC 8878).
MOST_RATIO = 400
FREE_BYTES = 256 << 20


@dataclass(frozen=True)
class Source:
    """A file on disk: its path, the name it is shown by, and its compression (`gzip`, `zstd` or None)."""

    path: Path
    name: str
    codec: str | None

    @contextmanager
    def open(self) -> Iterator[Unpacked]:
        """The file's content from its beginning; InputError when it cannot be opened."""
        try:
            raw = inflate(self.path, self.codec) if self.codec else self.path.open("rb")
        except OSError as error:
            raise unreadable(self.name, error) from None
        with raw:
            yield Unpacked(raw, self)


class Unpacked:
    """A stream that says where a compressed file breaks off, and refuses one that unpacks without end."""

    def __init__(self, raw: BinaryIO, source: Source) -> None:
        """raw: the decompressed stream of the source."""
        self._raw = raw
        self._source = source
        self._out = 0
        self._most = max(FREE_BYTES, MOST_RATIO * source.path.stat().st_size) if source.codec else None

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, fewer only at the end; InputError where the file is broken or a bomb."""
        try:
            data = bytes(self._raw.read(size))
        except OSError:
            raise InputError(
                f"the {self._source.codec or 'file'} data breaks off or is damaged after {self._out:,} bytes",
                self._source.name,
                "copy or export the file again; nothing of it was used",
            ) from None
        self._out += len(data)
        if self._most is not None and self._out > self._most:
            raise InputError(
                f"unpacks to more than {MOST_RATIO} times its size, which no log does",
                self._source.name,
                "unpack it yourself, look at it, and give the unpacked file",
            )
        return data


def unreadable(name: str, error: OSError) -> InputError:
    """The InputError for a file the system will not open."""
    return InputError(
        f"cannot be opened: {error.strerror or error}", name, "check the path and its permissions"
    )


def codec_of(path: Path, name: str) -> str | None:
    """Compression by the file's first bytes; InputError for a `.gz` or `.zst` that is neither."""
    head = peek(Source(path, name, None), 4)
    codec = next((codec for magic, codec in MAGIC.items() if head.startswith(magic)), None)
    if codec is None and path.suffix.lower() in {".gz", ".zst"}:
        raise InputError(
            "is named as compressed but is not gzip or zstd data", name, "give it the suffix of what it is"
        )
    return codec


def peek(source: Source, size: int) -> bytes:
    """The first `size` bytes of the content."""
    with source.open() as stream:
        return stream.read(size)


def spool(stream: IO[bytes], suffix: str = "") -> IO[bytes]:
    """Copy a stream into a private temporary file (mode 0600) that goes when it is closed."""
    kept = tempfile.NamedTemporaryFile(prefix="anomaly-", suffix=suffix)  # noqa: SIM115  closed by its owner
    shutil.copyfileobj(stream, kept, 1 << 20)
    kept.flush()
    return kept


def spool_stdin() -> IO[bytes]:
    """Standard input as a private temporary file."""
    return spool(sys.stdin.buffer)
