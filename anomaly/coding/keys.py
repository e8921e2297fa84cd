"""Keys of subjects, as text: how each kind is written, and what a key says by itself."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.hashes import Hashes, hashes_of
from anomaly.schema import SUBJECT_KINDS
from anomaly.sources.arrow import bytes_of
from kernels.text import BASIS

PERSON_KINDS = (
    "subject",
    "license",
    "fbi_number",
    "sid",
    "name",
)  # "name only" ties nobody: namesakes share it


NAMED = ("name", "name only")
# Signs of a text that is in order as it stands, as most are: 1, and 2 where none of them stands beside
# another.
_SIGNS, _SIGNS_OF_NAMES = np.zeros((2, 256), np.uint8)
for _signs in _SIGNS, _SIGNS_OF_NAMES:
    _signs[[*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = 1
_SIGNS_OF_NAMES[[*b".'-"]] = 1
_SIGNS_OF_NAMES[[*b" ,"]] = 2


def _spelled(kind: str, value: pl.Expr) -> pl.Expr:
    """Put values of one kind in order: letter case and spacing differ between systems; plates and numbers
    also carry hyphens.
    """
    if kind == "subject":
        return value
    upper = value.str.to_uppercase()
    if kind in NAMED:
        return upper.str.replace_all(r"\s*,\s*", ",").str.replace_all(r"\s+", " ")
    return upper.str.replace_all(r"[\s-]", "")


def key_of(kind: str) -> pl.Expr:
    """Write the key of one kind as text: `license:D1234567`, `name:SMITH,JANE|1990-04-12`, or the bare
    `subject`.
    """
    if kind == "subject":
        return pl.col("subject")
    if kind not in NAMED:
        return pl.concat_str(pl.lit(f"{kind}:"), _spelled(kind, pl.col(kind)))
    dob = pl.lit("") if kind == "name only" else pl.col("dob")
    return pl.concat_str(pl.lit("name:"), _spelled(kind, pl.col("name")), pl.lit("|"), dob)


def in_order(kind: str, texts: pl.Series) -> pl.Series:
    """Write clean texts of one kind as their keys have them, (n,) String -> (n,) String.

    Only what is rough is put in order: looking takes 10 ns a text, capitals and signs 80.
    """
    if kind == "subject":
        return texts
    rough = kernels.rough(*_bytes(texts), _SIGNS_OF_NAMES if kind in NAMED else _SIGNS)
    if not len(rough):
        return texts
    spelled = texts.gather(rough).to_frame("text").select(_spelled(kind, pl.col("text"))).to_series()
    return texts.clone().scatter(rough, spelled)


def spell(texts: pl.Series, after: np.uint64 = BASIS) -> tuple[Hashes, NDArray[np.int64], NDArray[np.bool_]]:
    """Read keys, or what stands in them behind a text of which `after` is the hash, see `kernels.read_keys`.

    texts: (n,) String; the hash of what is missing is 0.
    """
    hashes, serials, wild = kernels.read_keys(*_bytes(texts), np.full(len(texts), after))
    if texts.null_count():
        hashes[texts.is_null().to_numpy()] = 0
    return hashes, serials, wild


def spell_names(texts: pl.Series) -> tuple[NDArray[np.int64], Hashes, NDArray[np.bool_]]:
    """Read names, (n,) String in order, see `kernels.read_names`."""
    return kernels.read_names(*_bytes(texts))


@cache
def prefix_of(kind: str) -> np.uint64:
    """Hash what stands in front of the values of a kind of key: what a column holds and what a context table
    writes are one key, whatever the log's own `subject` column looks like.
    """
    prefix = "name:" if kind in NAMED else f"{kind}:"
    return BASIS if kind == "subject" else np.uint64(spell(pl.Series([prefix]))[0][0])


def _bytes(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return bytes_of(texts.fill_null("") if texts.null_count() else texts)


def as_keys(written: pl.Series) -> pl.Series:
    """Write the keys of a context table as those of a log are: `plate:7abc-123` is `plate:7ABC123`.

    written: (n,) String, `kind:value`, or the bare value of the log's `subject` column, which stays as it is.
    """
    key = pl.col("key")
    value = key.str.extract(r"^[a-z_]+:(.*)$")
    choice = key
    for kind in SUBJECT_KINDS[1:]:
        spelled = pl.concat_str(pl.lit(f"{kind}:"), _spelled(kind, value))
        choice = pl.when(key.str.starts_with(f"{kind}:")).then(spelled).otherwise(choice)
    return pl.DataFrame({"key": written}).select(choice).to_series()


KEY_KINDS: tuple[str, ...] = (*SUBJECT_KINDS, "name only")
# What a person is known by, and what a typed key is like; the value of an action that has none.
OF_PERSON: dict[str, np.generic] = {
    "sex": np.int8(0),
    "born": np.int16(0),
    "surname": np.uint64(0),
    "address": np.uint64(0),
}
OF_KEY: dict[str, np.generic] = {
    "serial": np.int64(-1),
    "kind": np.uint8(255),
    "partial": np.False_,
    "letters": np.int64(-1),
}
FEMALE, MALE = 1, 2
_SEXES = {"F": FEMALE, "FEMALE": FEMALE, "W": FEMALE, "M": MALE, "MALE": MALE}


def subject_keys(columns: Collection[str]) -> list[tuple[str, pl.Expr]]:
    """List the keys a log with these columns can have, the one that names the subject first.

    A name without a date of birth ranks below a plate: namesakes share it.
    """
    kinds = [kind for kind in SUBJECT_KINDS if kind in columns and (kind != "name" or "dob" in columns)]
    if "name" in columns:
        kinds.append("name only")
    return [(kind, key_of(kind)) for kind in kinds]


def sexes(written: pl.Series) -> NDArray[np.int8]:
    """Read a sex as written: FEMALE, MALE, or 0 where it is neither. (n,) String -> (n,) int8."""
    upper = written.str.strip_chars().str.to_uppercase()
    return upper.replace_strict(_SEXES, default=0, return_dtype=pl.Int8).fill_null(0).to_numpy()


def surnames(names: pl.Series) -> Hashes:
    """Hash the surname of names written SURNAME,GIVEN; 0 without a comma. (n,) String -> (n,) uint64."""
    return spell_names(in_order("name", names))[1]


def addresses(written: pl.Series) -> Hashes:
    """Hash address keys; letter case and spaces do not matter. (n,) String -> (n,) uint64, 0 for none."""
    return hashes_of(written.str.to_uppercase().str.replace_all(r"\s", ""))


def years(dates: pl.Series) -> NDArray[np.int16]:
    """Return the year of dates written YYYY-MM-DD, (n,) String -> (n,) int16; 0 where there is none."""
    return dates.str.slice(0, 4).cast(pl.Int16, strict=False).fill_null(0).to_numpy()


def key_rank(column: str) -> pl.Expr:
    """Rank a key by how well its kind names a person: 0 for the log's own subject number, more for plates
    and VINs.
    """
    rank = pl.lit(0)
    for place, kind in enumerate(SUBJECT_KINDS[1:], start=1):
        rank = pl.when(pl.col(column).str.starts_with(f"{kind}:")).then(place).otherwise(rank)
    return rank
