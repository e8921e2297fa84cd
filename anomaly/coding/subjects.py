"""Who was looked up: one key per row, and which keys are one person's (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.table import Codes, CodeTable, Hashes, hashes_of
from anomaly.schema import SUBJECT_KINDS

PERSON_KINDS = (
    "subject",
    "license",
    "fbi_number",
    "sid",
    "name",
)  # "name only" ties nobody: namesakes share it


def key_of(kind: str) -> pl.Expr:
    """Write the key of one kind as text: `license:D1234567`, `name:SMITH,JANE|1990-04-12`, or the bare
    `subject`.

    Letter case and spacing differ between systems; plates and numbers also carry hyphens.
    """
    if kind == "subject":
        return pl.col("subject")
    if kind in ("name", "name only"):
        name = pl.col("name").str.to_uppercase().str.replace_all(r"\s*,\s*", ",").str.replace_all(r"\s+", " ")
        dob = pl.lit("") if kind == "name only" else pl.col("dob")
        return pl.concat_str(pl.lit("name:"), name, pl.lit("|"), dob)
    return pl.concat_str(pl.lit(f"{kind}:"), pl.col(kind).str.to_uppercase().str.replace_all(r"[\s-]", ""))


def as_keys(written: pl.Series) -> pl.Series:
    """Write the keys of a context table as those of a log are: `plate:7abc-123` is `plate:7ABC123`.

    written: (n,) String, `kind:value`, or the bare value of the log's `subject` column, which stays as it is.
    """
    key = pl.col("key")
    upper = key.str.extract(r"^[a-z_]+:(.*)$").str.to_uppercase()
    name = pl.concat_str(pl.lit("name:"), upper.str.replace_all(r"\s*,\s*", ",").str.replace_all(r"\s+", " "))
    choice = pl.when(key.str.starts_with("name:")).then(name).otherwise(key)
    for kind in SUBJECT_KINDS:
        if kind not in ("subject", "name"):
            value = pl.concat_str(pl.lit(f"{kind}:"), upper.str.replace_all(r"[\s-]", ""))
            choice = pl.when(key.str.starts_with(f"{kind}:")).then(value).otherwise(choice)
    return pl.DataFrame({"key": written}).select(choice).to_series()


def subject_keys(columns: Collection[str]) -> list[tuple[str, pl.Expr]]:
    """List the keys a log with these columns can have, the one that names the subject first.

    A name without a date of birth ranks below a plate: namesakes share it.
    """
    kinds = [kind for kind in SUBJECT_KINDS if kind in columns and (kind != "name" or "dob" in columns)]
    if "name" in columns:
        kinds.append("name only")
    return [(kind, key_of(kind)) for kind in kinds]


def serial_of(keys: pl.Series) -> NDArray[np.int64]:
    """Number each key so that two keys which differ by one in their last digits differ by one.

    keys: (n,) String. Returns (n,) int64, -1 where a key does not end in a digit. The upper half is the hash
    of what stands before the digits, so `7ABC123` and `7ABC124` are neighbours and `8XYZ124` is not.
    """
    parts = pl.DataFrame({"key": keys}).select(
        digits=pl.col("key").str.extract(r"(\d{1,8})$").cast(pl.Int64),
        prefix=pl.col("key").str.replace(r"\d{1,8}$", ""),
    )
    prefix = hashes_of(parts["prefix"]) >> np.uint64(33)
    digits = parts["digits"].fill_null(-1).to_numpy()
    return np.where(digits < 0, -1, (prefix.astype(np.int64) << 32) + digits)


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
    """Everything known of the subjects, without their names.

    hashes: (s,) uint64 of each key; root: (s,) int32, the code that stands for the person; serial: (s,)
    int64, see `serial_of`; person: (s,) bool, True for keys that name a person.
    """

    def __init__(
        self, hashes: Hashes, root: Codes, serial: NDArray[np.int64], person: NDArray[np.bool_]
    ) -> None:
        self.hashes = hashes
        self.root = root
        self.serial = serial
        self.person = person
        self._order = np.argsort(hashes)

    def __len__(self) -> int:
        return len(self.hashes)

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


class SubjectCoder:
    """Codes the subjects of a log, batch after batch."""

    def __init__(self, columns: Collection[str]) -> None:
        self._keys = subject_keys(columns)
        self._table = CodeTable(keep_text=False)
        self._person: list[NDArray[np.bool_]] = []
        self._serial: list[NDArray[np.int64]] = []
        self.ties = Ties()

    def _code(self, keys: pl.Series, person: NDArray[np.bool_]) -> Codes:
        codes, fresh = self._table.code(keys)
        if len(fresh):
            self._person.append(person[fresh])
            self._serial.append(serial_of(keys.gather(fresh)))
        return codes

    def code(self, batch: pl.DataFrame) -> Codes:
        """Return the subject of each row, (n,) int32, -1 where the row names nobody."""
        if not self._keys:
            return np.full(batch.height, -1, np.int32)
        keys = batch.select(expr.alias(kind) for kind, expr in self._keys)
        kinds = [kind for kind, _ in self._keys]
        chosen = keys.to_series(0) if len(kinds) == 1 else keys.select(pl.coalesce(kinds)).to_series()
        codes = self._code(chosen, self._names_person(keys, kinds))
        for kind in kinds[1:]:
            if kind == "name only":
                continue
            other = keys[kind]
            rows = (other.is_not_null() & other.ne_missing(chosen)).arg_true().to_numpy()
            if len(rows):
                named = np.full(len(rows), kind in PERSON_KINDS)
                self.ties.add(codes[rows], self._code(other.gather(rows), named))
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
        serial = np.concatenate(self._serial) if self._serial else np.zeros(0, np.int64)
        root = identities(np.concatenate([own_left, left]), np.concatenate([own_right, right]), person)
        return Subjects(self._table.hashes, root, serial, person)


def key_rank(column: str) -> pl.Expr:
    """Rank a key by how well its kind names a person: 0 for the log's own subject number, more for plates
    and VINs.
    """
    rank = pl.lit(0)
    for place, kind in enumerate(SUBJECT_KINDS[1:], start=1):
        rank = pl.when(pl.col(column).str.starts_with(f"{kind}:")).then(place).otherwise(rank)
    return rank
