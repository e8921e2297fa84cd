"""EVENTS as integers: what a scan holds in memory of a log, and how batches of text become it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.drafts import Drafts
from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes, CodeTable, Hashes, hashes_of
from anomaly.coding.lexicon import Lexicons, Said
from anomaly.coding.places import Places
from anomaly.coding.subjects import SubjectCoder
from anomaly.coding.table import MISSING, Derived, Memo, ranked
from anomaly.schema import SUBJECT_KINDS
from anomaly.sources import Log, Rows

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
OF_PLACE = ("agency", "unit")
SYSTEM = "system:"
STEP = 1 << 16  # rows that stay in the cache


@dataclass(frozen=True)
class Events:
    """One row of the log per element, user after user, the rows of an action together; what else a row says,
    its action says.

    time: (n,) int64 milliseconds UTC; offset: (n,) int8 quarter hours that local time is ahead of UTC; file:
    (n,) uint16;
    row: (n,) uint32, 1-based data row; user, place (agency · unit), subject: (n,) int32 codes; asked (message
    key, or the system when there is none): (n,) int16 codes, None where the log has neither; -1 is missing.
    """

    time: NDArray[np.int64]
    offset: NDArray[np.int8]
    file: NDArray[np.uint16]
    row: NDArray[np.uint32]
    user: Codes
    place: Codes
    subject: Codes
    asked: NDArray[np.int16] | None

    def __len__(self) -> int:
        return len(self.time)

    @property
    def bytes_per_event(self) -> float:
        """Return the size of the coded form, bytes per event."""
        arrays = [getattr(self, field.name) for field in fields(self)]
        return float(sum(array.nbytes for array in arrays if array is not None)) / max(len(self), 1)


class EventCoder:
    """Codes what rows say; holds vocabularies, never the text of the log."""

    def __init__(self, columns: Collection[str]) -> None:
        self.columns = frozenset(columns)
        self.tables = {name: CodeTable() for name in CODED if name in self.columns or name == "asked"}
        if not {"message_key", "system"} & self.columns:
            del self.tables["asked"]
        self.subjects = SubjectCoder(self.columns)
        # Every row's event id is another, and of columns nobody reads only a whole row's hash is wanted.
        self._coded = self.columns & READ - {"event_id", "time"}
        self._codes = {
            name: Derived(partial(_coded, table), MISSING)
            for name, table in self.tables.items()
            if name in self.columns
        }
        asked = self.tables.get("asked", CodeTable())
        self._message_key = Derived(lambda texts: _coded(asked, texts.str.to_uppercase()), MISSING)
        self._system = Memo(MISSING)
        self._networks = Derived(_reached, MISSING)
        self._places = Places()
        self._drafts = Drafts()

    def rows_of(self, log: Log, also: Collection[str] = ()) -> Iterator[Rows[Said]]:
        """Give the rows of a log as this coder reads them; also: further columns, for somebody else."""
        self._drafts.expect(log.rows_expected)
        return log.rows(self.columns.union(also), Lexicons(self._coded))

    def read(self, blocks: Iterator[Rows[Said]], progress: Callable[[int], None] | None = None) -> None:
        """Code every block, see `rows_of`, while the next is read."""
        with ThreadPoolExecutor(1) as ahead:
            following = ahead.submit(next, blocks, None)
            while (rows := following.result()) is not None:
                following = ahead.submit(next, blocks, None)
                self._code(rows)
                if progress:
                    progress(len(rows))

    def _code(self, rows: Rows[Said]) -> None:
        said, count = rows.columns, len(rows)
        assert rows.time is not None
        self._drafts.begin(count)
        for name in self._codes.keys() - OF_PLACE:
            self._put(name, self._codes[name], said, CODED[name])
        place = self._drafts.room("place", np.int32)
        place[:] = self._places.code(*(self._of_place(name, said, count) for name in OF_PLACE))
        if "asked" in self.tables:
            self._drafts.room("asked", CODED["asked"])[:] = self._what_is_asked(said, count)
        if "cascade_id" in self.columns:
            cascade = self._drafts.room("cascade", np.int32)
            cascade[:] = self._cascade(said["cascade_id"]) if "cascade_id" in said else MISSING
        if "networks" in self.columns:
            self._put("networks", self._networks, said, np.int32)
        self._drafts.room("time", np.int64)[:] = rows.time.to_physical().to_numpy()
        self._drafts.room("file", np.uint16)[:] = rows.file
        self._drafts.room("row", np.uint32)[:] = rows.row.to_numpy()
        self.subjects.code(said, self._drafts.room("subject", np.int32))
        self._digest(said, self._drafts.room("digest", np.uint64))

    def _cascade(self, said: Said) -> Codes:
        """Number the cascade of each row, (n,) int32, -1 for none."""
        return said.filled_codes

    def _written(self, said: Said) -> NDArray[np.unsignedinteger]:
        """Number what is written in each row, (n,): by its code, where the column has codes."""
        return said.codes.view(np.uint32) if len(said.codes) else said.hashes

    def _digest(self, said: Mapping[str, Said], total: Hashes) -> None:
        """Hash what makes a row itself, (n,) uint64: what is written in every column that was read, and which
        columns these are: what one file writes as a plate is not what another writes as a licence.
        """
        total[:] = hashes_of(pl.Series([" ".join(sorted(said))]))
        for _, one in sorted(said.items()):
            kernels.mix(self._written(one), total)

    def _put(self, name: str, derived: Derived, said: Mapping[str, Said], width: type[np.integer]) -> None:
        """Keep a block's part of a column; all missing where the block does not have it."""
        self._drafts.room(name, width)[:] = derived.of(said[name]) if name in said else MISSING

    def _of_place(self, name: str, said: Mapping[str, Said], count: int) -> Codes:
        return self._codes[name].of(said[name]) if name in said else np.full(count, MISSING)

    def _what_is_asked(self, said: Mapping[str, Said], count: int) -> Codes:
        """Code what rows ask: the message key in capitals, or the system where there is none."""
        codes = np.full(count, MISSING)
        if "message_key" in said:
            codes = self._message_key.of(said["message_key"])
        left = np.flatnonzero(codes < 0)
        if len(left) and "system" in said:
            system = said["system"]

            def read(fresh: NDArray[np.int64]) -> Codes:
                texts = system.texts(left[fresh]).str.to_uppercase()
                return self.tables["asked"].code(SYSTEM + texts)[0]

            codes[left] = self._system.of(system.hashes[left], read)
        return codes

    def columns_read(self) -> tuple[dict[str, NDArray[Any]], Vocabularies]:
        """Give the columns of the log, (n,) each, in the order of their vocabularies; lets go of all else but
        the subjects.

        `place` (n,) int32 takes the room of agency and unit.
        """
        self._codes.clear()
        with ThreadPoolExecutor(2) as pool:
            in_order = dict(zip(self.tables, pool.map(ranked, self.tables.values()), strict=True))
            self.tables.clear()
            texts = {name: held for name, (held, _) in in_order.items()}
            ranks = dict.fromkeys(OF_PLACE, np.zeros(0, np.int32)) | {n: r for n, (_, r) in in_order.items()}
            of_place = (np.append(ranks[name], MISSING) for name in OF_PLACE)
            places, ranks["place"] = self._places.ranked(*of_place)
            columns = self._drafts.take()
            list(pool.map(lambda name: _put_in_order(columns[name], ranks[name]), ranks.keys() & columns))
        if not columns["file"].any():  # of one file, see `Merged`
            columns["file"] = np.broadcast_to(np.uint16(0), len(columns["file"]))
        return columns, Vocabularies(texts, places)


def _coded(table: CodeTable, texts: pl.Series) -> Codes:
    """Code texts, (n,) String -> (n,) int32. No method: a coder that referred to itself was left, 40 bytes a
    row, to Python's collector of cycles, which may be long in coming.
    """
    return table.code(texts)[0]


def _put_in_order(codes: NDArray[Any], rank: Codes) -> None:
    """Replace codes, (n,), -1 missing, by their ranks, in place; numpy makes 64-bit copies of what it takes
    by.
    """
    of_code = np.append(rank, MISSING).astype(codes.dtype)
    for start in range(0, len(codes), STEP):
        part = codes[start : start + STEP]
        np.take(of_code, part, out=part, mode="wrap")


def _reached(texts: pl.Series) -> Codes:
    """Read how many networks a query reached, (m,) String -> (m,) int32, -1 where it is no number."""
    numbers = texts.cast(pl.Float64, strict=False).clip(0, 2**31 - 1)
    return numbers.fill_null(-1).fill_nan(-1).cast(pl.Int32).to_numpy()


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
        codes, first = CodeTable(keep_text=False).code(values)  # tables name the same again and again
        distinct = values[first]
        at = np.minimum(known.search_sorted(distinct).to_numpy(), len(known) - 1).astype(np.int32)
        of_each = np.where((known.gather(at) == distinct).to_numpy(), at, MISSING)
        return gather(np.append(of_each, MISSING), codes)
