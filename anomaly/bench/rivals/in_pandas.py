"""pandas: Arrow-backed columns in memory, texts as categories, rows in order of user and time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
from numpy.typing import NDArray

from anomaly.bench.rivals import ten
from anomaly.bench.rivals.world import TABLES, ZONE
from anomaly.detectors.on_leave import AT_WORK

PAIRS = 4_000_000  # rows of windows at a time
WORKING = re.compile(AT_WORK)
TEXTS = ("user", "agency", "subject")


@dataclass
class Log:
    """rows: time (ms), user, agency, subject (categories), day, hour, by user and time.

    tables: those of the context, by name.
    """

    rows: pd.DataFrame
    tables: dict[str, pd.DataFrame]


def load(world: Path) -> Log:
    """Read the columns that the ten need."""
    table = ds.dataset(world / "log").to_table(columns=["time", *TEXTS])
    for name in TEXTS:
        table = table.set_column(table.column_names.index(name), name, table[name].dictionary_encode())
    rows = table.to_pandas(split_blocks=True, self_destruct=True)
    local = rows["time"].dt.tz_convert(ZONE).dt.tz_localize(None)
    rows["day"] = local.to_numpy().astype("datetime64[D]").astype(np.int32)
    rows["hour"] = local.dt.hour.astype(np.int8)
    rows["time"] = rows["time"].astype("datetime64[ms, UTC]").astype(np.int64)
    order = np.lexsort((rows["time"].to_numpy(), rows["user"].cat.codes.to_numpy()))
    tables = {name: pd.read_parquet(world / "tables" / f"{name}.parquet") for name in TABLES}
    return Log(rows.take(order).reset_index(drop=True), tables)


def _days(dates: pd.Series) -> NDArray[np.float64]:
    """Number days as the log does, NaN where there is none."""
    days = pd.to_datetime(dates).dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.int64))


def _answer(frame: pd.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({name: _plain(frame[name]) for name in frame.columns})


def _plain(column: pd.Series) -> Any:
    return (
        column.astype("str").to_list()
        if column.dtype == "category" or column.dtype == object
        else column.to_numpy()
    )


def after_separation(log: Log) -> pl.DataFrame:
    """Look dates up by the user's code, as arrays, and filter."""
    roster = log.tables["users"].groupby("user")[["separated", "hired"]].max()
    roster = roster.reindex(log.rows["user"].cat.categories)
    separated, hired = _days(roster["separated"]), _days(roster["hired"])
    until = np.where(hired > separated, hired - ten.PAY_PERIOD, np.inf)
    user, day = log.rows["user"].cat.codes.to_numpy(), log.rows["day"].to_numpy()
    late = (day > (separated + ten.GRACE)[user]) & (day < until[user])
    events = log.rows.loc[late].groupby("user", observed=True).size()
    return _answer(events.reset_index(name="events"))


def ended_access(log: Log) -> pl.DataFrame:
    """Look dates up by the agency's code, as arrays, and filter."""
    access = log.tables["agencies"].set_index("agency").reindex(log.rows["agency"].cat.categories)
    first, last = _days(access["access_from"]) - ten.GRACE, _days(access["access_to"]) + ten.GRACE
    agency, day = log.rows["agency"].cat.codes.to_numpy(), log.rows["day"].to_numpy()
    late = day > last[agency]
    without = late | (day < first[agency])
    rows = log.rows.loc[without, ["agency"]].assign(late=late[without])
    told = rows.groupby("agency", observed=True)["late"].agg(events="size", late="sum")
    return _answer(told.reset_index())


def on_leave(log: Log) -> pl.DataFrame:
    """Mark the user's rows inside each leave."""
    rows, leave = log.rows, log.tables["leave"]
    code = rows["user"].cat.categories.get_indexer(leave["user"])
    leave, code = leave[code >= 0], code[code >= 0]
    at_work = leave["kind"].fillna("").map(lambda kind: bool(WORKING.search(kind))).to_numpy(bool)
    begin, end = (
        leave[name].astype("datetime64[ms, UTC]").astype(np.int64).to_numpy() for name in ("start", "end")
    )
    begin = begin + np.where(at_work, 0, ten.MARGIN)
    starts = np.searchsorted(
        rows["user"].cat.codes.to_numpy(), np.arange(len(rows["user"].cat.categories) + 1)
    )
    time = rows["time"].to_numpy()
    inside = np.zeros((2, len(rows)), bool)
    for user, low, high, working in zip(code, begin, end, at_work, strict=True):
        its = slice(starts[user], starts[user + 1])
        first, last = np.searchsorted(time[its], (low, high))
        inside[int(working), its.start + first : its.start + last] = True
    used = rows.loc[inside[0] & ~inside[1]].groupby("user", observed=True)["day"]
    return _answer(used.agg(events="size", days="nunique").reset_index())


def repeated_lookups(log: Log) -> pl.DataFrame:
    """Keep duplicated pairs, drop duplicate days, group by the pair."""
    named = log.rows[["user", "subject", "day"]].dropna(subset=["subject"])
    named = named[named.duplicated(["user", "subject"], keep=False)].drop_duplicates()
    days = named.groupby(["user", "subject"], observed=True).size()
    return _answer(days[days >= ten.DAYS_BACK].reset_index(name="days"))


def convergence(log: Log) -> pl.DataFrame:
    """Search the end of each row's window on one line of subject and time."""
    named = log.rows[["subject", "user", "time"]].dropna(subset=["subject"])
    subject, time = named["subject"].cat.codes.to_numpy(np.int64), named["time"].to_numpy()
    line = subject * (int(np.ptp(time)) + 2 * ten.CROWDED) + (time - time.min())
    order = np.argsort(line, kind="stable")
    line, subject, user = line[order], subject[order], named["user"].cat.codes.to_numpy()[order]
    sizes = np.searchsorted(line, line + ten.CROWDED) - np.arange(len(line))
    crowds = np.flatnonzero(sizes >= ten.CROWD)  # windows of five rows, by their first
    users = np.concatenate([np.zeros(0, np.int64), *_users(crowds, sizes[crowds], user)])
    most = pd.Series(users).groupby(subject[crowds]).max()
    most = most[most >= ten.CROWD]
    names = log.rows["subject"].cat.categories[most.index.to_numpy()]
    return pl.DataFrame(
        {"subject": names.to_list(), "users": most.to_list()},
        schema={"subject": pl.String, "users": pl.Int64},
    )


def _users(
    begins: NDArray[np.int64], sizes: NDArray[np.int64], user: NDArray[Any]
) -> Iterator[NDArray[np.int64]]:
    """Count the different users of some windows; pandas rolls over no distinct values, so rows are repeated,
    some millions at a time."""
    for part in np.split(np.arange(len(begins)), np.flatnonzero(np.diff(np.cumsum(sizes) // PAIRS)) + 1):
        many = sizes[part]
        window = np.repeat(np.arange(len(part)), many)
        within = np.arange(len(window)) - np.repeat(np.cumsum(many) - many, many)
        pairs = pd.DataFrame(
            {"window": window, "user": user[begins[part][window] + within]}
        ).drop_duplicates()
        yield np.bincount(pairs["window"], minlength=len(part))


def _sessions(log: Log, silence: int) -> pd.DataFrame:
    """List the sessions of each user: user, rows, length."""
    user, time = log.rows["user"].cat.codes.to_numpy(), log.rows["time"].to_numpy()
    opens = np.append(True, (np.diff(user) != 0) | (np.diff(time) >= silence))[: len(time)]
    begin = np.flatnonzero(opens)
    end = np.append(begin[1:], len(time)) - 1
    return pd.DataFrame(
        {"user": log.rows["user"].iloc[begin], "rows": end - begin + 1, "length": time[end] - time[begin]}
    )


def shared_login(log: Log) -> pl.DataFrame:
    """Sum over the long sessions."""
    sessions = _sessions(log, ten.REST)
    over = sessions["length"] - ten.AWAKE
    long = sessions.assign(times=-(-over // ten.DAY))[over > 0]
    return _answer(long.groupby("user", observed=True)["times"].sum().reset_index())


def harvesting(log: Log) -> pl.DataFrame:
    """Search the end of each row's window on one line of user and time."""
    user, time = log.rows["user"].cat.codes.to_numpy(np.int64), log.rows["time"].to_numpy()
    line = user * (int(np.ptp(time)) + 2 * ten.BURST) + (time - time.min())
    within = np.searchsorted(line, line + ten.BURST) - np.arange(len(line))
    return _answer(
        pd.Series(within).groupby(log.rows["user"], observed=True).max().reset_index(name="events")
    )


def volume(log: Log) -> pl.DataFrame:
    """Drop duplicate quarters of an hour; group by day, then by month."""
    quarter = log.rows["time"] // ten.OCCASION
    occasions = log.rows[["user", "day"]].assign(quarter=quarter).drop_duplicates()
    days = occasions.groupby(["user", "day"], observed=True).size().reset_index(name="made")
    days["month"] = (days["day"] - log.rows["day"].min()) // ten.MONTH
    months = days.groupby(["user", "month"], observed=True)["made"]
    return _answer(months.agg(made="sum", active="size", most="max").reset_index())


def own_hours(log: Log) -> pl.DataFrame:
    """Count by user and hour, add up the 24 windows, take the fullest."""
    user, hour = log.rows["user"].cat.codes.to_numpy(np.int64), log.rows["hour"].to_numpy()
    names = log.rows["user"].cat.categories
    counts = np.bincount(user * 24 + hour, minlength=24 * len(names)).reshape(-1, 24)
    blocks = np.stack(
        [np.roll(counts, -begin, axis=1)[:, : ten.BLOCK].sum(axis=1) for begin in range(24)], axis=1
    )
    return pl.DataFrame(
        {"user": names.to_list(), "window": blocks.argmax(axis=1), "inside": blocks.max(axis=1)}
    )


def isolated_sessions(log: Log) -> pl.DataFrame:
    """Group the sessions by user."""
    sessions = _sessions(log, ten.SILENCE)
    few = (sessions["rows"] <= ten.FEW) & (sessions["length"] <= ten.SHORT)
    told = sessions.assign(few=few).groupby("user", observed=True)["few"].agg(sessions="size", isolated="sum")
    return _answer(told.reset_index())
