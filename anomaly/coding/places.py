"""Places: an agency and a unit of it, one code for both."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.hashes import Codes, CodeTable


class Places:
    """Pairs of an agency and a unit, coded block after block."""

    def __init__(self) -> None:
        self._table = CodeTable(keep_text=False)
        self._pairs = [np.zeros((0, 2), np.int32)]

    def code(self, agency: Codes, unit: Codes) -> Codes:
        """Code what stands in both columns, (n,) int32 each, -1 missing. Returns (n,) int32."""
        pairs = (agency.astype(np.int64) + 2 << 32 | unit.astype(np.int64) + 1).view(np.uint64)
        codes, fresh = self._table.code_hashes(pairs * np.uint64(0x9E3779B97F4A7C15))
        if len(fresh):
            self._pairs.append(np.stack([agency[fresh], unit[fresh]], axis=1))
        return codes

    def ranked(self, agency: Codes, unit: Codes) -> tuple[NDArray[np.int32], Codes]:
        """Order the places as their vocabularies are.

        agency, unit: the new code of each old one, the last, -1, for none. Returns (p, 2) int32, the agency
        and the unit of each place, and (p,) int32, the new code of each old one.
        """
        pairs = np.concatenate(self._pairs)
        pairs = np.stack([agency[pairs[:, 0]], unit[pairs[:, 1]]], axis=1)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        rank = np.empty(len(pairs), np.int32)
        rank[order] = np.arange(len(pairs), dtype=np.int32)
        return pairs[order], rank


def employed(
    user: Codes, place: Codes, units: Codes, users: pl.Series, employers: pl.DataFrame
) -> tuple[pl.Series, NDArray[np.int32], Codes]:
    """Say in which agency each row of a log without agencies was made: its user's, by the roster.

    user, place: (n,) int32 of each row; units: (p,) int32, the unit of each place, -1 none; users: names by
    code; employers: columns user and agency. Returns the names of the agencies, the places (q, 2) as of
    `Places.ranked`, and the place of each row, (n,).
    """
    known = employers.drop_nulls().unique("user", keep="last", maintain_order=True)
    of_user = users.to_frame("user").join(known, on="user", how="left", maintain_order="left")["agency"]
    names = of_user.drop_nulls().unique().sort()
    agency = np.append(names.search_sorted(of_user.fill_null("")).to_numpy(), -1)
    agency[:-1][of_user.is_null().to_numpy()] = -1
    width = int(units.max(initial=-1)) + 2
    pairs = (agency[user] + 1) * width + np.append(units, np.int32(-1))[place] + 1
    which, rows = np.unique(pairs, return_inverse=True)
    places = np.stack([which // width - 1, which % width - 1], axis=1)
    return names, places.astype(np.int32), rows.astype(np.int32)
