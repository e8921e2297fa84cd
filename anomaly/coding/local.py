"""Local time: hours and days are judged where the agency is, daylight saving included."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.gather import blocks
from anomaly.sources.times import QUARTER

HOUR = 3_600_000
DAY = 86_400_000


def offsets(times: NDArray[np.int64], zone: str) -> NDArray[np.int8]:
    """Return how far local time is ahead of UTC at each time, in quarter hours.

    times: (n,) int64 ms UTC; zone: an IANA name. Returns (n,) int8. Zones change on whole quarter hours, so
    one look-up in a table of quarter hours serves any number of rows.
    """
    if not len(times):
        return np.zeros(0, np.int8)
    first, last = int(times.min()) // QUARTER, int(times.max()) // QUARTER
    start = datetime.fromtimestamp(first * QUARTER / 1000, UTC)
    end = datetime.fromtimestamp(last * QUARTER / 1000, UTC)
    quarters = pl.datetime_range(start, end, "15m", time_unit="ms", time_zone="UTC", eager=True)
    local = quarters.dt.convert_time_zone(zone).dt
    table = (local.base_utc_offset() + local.dst_offset()).dt.total_minutes().to_numpy() // 15
    small = table.astype(np.int8)
    return np.concatenate([small[block // QUARTER - first] for block in blocks(times)])


def local_days(times: NDArray[np.int64], offset: NDArray[np.int8]) -> NDArray[np.int32]:
    """Number the local day of each time, days since 1970-01-01. (n,), (n,) -> (n,) int32."""
    return days_and_hours(times, offset)[0]


def days_and_hours(
    times: NDArray[np.int64], offset: NDArray[np.int8]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return the local day of each time, days since 1970-01-01, (n,) int32, and its hour 0..23, (n,) int8."""
    days, hours = np.empty(len(times), np.int32), np.empty(len(times), np.int8)
    pairs = zip(blocks(times), blocks(offset), blocks(days), blocks(hours), strict=True)
    for time, ahead, day, hour in pairs:  # `day` and `hour` are views: what is written there is kept
        of_log = (time + ahead * np.int64(QUARTER)) // HOUR
        day[:] = of_log // 24
        hour[:] = of_log - day * np.int64(24)
    return days, hours
