"""Who the users are, where the roster says: their own keys, surname, household, unit and role."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.actions import CodedLog
from anomaly.coding.hashes import Codes, Hashes
from anomaly.coding.keys import addresses, sexes, surnames, years
from anomaly.context import Context

OWN_KEYS = ("license", "name", "plate")


@dataclass(frozen=True)
class Roster:
    """What the `users` table says of each user of the log, by user code; the last row where it says it twice.

    listed: (u,) bool, False where the table does not have the user. surname, address: (u,) uint64 hashes, 0
    unknown; sex: (u,) int8; born: (u,) int16, 0 unknown; agency: (u,) int32 code in the log's agencies, -1
    unknown; role, unit: (u,) String, null where unknown.
    """

    listed: NDArray[np.bool_]
    surname: Hashes
    address: Hashes
    sex: NDArray[np.int8]
    born: NDArray[np.int16]
    agency: Codes
    unit: pl.Series
    role: pl.Series


def roster_of(log: CodedLog, context: Context) -> Roster:
    """Read the `users` table against the users of a log; nobody is listed when there is no such table."""
    users = log.texts["user"]
    table = context["users"] if "users" in context else _empty()
    rows = (
        pl.DataFrame({"user": users})
        .join(
            table.unique("user", keep="last", maintain_order=True).with_columns(listed=True),
            on="user",
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("dob").cast(pl.String))
    )
    return Roster(
        listed=rows["listed"].fill_null(False).to_numpy(),
        surname=surnames(rows["name"]),
        address=addresses(rows["address_key"]),
        sex=sexes(rows["sex"]),
        born=years(rows["dob"]),
        agency=log.texts.lookup("agency", rows["agency"]),
        unit=rows["unit"],
        role=rows["role"],
    )


def own_keys(log: CodedLog, context: Context) -> pl.DataFrame:
    """List the subjects that are people of the roster: columns row (of the `users` table, Int64), user (code,
    Int32, -1 when the log does not have them), key (license, name, plate), subject (code, Int32).

    A car is its owner's and the household's: whoever needs the person alone leaves `plate` out. Empty without
    the table.
    """
    return own_writings(log, context).drop("text").filter(pl.col("subject") >= 0)


def own_writings(log: CodedLog, context: Context) -> pl.DataFrame:
    """List what `own_keys` does, and those keys that the log never saw, subject -1; text: the key, String."""
    table = (context["users"] if "users" in context else _empty()).with_row_index("row")
    written = {
        "license": pl.concat_str(pl.lit("license:"), "license"),
        "name": pl.concat_str(pl.lit("name:"), "name", pl.lit("|"), pl.col("dob").cast(pl.String)),
        "plate": pl.concat_str(pl.lit("plate:"), "plate"),
    }
    keys = pl.concat(
        table.select("row", "user", key=pl.lit(kind), text=written[kind]).drop_nulls("text")
        for kind in OWN_KEYS
    )
    return keys.select(
        pl.col("row").cast(pl.Int64),
        pl.Series("user", log.texts.lookup("user", keys["user"])),
        "key",
        pl.Series("subject", log.subjects.lookup(keys["text"])),
        "text",
    )


def _empty() -> pl.DataFrame:
    names = ("user", "name", "sex", "agency", "unit", "role", "license", "plate", "address_key")
    return pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "dob": pl.Date})
