"""Hours and days are judged where the agency is, daylight saving and half hours included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.coding.local import days_and_hours, local_days, offsets
from tests.coding.logs import coded

ZONES = (
    "America/Los_Angeles",
    "America/Phoenix",  # no daylight saving
    "America/St_Johns",  # half an hour, with daylight saving
    "Australia/Lord_Howe",  # daylight saving of half an hour
    "Asia/Kathmandu",  # three quarters of an hour
    "Asia/Kolkata",
    "Europe/Berlin",
    "Pacific/Chatham",  # +12:45 and +13:45
    "Pacific/Kiritimati",  # +14
    "UTC",
)
EPOCH = datetime(1970, 1, 1).date()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    seconds=st.lists(
        st.integers(
            int(datetime(2023, 12, 1, tzinfo=UTC).timestamp()),
            int(datetime(2025, 1, 31, tzinfo=UTC).timestamp()),
        ),
        min_size=1,
        max_size=20,
    ),
)
def test_local_time_is_that_of_the_standard_library(zone: str, seconds: list[int]) -> None:
    times = np.array(seconds, np.int64) * 1000
    ahead = offsets(times, zone)
    there = [datetime.fromtimestamp(s, ZoneInfo(zone)) for s in seconds]
    days, hours = days_and_hours(times, ahead)
    assert hours.tolist() == [t.hour for t in there]
    assert days.tolist() == local_days(times, ahead).tolist() == [(t.date() - EPOCH).days for t in there]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("America/Los_Angeles", "2024-03-10T09:59:59Z", "2024-03-10T10:00:00Z"),
        ("America/Los_Angeles", "2024-11-03T08:59:59Z", "2024-11-03T09:00:00Z"),
        ("Australia/Lord_Howe", "2024-04-06T14:59:59Z", "2024-04-06T15:00:00Z"),
    ],
)
def test_the_clock_changes_at_its_second(zone: str, before: str, after: str) -> None:
    log = coded([{"time": before}, {"time": after}], zone)
    hours = [datetime.fromisoformat(t).astimezone(ZoneInfo(zone)).hour for t in (before, after)]
    assert log.actions.hour.tolist() == hours
    assert log.events.offset[0] != log.events.offset[1]


def test_an_agency_elsewhere_keeps_its_own_clock() -> None:
    moment = "2024-07-01T06:30:00Z"
    log = coded(
        [
            {"time": moment, "user": "ANN", "agency": "WEST"},
            {"time": moment, "user": "BOB", "agency": "EAST"},
            {"time": moment, "user": "CAT", "agency": None},
        ],
        "America/Los_Angeles",
        {"EAST": "America/New_York", "WEST": "America/Los_Angeles"},
    )
    told = {
        log.texts["user"][int(u)]: int(h) for u, h in zip(log.actions.user, log.actions.hour, strict=True)
    }
    assert told == {"ANN": 23, "BOB": 2, "CAT": 23}


def test_a_day_is_a_local_day() -> None:
    """Late evening in California is the next day in UTC."""
    log = coded([{"time": "2024-01-02T06:30:00Z"}, {"time": "2024-01-02T20:00:00Z"}], "America/Los_Angeles")
    days = [(EPOCH.fromisoformat(d) - EPOCH).days for d in ("2024-01-01", "2024-01-02")]
    assert log.actions.day.tolist() == days
