"""Who is comparable with whom: the same unit and role; if they are few, units of that name; then the agency;
then everyone in the log. Where nobody's unit is known, what users ask tells who does the same work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.behaviour import kinds_of_work

LEAST_PEERS = 8  # fewer say little about what is usual; UNV
WHOLE = "the whole log"


@dataclass(frozen=True)
class Peering:
    """The group each user is compared in.

    code: (g,) int32, -1 where there are too few users anywhere; names: of each group. kin: (g,) int32, the
    wider group a small one borrows from: units of that name, or users of that kind of work, anywhere.
    same_work: (g,) bool, True where the group is a unit, or units of one name, or where nobody's unit is
    known. named: whether log or roster name units.
    """

    code: NDArray[np.int32]
    names: tuple[str, ...]
    kin: NDArray[np.int32]
    same_work: NDArray[np.bool_]
    named: bool = True

    @property
    def left_out(self) -> str | None:
        """Say how many users have no peers of the same work to be compared with; None where all have."""
        count = int((~self.same_work).sum())
        who = "1 user" if count == 1 else f"{count:,} users"
        return f"without {who} of units too small to compare" if count else None


def peering(users: Groups, context: Context, least: int = LEAST_PEERS) -> Peering:
    """Group users by unit; where that has fewer than `least` users, with units of the same name elsewhere, by
    agency, or all together.

    A user's unit is the one most of their actions were made in; where the log names no units, the roster's;
    where that names none either, the users whose look-ups are like theirs (`kinds_of_work`), if the log
    shows that there are kinds. Where a unit mixes roles of the roster (clerks and officers of one station),
    each role that has `least` users there is a group of its own. Found once for all detectors.
    """
    # The context stays with what was found, or another could take its number.
    found = users.once(("peers", id(context), least), lambda: (_peering(users, context, least), context))
    return found[0]


def _peering(users: Groups, context: Context, least: int) -> Peering:
    home = _homes(users, context).with_row_index("user_code")
    known = home["unit"].null_count() < len(home)
    if not known and (kinds := kinds_of_work(users)) is not None:
        home = home.with_columns(unit=kinds)
    unit, role = pl.col("unit") if not known else pl.col("unit").str.to_uppercase(), pl.col("role")
    anywhere = pl.lit("all units named " if known else "all agencies · ")

    def enough(*by: str | pl.Expr) -> pl.Expr:
        return pl.len().over(*by) >= least

    mixed = role.is_not_null() & (role.n_unique().over("agency", unit) > 1)
    whose = pl.concat_str("agency", "unit", separator=" · ", ignore_nulls=True)
    peer = (
        pl.when(unit.is_not_null() & mixed & enough("agency", unit, role))
        .then(pl.concat_str(whose, role, separator=" · "))
        .when(unit.is_not_null() & enough("agency", unit))
        .then(whose)
        .when(unit.is_not_null() & enough(unit))
        .then(pl.concat_str(anywhere, unit))
        .when(pl.col("agency").is_not_null() & enough("agency"))
        .then("agency")
        .otherwise(pl.lit(WHOLE))
    )
    named = home.with_columns(
        peer=peer,
        kin=pl.when(unit.is_not_null()).then(unit).otherwise(pl.lit(WHOLE)).rank("dense") - 1,
        same=(unit.is_not_null() & enough(unit)) | pl.lit(not known),
    ).sort("user_code")
    names = pl.concat([named["peer"], pl.Series([WHOLE])]).unique().sort()
    code = names.search_sorted(named["peer"]).to_numpy().astype(np.int32)
    if len(home) < least:
        code = np.full(len(home), -1, np.int32)
    return Peering(
        code,
        tuple(names.to_list()),
        named["kin"].to_numpy().astype(np.int32),
        named["same"].to_numpy(),
        known,
    )


def _homes(users: Groups, context: Context) -> pl.DataFrame:
    """Return the agency, unit and role of each user, a row per user in order of code."""
    agency, unit = users.log.texts.places[users.home].T
    home = pl.DataFrame(
        {
            "user": users.labels(),
            "agency": users.log.texts.named("agency", agency),
            "unit": users.log.texts.named("unit", unit),
        }
    )
    if "users" not in context:
        return home.with_columns(role=pl.lit(None, pl.String))
    roster = context["users"].select("user", "agency", "unit", "role")
    listed = home.select("user").join(
        roster.unique("user", keep="last", maintain_order=True), on="user", how="left", maintain_order="left"
    )
    if users.has("unit") or listed["unit"].null_count() == len(listed):
        return home.with_columns(listed["role"])
    return listed
