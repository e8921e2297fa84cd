"""What a scan lists where there is nothing to find: the clean twin, in incidents per 1,000 officer-years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from anomaly.calibrate.intervals import of_count
from anomaly.errors import InputError
from anomaly.evaluate.files import require, table
from anomaly.evaluate.matching import of_records
from anomaly.evaluate.scanned import Scanned
from anomaly.evaluate.truth import Truth

YEAR = 365.25


@dataclass(frozen=True)
class Rate:
    """Incidents per 1,000 officer-years, with the exact 95 % interval of a Poisson count."""

    count: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Clean:
    """What was wrongly listed on the clean twin. basis: how the officer-years were counted."""

    officer_years: float
    basis: str
    all: Rate
    statistical: Rate
    rule: Rate


def clean_of(scanned: Scanned, context: Path | None = None, truth: Truth | None = None) -> Clean:
    """Rate what a scan of the clean twin lists.

    All of it is wrong, but for what it says of agencies' records, which are those of the world: an entry that
    brings a scenario of `Truth.of_records` is not counted. context: a folder with a table `users`, whose
    `hired` and `separated` say how long each user was there. truth: of the twin, or of its world. Raises
    InputError when the folder has no summary that says how many users and days were scanned.
    """
    years, basis = officer_years(scanned, context)
    right = of_records(scanned.listing, truth) if truth is not None else set()
    entries = scanned.listing.entries.filter(~pl.col("rank").is_in(list(right)))
    statistical = int(entries["q_value"].is_not_null().sum())
    counts = (len(entries), statistical, len(entries) - statistical)
    return Clean(years, basis, *(_rate(count, years) for count in counts))


def officer_years(scanned: Scanned, context: Path | None = None) -> tuple[float, str]:
    """Return the officer-years a scan covers, and how they were counted.

    They are the users of the log times the days from its first to its last, or the employment of the users of
    the table within those days, whichever is less: people who never queried must not thin out the alarms.
    """
    log = scanned.summary.get("log", {})
    if not log.get("users") or not log.get("first") or not log.get("last"):
        raise InputError(
            "says neither how many users nor which days were scanned",
            str(scanned.folder / "summary.json"),
            "give a folder that `anomaly scan` wrote, of a log that is not empty",
        )
    first, last = date.fromisoformat(log["first"]), date.fromisoformat(log["last"])
    days = (last - first).days + 1
    seen = int(log["users"]) * days / YEAR
    if context is None:
        return seen, "users of the log, for the days of the log"
    employed = _employed(context, first, last) / YEAR
    return (employed, "employment in the users table") if employed < seen else (
        seen, "users of the log, for the days of the log",
    )  # fmt: skip


def _employed(context: Path, first: date, last: date) -> float:
    users, at = table(context, "users", next="give the context folder of the world, or leave --context out")
    require(users, ("user", "hired", "separated"), at)
    day = {
        name: pl.col(name).cast(pl.String).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        for name in ("hired", "separated")
    }
    begin = pl.max_horizontal(day["hired"].fill_null(first), pl.lit(first))
    end = pl.min_horizontal(day["separated"].fill_null(last), pl.lit(last)) + timedelta(days=1)
    return float(users.select((end - begin).dt.total_days().clip(lower_bound=0).sum()).item())


def _rate(count: int, years: float) -> Rate:
    low, high = of_count(count)
    return Rate(count, 1000 * count / years, 1000 * low / years, 1000 * high / years)
