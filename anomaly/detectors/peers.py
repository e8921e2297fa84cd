"""Who is comparable with whom: the same unit; if it is small, units of that name; then the agency; then
everyone in the log.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context

LEAST_PEERS = 8  # fewer say little about what is usual; UNV
WHOLE = "the whole log"


@dataclass(frozen=True)
class Peering:
    """The group each user is compared in.

    code: (g,) int32, -1 where there are too few users anywhere; names: of each group. same_work: (g,) bool,
    True where the group is a unit, or units of one name, or where nobody's unit is known.
    """

    code: NDArray[np.int32]
    names: tuple[str, ...]
    same_work: NDArray[np.bool_]

    @property
    def left_out(self) -> str | None:
        """Say how many users have no peers of the same work to be compared with; None where all have."""
        count = int((~self.same_work).sum())
        who = "1 user" if count == 1 else f"{count:,} users"
        return f"without {who} of units too small to compare" if count else None


def peering(users: Groups, context: Context, least: int = LEAST_PEERS) -> Peering:
    """Group users by unit; where that has fewer than `least` users, with units of the same name elsewhere, by
    agency, or all together.

    A user's unit is the one most of their actions were made in; where the log names no units, the roster's.
    """
    home = _homes(users, context).with_row_index("user_code")
    unit = pl.col("unit").str.to_uppercase()
    peer = (
        pl.when((pl.len().over("agency", unit) >= least) & unit.is_not_null())
        .then(pl.concat_str("agency", "unit", separator=" · ", ignore_nulls=True))
        .when((pl.len().over(unit) >= least) & unit.is_not_null())
        .then(pl.concat_str(pl.lit("all units named "), unit))
        .when((pl.len().over("agency") >= least) & pl.col("agency").is_not_null())
        .then("agency")
        .otherwise(pl.lit(WHOLE))
    )
    same = pl.len().over(unit) >= least
    named = home.with_columns(peer=peer, same=(unit.is_not_null() & same) | unit.is_null().all()).sort(
        "user_code"
    )
    names = pl.concat([named["peer"], pl.Series([WHOLE])]).unique().sort()
    code = names.search_sorted(named["peer"]).to_numpy().astype(np.int32)
    if len(home) < least:
        code = np.full(len(home), -1, np.int32)
    return Peering(code, tuple(names.to_list()), named["same"].to_numpy())


def _homes(users: Groups, context: Context) -> pl.DataFrame:
    """Return the agency and unit of each user, a row per user in order of code."""
    if not users.has("unit") and "users" in context:
        roster = (
            context["users"].select("user", "agency", "unit").unique("user", keep="last", maintain_order=True)
        )
        listed = pl.DataFrame({"user": users.labels()}).join(
            roster, on="user", how="left", maintain_order="left"
        )
        if listed["unit"].null_count() < len(listed):
            return listed.select("agency", "unit")
    agency, unit = users.log.texts.places[users.home].T
    return pl.DataFrame(
        {"agency": users.log.texts.named("agency", agency), "unit": users.log.texts.named("unit", unit)}
    )
