"""A frame of Spark is scanned as the same rows in a file are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.cluster import scan as scan_on_cluster
from anomaly.errors import InputError
from anomaly.scan import Settings, scan
from tests.stories import load_story

STORY = load_story("convergence")
SETTINGS = Settings(context=STORY.context)


def test_rows_are_numbered_in_the_order_of_the_partitions(spark: Any) -> None:
    here = scan(STORY.log, SETTINGS)
    log = pl.read_csv(STORY.log, infer_schema=False)
    frame = spark.createDataFrame(log.to_arrow()).coalesce(3)
    there = scan_on_cluster(frame, SETTINGS)
    assert here.incidents
    assert there.incidents == here.incidents
    same = here.evidence.with_columns(source=pl.lit("frame"))
    assert there.evidence.equals(same)
    assert there.manifest["counts"] == here.manifest["counts"]
    assert there.manifest["inputs"][0]["name"] == "frame"
    assert scan_on_cluster(frame, SETTINGS).manifest == there.manifest


def test_rows_that_have_a_source_and_a_number_may_come_in_any_order(spark: Any, tmp_path: Path) -> None:
    log = pl.read_csv(STORY.log, infer_schema=False)
    half = log.height // 2
    log[:half].write_csv(tmp_path / "1.csv")
    log[half:].write_csv(tmp_path / "2.csv")
    here = scan(tmp_path, SETTINGS)
    row = pl.int_range(log.height) % half + 1
    named = log.with_columns(
        source=pl.when(pl.int_range(log.height) < half).then(pl.lit("1.csv")).otherwise(pl.lit("2.csv")),
        row=pl.when(pl.int_range(log.height) < 2 * half).then(row).otherwise(row + half),
    )
    frame = spark.createDataFrame(named.to_arrow()).repartition(4, "user")
    there = scan_on_cluster(frame, SETTINGS)
    assert there.incidents == here.incidents
    assert there.evidence.equals(here.evidence)
    assert there.rejects.equals(here.rejects)
    assert there.summary == here.summary


def test_typed_columns_and_an_empty_partition(spark: Any) -> None:
    log = pl.read_csv(STORY.log, infer_schema=False)
    typed = log.with_columns(
        pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S", time_zone="America/Los_Angeles")
    )
    frame = spark.createDataFrame(typed.to_arrow())
    nothing = frame.limit(0)
    assert scan_on_cluster(nothing.union(frame), SETTINGS).incidents == scan(log, SETTINGS).incidents


def test_frames_that_are_no_log(spark: Any) -> None:
    with pytest.raises(InputError, match="has no rows"):
        scan_on_cluster(spark.createDataFrame([("a", "b")], "time string, user string").limit(0))
    with pytest.raises(InputError, match="no time and no user column"):
        scan_on_cluster(spark.range(3))
    with pytest.raises(InputError, match="are not filled in every row"):
        scan_on_cluster(
            spark.createDataFrame([("a", "b", None, 1)], "time string, user string, source string, row int")
        )


def test_a_frame_is_not_kept(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a frame is not kept coded"):
        scan_on_cluster(spark.range(3), Settings(cache=tmp_path))


def test_a_frame_that_is_another_each_time_is_refused(spark: Any) -> None:
    log = pl.read_csv(STORY.log, infer_schema=False)
    whole = spark.createDataFrame(log.to_arrow())

    def some(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            yield batch.slice(time.time_ns() // 1000 % 100)

    frame = whole.mapInArrow(some, whole.schema)
    with pytest.raises(InputError, match="did not give the same rows"):
        scan_on_cluster(frame, SETTINGS)
