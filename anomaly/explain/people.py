"""Who the users are: those of a log, and those whom only its tables know."""

from __future__ import annotations

import polars as pl

from anomaly.coding import CodedLog, Grouping
from anomaly.context import Context

_WITH_USERS = ("users", "call_units", "case_officers", "shifts")


def everyone(log: CodedLog, context: Context) -> pl.DataFrame:
    """List the users of the log, in order of code, then those of the tables: user, role (String), unit,
    agency (Int32 codes, -1 unknown).

    The roster says which unit and agency; where it does not, most of what the user did.
    """
    own = log.texts["user"]
    tables = [context[name]["user"] for name in _WITH_USERS if name in context]
    everyone = pl.concat([own, *tables]).drop_nulls().unique(maintain_order=True).alias("user").to_frame()
    places = log.texts.places[Grouping("user", log).home]
    home = pl.DataFrame(
        {
            "user": own,
            "its_agency": log.texts.named("agency", places[:, 0]),
            "its_unit": log.texts.named("unit", places[:, 1]),
        },
        schema={"user": pl.String, "its_agency": pl.String, "its_unit": pl.String},
    )
    listed = pl.DataFrame(schema=dict.fromkeys(("user", "role", "agency", "unit"), pl.String))
    if "users" in context:
        listed = context["users"].select(listed.columns).unique("user", keep="last")
    whole = everyone.join(listed, on="user", how="left", maintain_order="left")
    whole = whole.join(home, on="user", how="left", maintain_order="left")
    whole = whole.with_columns(
        agency=pl.coalesce("agency", "its_agency"),
        unit=pl.when(pl.col("unit").is_not_null()).then("unit").otherwise("its_unit"),
    )
    return whole.select(
        "user",
        "role",
        unit_name="unit",
        unit=pl.when(pl.col("unit").is_null())
        .then(-1)
        .otherwise(pl.concat_str("agency", "unit", separator="\0", ignore_nulls=True).rank("dense") - 1)
        .cast(pl.Int32),
        agency=pl.Series(log.texts.lookup("agency", whole["agency"])),
    )
