"""What agencies filed about their own misuse, as of the last day anything is known of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.since import milliseconds

COUNTS = ("investigations", "violations", "pending")


@dataclass(frozen=True)
class Filings:
    """The `filings` table beside the agencies of a log.

    names: (a,) String, every agency known, in order of its code. filed: one row for each agency and year, the
    last that was filed: code, year, filed_at, investigations, violations, pending, empty (no figure at all).
    as_of: the last day of the log, or the day of the last filing, if that is later.
    """

    names: pl.Series
    filed: pl.DataFrame
    as_of: date
    access: pl.DataFrame  # code, access_from, access_to, parent (code, -1 none)

    @cached_property
    def years(self) -> list[int]:
        """Return the years about which a filing is due, from the first that anybody filed for."""
        if not len(self.filed):
            return []
        first = int(self.filed["year"].min() or 0)  # type: ignore[arg-type]
        return [year for year in range(first, self.as_of.year) if due(year) < self.as_of]


def due(year: int) -> date:
    """Return the day by which a year is reported: 1 February of the next (rule `misuse-report`)."""
    return date(year + 1, 2, 1)


def moments(first: list[date], last: list[date]) -> NDArray[np.int64]:
    """Return the moments signals without rows are about, (k, 2) int64 ms UTC."""
    return np.array(
        [(milliseconds(a), milliseconds(b)) for a, b in zip(first, last, strict=True)], np.int64
    ).reshape(-1, 2)


def filings_of(agencies: Groups, context: Context) -> Filings:
    """Read the tables `filings` and, where it is given, `agencies`.

    agencies: grouped by agency. The agencies of both tables stand among the log's, with or without look-ups.
    """
    names, texts = agencies.labels(), agencies.log.texts
    table = context["filings"]
    counts = [name for name in table.columns if table.schema[name] == pl.Float64 and name != "year"]
    filed = (
        table.select(
            pl.Series("code", texts.lookup("agency", table["agency"])),
            pl.col("year").cast(pl.Int32),
            "filed_at",
            *COUNTS,
            empty=pl.all_horizontal(pl.col(name).is_null() for name in counts),
        )
        .filter(pl.col("code") >= 0, pl.col("year").is_not_null())
        .sort("code", "year", "filed_at", "empty", descending=[False, False, False, True])
        .unique(["code", "year"], keep="last", maintain_order=True)
    )
    days = [filed["filed_at"].max()] if filed["filed_at"].is_not_null().any() else []
    if len(agencies["time"]):
        last = datetime.fromtimestamp(int(agencies["time"].max()) / 1000, UTC)
        days.append(last.date())
    as_of = max(days) if days else date.min  # type: ignore[type-var]
    return Filings(names, filed, as_of, _access(agencies, context))  # type: ignore[arg-type]


def _access(agencies: Groups, context: Context) -> pl.DataFrame:
    codes = pl.DataFrame({"code": np.arange(len(agencies), dtype=np.int32)})
    if "agencies" not in context:
        nobody = pl.lit(None, pl.Date)
        return codes.with_columns(access_from=nobody, access_to=nobody, parent=pl.lit(-1, pl.Int32))
    texts = agencies.log.texts
    table = context["agencies"].unique("agency", keep="last", maintain_order=True)
    known = table.select(
        pl.Series("code", texts.lookup("agency", table["agency"])),
        "access_from",
        "access_to",
        pl.Series("parent", texts.lookup("agency", table["parent"])),
    )
    return codes.join(
        known.filter(pl.col("code") >= 0), on="code", how="left", maintain_order="left"
    ).with_columns(pl.col("parent").fill_null(-1))


def with_grace(year: int, grace: int) -> date:
    """Return the last day on which a year's filing is not yet late."""
    return due(year) + timedelta(days=grace)
