"""Time to detection: the log is scanned again at the end of each month; when does misuse first come up?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from scipy import stats

from anomaly.calibrate.intervals import LEVEL
from anomaly.evaluate.listing import Listing
from anomaly.evaluate.matching import brought, match
from anomaly.evaluate.truth import Truth


@dataclass(frozen=True)
class Delay:
    """How long misuse went unseen.

    scenarios: frame by scenario_id of scenario_id, pattern, first, last, detected_at (Datetime, null: never),
    from_first, from_last (Float64, days; null: never; negative from_last: found while it went on).
    median_from_first, median_from_last: over all misuse, never detected counting as for ever; None when the
    median is for ever.
    """

    scenarios: pl.DataFrame
    found: int
    median_from_first: float | None
    median_from_last: float | None


def detected_after(
    rescans: Sequence[tuple[datetime, Listing]], truth: Truth, *, budget: int | None = None
) -> Delay:
    """Say when each misuse scenario was first brought by one of the first `budget` entries of a rescan.

    rescans: the local moment up to which the log was scanned, and the list of that day; a rescan reads the
    first part of the same files, so that rows keep their numbers. budget: entries read at each rescan; T when
    None. Rows of a scenario that are still to come count in its half all the same (the strict reading).
    """
    misuse = truth.misuse
    budget = len(misuse) if budget is None else budget
    detected: dict[str, datetime] = {}
    for moment, listing in sorted(rescans, key=lambda one: one[0]):
        for rank, scenario in brought(match(listing, truth)).items():
            if rank <= budget:
                detected.setdefault(scenario, moment)
    seen = pl.DataFrame(
        {"scenario_id": list(detected), "detected_at": list(detected.values())},
        schema={"scenario_id": pl.String, "detected_at": pl.Datetime("ms")},
    )
    day = 86_400_000
    scenarios = (
        misuse.select("scenario_id", "pattern", "first", "last")
        .join(seen, on="scenario_id", how="left")
        .with_columns(
            ((pl.col("detected_at") - pl.col(one)).dt.total_milliseconds() / day).alias(f"from_{one}")
            for one in ("first", "last")
        )
        .sort("scenario_id")
    )
    return Delay(
        scenarios, len(detected), median_days(scenarios["from_first"]), median_days(scenarios["from_last"])
    )


def median_days(days: pl.Series) -> float | None:
    """Return the median of days of which null means never; None when it is never, or there are none.

    With an even number it is the later of the middle two: the first day by which at least half of them, and
    one more, were seen.
    """
    ordered = days.fill_null(float("inf")).sort()
    middle = ordered[len(ordered) // 2] if len(ordered) else float("inf")
    return None if middle == float("inf") else float(middle)


def median_ends(days: pl.Series) -> tuple[float | None, float | None] | None:
    """Return the ends of the 95 % interval of the median of days of which null means never.

    By order statistics, whatever the law of the days: exact and wide (Conover, "Practical Nonparametric
    Statistics", 3.2). An end is None where it is never. None of fewer than six, which have no such interval.
    """
    ordered = days.fill_null(float("inf")).sort()
    beyond = int(stats.binom.ppf((1 - LEVEL) / 2, len(ordered), 0.5)) if len(ordered) else 0
    if not beyond:
        return None
    low, high = float(ordered[beyond - 1]), float(ordered[len(ordered) - beyond])
    return (None if low == float("inf") else low, None if high == float("inf") else high)
