"""Kinds of people and ways of looking: what the stories do not show."""

from __future__ import annotations

import importlib
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from anomaly.coding import Grouping, Groups
from anomaly.context import Context
from anomaly.detectors import BY_NAME
from tests.detectors.bench import ZONE, Bench

name_fishing = importlib.import_module("anomaly.detectors.name_fishing")
off_duty = importlib.import_module("anomaly.detectors.off_duty")


def bench(rows: list[dict[str, str]], **tables: pl.DataFrame) -> Bench:
    named = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in named}, strict=False)
    return Bench.of(frame.cast(pl.String), Context(tables))


def at(hour: float, day: int = 4) -> str:
    minute = round(hour * 60)
    return f"2024-03-{day:02d}T{minute // 60:02d}:{minute % 60:02d}:00"


@pytest.mark.parametrize(
    ("names", "run"),
    [
        (["ADAMS,A", "BAKER,B", "CLARK,C", "CLARK,C", "DAVIS,D", "COOK,E"], 4),
        (["DAVIS,D", "CLARK,C", "BAKER,B", "ADAMS,A"], 4),
        (["ADAMS,A"], 0),
        (["ADAMS,A", "ADAMS,A"], 0),
    ],
)
def test_a_run_is_of_different_names_in_one_direction(names: list[str], run: int) -> None:
    rows = [{"time": at(8 + k / 4), "user": "ANN", "name": name} for k, name in enumerate(names)]
    users = bench(rows).groups(BY_NAME["name_fishing"])
    told = name_fishing._told(users, by_name=True)
    assert told.counts[3].tolist() == [run]
    assert len(told.in_run) == (5 if len(names) == 6 else run)


def test_names_of_one_moment_are_no_run() -> None:
    rows = [{"time": at(8), "user": "ANN", "name": f"{letter}SON,A"} for letter in "ABCDEFGH"]
    users = bench(rows).groups(BY_NAME["name_fishing"])
    assert name_fishing._told(users, by_name=True).counts[3].tolist() == [0]


def shifts(*spans: tuple[str, str, str]) -> pl.DataFrame:
    zone = ZoneInfo(ZONE)
    rows = [(u, *(datetime.fromisoformat(t).replace(tzinfo=zone) for t in span)) for u, *span in spans]
    schema: dict[str, pl.DataType] = {
        "user": pl.String(),
        "start": pl.Datetime("ms", "UTC"),
        "end": pl.Datetime("ms", "UTC"),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_nearest_shift_is_the_users_own() -> None:
    rows = [
        {"time": at(9), "user": "ANN", "plate": "1"},
        {"time": at(19), "user": "ANN", "plate": "1"},
        {"time": at(9, day=6), "user": "ANN", "plate": "1"},
        {"time": at(9), "user": "BEA", "plate": "1"},
        {"time": at(9), "user": "CID", "plate": "1"},
    ]
    given = bench(
        rows,
        shifts=shifts(
            ("ANN", at(8), at(16)),
            ("ANN", at(8, day=5), at(8.5, day=5)),
            ("BEA", at(10), at(11)),
            ("DAN", at(9), at(9)),
        ),
    )
    users = given.groups(BY_NAME["off_duty"])
    hours = off_duty._roster(users, given.context).away(users) / 3_600_000
    assert hours.tolist() == [0, 3, 24.5, 1, off_duty.FAR / 3_600_000]


def test_a_stretch_in_which_a_call_explains_one_look_up_is_work() -> None:
    times = [at(20), at(21), at(23.5), at(23.6)]
    log = bench([{"time": t, "user": "ANN", "plate": "1"} for t in times]).log
    told = np.array([False, True, False, False])
    clears = BY_NAME["off_duty"].clears
    users = Groups(Grouping("user", log), frozenset(), clears, lambda names, actions: told[actions])
    assert off_duty._work(users, np.ones(4, np.bool_), 2 * 3_600_000).tolist() == [0, 1]
