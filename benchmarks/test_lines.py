"""Which rows of a table the lines of another speak of."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels


def test_first_rows_and_rows_of(world: Any, contest: Any) -> None:
    # Two lines for each row, in the order of the rows, as one system exports its tables; one row in eight is
    # listed twice.
    rows = np.arange(world.n) - (np.arange(world.n) % 8 == 7)
    hashes = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    lines = np.repeat(hashes, 2)

    def kernel() -> tuple[Any, ...]:
        slots = np.zeros(1 << (2 * len(hashes)).bit_length(), np.int32)
        firsts = kernels.first_rows(hashes, slots)
        return firsts, kernels.rows_of(lines, hashes, firsts, slots)

    def rival() -> tuple[Any, ...]:
        table = pl.DataFrame({"text": hashes}).with_row_index("row")
        first = table.unique("text", keep="first")
        found = (
            other.join(first, on="text", how="left", maintain_order="left")["row"].to_numpy()
            for other in (table.select("text"), pl.DataFrame({"text": lines}))
        )
        return tuple(found)

    contest(kernel, rival)
