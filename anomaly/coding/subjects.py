"""Who was looked up: one key per row, and which keys are one person's (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.hashes import Codes, CodeTable, Hashes, hashes_of
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
    write_keys,
    years,
)
from anomaly.coding.lexicon import Said
from anomaly.coding.table import MISSING, Derived, Memo
from anomaly.coding.ties import Ties, cascade_ties, moment_ties


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
        codes = kernels.known(hashes_of(keys), *self._codes)
        # A key that the log has as it stands is in order: only the rest is put in order, a third of the time.
        # What the log wrote in its own `subject` column may look like a key that it is not.
        sure = np.append(self.kind, 0)[codes] != KEY_KINDS.index("subject")
        rest = np.flatnonzero(~sure)
        codes[rest] = kernels.known(hashes_of(as_keys(keys.gather(rest))), *self._codes)
        return np.append(self.root, MISSING)[codes]

    @cached_property
    def _codes(self) -> tuple[Hashes, Codes]:
        """Return a hash table of the keys: hashes and codes, see `kernels.code`."""
        capacity = 2 << len(self).bit_length()
        table, slots = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
        kernels.code(self.hashes, table, slots, 0)
        return table, slots


def _of_root(root: Codes, values: NDArray[Any]) -> NDArray[Any]:
    """Give all keys of a person what is known by any: the largest, where they disagree. (s,) -> (s,)."""
    joined = np.zeros_like(values)
    np.maximum.at(joined, root, values)
    return joined[root]


OF_COLUMN = {"name only": "name"}  # kinds of keys that are called otherwise than their column


class SubjectCoder:
    """Codes the subjects of a log, block after block.

    A key is put in order (capitals, spaces) once for each different writing, not once a row: on five million
    rows that takes a quarter of the time.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._kinds = [kind for kind, _ in subject_keys(columns)]
        self._table = CodeTable(keep_text=False)
        self._of_key: dict[str, list[NDArray[Any]]] = {name: [] for name in (*OF_KEY, "surname")}
        self._written = {
            kind: Derived(partial(self._key_of_column, kind), MISSING)
            for kind in self._kinds
            if kind != "name"
        }
        self._name_and_dob = Memo(MISSING)
        readers: dict[str, tuple[str, Callable[[pl.Series], NDArray[Any]]]] = {
            "sex": ("sex", sexes),
            "born": ("dob", years),
            "address": ("address_key", addresses),
        }
        self._said = {
            name: (column, Derived(read, OF_PERSON[name]))
            for name, (column, read) in readers.items()
            if column in columns
        }
        self._of_person: dict[str, NDArray[Any]] = {
            name: np.zeros(0, OF_PERSON[name].dtype) for name in ("sex", "born", "address")
        }
        self.ties = Ties()

    def _key_of_column(self, kind: str, texts: pl.Series) -> Codes:
        return self._key(kind, texts.alias(OF_COLUMN.get(kind, kind)).to_frame())

    def _key(self, kind: str, texts: pl.DataFrame) -> Codes:
        """Code the keys of one kind of some clean texts."""
        keys = write_keys(kind, texts)
        codes, fresh = self._table.code(keys)
        for name, values in read_key(keys.gather(fresh), KEY_KINDS.index(kind)).items():
            self._of_key[name].append(values)
        return codes

    def code(self, said: Mapping[str, Said], count: int) -> Codes:
        """Return the subject of each row, (n,) int32, -1 where the row names nobody.

        said: of the columns that subjects are told by, those that the block has; count: n.
        """
        chosen: Codes | None = None
        for kind in self._kinds:
            codes = self._codes(kind, said)
            if codes is None:
                continue
            if chosen is None:
                chosen = codes
                continue
            if kind != "name only":
                rows = np.flatnonzero((codes >= 0) & (chosen >= 0) & (codes != chosen))
                self.ties.add(chosen[rows], codes[rows])
            chosen = np.where(chosen >= 0, chosen, codes)
        if chosen is None:
            return np.full(count, MISSING)
        self._note(said, chosen)
        return chosen

    def _codes(self, kind: str, said: Mapping[str, Said]) -> Codes | None:
        """Code what is written of one kind of key, (n,), None where the block has no such column."""
        if kind != "name":
            column = OF_COLUMN.get(kind, kind)
            return self._written[kind].of(said[column]) if column in said else None
        if "name" not in said or "dob" not in said:
            return None
        name, dob = said["name"], said["dob"]
        both = (name.hashes != 0) & (dob.hashes != 0)
        mixed = name.hashes * np.uint64(0x9E3779B97F4A7C15) ^ dob.hashes

        def read(fresh: NDArray[np.int64]) -> Codes:
            texts = [each.texts(fresh).alias(column) for column, each in (("name", name), ("dob", dob))]
            return self._key("name", pl.DataFrame(texts))

        return self._name_and_dob.of(np.where(both, np.maximum(mixed, np.uint64(1)), np.uint64(0)), read)

    def _note(self, said: Mapping[str, Said], codes: Codes) -> None:
        """Keep what the rows say of their subjects beside the key; the largest, where rows disagree."""
        named = np.flatnonzero(codes >= 0)
        for name, (column, derived) in self._said.items():
            if column not in said:
                continue
            held = self._of_person[name]
            if len(held) < len(self._table):
                held = np.append(held, np.zeros(2 * len(self._table) - len(held), held.dtype))
                self._of_person[name] = held
            values = derived.of(said[column])[named]
            told = np.flatnonzero(values > held[codes[named]])
            np.maximum.at(held, codes[named[told]], values[told])

    def finish(self, columns: Mapping[str, NDArray[Any]]) -> Subjects:
        """Close the table; the rows of one action tie further keys.

        columns: those of the log, (n,) each user after user, `cascade` where it has them.
        """
        self._written.clear()
        self._said.clear()
        fills = OF_KEY | {"surname": OF_PERSON["surname"]}
        known: dict[str, NDArray[Any]] = {
            name: np.concatenate([np.zeros(0, fills[name].dtype), *parts])
            for name, parts in self._of_key.items()
        }
        person = np.isin(known["kind"], [KEY_KINDS.index(kind) for kind in PERSON_KINDS])
        for name, held in self._of_person.items():
            known[name] = np.append(held, np.zeros(len(person), held.dtype))[: len(person)]
        if "cascade" in columns:
            cascade, subject, time = columns["cascade"], columns["subject"], columns["time"]
            self.ties.add(*cascade_ties(cascade, subject, time, known["kind"]))
        else:
            self.ties.add(*moment_ties(columns, known["kind"]))
        root = identities(*self.ties.arrays(), person)
        return Subjects(self._table.hashes, root, person, known)
