"""A log coded in pieces: what one coder knows of a piece goes, as plain arrays, to the coder of the whole.

Codes are local to the piece; texts, keys and cascades are told beside them, by what every reader has: the
text itself, or its hash.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.events import OF_PLACE, EventCoder, Vocabularies
from anomaly.coding.hashes import Codes, CodeTable, Hashes
from anomaly.coding.lexicon import Said
from anomaly.coding.order import take
from anomaly.coding.table import MISSING


@dataclass(frozen=True)
class Partial:
    """What a coder knows of a piece.

    rows: the columns of the log, (n,) each, none for a piece without rows; texts: the distinct ones of each
    coded column; places: (p, 2) codes of agency and unit; keys: of each key, see `SubjectCoder.known`; ties:
    (t, 2) keys; cascades: (c,) hashes; counted: what the pass counted, see `Log.counted`.
    """

    rows: dict[str, NDArray[Any]]
    texts: dict[str, pl.Series]
    places: NDArray[np.int32]
    keys: dict[str, NDArray[Any]]
    ties: NDArray[np.int32]
    cascades: Hashes
    counted: dict[str, Any]

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Write it as Arrow IPC files, and the counts as JSON, each with its name."""
        yield "rows", packed(pl.DataFrame(self.rows))
        for name, texts in self.texts.items():
            yield f"texts {name}", packed(texts.alias("text").to_frame())
        yield "places", packed(_two(self.places))
        yield "keys", packed(pl.DataFrame(self.keys))
        yield "ties", packed(_two(self.ties))
        yield "cascades", packed(pl.DataFrame({"hash": self.cascades}))
        yield "counted", json.dumps(self.counted).encode()

    @classmethod
    def of(cls, parts: Mapping[str, bytes]) -> Partial:
        """Read what `parts` wrote."""
        frames = {name: unpacked(data) for name, data in parts.items() if name != "counted"}
        return cls(
            _arrays(frames["rows"]),
            {name[6:]: frame["text"] for name, frame in frames.items() if name.startswith("texts ")},
            frames["places"].to_numpy(),
            _arrays(frames["keys"]),
            frames["ties"].to_numpy(),
            frames["cascades"]["hash"].to_numpy(),
            json.loads(parts["counted"]),
        )


class PieceCoder(EventCoder):
    """Codes a piece of a log for a coder that numbers writings otherwise: it tells their hashes."""

    def __init__(self, columns: Collection[str]) -> None:
        """columns: those of the whole log."""
        super().__init__(columns)
        self._cascades = CodeTable(keep_text=False)

    def _cascade(self, said: Said) -> Codes:
        hashes = np.where(said.filled_codes >= 0, said.hashes, np.uint64(0))
        return self._cascades.code_hashes(hashes)[0]

    def _written(self, said: Said) -> NDArray[np.unsignedinteger]:
        return said.hashes

    def told(self, counted: dict[str, Any]) -> Partial:
        """Return what is known once the piece is read, and let go of it; counted: by its log."""
        return Partial(
            self._drafts.take(),
            {name: table.values for name, table in self.tables.items()},
            self._places.pairs,
            self.subjects.known(),
            np.stack(self.subjects.ties.arrays(), axis=1),
            self._cascades.hashes,
            counted,
        )


class WholeCoder(EventCoder):
    """Codes a log out of what is known of its pieces, which may come in any order."""

    def __init__(self, columns: Collection[str], rows: int) -> None:
        """columns: those of the whole log; rows: about how many it has."""
        super().__init__(columns)
        self._cascades = CodeTable(keep_text=False)
        self._drafts.expect(rows)

    def absorb(self, part: Partial, files: Sequence[int]) -> None:
        """Take a piece in; files: which of the log's files each of the piece's is."""
        if not part.rows:
            return
        here = {name: self.tables[name].code(texts)[0] for name, texts in part.texts.items()}
        agency, unit = (
            _as_here(here.get(name, np.zeros(0, np.int32)), part.places[:, at])
            for at, name in enumerate(OF_PLACE)
        )
        here["place"] = self._places.code(agency, unit)
        here["cascade"] = self._cascades.code_hashes(part.cascades)[0]
        here["subject"] = self.subjects.absorb(part.keys, *part.ties.T)
        here["file"] = np.array(files, np.int32)
        self._drafts.begin(len(part.rows["time"]))
        for name, column in part.rows.items():
            room = self._drafts.room(name, column.dtype.type)
            room[:] = _as_here(here[name], column) if name in here else column

    def columns_read(self) -> tuple[dict[str, NDArray[Any]], Vocabularies]:
        """Give what `EventCoder.columns_read` gives, row after row and file after file."""
        columns, texts = super().columns_read()
        at = columns["file"].astype(np.int64) << 32 | columns["row"]
        if np.any(at[1:] < at[:-1]):
            take(columns, np.argsort(at, kind="stable").astype(np.int32))
        return columns, texts


def packed(frame: pl.DataFrame) -> bytes:
    """Write a frame as an Arrow IPC file."""
    room = io.BytesIO()
    frame.write_ipc(room, compression="zstd")
    return room.getvalue()


def unpacked(data: bytes) -> pl.DataFrame:
    """Read what `packed` wrote."""
    return pl.read_ipc(data).rechunk()


def _as_here(here: Codes, codes: NDArray[Any]) -> NDArray[Any]:
    return np.take(np.append(here, MISSING), codes, mode="wrap")


def _two(pairs: NDArray[np.int32]) -> pl.DataFrame:
    return pl.DataFrame({"left": pairs[:, 0], "right": pairs[:, 1]})


def _arrays(frame: pl.DataFrame) -> dict[str, NDArray[Any]]:
    return {column.name: column.to_numpy() for column in frame}
