"""Places: an agency and a unit of it, one code for both."""

from __future__ import annotations

import numpy as np
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
