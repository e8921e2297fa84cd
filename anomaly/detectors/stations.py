"""Whose terminals are whose: as the `terminals` table says, or else as the log shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context

OTHERS = 20  # actions of others that show whose a terminal is; UNV
NEARLY_ALL = 0.95


@dataclass(frozen=True)
class Stations:
    """Who sat where: p triples of user, terminal and the agency the user was logged under, in that order.

    at: (m,) int32, the triple of each action in group order, -1 where one of the three is unknown. user,
    terminal, agency: (p,) int32; owner: (p,) int32, the agency the terminal belongs to, -1 unknown. listed:
    (p,) bool, whether the table says so.
    """

    at: NDArray[np.int32]
    user: NDArray[np.int32]
    terminal: NDArray[np.int32]
    agency: NDArray[np.int32]
    owner: NDArray[np.int32]
    listed: NDArray[np.bool_]


def stations_of(users: Groups, context: Context) -> Stations:
    """Find whose each terminal is.

    users: grouped by user. A terminal that the table does not list belongs to the agency of which nearly all
    its other users are, once they have made `OTHERS` actions there.
    """
    agency_of, terminal_of = users["agency"], users["terminal"]
    n_agencies = np.int64(len(users.log.texts["agency"]) + 1)
    n_terminals = len(users.log.texts["terminal"])
    n_places = np.int64((n_terminals + 1) * n_agencies)
    # By terminal, then user: sorting the triples of 3 M actions took 0.7 s, their stretches take 0.07.
    _, rows = kernels.group(np.where(agency_of >= 0, terminal_of, np.int32(-1)), n_terminals)
    columns = (users.owner[rows], terminal_of[rows], agency_of[rows])
    opens = np.any([np.diff(column, prepend=np.int32(-2)) != 0 for column in columns], axis=0)
    begins = np.flatnonzero(opens)
    user, terminal, agency = (column[begins].astype(np.int64) for column in columns)
    sizes = np.diff(begins, append=len(rows))
    triples, of = np.unique(user * n_places + terminal * n_agencies + agency, return_inverse=True)
    n = np.bincount(of, sizes, len(triples)).astype(np.int64)
    at = np.full(len(agency_of), -1, np.int32)
    at[rows] = np.repeat(of.astype(np.int32), sizes)
    user, place = np.divmod(triples, n_places)
    terminal, agency = np.divmod(place, n_agencies)
    owner = _by_use(terminal, agency, n)
    listed = np.zeros(len(triples), np.bool_)
    if "terminals" in context:
        registered = _registered(users, context)[terminal]
        listed = registered >= 0
        owner = np.where(listed, registered, owner)
    narrow = np.int32
    return Stations(
        at, user.astype(narrow), terminal.astype(narrow), agency.astype(narrow), owner.astype(narrow), listed
    )


def _by_use(
    terminal: NDArray[np.int64], agency: NDArray[np.int64], n: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the other agency that nearly all actions at a terminal belong to but those of the triple, -1 for
    none. terminal, agency, n: (p,) of the triples -> (p,) int64.
    """
    used = pl.DataFrame({"terminal": terminal, "agency": agency, "n": n})
    of_agency = used.group_by("terminal", "agency").agg(pl.col("n").sum())
    most = of_agency.sort("n", "agency", descending=[True, False]).group_by("terminal", maintain_order=True)
    rivals = used.join(
        most.agg(
            total=pl.col("n").sum(),
            first=pl.col("agency").first(),
            had=pl.col("n").first(),
            second=pl.col("agency").get(1, null_on_oob=True),
            left=pl.col("n").get(1, null_on_oob=True),
        ),
        on="terminal",
        how="left",
        maintain_order="left",
    )
    others = pl.col("total") - pl.col("n")
    top = pl.col("first") == pl.col("agency")
    candidate, has = (
        pl.when(top).then(runner_up).otherwise(best)
        for runner_up, best in (("second", "first"), ("left", "had"))
    )
    plain = (others >= OTHERS) & (has >= NEARLY_ALL * others)
    return rivals.select(pl.when(plain).then(candidate).fill_null(-1)).to_series().to_numpy()


def _registered(users: Groups, context: Context) -> NDArray[np.int32]:
    """Return the agency of each terminal of the log, (t,) int32, -1 where the table says nothing.

    A terminal listed under two agencies is shared, and says nothing.
    """
    texts = users.log.texts
    table = context["terminals"].unique().filter(pl.len().over("terminal") == 1)
    agency = texts.lookup("agency", table["agency"])
    if "agencies" in context:  # a table of terminals may write the name where the log writes the ORI
        named = context["agencies"].drop_nulls("name").unique("name", keep="none")
        by_name = table.join(
            named.select("name", ori="agency"), left_on="agency", right_on="name", how="left"
        )
        by_name = table.select("terminal").join(
            by_name.select("terminal", "ori"), on="terminal", how="left", maintain_order="left"
        )
        agency = np.where(agency >= 0, agency, texts.lookup("agency", by_name["ori"]))
    found = np.full(len(texts["terminal"]) + 1, -1, np.int32)
    found[texts.lookup("terminal", table["terminal"])] = agency
    found[-1] = -1
    return found[:-1]
