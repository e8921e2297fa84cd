"""A log: files understood, read in batches as often as needed, every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from anomaly.errors import InputError
from anomaly.schema import EVENT
from anomaly.sources.blocks import ahead
from anomaly.sources.canonical import C, Reader, Rows, Tally, as_frame, canonical
from anomaly.sources.files import LogFile, gather
from anomaly.sources.meaning import Plain
from anomaly.sources.recognise import REQUIRED, Recognised, recognise
from anomaly.sources.rejects import Reason, Reject, Rejects
from anomaly.sources.text import Filled
from anomaly.sources.vendor import Profile, load_profile


class Log:
    """Query log files under canonical column names.

    rejects, warnings, rows_read, quality and marked are filled by the first pass that runs to its end.
    quality counts only the columns that pass asked for. marked: column -> value -> what a vendor's prefix
    said of it ({"kind": "federal"}).
    """

    def __init__(
        self, files: list[LogFile], known: list[Recognised], now: dt.datetime, *, piece: bool = False
    ) -> None:
        """files and known run in parallel; now: aware, the latest time a row may have is a day later; piece:
        only a part of a log, none of whose rows need be of use.
        """
        self.files = files
        self.now = now
        self._known = known
        self._piece = piece
        self._latest = now + dt.timedelta(days=1)
        self.profile = known[0].profile
        self.profiles = tuple(one.profile for one in known)
        present = {name for one in known for name in (*one.header_map, *one.profile.constants)}
        self.columns = frozenset(present)
        self.header_map = {name: header for one in reversed(known) for name, header in one.header_map.items()}
        self.unmapped = tuple(dict.fromkeys(header for one in known for header in one.unmapped))
        self.rejects = Rejects()
        self.quality: dict[str, Filled] = {}
        self.marked: dict[str, dict[str, dict[str, str]]] = {}
        self.rows_read = 0
        self._noticed: Counter[str] = Counter()
        self._whole = [False] * len(files)
        self._counted = False

    @property
    def rows_expected(self) -> int:
        """How many rows there are at least, as far as the files tell before they are read.

        Never more than a byte may hold: a damaged footer can tell of any number.
        """
        return sum(min(file.reader.count, file.size) for file in self.files)

    @property
    def warnings(self) -> list[str]:
        """Oddities that refused no row, each with its count."""
        noticed = [f"{what}: {count:,}" for what, count in sorted(self._noticed.items())]
        return [f"{file.name}: {warning}" for file in self.files for warning in file.warnings] + noticed

    def batches(self, columns: Collection[str] | None = None) -> Iterator[pl.DataFrame]:
        """Canonical batches in file and row order, about 100,000 rows each; may be called again, and gives
        the same rows.

        columns: canonical columns wanted besides `file` (UInt32, index into files) and `row` (Int64, 1-based
        data row); all by default. `time` is Datetime(ms, UTC), the others String, null when absent, empty or
        redacted. Only what is wanted is decoded, and on the first pass time and user, which refuse rows.
        Raises InputError when no row can be used, a file breaks off, or a file changes while it is read.
        """
        wanted = self.columns if columns is None else self.columns.intersection(columns)
        order = [column.name for column in EVENT if column.name in wanted]
        for rows in self.rows(wanted, Plain()):
            yield as_frame(rows, order)

    def rows(self, columns: Collection[str], reader: Reader[C]) -> Iterator[Rows[C]]:
        """The same rows as a reader gives them: canonical columns, those that each file has.

        reader: fed with every block in turn. Raises as `batches` does.
        """
        wanted = self.columns.intersection(columns)
        rejects, tally, read, accepted = Rejects(), Tally(), 0, 0
        whole = [True] * len(self.files)
        for index, (file, names) in enumerate(zip(self.files, self._known, strict=True)):
            file.begin_hash()
            needed = wanted if self._whole[index] else wanted.union(REQUIRED)
            headers = {names.header_map[name] for name in needed if name in names.header_map}
            for block in ahead(file.reader.blocks(headers or set(names.header_map.values()))):
                rows, refused = canonical(block, names, needed, index, self._latest, tally, reader)
                rejects.add(file.name, refused)
                whole[index] &= len(refused) == len(block.refused)
                read += len(rows) + len(refused)
                accepted += len(rows)
                if len(rows):
                    yield rows.of(wanted)
            file.check_unchanged()
        if not self._counted:
            self._counted, self._whole = True, whole
            self.rejects, self.quality, self.marked, self.rows_read = (
                rejects,
                tally.quality,
                tally.marked,
                read,
            )
            self._noticed = +tally.noticed
        if accepted == 0 and not self._piece:
            raise self.nothing(rejects)

    def counted(self) -> dict[str, Any]:
        """Return what the first pass counted, as plain values."""
        return {
            "rejects": [[one.file, one.row, one.column, one.reason] for one in self.rejects.kept],
            "by_reason": self.rejects.by_reason,
            "quality": {name: asdict(filled) for name, filled in self.quality.items()},
            "marked": self.marked,
            "rows_read": self.rows_read,
            "noticed": self._noticed,
            "whole": self._whole,
        }

    def recall(self, counted: dict[str, Any]) -> None:
        """Take what an earlier pass over the same files counted, see `counted`, for the first pass."""
        kept = [Reject(file, row, column, Reason(why)) for file, row, column, why in counted["rejects"]]
        self.rejects = Rejects(kept, Counter({Reason(why): n for why, n in counted["by_reason"].items()}))
        self.quality = {name: Filled(**filled) for name, filled in counted["quality"].items()}
        self.marked, self.rows_read = counted["marked"], counted["rows_read"]
        self._noticed, self._whole, self._counted = Counter(counted["noticed"]), counted["whole"], True

    def nothing(self, rejects: Rejects) -> InputError:
        """Say that no row can be used, and why not the first ones."""
        first = "; ".join(f"{one.file} row {one.row}: {one.reason}" for one in rejects.kept[:3])
        return InputError(
            f"none of {rejects.total:,} rows can be used ({first})",
            self.files[0].name,
            "if the log is whole, write a profile with its time layout and columns: --profile FILE",
        )


def open_log(
    inputs: Sequence[str | Path | Any],
    profile: str | Profile | None = None,
    *,
    time_zone: str | None = None,
    local_zone: str | None = None,
    now: dt.datetime | None = None,
) -> Log:
    """Open query logs: files, folders, patterns, `-` for standard input, or objects with
    `__arrow_c_stream__`.

    profile: a packaged name, a TOML path, or a Profile; recognised from each file's header when None or
    "auto". time_zone, local_zone: override the profile's. now: aware; the present by default. Nothing but
    headers is read yet. Raises InputError for inputs that cannot be logs, ProfileError for a profile that
    does not fit.
    """
    return log_of(gather(inputs), profile, time_zone=time_zone, local_zone=local_zone, now=now)


def log_of(
    files: list[LogFile],
    profile: str | Profile | None,
    *,
    time_zone: str | None,
    local_zone: str | None,
    now: dt.datetime | None = None,
) -> Log:
    """Understand the headers of files, see `open_log`."""
    if profile == "auto":
        profile = None
    if isinstance(profile, str):
        profile = load_profile(profile)
    known = []
    for file in files:
        one = recognise(file.reader.headers, profile, file.name)
        known.append(Recognised(one.profile.zoned(time_zone, local_zone), one.header_map, one.unmapped))
    zones = {one.profile.local_zone for one in known}
    if len(zones) > 1:
        raise InputError(
            f"the files belong to different local zones ({', '.join(sorted(zones))})",
            None,
            "scan them apart, or name one local zone",
        )
    return Log(files, known, now or dt.datetime.now(dt.UTC))
