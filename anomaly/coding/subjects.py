"""Who was looked up: one key per row, and which keys are one person's (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.keys import (
    KEY_KINDS,
    OF_KEY,
    OF_PERSON,
    PERSON_KINDS,
    addresses,
    as_keys,
    read_key,
    sexes,
    subject_keys,
    years,
)
from anomaly.coding.table import Codes, CodeTable, Hashes, hashes_of


class Ties:
    """Pairs of subject codes that a row shows to belong together (a plate and the licence that came back)."""

    def __init__(self) -> None:
        self._left: list[Codes] = []
        self._right: list[Codes] = []

    def add(self, left: Codes, right: Codes) -> None:
        """Add pairs, (m,) int32 each."""
        if len(left):
            pairs = np.unique(np.stack([left, right], axis=1), axis=0)
            self._left.append(pairs[:, 0])
            self._right.append(pairs[:, 1])

    def arrays(self) -> tuple[Codes, Codes]:
        """Return all pairs as two (m,) int32 arrays."""
        if not self._left:
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        return np.concatenate(self._left), np.concatenate(self._right)


def identities(left: Codes, right: Codes, person: NDArray[np.bool_]) -> Codes:
    """Say which subject codes are one person's.

    left, right: (m,) int32 tied codes; person: (s,) bool, True for keys that name a person, False for plates
    and VINs. Returns (s,) int32: the code that stands for each. A household shares a car: a vehicle joins a
    person only when all its ties lead to that one person, otherwise it stays a subject of its own and does
    not make two people one.
    """
    count = len(person)
    both = person[left] & person[right]
    neither = ~person[left] & ~person[right]
    same = both | neither
    root = kernels.unite(left[same], right[same], count)
    vehicle = np.where(person[left], right, left)[~same]
    owner = np.where(person[left], left, right)[~same]
    vehicle, owner = root[vehicle], root[owner]
    lowest = np.full(count, count, np.int32)
    highest = np.full(count, -1, np.int32)
    np.minimum.at(lowest, vehicle, owner)
    np.maximum.at(highest, vehicle, owner)
    owned = (highest >= 0) & (lowest == highest)
    of_vehicle = np.where(owned, highest, np.arange(count, dtype=np.int32))
    return of_vehicle[root].astype(np.int32)


class Subjects:
    """Everything known of the subjects, without their names: a code is a key; the code that stands for a
    person is a root.

    hashes: (s,) uint64 of each key; root: (s,) int32, the code that stands for the person; person: (s,) bool,
    True for keys that name a person. Of keys: serial: (s,) int64, see `serial_of`; kind: (s,) uint8 index
    into KEY_KINDS; partial: (s,) bool, with a wildcard or an initial in place of a name; letters: (s,) int64,
    see `letters_of`. Of persons, the same for all keys of one root: sex: (s,) int8, see `sexes`; born: (s,)
    int16, the year, 0 unknown; surname, address: (s,) uint64 hashes, 0 unknown.
    """

    def __init__(
        self, hashes: Hashes, root: Codes, person: NDArray[np.bool_], known: Mapping[str, NDArray[Any]]
    ) -> None:
        """known: the arrays of OF_KEY and OF_PERSON by name, (s,) each."""
        self.hashes = hashes
        self.root = root
        self.person = person
        self.serial, self.kind, self.partial, self.letters = (known[name] for name in OF_KEY)
        self.sex, self.born, self.surname, self.address = (_of_root(root, known[name]) for name in OF_PERSON)
        self._order = np.argsort(hashes)

    def __len__(self) -> int:
        return len(self.hashes)

    def known(self) -> set[str]:
        """Name the event columns that say something of a subject somewhere in the log."""
        said = {"sex": self.sex, "dob": self.born, "name": self.surname, "address_key": self.address}
        columns = {name for name, values in said.items() if values.any()}
        kinds = np.flatnonzero(np.bincount(self.kind, minlength=len(KEY_KINDS)))
        return columns | {KEY_KINDS[kind].removesuffix(" only") for kind in kinds.tolist()}

    def lookup(self, keys: pl.Series) -> Codes:
        """Find the code of each key of a context table; -1 where the log never saw it.

        (n,) String -> (n,) int32.
        """
        if not len(self.hashes):
            return np.full(len(keys), -1, np.int32)
        wanted = hashes_of(as_keys(keys))
        at = np.minimum(np.searchsorted(self.hashes[self._order], wanted), len(self.hashes) - 1)
        found = self._order[at]
        known = (self.hashes[found] == wanted) & (wanted != 0)
        return np.where(known, self.root[found], -1).astype(np.int32)


def _of_root(root: Codes, values: NDArray[Any]) -> NDArray[Any]:
    """Give all keys of a person what is known by any: the largest, where they disagree. (s,) -> (s,)."""
    joined = np.zeros_like(values)
    np.maximum.at(joined, root, values)
    return joined[root]


class SubjectCoder:
    """Codes the subjects of a log, batch after batch."""

    def __init__(self, columns: Collection[str]) -> None:
        self._keys = subject_keys(columns)
        self._table = CodeTable(keep_text=False)
        self._person: list[NDArray[np.bool_]] = []
        self._of_key: dict[str, list[NDArray[Any]]] = {name: [] for name in (*OF_KEY, "surname")}
        self._of_person: dict[str, NDArray[Any]] = {
            name: np.zeros(0, OF_PERSON[name].dtype) for name in ("sex", "born", "address")
        }
        self.ties = Ties()

    def _code(self, keys: pl.Series, person: NDArray[np.bool_], kind: pl.Series | int) -> Codes:
        codes, fresh = self._table.code(keys)
        if len(fresh):
            of_fresh = keys.gather(fresh)
            kinds = np.full(len(fresh), kind) if isinstance(kind, int) else kind.gather(fresh).to_numpy()
            self._person.append(person[fresh])
            for name, values in read_key(of_fresh, kinds.astype(np.uint8)).items():
                self._of_key[name].append(values)
        return codes

    def _note(self, batch: pl.DataFrame, codes: Codes) -> None:
        """Keep what the rows say of their subjects beside the key; the largest, where rows disagree."""
        readers: dict[str, tuple[str, Callable[[pl.Series], NDArray[Any]]]] = {
            "sex": ("sex", sexes),
            "born": ("dob", years),
            "address": ("address_key", addresses),
        }
        for name, (column, read) in readers.items():
            if column not in batch.columns:
                continue
            rows = np.flatnonzero((batch[column].is_not_null().to_numpy()) & (codes >= 0))
            held = self._of_person[name]
            if len(held) < len(self._table):
                grown = np.zeros(2 * len(self._table), held.dtype)
                grown[: len(held)] = held
                held = self._of_person[name] = grown
            np.maximum.at(held, codes[rows], read(batch[column].gather(rows)))

    def code(self, batch: pl.DataFrame) -> Codes:
        """Return the subject of each row, (n,) int32, -1 where the row names nobody."""
        if not self._keys:
            return np.full(batch.height, -1, np.int32)
        keys = batch.select(expr.alias(kind) for kind, expr in self._keys)
        kinds = [kind for kind, _ in self._keys]
        chosen = keys.to_series(0) if len(kinds) == 1 else keys.select(pl.coalesce(kinds)).to_series()
        first = [pl.when(pl.col(kind).is_not_null()).then(KEY_KINDS.index(kind)) for kind in kinds]
        kind_of = keys.select(pl.coalesce(first).cast(pl.UInt8)).to_series()
        codes = self._code(chosen, self._names_person(keys, kinds), kind_of)
        self._note(batch, codes)
        for kind in kinds[1:]:
            if kind == "name only":
                continue
            other = keys[kind]
            rows = (other.is_not_null() & other.ne_missing(chosen)).arg_true().to_numpy()
            if len(rows):
                named = np.full(len(rows), kind in PERSON_KINDS)
                self.ties.add(codes[rows], self._code(other.gather(rows), named, KEY_KINDS.index(kind)))
        return codes

    @staticmethod
    def _names_person(keys: pl.DataFrame, kinds: list[str]) -> NDArray[np.bool_]:
        of_person = [kind for kind in kinds if kind in PERSON_KINDS]
        if not of_person:
            return np.zeros(keys.height, np.bool_)
        return keys.select(pl.any_horizontal(pl.col(of_person).is_not_null())).to_series().to_numpy()

    def finish(self, left: Codes, right: Codes) -> Subjects:
        """Close the table with further ties found between the rows of cascades, (m,) int32 each."""
        own_left, own_right = self.ties.arrays()
        person = np.concatenate(self._person) if self._person else np.zeros(0, np.bool_)
        root = identities(np.concatenate([own_left, left]), np.concatenate([own_right, right]), person)
        fills = OF_KEY | {"surname": OF_PERSON["surname"]}
        known: dict[str, NDArray[Any]] = {
            name: np.concatenate([np.zeros(0, fills[name].dtype), *parts])
            for name, parts in self._of_key.items()
        }
        for name, held in self._of_person.items():
            known[name] = np.append(held, np.zeros(len(person), held.dtype))[: len(person)]
        return Subjects(self._table.hashes, root, person, known)
