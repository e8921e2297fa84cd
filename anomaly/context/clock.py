"""What clocks show, for many times at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

HOUR = 3_600_000  # ms
BLOCK = 1 << 16  # times whose copies stay in the cache
_ODD = -(2**61)  # ms, before any time


def to_utc(times: pl.Series, zone: str) -> pl.Series:
    """Place naive times of a zone on the UTC line, (n,) Datetime ms -> (n,) Datetime ms UTC: the earlier of
    two where the clock was set back, an hour later where it was set forward.
    """

    def shift(moments: pl.Series) -> pl.Series:
        naive = moments.cast(pl.Datetime("ms"))
        local = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        if local.null_count() > naive.null_count():
            later = naive.dt.offset_by("1h")
            forward = later.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            local = pl.select(pl.coalesce(local, forward)).to_series()
        return local.dt.convert_time_zone("UTC").to_physical()

    return _shifted(times.to_physical(), shift).cast(pl.Datetime("ms", "UTC"))


def local_days(times: pl.Series, zone: str) -> pl.Series:
    """Number the local days of times, (n,) Datetime ms UTC -> (n,) Int64, days since 1970-01-01."""

    def shift(moments: pl.Series) -> pl.Series:
        local = moments.cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone)
        return local.dt.replace_time_zone(None).to_physical()

    return _shifted(times.to_physical(), shift) // (24 * HOUR)


def _shifted(times: pl.Series, shift: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Shift times, (n,) Int64 ms, as a function of polars does; null where there is none or it says none.

    It takes 100 ns a time, and is asked about the first and the last moment of each hour that there is: what
    it shifts alike, it shifts with all between. The rest, such as the hours in which a clock was set, it is
    asked about one by one.
    """
    earliest, latest = times.min(), times.max()
    if not isinstance(earliest, int) or not isinstance(latest, int):
        return shift(times)
    first, last = earliest // HOUR, latest // HOUR
    if 2 * (last - first) >= len(times):
        return shift(times)
    opens = pl.Series(np.arange(first, last + 1) * HOUR)
    closes = opens + (HOUR - 1)
    ahead, at_last = shift(opens) - opens, shift(closes) - closes
    of_hour = np.where((ahead == at_last).fill_null(False), ahead.fill_null(_ODD), _ODD)
    given = times.fill_null(earliest).to_numpy()
    shifted = np.empty(len(given), np.int64)
    for begin in range(0, len(given), BLOCK):
        part = given[begin : begin + BLOCK]
        np.add(part, of_hour[part // HOUR - first], out=shifted[begin : begin + BLOCK])
    odd = np.flatnonzero(shifted < _ODD // 2)
    whole = pl.Series(times.name, shifted)
    if len(odd):
        whole = whole.scatter(odd, shift(times.gather(odd)))
    return whole.set(times.is_null(), None) if times.null_count() else whole
