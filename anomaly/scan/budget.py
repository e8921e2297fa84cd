"""A bound for the memory of a scan: a log that may not fit is refused before it is read."""

from __future__ import annotations

import re
from pathlib import Path

from anomaly.errors import InputError, SettingsError
from anomaly.scan.memory import resident
from anomaly.sources import Log
from anomaly.sources.files import LogFile

LEAST = 700_000_000  # bytes: the program itself, a block of rows on its way, and the page
IN_MEMORY = 600  # bytes a row: 5 M rows with their tables took 250, 20 M by 100,000 users 390
OF_TABLES = 10  # times their size as Parquet: 112 MB took 0.9 GB
A_ROW, PACKED = 100, 10  # bytes of text, and what packing makes of them, where only reading tells
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


def size_of(text: str) -> int:
    """Read a size, "4GB", "512 MB", "4GiB" or bytes; SettingsError where it is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]I?|)B?", text.strip().upper())
    if not found:
        raise SettingsError(f"`{text}` is no size", "--memory", "write it as in 4GB, 512MB or 4GiB")
    return int(float(found[1]) * _UNITS[found[2]])


class Budget:
    """The memory, in bytes, that a scan may take; any when None."""

    def __init__(self, memory: int | None) -> None:
        """Raises SettingsError where it is too little for any log."""
        if memory is not None and memory < LEAST:
            raise SettingsError(
                f"{memory:,} bytes of memory are too few for any scan",
                "--memory",
                f"give {_said(LEAST)} or more",
            )
        self._memory = memory

    def opened(self, log: Log, tables: Path | None) -> None:
        """Refuse a log that may not fit. Raises InputError, which says how much would do."""
        if self._memory is None:
            return
        rows = rows_of(log)
        needed = LEAST + rows * IN_MEMORY + _size(tables) * OF_TABLES
        if needed > self._memory:
            raise InputError(
                f"a log of about {rows:,} rows may take up to {_said(needed)} of memory, more than the "
                f"{_said(self._memory)} it may have",
                "--memory",
                "give more, or scan it in parts of whole agencies",
            )

    def check(self) -> None:
        """Stop a scan that takes more than was thought. Raises InputError; nothing is written."""
        if self._memory is not None and resident() > self._memory:
            raise InputError(
                f"this log takes more than {_said(self._memory)} of memory", "--memory", "give more"
            )


def _said(size: float) -> str:
    return f"{size / 1e9:.1f} GB"


def _size(folder: Path | None) -> int:
    """Sum the sizes of the files in a folder, bytes."""
    files = folder.iterdir() if folder and folder.is_dir() else ()
    return sum(one.stat().st_size for one in files if one.is_file())


def rows_of(log: Log) -> int:
    """Return about how many rows a log has: as its files say, or by their size."""
    return log.rows_expected + sum(map(_rows_of, log.files))


def _rows_of(file: LogFile) -> int:
    """Guess how many rows there are, where only reading tells; 0 where the file does."""
    packed = PACKED if Path(file.name).suffix.lower() in {".gz", ".zst"} else 1
    return 0 if file.reader.count else file.size * packed // A_ROW
