"""When an agency asks: its look-ups by month and by hour, each on its own clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, blocks


def by_time(log: CodedLog, agencies: NDArray[np.integer]) -> list[dict[str, Any]]:
    """Count the look-ups of some agencies, (k,) codes, over time: a dict each, in the same order.

    months: "2024-03" -> look-ups, months without any left out; hours: 24 counts, from midnight. Both are
    those of the agency's zone, as the log is coded.
    """
    actions = log.actions
    if not len(agencies) or not len(actions):
        return [{"months": {}, "hours": [0] * 24} for _ in agencies]
    first, last = int(actions.day.min()), int(actions.day.max())
    days = pl.Series(np.arange(first, last + 1, dtype=np.int32)).cast(pl.Date)
    names = days.dt.strftime("%Y-%m")
    begins = names.unique(maintain_order=True)
    month = names.rank("dense").to_numpy().astype(np.int64) - 1
    row = np.full(len(log.texts["agency"]) + 1, -1, np.int64)  # the last for rows that name no agency
    row[agencies] = np.arange(len(agencies))
    months, hours = (np.zeros(len(agencies) * width, np.int64) for width in (len(begins), 24))
    columns = (blocks(column) for column in (actions.agency, actions.day, actions.hour))
    for agency, day, hour in zip(*columns, strict=True):
        at = row[agency]
        here = at >= 0
        months += np.bincount(at[here] * len(begins) + month[day[here] - first], minlength=len(months))
        hours += np.bincount(at[here] * 24 + hour[here], minlength=len(hours))
    return [
        {
            "months": {name: n for name, n in zip(begins, by_month, strict=True) if n},
            "hours": by_hour,
        }
        for by_month, by_hour in zip(
            months.reshape(-1, len(begins)).tolist(), hours.reshape(-1, 24).tolist(), strict=True
        )
    ]
