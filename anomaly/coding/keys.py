"""Keys of subjects, as text: how each kind is written, and what a key says by itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.hashes import Hashes, hashes_of
from anomaly.schema import SUBJECT_KINDS
from anomaly.sources.arrow import bytes_of

PERSON_KINDS = (
    "subject",
    "license",
    "fbi_number",
    "sid",
    "name",
)  # "name only" ties nobody: namesakes share it


# Writings that may have to be put in order; most are in order as they stand.
ROUGH = r"[^0-9A-Z]"
ROUGH_NAME = r"[^0-9A-Z ,.'-]|[ ,][ ,]"


def key_of(kind: str, *, in_order: bool = False) -> pl.Expr:
    """Write the key of one kind as text: `license:D1234567`, `name:SMITH,JANE|1990-04-12`, or the bare
    `subject`.

    Letter case and spacing differ between systems; plates and numbers also carry hyphens. in_order: they are
    written as a key has them.
    """
    if kind == "subject":
        return pl.col("subject")
    if kind in ("name", "name only"):
        name = pl.col("name")
        if not in_order:
            name = name.str.to_uppercase().str.replace_all(r"\s*,\s*", ",").str.replace_all(r"\s+", " ")
        dob = pl.lit("") if kind == "name only" else pl.col("dob")
        return pl.concat_str(pl.lit("name:"), name, pl.lit("|"), dob)
    value = pl.col(kind)
    if not in_order:
        value = value.str.to_uppercase().str.replace_all(r"[\s-]", "")
    return pl.concat_str(pl.lit(f"{kind}:"), value)


def write_keys(kind: str, texts: pl.DataFrame) -> pl.Series:
    """Write the keys of one kind as `key_of` does, (n,) String.

    Only what is rough is put in order: looking takes 15 ns a key, capitals and signs 80.
    """
    keys = texts.select(key_of(kind, in_order=True)).to_series()
    if kind == "subject":
        return keys
    named = kind in ("name", "name only")
    rough = texts["name" if named else kind].str.contains(ROUGH_NAME if named else ROUGH).arg_true()
    return keys.scatter(rough, texts[rough].select(key_of(kind)).to_series()) if len(rough) else keys


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
_LETTERS = 13  # of a name: as many as fit 63 bits


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
    number, before = kernels.last_digits(*bytes_of(keys))
    stem = pl.DataFrame({"key": keys.cast(pl.Binary), "before": before})
    hashed = hashes_of(stem.select(pl.col("key").bin.slice(0, pl.col("before"))).to_series())
    return np.where(number < 0, -1, ((hashed >> np.uint64(33)).astype(np.int64) << 32) + number)


def letters_of(names: pl.Series) -> NDArray[np.int64]:
    """Number names so that their order is the alphabet's: the first thirteen letters in base 27.

    names: (n,) String in capitals. Returns (n,) int64, -1 where null. Anything but a letter sorts first.
    """
    wide = np.frombuffer(
        names.fill_null("")
        .str.slice(0, _LETTERS)
        .str.pad_end(_LETTERS)
        .str.join()
        .item()
        .encode("ascii", "replace"),
        np.uint8,
    ).reshape(len(names), _LETTERS)
    digits = np.where((wide >= 65) & (wide <= 90), wide - 64, 0).astype(np.int64)
    value: NDArray[np.int64] = digits @ (27 ** np.arange(_LETTERS - 1, -1, -1, dtype=np.int64))
    return np.where(names.is_null().to_numpy(), np.int64(-1), value)


def sexes(written: pl.Series) -> NDArray[np.int8]:
    """Read a sex as written: FEMALE, MALE, or 0 where it is neither. (n,) String -> (n,) int8."""
    upper = written.str.strip_chars().str.to_uppercase()
    return upper.replace_strict(_SEXES, default=0, return_dtype=pl.Int8).fill_null(0).to_numpy()


def surnames(names: pl.Series) -> Hashes:
    """Hash the surname of names written SURNAME,GIVEN; 0 without a comma. (n,) String -> (n,) uint64."""
    return hashes_of(names.str.to_uppercase().str.extract(r"^\s*([^,|]*[^,|\s])\s*,"))


def addresses(written: pl.Series) -> Hashes:
    """Hash address keys; letter case and spaces do not matter. (n,) String -> (n,) uint64, 0 for none."""
    return hashes_of(written.str.to_uppercase().str.replace_all(r"\s", ""))


def read_key(keys: pl.Series, kind: int) -> dict[str, NDArray[Any]]:
    """Read what keys of one kind say by themselves: arrays of OF_KEY, and the surname.

    keys: (n,) String, none missing; kind: index into KEY_KINDS.
    """
    count = len(keys)
    said: dict[str, NDArray[Any]] = {
        "serial": serial_of(keys),
        "kind": np.full(count, kind, np.uint8),
        "partial": keys.str.contains(r"[*?%]").to_numpy(),
        "letters": np.full(count, OF_KEY["letters"]),
        "surname": np.full(count, OF_PERSON["surname"]),
    }
    if KEY_KINDS[kind] in ("name", "name only"):
        name = keys.str.extract(r"^name:([^|]*)")
        initial = name.str.contains(r"^\S?,|,\S?$|^\S?$").fill_null(False)
        said["partial"] = said["partial"] | initial.to_numpy()
        said["letters"], said["surname"] = letters_of(name), surnames(name)
    return said


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
