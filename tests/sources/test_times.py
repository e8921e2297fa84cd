"""Local times become UTC as polars has them, time by time, wherever and whenever they are."""

from __future__ import annotations

from datetime import datetime, timedelta

import hypothesis.strategies as st
import polars as pl
from hypothesis import given

from anomaly.sources.times import UTC, _parse, _parse_slowly, read_times

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


LAYOUTS = (
    "%m/%d/%Y, %I:%M:%S %p %Z",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%Y%m%dT%H%M%S%.f",
    "%d %b %Y %H:%M",
    "%H:%M %d/%m/%Y%Z",
)
ENDINGS = ("UTC", " PST", " PDT", "Z", " XYZ", "", " AKST")
WRITTEN = st.tuples(ANY, st.sampled_from(ENDINGS), st.integers(0, 40), st.text("0:/ AMZ", max_size=1))


@given(st.sampled_from(LAYOUTS), st.lists(st.none() | WRITTEN))
def test_a_layout_of_fixed_width_is_read_as_polars_reads_it(
    layout: str, written: list[tuple[datetime, str, int, str] | None]
) -> None:
    """Zones, texts of another width, and one sign changed somewhere or left out."""
    texts: list[str | None] = []
    for one in written:
        if one is None:
            texts.append(None)
            continue
        time, ending, at, sign = one
        whole = time.strftime(layout.replace("%.f", "").replace(" %Z", ending).replace("%Z", ending))
        texts.append(whole[:at] + sign + whole[at + 1 :])
    column = pl.Series(texts, dtype=pl.String)
    assert _parse(column, layout).equals(_parse_slowly(column, layout), null_equal=True, check_dtypes=True)


def test_the_first_value_decides_whether_a_column_is_iso() -> None:
    mixed = pl.Series([None, "2025-03-01T10:00:00", "03/02/2025 11:00:00", "2025-03-03T12:00:00"])
    read = read_times(mixed, "UTC", ("%m/%d/%Y %H:%M:%S",)).utc
    assert [time and time.isoformat()[:13] for time in read] == [
        None,
        "2025-03-01T10",
        "2025-03-02T11",
        "2025-03-03T12",
    ]
