"""Coded logs kept in a folder, for scans of the same files under other settings, tables or policies."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import polars as pl

from anomaly import __version__
from anomaly.coding.kept import restore, save
from anomaly.coding.ordered import Ordered
from anomaly.errors import InputError
from anomaly.sources import Log
from anomaly.sources.rejects import Reason

COUNTED = "counted.json"
FORM = 1  # another one whenever what is kept, or what is made of a log before it is kept, changes


class Cache:
    """Where the coded form of one log is kept: a folder of its own, named by the log's hashes.

    It holds codes, the words of the vocabularies (users, units, reasons) and subjects as hashes, which
    whoever can list all plates can undo: the folder is open to its owner only.
    """

    def __init__(self, base: Path, log: Log, columns: Collection[str]) -> None:
        """base: made where it is missing; columns: those that are read. Raises InputError where `base` cannot
        be written to.
        """
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=base):
                pass
        except OSError as error:
            raise InputError(
                f"no coded log can be kept here ({error.strerror})", str(base), "choose a folder with --cache"
            ) from None
        self._log = log
        self._folder = base / _key(log, columns)

    def find(self) -> Ordered | None:
        """Return the log as an earlier scan left it, None where there is none; what is damaged is removed."""
        if not self._folder.is_dir():
            return None
        try:
            ordered = restore(self._folder)
            self._log.recall(json.loads((self._folder / COUNTED).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            shutil.rmtree(self._folder, ignore_errors=True)
            return None
        return ordered

    def put(self, ordered: Ordered) -> None:
        """Keep the log: whole, or not at all. A row that is refused because it is of the future will not
        always be.
        """
        if Reason.TIME_FUTURE in self._log.rejects.by_reason:
            return
        room = Path(tempfile.mkdtemp(prefix=".coding-", dir=self._folder.parent))
        try:
            save(ordered, room)
            (room / COUNTED).write_text(json.dumps(self._log.counted()), encoding="utf-8")
            with suppress(OSError):  # another scan was quicker
                room.rename(self._folder)
        except OSError as error:
            raise InputError(
                f"the coded log cannot be kept ({error.strerror})",
                str(self._folder.parent),
                "leave out --cache",
            ) from None
        finally:
            shutil.rmtree(room, ignore_errors=True)


def _key(log: Log, columns: Collection[str]) -> str:
    files = [(file.name, file.sha256()) for file in log.files]
    known = [repr(profile) for profile in log.profiles]
    told = json.dumps([__version__, FORM, files, known, sorted(columns)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]
