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

    user, terminal, agency: (p,) int32; owner: (p,) int32, the agency the terminal belongs to, -1 unknown.
    listed: (p,) bool, whether the table says so. keys: (p,) int64, ascending. owners: names of agencies by
    code: those of the log, then those that only the table of terminals has.
    """

    user: NDArray[np.int32]
    terminal: NDArray[np.int32]
    agency: NDArray[np.int32]
    owner: NDArray[np.int32]
    listed: NDArray[np.bool_]
    keys: NDArray[np.int64]
    owners: pl.Series

    def at(self, part: Groups, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the triple of some places of a part, (k,), -1 where terminal or agency is unknown."""
        place, known = _place(part, rows)
        user = part.owner[rows] + np.int64(part.first)
        return np.where(known, np.searchsorted(self.keys, _key(part, user, place)), -1)


def stations_of(users: Groups, context: Context) -> Stations:
    """Find whose each terminal is; once for all detectors.

    users: grouped by user. A terminal that the table does not list belongs to the agency of which nearly all
    its other users are, once they have made `OTHERS` actions there.
    """
    # The context stays with what was found, or another could take its number.
    found = users.once(("stations", id(context)), lambda: (_stations_of(users, context), context))
    return found[0]


def _stations_of(users: Groups, context: Context) -> Stations:
    user, place, n = np.hstack([np.zeros((3, 0), np.int64), *users.each(_seats)])
    keys = _key(users, user, place)
    order = np.argsort(keys)
    user, place, n, keys = (each[order] for each in (user, place, n, keys))
    terminal, agency = np.divmod(place, _width(users))
    owner = _by_use(terminal, agency, n)
    listed = np.zeros(len(keys), np.bool_)
    owners = users.log.texts["agency"]
    if "terminals" in context:
        of_terminal, owners = _registered(users, context)
        registered = of_terminal[terminal]
        listed = registered >= 0
        owner = np.where(listed, registered, owner)
    return Stations(
        user.astype(np.int32),
        terminal.astype(np.int32),
        agency.astype(np.int32),
        owner.astype(np.int32),
        listed,
        keys,
        owners,
    )


def _seats(part: Groups) -> NDArray[np.int64]:
    place, known = _place(part, slice(None))
    rows = np.flatnonzero(known)
    return np.stack(pairs_of(part, rows, place[rows]))


def _place(part: Groups, rows: NDArray[np.int64] | slice) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Code terminal and agency of some look-ups, and say where both are known. (k,) all."""
    terminal, agency = part["terminal"][rows], part["agency"][rows]
    return terminal * _width(part) + agency, (terminal >= 0) & (agency >= 0)


def _width(users: Groups) -> np.int64:
    return np.int64(len(users.log.texts["agency"]) + 1)


def _key(users: Groups, user: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    return user * (_width(users) * (len(users.log.texts["terminal"]) + 1)) + place


def pairs_of(
    part: Groups, rows: NDArray[np.int64], codes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return user, code and number of the rows of each pair of a user and a code, (p,) int64 each.

    rows: (k,) ascending places of a part; codes: (k,), not negative.
    """
    starts = np.searchsorted(rows, part.starts)
    first = kernels.first_alike(starts, codes)
    n = np.bincount(first, minlength=len(rows))
    pairs = np.flatnonzero(n)
    return part.first + np.searchsorted(starts, pairs, "right") - 1, codes[pairs], n[pairs]


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


def _registered(users: Groups, context: Context) -> tuple[NDArray[np.int32], pl.Series]:
    """Return the agency of each terminal of the log, (t,) int32, -1 where the table says nothing; and the
    names of the agencies, those of the log first.

    A terminal listed under two agencies is shared, and says nothing. An agency's own journal has no rows of
    others: they count as others all the same where most of the log's terminals are listed under agencies of
    the log, so that both write an agency alike.
    """
    texts = users.log.texts
    table = context["terminals"].unique(maintain_order=True).filter(pl.len().over("terminal") == 1)
    terminal, agency = texts.lookup("terminal", table["terminal"]), texts.lookup("agency", table["agency"])
    if "agencies" in context:  # a table of terminals may write the name where the log writes the ORI
        named = context["agencies"].drop_nulls("name").unique("name", keep="none")
        by_name = table.join(
            named.select("name", ori="agency"), left_on="agency", right_on="name", how="left"
        )
        by_name = table.select("terminal").join(
            by_name.select("terminal", "ori"), on="terminal", how="left", maintain_order="left"
        )
        agency = np.where(agency >= 0, agency, texts.lookup("agency", by_name["ori"]))
    owners = texts["agency"]
    seen = terminal >= 0
    absent = seen & (agency < 0)
    if 0 < absent.sum() * 2 < seen.sum():
        names = table["agency"].filter(absent).unique().sort()
        owners = pl.concat([owners, names])
        agency[absent] = len(texts["agency"]) + names.search_sorted(table["agency"].filter(absent)).to_numpy()
    found = np.full(len(texts["terminal"]) + 1, -1, np.int32)
    found[terminal] = agency
    return found[:-1], owners
