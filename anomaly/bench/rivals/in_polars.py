"""polars: lazy queries over the files, or over a table that holds the columns they need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from anomaly.bench.rivals import ten
from anomaly.bench.rivals.world import ZONE
from anomaly.detectors.on_leave import AT_WORK

USED = ("time", "user", "agency", "subject")
FEW = ("user", "agency")


@dataclass
class Log:
    """The rows of the log with local day and hour, and the tables; `by_user` in order of user and time."""

    rows: pl.LazyFrame
    context: Path

    def table(self, name: str) -> pl.LazyFrame:
        """Read a table of the context."""
        return pl.scan_parquet(self.context / f"{name}.parquet")

    @cached_property
    def by_user(self) -> pl.LazyFrame:
        """Rows in order of user and time."""
        return self.rows.sort("user", "time")


def load(world: Path) -> Log:
    """Name the files: every query reads what it needs of them."""
    local = pl.col("time").dt.convert_time_zone(ZONE)
    rows = pl.scan_parquet(world / "log" / "*.parquet").select(*USED)
    return Log(rows.with_columns(day=local.dt.date(), hour=local.dt.hour()), world / "tables")


def load_table(world: Path) -> Log:
    """Read the columns that the ten need into memory, in order of user and time, texts as categories."""
    log = load(world)
    coded = log.rows.with_columns(pl.col("user", "agency", "subject").cast(pl.Categorical))
    table = coded.sort("user", "time").collect().lazy()
    held = Log(table, log.context)
    held.__dict__["by_user"] = table
    return held


def after_separation(log: Log) -> pl.DataFrame:
    """Join the roster and filter."""
    roster = log.table("users").group_by("user").agg(pl.col("separated", "hired").max())
    left = roster.filter(pl.col("separated").is_not_null())
    again = pl.when(pl.col("hired") > pl.col("separated")).then("hired")
    late = pl.col("day") > pl.col("separated").dt.offset_by(f"{ten.GRACE}d")
    before = again.is_null() | (pl.col("day") < again.dt.offset_by(f"-{ten.PAY_PERIOD}d"))
    rows = log.rows.select("user", "day").join(_like(log, left), on="user").filter(late & before)
    return rows.group_by("user").agg(events=pl.len()).collect()


def _like(log: Log, table: pl.LazyFrame, column: str = "user") -> pl.LazyFrame:
    """Give a key of a table the type it has in the log."""
    return table.with_columns(pl.col(column).cast(log.rows.collect_schema()[column]))


def ended_access(log: Log) -> pl.DataFrame:
    """Join the dates of agencies that have any, and filter."""
    access = log.table("agencies").select("agency", "access_from", "access_to")
    access = access.filter(pl.any_horizontal(pl.col("access_from", "access_to").is_not_null()))
    late = (pl.col("day") > pl.col("access_to").dt.offset_by(f"{ten.GRACE}d")).fill_null(False)
    early = (pl.col("day") < pl.col("access_from").dt.offset_by(f"-{ten.GRACE}d")).fill_null(False)
    rows = log.rows.select("agency", "day").join(_like(log, access, "agency"), on="agency")
    return rows.filter(late | early).group_by("agency").agg(events=pl.len(), late=late.sum()).collect()


def on_leave(log: Log) -> pl.DataFrame:
    """Join the leaves, keep the rows inside one, and ask of each row which kinds it is in."""
    leave = log.table("leave").with_columns(at_work=pl.col("kind").fill_null("").str.contains(AT_WORK))
    rows = log.rows.select("user", "time", "day").with_row_index().join(_like(log, leave), on="user")
    inside = rows.filter(pl.col("time") >= pl.col("start"), pl.col("time") < pl.col("end"))
    begun = pl.col("time") >= pl.col("start") + pl.duration(milliseconds=ten.MARGIN)
    each = inside.group_by("index", "user", "day").agg(
        away=(begun & ~pl.col("at_work")).any(), working=pl.col("at_work").any()
    )
    used = each.filter("away", ~pl.col("working")).group_by("user")
    return used.agg(events=pl.len(), days=pl.col("day").n_unique()).collect()


def repeated_lookups(log: Log) -> pl.DataFrame:
    """Make user, subject and day unique; group by the pair."""
    days = log.rows.select("user", "subject", "day").drop_nulls("subject").unique()
    pairs = days.group_by("user", "subject").agg(days=pl.len())
    return pairs.filter(pl.col("days") >= ten.DAYS_BACK).collect()


def convergence(log: Log) -> pl.DataFrame:
    """Keep subjects that could have a crowd, then roll over time."""
    named = log.rows.select("subject", "user", "time").drop_nulls("subject")
    users = named.group_by("subject").agg(users=pl.col("user").n_unique())
    many = users.filter(pl.col("users") >= ten.CROWD).select("subject")
    rows = named.join(many, on="subject", how="semi").sort("subject", "time").collect().lazy()
    # A window of five users has five rows: of 306,000 subjects that five users met, few have one.
    subject, time = (pl.col(name) for name in ("subject", "time"))
    later = time.shift(1 - ten.CROWD) - time < pl.duration(milliseconds=ten.CROWDED)
    near = rows.filter(later, subject == subject.shift(1 - ten.CROWD)).select("subject").unique()
    crowds = rows.join(near, on="subject", how="semi", maintain_order="left")
    windows = crowds.rolling(
        "time", period=f"{ten.CROWDED}ms", offset="0ms", closed="left", group_by="subject"
    )
    most = windows.agg(users=pl.col("user").n_unique()).group_by("subject").agg(pl.col("users").max())
    return most.filter(pl.col("users") >= ten.CROWD).collect()


def _sessions(log: Log, silence: int) -> pl.LazyFrame:
    """List the sessions of each user: user, rows, length."""
    rows = log.by_user.select("user", "time")
    opens = (pl.col("user") != pl.col("user").shift()) | (
        pl.col("time").diff() >= pl.duration(milliseconds=silence)
    )
    parts = rows.with_columns(session=opens.fill_null(True).cum_sum()).group_by("user", "session")
    return parts.agg(
        rows=pl.len(), length=(pl.col("time").max() - pl.col("time").min()).dt.total_milliseconds()
    )


def shared_login(log: Log) -> pl.DataFrame:
    """Group by session, and keep the long ones."""
    over = pl.col("length") - ten.AWAKE
    long = _sessions(log, ten.REST).filter(over > 0)
    return long.group_by("user").agg(times=((over + ten.DAY - 1) // ten.DAY).sum()).collect()


def harvesting(log: Log) -> pl.DataFrame:
    """Search the end of each row's window among the user's times."""
    ends = pl.col("time").search_sorted(pl.col("time") + pl.duration(milliseconds=ten.BURST))
    within = (ends.cast(pl.Int64) - pl.int_range(pl.len())).max()
    return log.by_user.select("user", "time").group_by("user").agg(events=within).collect()


def volume(log: Log) -> pl.DataFrame:
    """Make quarters of an hour unique; group by day, then by month."""
    since = log.rows.select(pl.col("day").min()).collect().item()
    quarter = pl.col("time").dt.timestamp("ms") // ten.OCCASION
    occasions = log.rows.select("user", "day", quarter=quarter).unique()
    days = occasions.group_by("user", "day").agg(made=pl.len())
    month = (pl.col("day") - since).dt.total_days() // ten.MONTH
    months = days.group_by("user", month=month)
    return months.agg(pl.col("made").sum(), active=pl.len(), most=pl.col("made").max()).collect()


def own_hours(log: Log) -> pl.DataFrame:
    """Group by user and hour, join the 24 windows, take the fullest."""
    hours = log.rows.select("user", "hour").group_by("user", "hour").agg(n=pl.len())
    windows = pl.LazyFrame({"window": range(24)}, schema={"window": pl.Int8})
    inside = (pl.col("hour") - pl.col("window") + 24) % 24 < ten.BLOCK
    blocks = (
        hours.join(windows, how="cross")
        .filter(inside)
        .group_by("user", "window")
        .agg(inside=pl.col("n").sum())
    )
    best = blocks.sort("inside", "window", descending=[True, False]).group_by("user", maintain_order=True)
    return best.first().collect()


def isolated_sessions(log: Log) -> pl.DataFrame:
    """Group by session, then by user."""
    few = (pl.col("rows") <= ten.FEW) & (pl.col("length") <= ten.SHORT)
    return _sessions(log, ten.SILENCE).group_by("user").agg(sessions=pl.len(), isolated=few.sum()).collect()
