"""EVENTS as integers: what a scan holds in memory of a log, and how batches of text become it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.subjects import SubjectCoder
from anomaly.coding.table import MISSING, Codes, CodeTable, Hashes, Memo, hashes_of, ranked, recode
from anomaly.schema import SUBJECT_KINDS

# Columns whose distinct texts are kept, and how wide their codes are stored.
CODED: dict[str, type[np.signedinteger]] = {
    "user": np.int32,
    "agency": np.int32,
    "unit": np.int32,
    "reason": np.int32,
    "attention": np.int32,
    "case_number": np.int32,
    "terminal": np.int32,
    "on_behalf_of": np.int32,
    "purpose": np.int16,
    "asked": np.int16,
}
OWN = {"event_id", "time", "system", "message_key", "dob", "sex", "address_key", "networks", "cascade_id"}
READ = frozenset({*OWN, *SUBJECT_KINDS, *CODED} - {"asked"})
SYSTEM = "system:"


@dataclass(frozen=True)
class Events:
    """One row of the log per element, in time order; at most 52 bytes for a log with every column.

    time: (n,) int64 milliseconds UTC; offset: (n,) int8 quarter hours that local time is ahead of UTC; file:
    (n,) uint16;
    row: (n,) uint32, 1-based data row; user, place (agency · unit), subject, reason, attention, case_number,
    terminal, on_behalf_of: (n,) int32 codes; purpose, asked (message key, or the system when there is none):
    (n,) int16 codes; networks: (n,) int32, how many the query reached; -1 is missing; a column that the log
    does not have is None.
    """

    time: NDArray[np.int64]
    offset: NDArray[np.int8]
    file: NDArray[np.uint16]
    row: NDArray[np.uint32]
    user: Codes
    place: Codes
    subject: Codes
    reason: Codes | None
    attention: Codes | None
    case_number: Codes | None
    terminal: Codes | None
    on_behalf_of: Codes | None
    networks: Codes | None
    purpose: NDArray[np.int16] | None
    asked: NDArray[np.int16] | None

    def __len__(self) -> int:
        return len(self.time)

    @property
    def bytes_per_event(self) -> float:
        """Return the size of the coded form, bytes per event."""
        arrays = [getattr(self, field.name) for field in fields(self)]
        return float(sum(array.nbytes for array in arrays if array is not None)) / max(len(self), 1)


class EventCoder:
    """Codes batches of text; holds vocabularies, never the text of the log."""

    def __init__(self, columns: Collection[str]) -> None:
        self.columns = frozenset(columns)
        self.tables = {name: CodeTable() for name in CODED if name in self.columns or name == "asked"}
        if not {"message_key", "system"} & self.columns:
            del self.tables["asked"]
        self.cascades = CodeTable(keep_text=False) if "cascade_id" in self.columns else None
        self.subjects = SubjectCoder(self.columns)
        asked = [name for name in ("message_key", "system") if name in self.columns]
        self._asked = Memo(asked, self._ask, MISSING)
        self._drafts: dict[str, list[NDArray[Any]]] = {}

    def read(self, batches: Iterator[pl.DataFrame], progress: Callable[[int], None] | None = None) -> None:
        """Code every batch, the columns of one side by side, while the next is read."""
        with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(1) as ahead:
            following = ahead.submit(next, batches, None)
            while (batch := following.result()) is not None:
                following = ahead.submit(next, batches, None)
                self._code(batch, pool)
                if progress:
                    progress(batch.height)

    def _code(self, batch: pl.DataFrame, pool: ThreadPoolExecutor) -> None:
        names = sorted(set(batch.columns) - {"file", "row", "time"})
        hashed = dict(zip(names, pool.map(lambda name: hashes_of(batch[name]), names), strict=True))
        subject = pool.submit(self.subjects.code, batch, hashed)
        coded = dict(
            zip(
                self.tables, pool.map(lambda name: self._codes(batch, name, hashed), self.tables), strict=True
            )
        )
        if self.cascades is not None:
            self._add(cascade=self.cascades.code(batch["cascade_id"], hashed["cascade_id"])[0])
        if "networks" in batch.columns:
            reached = batch["networks"].cast(pl.Float64, strict=False).clip(0, 2**31 - 1)
            self._add(networks=reached.fill_null(-1).fill_nan(-1).cast(pl.Int32).to_numpy())
        self._add(
            time=batch["time"].to_physical().to_numpy(),
            file=batch["file"].to_numpy().astype(np.uint16),
            row=batch["row"].to_numpy().astype(np.uint32),
            subject=subject.result(),
            digest=self._digest(hashed),
            **{name: codes.astype(CODED[name]) for name, codes in coded.items()},
        )

    def _codes(self, batch: pl.DataFrame, name: str, hashed: Mapping[str, Hashes]) -> Codes:
        if name != "asked":
            return self.tables[name].code(batch[name], hashed[name])[0]
        parts = [hashed[column] for column in ("message_key", "system") if column in hashed]
        written = (
            parts[0] if len(parts) == 1 else np.where(parts[0] != 0, parts[0], ~parts[1] * (parts[1] != 0))
        )
        return self._asked.of(batch, written)

    def _ask(self, rows: pl.DataFrame) -> Codes:
        """Code what rows ask: the message key in capitals, or the system where there is none."""
        parts = [pl.col("message_key").str.to_uppercase()] if "message_key" in rows.columns else []
        if "system" in rows.columns:
            parts.append(pl.concat_str(pl.lit(SYSTEM), pl.col("system").str.to_uppercase()))
        return self.tables["asked"].code(rows.select(pl.coalesce(parts)).to_series())[0]

    def _add(self, **columns: NDArray[Any]) -> None:
        for name, column in columns.items():
            self._drafts.setdefault(name, []).append(column)

    def columns_read(self) -> tuple[dict[str, NDArray[Any]], Vocabularies]:
        """Join the batches of each column, (n,) each, in the order of their vocabularies; lets go of all else
        but the subjects.

        `place` (n,) int32 takes the room of agency and unit.
        """
        texts, columns = {}, {}
        self.cascades = None
        for name, parts in list(self._drafts.items()):
            if name in self.tables:
                texts[name], rank = ranked(self.tables.pop(name))
                parts[:] = [recode(part, rank).astype(CODED[name]) for part in parts]
            columns[name] = np.concatenate(parts)
            del self._drafts[name]
        return columns, Vocabularies(texts, _places(columns, len(texts.get("unit", ()))))

    @staticmethod
    def _digest(hashed: Mapping[str, Hashes]) -> Hashes:
        """Hash what makes a row itself: what it says in every column that was read."""
        total = np.zeros(len(next(iter(hashed.values()))), np.uint64)
        for place, values in enumerate(hashed.values()):
            total = total * np.uint64(0x9E3779B97F4A7C15) + values + np.uint64(place)
        return total


@dataclass(frozen=True)
class Vocabularies:
    """Distinct texts of the coded columns, sorted: code k is texts[name][k].

    `places` holds (agency, unit) code pairs.
    """

    texts: dict[str, pl.Series]
    places: NDArray[np.int32]  # (p, 2) agency and unit code, -1 missing

    def __getitem__(self, name: str) -> pl.Series:
        return self.texts.get(name, pl.Series([], dtype=pl.String))

    def named(self, name: str, codes: NDArray[np.integer]) -> pl.Series:
        """Return the texts of some codes, (k,) String, null where -1 or where the log has no such column."""
        if name not in self.texts:
            return pl.Series([None] * len(codes), dtype=pl.String)
        return self.texts[name].gather(pl.Series(codes).replace(-1, None))

    def lookup(self, name: str, values: pl.Series) -> Codes:
        """Find the codes of texts of a context table; -1 where the log never had them.

        (n,) String -> (n,) int32.
        """
        known = self[name]
        if not len(known):
            return np.full(len(values), -1, np.int32)
        at = known.search_sorted(values.fill_null("")).to_numpy()
        at = np.minimum(at, len(known) - 1).astype(np.int32)
        same = (known.gather(at) == values).fill_null(False).to_numpy()
        return np.where(same, at, -1).astype(np.int32)


def _places(columns: dict[str, NDArray[Any]], n_units: int) -> NDArray[np.int32]:
    """Make `place` of agency and unit, which leave the columns; returns (p, 2) the codes of each place."""
    absent = np.broadcast_to(np.int32(-1), len(columns["time"]))
    agency, unit = columns.pop("agency", absent), columns.pop("unit", absent)
    width = n_units + 1
    pairs, columns["place"] = distinct((agency.astype(np.int64) + 1) * width + unit + 1)
    return np.stack([pairs // width - 1, pairs % width - 1], axis=1).astype(np.int32)


def distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], Codes]:
    """Return the distinct values (m,) ascending, and for each row the index of its value, (n,) int32.

    values: (n,) int64, not negative. A hash set and a table: sorting the column, as numpy.unique does, takes
    six times as long.
    """
    found = pl.Series(values).unique().sort().to_numpy()
    if not len(found) or found[-1] >= 1 << 24:
        return found, np.searchsorted(found, values).astype(np.int32)
    index = np.zeros(int(found[-1]) + 1, np.int32)
    index[found] = np.arange(len(found), dtype=np.int32)
    return found, index[values]
