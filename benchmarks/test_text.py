"""Text as bytes: what is told of it without making a string of each."""

from __future__ import annotations

from typing import Any

import polars as pl

import kernels
from anomaly.sources.arrow import bytes_of


def test_last_digits(world: Any, contest: Any) -> None:
    keys = pl.select("license:D1" + world.log["subject"].cast(pl.String)).to_series()

    def rival() -> tuple[Any, ...]:
        told = pl.DataFrame({"key": keys, "digits": keys.str.extract(r"([0-9]{1,8})$")})
        stem = told.select(pl.col("key").str.strip_suffix(pl.col("digits").fill_null(""))).to_series()
        return told["digits"].cast(pl.Int64).fill_null(-1), stem.str.len_bytes().cast(pl.Int64)

    contest(lambda: kernels.last_digits(*bytes_of(keys)), rival)
