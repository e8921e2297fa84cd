"""Local times become UTC as polars has them, time by time, wherever and whenever they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import hypothesis.strategies as st
import polars as pl
from hypothesis import given

from anomaly.sources.times import UTC, read_times

ZONES = ("America/Los_Angeles", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/London")
CHANGES = (
    datetime(2024, 3, 10, 2),
    datetime(2024, 11, 3, 1),
    datetime(2024, 10, 6, 2),
    datetime(2024, 4, 7, 1),
)
MILLISECONDS = st.integers(-10_800_000, 10_800_000)
AROUND = st.builds(lambda at, ms: at + timedelta(milliseconds=ms), st.sampled_from(CHANGES), MILLISECONDS)
ANY = st.datetimes(datetime(1981, 1, 1), datetime(2037, 1, 1))


@given(st.lists(st.none() | AROUND, max_size=8), st.lists(ANY, max_size=2), st.sampled_from(ZONES))
def test_local_times(near: list[datetime | None], far: list[datetime], zone: str) -> None:
    naive = pl.Series("time", [*near, *far], pl.Datetime("ms"))
    early = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    late = naive.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    times = read_times(naive, zone, ())
    assert times.utc.dtype == UTC
    assert times.utc.equals(early.dt.convert_time_zone("UTC"), null_equal=True)
    assert times.gap.to_list() == [
        bool(given and told is None) for given, told in zip(naive, early, strict=True)
    ]
    assert times.ambiguous == (early != late).sum()
