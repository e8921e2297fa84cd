"""Worlds that several tests look at, written once and read back as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.synth import Parameters, Written, load, size_of, write_world


@dataclass(frozen=True)
class OnDisk:
    """A world that was written as CSV: what `write_world` said of it, and its files as frames of text."""

    written: Written
    log: pl.DataFrame  # with `source` and `row`, as truth/events.csv names rows
    clean: pl.DataFrame
    context: dict[str, pl.DataFrame]
    scenarios: pl.DataFrame
    events: pl.DataFrame


def read_log(folder: Path) -> pl.DataFrame:
    """All files of a log in the order of their names, every column as text."""
    return pl.concat(
        pl.read_csv(path, infer_schema=False)
        .with_row_index("row", offset=1)
        .with_columns(pl.lit(path.name).alias("source"), pl.col("row").cast(pl.Int64))
        for path in sorted(folder.glob("*.csv"))
    )


def read_tables(folder: Path) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_csv(path, infer_schema=False) for path in sorted(folder.glob("*.csv"))}


def a_world(out: Path, p: Parameters | None = None, threads: int = 2, **size: Any) -> OnDisk:
    p = p or load()
    written = write_world(out, size_of(p, **size), p, format="csv", threads=threads)
    truth = read_tables(out / "truth")
    return OnDisk(
        written,
        read_log(out / "log"),
        read_log(out / "clean" / "log"),
        read_tables(out / "context"),
        truth["scenarios"],
        truth["events"].with_columns(pl.col("row").cast(pl.Int64)),
    )


def with_imperfect(**knobs: Any) -> Parameters:
    """The packaged parameters with some of `[imperfect]` set otherwise."""
    p = load()
    return p.model_copy(update={"imperfect": p.imperfect.model_copy(update=knobs)})


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    """A year of a town and its county, all families played."""
    return a_world(tmp_path_factory.mktemp("worlds") / "town", size="town", seed=5)


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    return a_world(tmp_path_factory.mktemp("worlds") / "village", size="village", seed=5)
