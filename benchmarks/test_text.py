"""Text as bytes: what is told of it without making a string of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

import kernels
from anomaly.coding.keys import in_order
from anomaly.sources.arrow import bytes_of
from anomaly.sources.layouts import fixed_layouts
from kernels.text import BASIS


def test_rough(world: Any, contest: Any) -> None:
    plates = pl.select("7ABC-" + world.log["subject"].cast(pl.String)).to_series()
    signs = np.zeros(256, np.uint8)
    signs[[*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = 1
    contest(
        lambda: (kernels.rough(*bytes_of(plates), signs),),
        lambda: (plates.str.contains("[^0-9A-Z]").arg_true().cast(pl.Int64),),
    )


def test_read_keys(world: Any, contest: Any) -> None:
    """The hashes are of no other making: polars hashes, and what it hashes is not compared."""
    keys = pl.select("license:D1" + world.log["subject"].cast(pl.String)).to_series()
    seeds = np.full(len(keys), BASIS)

    def kernel() -> tuple[Any, ...]:
        _, serials, wild = kernels.read_keys(*bytes_of(keys), seeds)
        return np.where(serials < 0, serials, serials & 0xFFFFFFFF), wild

    def rival() -> tuple[Any, ...]:
        told = pl.DataFrame({"key": keys, "digits": keys.str.extract(r"([0-9]{1,8})$")})
        stem = told.select(pl.col("key").str.strip_suffix(pl.col("digits").fill_null(""))).to_series()
        keys.hash(), stem.hash()
        return told["digits"].cast(pl.Int64).fill_null(-1), keys.str.contains("[*?%]")

    contest(kernel, rival)


def test_read_names(world: Any, contest: Any) -> None:
    """As in `test_read_keys`; letters, which polars has no word for, are compared nowhere."""
    numbers = world.log["subject"].cast(pl.String).str.replace_all("[0-4]", "A").str.replace_all("[5-9]", "B")
    names = in_order("name", pl.select("SMITH" + numbers + ",J" + numbers.str.slice(3)).to_series())

    def rival() -> tuple[Any, ...]:
        names.str.extract(r"^\s*([^,|]*[^,|\s])\s*,").hash()
        return (names.str.contains(r"^\S?,|,\S?$|^\S?$"),)

    contest(lambda: (kernels.read_names(*bytes_of(names))[2],), rival)


def test_read_times(world: Any, contest: Any) -> None:
    layout = "%m/%d/%Y %I:%M:%S %p"
    written = world.log["time"].cast(pl.Datetime("ms")).dt.truncate("1s").dt.to_string(layout)
    (fixed,) = fixed_layouts(layout, written)
    contest(
        lambda: (kernels.read_times(*bytes_of(written), fixed.fields, fixed.signs),),
        lambda: (written.str.to_datetime(layout, time_unit="ms").to_physical(),),
    )
