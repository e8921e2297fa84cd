"""What a person names (files, folders, patterns, stdin, objects) becomes readers, in a stable order."""

from __future__ import annotations

import glob
import hashlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from anomaly.errors import InputError
from anomaly.sources.blocks import Reader
from anomaly.sources.columnar import Parquet, read_object, read_workbook
from anomaly.sources.delimited import Delimited
from anomaly.sources.jsonlines import JsonLines
from anomaly.sources.streams import Source, codec_of, peek, spool, spool_stdin, unreadable

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet", ".pq": "parquet", ".xlsx": "xlsx",
}  # fmt: skip
KNOWN = "CSV, TSV, JSON Lines, Parquet and XLSX, plain or as .gz or .zst"


@dataclass
class LogFile:
    """One input: the name it is shown by, its size in bytes, its format, its reader."""

    name: str
    size: int
    format: str
    reader: Reader
    warnings: list[str] = field(default_factory=list)
    path: Path | None = None
    spooled: list[IO[bytes]] = field(default_factory=list, repr=False)
    _digest: Future[str] | str | None = field(default=None, repr=False)
    _stamp: tuple[int, int] | None = field(default=None, repr=False)

    def begin_hash(self) -> None:
        """Start hashing in a thread of its own, beside the reading."""
        if self._digest is None and self.path is not None:
            with_one = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sha256")
            self._digest = with_one.submit(_sha256, self.path)
            with_one.shutdown(wait=False)

    def sha256(self) -> str:
        """Hex sha-256 of the file as it lies on disk (of an object: of its rows as an Arrow IPC stream);
        computed once.
        """
        self.begin_hash()
        if isinstance(self._digest, Future):
            self._digest = self._digest.result()
        return self._digest or ""

    def hashed(self, digest: str) -> None:
        """Take the hash that was made where the file was read, "" where none is wanted."""
        self._digest = digest

    def check_unchanged(self) -> None:
        """InputError when the file was written to since it was opened: what was read is then evidence of
        nothing.
        """
        if self.path is not None and self._stamp != _stamp(self.path):
            raise InputError(
                "changed while it was read", self.name, "wait until the export is complete, and scan again"
            )


def gather(inputs: Sequence[Any]) -> list[LogFile]:
    """The inputs as files in the order given (inside a folder or glob: sorted); a file named twice is read
    once.

    Raises InputError for a path that does not exist, a folder or pattern without logs, or an unknown format.
    """
    if not inputs:
        raise InputError("no log is given", None, "name a file, a folder, a pattern, or - for standard input")
    paths: dict[Path, Path] = {}
    found: list[Path | Any] = []
    for given in inputs:
        if isinstance(given, str) and given == "-":
            found.append("-")
        elif isinstance(given, str) and not given:
            # An unset variable in a script: Path("") would be the whole working folder.
            raise InputError("the name of a log is empty", None, "name a file, a folder, a pattern, or -")
        elif isinstance(given, str) and "://" in given:
            raise InputError(
                "object stores and other addresses are not read",
                given,
                "mount it or copy it, and give a path",
            )
        elif isinstance(given, str | Path):
            for path in _expand(Path(given)):
                if paths.setdefault(path.resolve(), path) is path:
                    found.append(path)
        elif hasattr(given, "__arrow_c_stream__"):
            found.append(given)
        else:
            raise InputError(
                f"a {type(given).__name__} is no log",
                None,
                "pass paths, or an object with __arrow_c_stream__",
            )
    names = _shown([item for item in found if isinstance(item, Path)])
    files = []
    for number, item in enumerate(found, start=1):
        if isinstance(item, Path):
            files.append(open_file(item, names[item]))
        elif isinstance(item, str):
            kept = spool_stdin()
            files.append(open_file(Path(kept.name), "stdin"))
            files[-1].spooled.append(kept)
        else:
            reader, digest = read_object(item, f"object {number}")
            size = int(reader.frame.estimated_size())
            files.append(LogFile(f"object {number}", size, "arrow", reader, _digest=digest))
    return files


def open_file(path: Path, name: str) -> LogFile:
    """One file as a reader: format by suffix and first bytes; InputError for an unknown, empty or unreadable
    one.
    """
    try:
        stamp = _stamp(path)
    except OSError as error:
        raise unreadable(name, error) from None
    if stamp[0] == 0:
        raise InputError("is empty", name, "export it again, or leave it out")
    codec = codec_of(path, name)
    source = Source(path, name, codec)
    inner = Path(path.stem) if codec and path.suffix.lower() in {".gz", ".zst"} else path
    kind = _format(peek(source, 1 << 16), FORMATS.get(inner.suffix.lower()), name)
    spooled, warnings = [], []
    unpacked = path
    if kind in {"parquet", "xlsx"} and codec:
        with source.open() as stream:
            spooled.append(spool(cast(IO[bytes], stream)))
        unpacked = Path(spooled[0].name)
    reader: Reader
    if kind == "parquet":
        reader = Parquet(unpacked, name)
    elif kind == "xlsx":
        reader, others = read_workbook(unpacked, name)
        warnings = [f"sheet {other!r} is not read, only the first sheet is" for other in others]
    elif kind == "jsonl":
        reader = JsonLines(source)
    else:
        reader = Delimited(source, "\t" if kind == "tsv" else None)
    return LogFile(name, stamp[0], kind, reader, warnings, path, spooled, _stamp=stamp)


def _format(head: bytes, by_suffix: str | None, name: str) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise InputError("is an encrypted Parquet file", name, "export it without encryption")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            "is an encrypted workbook or an old XLS", name, "save it as XLSX without a password, or as CSV"
        )
    if (
        head.startswith((b"\xff\xfe", b"\xfe\xff"))
        or head[1:200:2].count(0) > 60
        or head[0:200:2].count(0) > 60
    ):
        raise InputError("is UTF-16 text", name, "convert it to UTF-8 (save as CSV UTF-8)")
    if not head.strip():
        raise InputError("is empty", name, "export it again, or leave it out")
    if by_suffix in {"parquet", "xlsx"}:
        raise InputError(f"is named as {by_suffix} but is not", name, "copy or export the file again")
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if by_suffix:
        return by_suffix
    if first.startswith((b"{", b"[")):
        return "jsonl"
    if b"\0" not in first and any(mark in first for mark in (b",", b";", b"\t", b"|")):
        return "csv"
    raise InputError("is in no format that is known", name, f"give one of {KNOWN}")


def _expand(path: Path) -> list[Path]:
    """A path as files; a folder and a pattern in sorted order."""
    text = str(path)
    if path.is_dir():
        logs = sorted(
            entry
            for entry in path.rglob("*")
            if entry.is_file()
            and _known(entry)
            and not any(p.startswith(".") for p in entry.relative_to(path).parts)
        )
        if not logs:
            raise InputError("the folder has no logs", path.name or text, f"put logs in it: {KNOWN}")
        return logs
    if path.exists():
        return [path]
    if any(sign in text for sign in "*?["):
        logs = sorted(Path(match) for match in glob.glob(text, recursive=True) if Path(match).is_file())  # noqa: PTH207
        if not logs:
            raise InputError("no file matches the pattern", text, "check the pattern")
        return logs
    raise InputError("there is no such file", text, "check the path")


def _known(path: Path) -> bool:
    inner = Path(path.stem) if path.suffix.lower() in {".gz", ".zst"} else path
    return inner.suffix.lower() in FORMATS


def _shown(paths: Sequence[Path]) -> dict[Path, str]:
    """The shortest tail of each path that no other one has: nothing of the machine is shown without need."""
    names = {path: path.name for path in paths}
    depth = 1
    while any(count > 1 for count in Counter(names.values()).values()) and depth < 64:
        depth += 1
        twice = {name for name, count in Counter(names.values()).items() if count > 1}
        names = {
            path: "/".join(path.resolve().parts[-depth:]) if name in twice else name
            for path, name in names.items()
        }
    return names


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
