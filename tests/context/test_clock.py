"""Clocks that are read by the hour show what clocks show that are read one time after another."""

from __future__ import annotations

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from anomaly.context.clock import HOUR, local_days, to_utc

ZONES = (
    "America/Los_Angeles",
    "America/St_Johns",  # half an hour
    "Australia/Lord_Howe",  # set by half an hour
    "Asia/Beirut",  # set at midnight
    "Pacific/Apia",  # once left out a day
    "Africa/Monrovia",  # 44 minutes and 30 seconds until 1972
)
AUTUMN = 1_320_480_000_000  # ms, 2011-11-05 08:00 UTC: clocks are set on the next day in Los Angeles
DAYS = st.sampled_from([AUTUMN, 1_325_160_000_000, 1_331_366_400_000, 63_072_000_000])


@settings(deadline=None, max_examples=100)
@given(st.data(), st.sampled_from(ZONES), DAYS)
def test_read_by_the_hour_and_one_by_one(data: st.DataObject, zone: str, day: int) -> None:
    moment = st.one_of(st.none(), st.integers(0, 72 * HOUR).map(lambda ms: ms - ms % 1800_000 + ms % 2))
    drawn = data.draw(st.lists(moment, min_size=160, max_size=200))  # more than twice the hours
    times = pl.Series("t", [ms and ms + day for ms in drawn], dtype=pl.Int64).cast(pl.Datetime("ms"))
    utc = to_utc(times, zone)
    one_by_one = pl.concat([to_utc(times[k : k + 1], zone) for k in range(len(times))])
    assert utc.equals(one_by_one, null_equal=True, check_dtypes=True)
    days = utc.dt.convert_time_zone(zone).dt.date().to_physical().cast(pl.Int64)
    assert local_days(utc, zone).equals(days, null_equal=True, check_dtypes=True)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-11-03 01:30:00", "2024-11-03 08:30:00"),  # the earlier of two
        ("2024-03-10 02:30:00", "2024-03-10 10:30:00"),  # an hour later
        ("2024-03-10 01:59:59", "2024-03-10 09:59:59"),
    ],
)
def test_clocks_that_were_set(written: str, utc: str) -> None:
    for count in (1, 10):
        times = pl.Series([written] * count).str.to_datetime(time_unit="ms")
        found = to_utc(times, "America/Los_Angeles")
        assert found.dt.strftime("%Y-%m-%d %H:%M:%S").to_list() == [utc] * count


def test_times_that_are_all_missing() -> None:
    none = pl.Series("t", [None, None], dtype=pl.Datetime("ms"))
    assert to_utc(none, "UTC").to_list() == [None, None]
    assert local_days(none.dt.replace_time_zone("UTC"), "UTC").to_list() == [None, None]
