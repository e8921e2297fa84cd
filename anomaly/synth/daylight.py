"""The nights on which the clocks of a zone change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STEP = timedelta(minutes=15)  # clocks change at a quarter of an hour


class Change(NamedTuple):
    """The clocks go from one time on the wall (seconds from the first midnight) so many seconds on, or back
    where they are negative.
    """

    at: int
    seconds: int


@cache
def changes(zone: str, first: date, days: int) -> tuple[Change, ...]:
    """Every change of the clocks of a zone in `days` days from `first` on, ascending."""
    clocks, midnight = ZoneInfo(zone), datetime.combine(first, datetime.min.time())

    def offset(moment: datetime) -> timedelta:
        known = moment.astimezone(clocks).utcoffset()
        assert known is not None
        return known

    out = []
    days_begin = [(midnight + day * DAY).replace(tzinfo=clocks).astimezone(UTC) for day in range(days + 1)]
    for now, tomorrow in pairwise(days_begin):
        before = offset(now)
        if offset(tomorrow) == before:
            continue
        moment = now + STEP
        while offset(moment) == before:
            moment += STEP
        at = (moment + before).replace(tzinfo=None) - midnight
        out.append(Change(int(at.total_seconds()), int((offset(moment) - before).total_seconds())))
    return tuple(out)
