"""Who was looked up: one key per row, and which keys are one person's (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.answers import answers, chained, moments
from anomaly.coding.gather import gather, read_only
from anomaly.coding.hashes import Codes, CodeTable, Hashes
from anomaly.coding.identities import identities
from anomaly.coding.keys import (
    KEY_KINDS,
    OF_KEY,
    OF_PERSON,
    PERSON_KINDS,
    addresses,
    as_keys,
    in_order,
    prefix_of,
    sexes,
    spell,
    subject_keys,
    years,
)
from anomaly.coding.lexicon import Said
from anomaly.coding.names import Names
from anomaly.coding.table import MISSING
from anomaly.coding.ties import Ties, cascade_ties, moment_ties
from anomaly.coding.values import Values


class Subjects:
    """Everything known of the subjects, without their names: a code is a key; the code that stands for a
    person is a root.

    hashes: (s,) uint64 of each key; root: (s,) int32, the code that stands for the person; person: (s,) bool,
    True for keys that name a person. Of keys: serial: (s,) int64, see `kernels.read_keys`; kind: (s,) uint8
    index into KEY_KINDS; partial: (s,) bool, with a wildcard or an initial in place of a name; letters: (s,)
    int64, see `kernels.read_names`. Of persons, the same for all keys of one root: sex: (s,) int8, see
    `sexes`; born: (s,) int16, the year, 0 unknown; surname, address: (s,) uint64 hashes, 0 unknown.
    """

    def __init__(
        self, hashes: Hashes, root: Codes, person: NDArray[np.bool_], known: Mapping[str, NDArray[Any]]
    ) -> None:
        """known: the arrays of OF_KEY and OF_PERSON by name, (s + 1,) each, the last for no key."""
        self.hashes = hashes
        self.root = root
        self.person = person
        tied = np.flatnonzero(root != np.arange(len(root))).astype(np.int32)
        self.of_key = {
            name: _of_root(root, tied, held) if name in OF_PERSON else held for name, held in known.items()
        }
        self.serial, self.kind, self.partial, self.letters = (known[name][:-1] for name in OF_KEY)
        self.sex, self.born, self.surname, self.address = (self.of_key[name][:-1] for name in OF_PERSON)

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
        codes = kernels.known(spell(keys)[0], *self._codes)
        # A key that the log has as it stands is in order: only the rest is put in order, a third of the time.
        # What the log wrote in its own `subject` column may look like a key that it is not.
        kind = self.of_key["kind"][codes]
        rest = np.flatnonzero((codes < 0) | (kind == KEY_KINDS.index("subject")))
        codes[rest] = kernels.known(spell(as_keys(keys.gather(rest)))[0], *self._codes)
        return np.append(self.root, MISSING)[codes]

    @cached_property
    def _codes(self) -> tuple[Hashes, Codes]:
        """Return a hash table of the keys: hashes and codes, see `kernels.code`."""
        capacity = 2 << len(self).bit_length()
        table, slots = np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)
        kernels.code(read_only(self.hashes), table, slots, 0)
        return table, slots


def _of_root(root: Codes, tied: Codes, values: NDArray[Any]) -> NDArray[Any]:
    """Give all keys of a person what is known by any: the largest, where they disagree.

    tied: (t,) int32, the keys whose root is another; values: (s + 1,), changed in place.
    """
    np.maximum.at(values, root[tied], values[tied])
    values[tied] = values[root[tied]]
    return values


_PERSONS = np.array([kind in PERSON_KINDS for kind in KEY_KINDS])
OF_COLUMN = {"name only": "name"}  # kinds of keys that are called otherwise than their column


class SubjectCoder:
    """Codes the subjects of a log, block after block.

    A key is put in order and read once for each different writing, not once a row: on five million rows that
    takes a quarter of the time.
    """

    def __init__(self, columns: Collection[str]) -> None:
        self._kinds = [kind for kind, _ in subject_keys(columns)]
        self._table = CodeTable(keep_text=False)
        self._hashes = Values(np.uint64(0))
        of_key = OF_KEY | {"surname": OF_PERSON["surname"]}
        self._of_key = {name: Values(missing) for name, missing in of_key.items()}
        self._keys = {kind: Values(MISSING) for kind in self._kinds}  # of each writing, of `name` each pair
        self._names = Names()
        readers: dict[str, tuple[str, Callable[[pl.Series], NDArray[Any]]]] = {
            "sex": ("sex", sexes),
            "born": ("dob", years),
            "address": ("address_key", addresses),
        }
        self._readers = {name: reader for name, reader in readers.items() if reader[0] in columns}
        self._of_writing = {name: Values(OF_PERSON[name]) for name in readers}
        self._of_person = {name: Values(OF_PERSON[name]) for name in readers}
        self._beside = Values(MISSING)
        self.ties = Ties()

    def code(self, said: Mapping[str, Said], subject: Codes) -> None:
        """Write the subject of each row, (n,) int32, -1 where the row names nobody.

        said: of the columns that subjects are told by, those that the block has; subject: filled.
        """
        subject[:] = MISSING
        self._read(said)
        for kind in self._kinds:
            written = self._written(kind, said)
            if written is None:
                continue
            beside = self._beside.upto(len(self._table))
            pairs = kernels.choose(subject, written, self._keys[kind].known, beside)
            if kind != "name only":
                self.ties.add(*pairs)
        for name, (column, _) in self._readers.items():
            if column in said:
                held = self._of_person[name].upto(len(self._table))
                kernels.largest(held, subject, said[column].codes, self._of_writing[name].known)

    def _read(self, said: Mapping[str, Said]) -> None:
        """Read what no earlier block had in the columns that are not keys by themselves."""
        for name, (column, read) in self._readers.items():
            if column in said and len(said[column].fresh):
                self._of_writing[name].add(read(said[column].fresh))
        if "name" in said and len(said["name"].fresh):
            self._names.add_names(said["name"].fresh)
        if "dob" in said and len(said["dob"].fresh):
            self._names.add_dates(said["dob"].fresh)

    def _written(self, kind: str, said: Mapping[str, Said]) -> Codes | None:
        """Return which writing of one kind of key each row has, (n,) int32, -1 for none, all of which have
        their keys; None where the block has no such column.
        """
        column, keys = OF_COLUMN.get(kind, kind), self._keys[kind]
        if column not in said or (kind == "name" and "dob" not in said):
            return None
        if kind == "name":
            name, dob = said["name"], said["dob"]
            codes, fresh = self._names.pairs(name, dob)
            if len(fresh):
                whole, hashes, known = self._names.born(name.codes[fresh], dob.codes[fresh])
                new = np.full(len(fresh), MISSING)
                new[whole] = self._code(kind, hashes, known)
                keys.add(new)
            return codes
        if not len(said[column].fresh):
            return said[column].codes
        if kind == "name only":
            keys.add(self._code(kind, *self._names.names_only(len(keys))))
        else:
            hashes, serials, wild = spell(in_order(kind, said[column].fresh), prefix_of(kind))
            keys.add(self._code(kind, hashes, {"serial": serials, "partial": wild}))
        return said[column].codes

    def _code(self, kind: str, hashes: Hashes, known: Mapping[str, NDArray[Any]]) -> Codes:
        """Code keys of one kind, (m,), -1 where the hash is 0; known: (m,) each, what they say by
        themselves.
        """
        return self._take(hashes, {**known, "kind": np.full(len(hashes), np.uint8(KEY_KINDS.index(kind)))})

    def _take(self, hashes: Hashes, known: Mapping[str, NDArray[Any]]) -> Codes:
        """Code keys, (m,), -1 where the hash is 0; known: (m,) each, of some names of OF_KEY.

        Two kinds may write one key, as a log's own `subject` does: the first of KEY_KINDS says what it is.
        """
        start = len(self._table)
        codes, fresh = self._table.code_hashes(hashes)
        self._hashes.add(hashes[fresh])
        for name, values in known.items():
            self._of_key[name].upto(start)
            self._of_key[name].add(values[fresh])
        first = np.flatnonzero((codes >= 0) & (known["kind"] < self._of_key["kind"].of(codes)))
        for name, held in self._of_key.items() if len(first) else ():
            every = held.upto(len(self._table))
            every[codes[first]] = known[name][first] if name in known else held.missing
        return codes

    def known(self) -> dict[str, NDArray[Any]]:
        """Return what is known of each key before `finish`, (s,) each: its `hash`, OF_KEY and OF_PERSON."""
        values = (self._of_key | self._of_person).items()
        return {"hash": self._hashes.known} | {name: held.upto(len(self._table)) for name, held in values}

    def absorb(self, known: Mapping[str, NDArray[Any]], left: Codes, right: Codes) -> Codes:
        """Take in what another coder knows of its keys, and its ties, (t,) each; returns their codes here."""
        codes = self._take(known["hash"], {name: known[name] for name in self._of_key})
        for name, values in self._of_person.items():
            held = values.upto(len(self._table))
            held[codes] = np.maximum(held[codes], known[name])
        self.ties.add(codes[left], codes[right])
        return codes

    def finish(self, columns: dict[str, NDArray[Any]], agency: Codes) -> Subjects:
        """Close the table; the rows of one action tie further keys.

        columns: those of the log, (n,) each user after user, `cascade` where it has them: put there where the
        log has none, and shows answers that a switch gave by itself. `subject` is numbered anew: what was
        read in blocks, or in another order, has the same codes. agency: (p,) int32 of each place, -1 none.
        """
        subject, time = columns["subject"], columns["time"]
        rank, order = kernels.renumber(subject, columns["user"], time, self._hashes.known)
        known = {name: held.taken(order) for name, held in (self._of_key | self._of_person).items()}
        kind = known["kind"][:-1]
        person = _PERSONS[kind]
        self.ties.renumber(rank)
        if "cascade" in columns:
            self.ties.add(*cascade_ties(columns["cascade"], subject, time, kind))
        else:
            self._tie_moments(columns, agency, kind)
        root = identities(*self.ties.arrays(), person)
        return Subjects(gather(self._hashes.known, order), root, person, known)

    def _tie_moments(self, columns: dict[str, NDArray[Any]], agency: Codes, kind: NDArray[np.uint8]) -> None:
        """Tie what a log without cascades shows together; a switch's own answers make cascades."""
        pairs = moments(columns, kind)
        by_itself = answers(columns, agency, kind, pairs)
        sent = pairs[0][by_itself], pairs[1][by_itself]
        self.ties.add(*moment_ties(columns["subject"], kind, pairs))
        self.ties.add(*moment_ties(columns["subject"], kind, sent, 1))
        if len(sent[0]):
            columns["cascade"] = chained(sent, len(columns["time"]))
