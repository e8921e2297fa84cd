"""Text or typed times to UTC milliseconds, daylight saving included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.sources.arrow import bytes_of, iso_times
from anomaly.sources.layouts import OFFSETS, fixed_layouts
from kernels.times import NEVER

# ISO 8601, with T or a space; a fraction of a second and an offset are optional.
ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M%#z",
    "%Y%m%dT%H%M%S%.f",
    "%Y%m%dT%H%M%S%.f%#z",
)
DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
UTC = pl.Datetime("ms", "UTC")
_TRIED = 64
# ms; every zone in use since 1980 is a whole number of quarter hours from UTC (IANA tz database).
QUARTER = 900_000
ERA = 1 << 12  # quarter hours, 43 days
_MOST_ERAS = 16


@dataclass(frozen=True)
class Times:
    """Times of a column.

    utc: (n,) Datetime(ms, UTC), null where the value is null, unreadable, or never was.
    gap: (n,) Boolean, true for a local time skipped when clocks went forward.
    ambiguous: how many local times happened twice; the earlier is taken.
    """

    utc: pl.Series
    gap: pl.Series
    ambiguous: int


def read_times(column: pl.Series, zone: str, formats: Sequence[str]) -> Times:
    """Read a column of text, dates or datetimes; naive ones are local to `zone`.

    formats: chrono layouts tried besides ISO 8601, where %Z is a zone abbreviation of `OFFSETS`. A layout is
    tried only on values that no earlier one could read; those that fit the first values best go first.
    """
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
        if column.dtype != UTC:
            column = column.dt.convert_time_zone("UTC").dt.cast_time_unit("ms")
        return Times(column, _nowhere(column), 0)
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return _localized(column.cast(pl.Datetime("ms")), zone)
    text = column.cast(pl.String)
    iso = iso_times(text)
    if iso is not None:
        return read_times(iso, zone, ())
    sample = text.drop_nulls().head(_TRIED)
    layouts = sorted((*formats, *ISO_FORMATS), key=lambda layout: -_parse(sample, layout).count())
    utc = pl.repeat(None, len(text), dtype=UTC, eager=True)
    gap = _nowhere(text)
    ambiguous = 0
    for layout in layouts:
        left = text.set(utc.is_not_null() | gap, None) if utc.count() or gap.any() else text
        if left.count() == 0:
            break
        parsed = _parse(left, layout)
        if parsed.count() == 0:
            continue
        if parsed.dtype.time_zone is not None:  # type: ignore[attr-defined]
            found = Times(parsed, _nowhere(text), 0)
        else:
            found = _localized(parsed, zone)
        utc = found.utc if utc.count() == 0 else utc.zip_with(utc.is_not_null(), found.utc)
        gap = gap | found.gap
        ambiguous += found.ambiguous
    return Times(utc, gap, ambiguous)


def read_dates(column: pl.Series) -> pl.Series:
    """Text or dates as (n,) String in YYYY-MM-DD, null where it is none (ISO, m/d/Y, CCYYMMDD)."""
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return column.cast(pl.Date).dt.to_string("%Y-%m-%d")
    text = column.cast(pl.String).str.head(10)
    dates = pl.repeat(None, len(text), dtype=pl.Date, eager=True)
    for layout in DATE_FORMATS:
        dates = dates.zip_with(dates.is_not_null(), text.str.to_date(layout, strict=False))
    # chrono reads the 90 of 4/3/90 as the year 90: a century is never guessed.
    return dates.set(dates.dt.year() < 1850, None).dt.to_string("%Y-%m-%d")


def _nowhere(column: pl.Series) -> pl.Series:
    """(n,) Boolean, false."""
    return pl.Series(np.zeros(len(column), np.bool_))


def _parse(text: pl.Series, layout: str) -> pl.Series:
    """Read (n,) String by one layout: what is written to its full width by a kernel, the rest by polars."""
    read, left = pl.repeat(None, len(text), dtype=pl.Int64, eager=True), text
    for fixed in fixed_layouts(layout, text):
        ms = kernels.read_times(*bytes_of(left.fill_null("")), fixed.fields, fixed.signs)
        known = pl.Series(ms != NEVER)
        read, left = pl.Series(ms - fixed.ahead).zip_with(known, read), left.set(known, None)
    rest = left.is_not_null().arg_true()
    slowly = _parse_slowly(text.gather(rest), layout)
    return read.scatter(rest, slowly.to_physical()).cast(slowly.dtype)


def _parse_slowly(text: pl.Series, layout: str) -> pl.Series:
    if "%Z" in layout:
        for name, offset in OFFSETS.items():
            text = text.str.replace(rf"(\d|[AaPp][Mm]) ?{name}$", "${1} " + offset)
        layout = layout.replace(" %Z", "%Z").replace("%Z", " %z")
    return text.str.to_datetime(layout, strict=False, time_unit="ms")


def _localized(naive: pl.Series, zone: str) -> Times:
    """Read local times, (n,) Datetime(ms). Zones change on whole quarter hours, so polars is asked once for
    each quarter hour: asked for each time, it took a fifth of reading a log of 17 columns.
    """
    if zone == "UTC":
        return Times(naive.dt.replace_time_zone("UTC"), _nowhere(naive), 0)
    written = naive.to_physical().fill_null(0).to_numpy()
    quarters = written // QUARTER
    first, last = (int(quarters.min()) // ERA, int(quarters.max()) // ERA) if len(quarters) else (0, 0)
    if last - first < _MOST_ERAS:
        tables = [
            np.concatenate(parts)
            for parts in zip(*(_era(n, zone) for n in range(first, last + 1)), strict=True)
        ]
        which = quarters - first * ERA
    else:
        quarters, which = np.unique(quarters, return_inverse=True)
        tables = list(_shifts(quarters, zone))
    ahead, skipped, twice = (
        table[which] if table.any() else np.zeros(len(which), table.dtype) for table in tables
    )
    gap, again = pl.Series(skipped), pl.Series(twice)
    utc = pl.Series(naive.name, written - ahead).cast(UTC)
    if naive.null_count():
        absent = naive.is_null()
        utc, gap, again = utc.set(absent, None), gap & ~absent, again & ~absent
    return Times(utc.set(gap, None) if gap.any() else utc, gap, int(again.sum()))


@lru_cache(maxsize=4 * _MOST_ERAS)
def _era(number: int, zone: str) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """The shifts of ERA quarter hours; a log in time order asks for the same again and again."""
    return _shifts(np.arange(number * ERA, (number + 1) * ERA), zone)


def _shifts(
    quarters: NDArray[np.int64], zone: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """How far ahead of UTC local quarter hours are, ms, the earlier where they were twice; whether they were
    skipped; whether they were twice: (m,) each.
    """
    local = pl.Series(quarters * QUARTER).cast(pl.Datetime("ms"))
    early = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    late = local.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    ahead = (local.dt.replace_time_zone("UTC") - early.dt.convert_time_zone("UTC")).dt.total_milliseconds()
    return ahead.fill_null(0).to_numpy(), early.is_null().to_numpy(), early.ne_missing(late).to_numpy()
