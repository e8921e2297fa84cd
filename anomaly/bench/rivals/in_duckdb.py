"""DuckDB: SQL straight from the files, or from a table that holds the columns it needs."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import polars as pl

from anomaly.bench.rivals import ten
from anomaly.bench.rivals.world import TABLES, ZONE
from anomaly.detectors.on_leave import AT_WORK

Log = duckdb.DuckDBPyConnection
ROWS = f"""
SELECT "user", agency, subject, epoch_ms("time") AS ms,
  CAST(timezone('{ZONE}', "time") AS DATE) AS day, hour(timezone('{ZONE}', "time")) AS hour
FROM read_parquet('{{files}}')
"""


def load(world: Path, kind: str = "VIEW") -> Log:
    """Name the files: every query reads what it needs of them."""
    log = duckdb.connect(config={"threads": len(os.sched_getaffinity(0))})
    log.execute(f"CREATE {kind} log AS {ROWS.format(files=world / 'log' / '*.parquet')}")
    for name in TABLES:
        log.execute(f"CREATE TABLE {name} AS FROM read_parquet('{world / 'tables' / name}.parquet')")
    return log


def load_table(world: Path) -> Log:
    """Read the columns that the ten need into a table in memory."""
    return load(world, "TABLE")


def _answer(log: Log, query: str) -> pl.DataFrame:
    answer: pl.DataFrame = log.sql(query).pl()
    return answer


def after_separation(log: Log) -> pl.DataFrame:
    """Join the roster."""
    return _answer(
        log,
        f"""
        WITH roster AS (SELECT "user", max(separated) AS separated, max(hired) AS hired
            FROM users GROUP BY ALL)
        SELECT "user", count(*) AS events FROM log JOIN roster USING ("user")
        WHERE day > separated + {ten.GRACE}
          AND (hired IS NULL OR hired <= separated OR day < hired - {ten.PAY_PERIOD})
        GROUP BY ALL""",
    )


def ended_access(log: Log) -> pl.DataFrame:
    """Join the agencies."""
    late, early = f"day > access_to + {ten.GRACE}", f"day < access_from - {ten.GRACE}"
    return _answer(
        log,
        f"""
        SELECT agency, count(*) AS events, count(*) FILTER ({late}) AS late
        FROM log JOIN agencies USING (agency)
        WHERE {late} OR {early} GROUP BY ALL""",
    )


def on_leave(log: Log) -> pl.DataFrame:
    """Semi-join the leaves, anti-join those that are work."""
    return _answer(
        log,
        f"""
        WITH leaves AS (SELECT "user", epoch_ms(start) AS begins, epoch_ms("end") AS ends,
            regexp_matches(coalesce(kind, ''), '{AT_WORK}') AS at_work FROM leave),
        away AS (SELECT "user", begins + {ten.MARGIN} AS begins, ends FROM leaves WHERE NOT at_work),
        used AS (SELECT * FROM log SEMI JOIN away
            ON log."user" = away."user" AND ms >= begins AND ms < ends)
        SELECT "user", count(*) AS events, count(DISTINCT day) AS days
        FROM used ANTI JOIN (FROM leaves WHERE at_work) working
            ON used."user" = working."user" AND ms >= begins AND ms < ends
        GROUP BY ALL""",
    )


def repeated_lookups(log: Log) -> pl.DataFrame:
    """Take distinct days, group by the pair."""
    return _answer(
        log,
        f"""
        SELECT "user", subject, count(*) AS days
        FROM (SELECT DISTINCT "user", subject, day FROM log WHERE subject IS NOT NULL)
        GROUP BY ALL HAVING days >= {ten.DAYS_BACK}""",
    )


def convergence(log: Log) -> pl.DataFrame:
    """Count distinct users over a range of time, for subjects that could have a crowd."""
    return _answer(
        log,
        f"""
        WITH many AS (SELECT DISTINCT subject FROM (
            SELECT subject, lead(ms, {ten.CROWD - 1}) OVER (PARTITION BY subject ORDER BY ms) - ms AS later
            FROM log WHERE subject IS NOT NULL) WHERE later < {ten.CROWDED})
        SELECT subject, max(users) AS users FROM (
            SELECT subject, count(DISTINCT "user") OVER (PARTITION BY subject ORDER BY ms
                RANGE BETWEEN CURRENT ROW AND {ten.CROWDED - 1} FOLLOWING) AS users
            FROM log SEMI JOIN many USING (subject))
        GROUP BY ALL HAVING max(users) >= {ten.CROWD}""",
    )


def _sessions(silence: int) -> str:
    """Write the query of the sessions of each user: user, rows, length."""
    return f"""
        SELECT "user", count(*) AS rows, max(ms) - min(ms) AS length FROM (
            SELECT "user", ms, sum(CAST(coalesce(gap, {silence}) >= {silence} AS INTEGER))
                OVER (PARTITION BY "user" ORDER BY ms ROWS UNBOUNDED PRECEDING) AS session
            FROM (SELECT "user", ms, ms - lag(ms) OVER (PARTITION BY "user" ORDER BY ms) AS gap FROM log))
        GROUP BY "user", session"""


def shared_login(log: Log) -> pl.DataFrame:
    """Sum over the long sessions."""
    return _answer(
        log,
        f"""
        SELECT "user", sum((length - {ten.AWAKE} + {ten.DAY - 1}) // {ten.DAY}) AS times
        FROM ({_sessions(ten.REST)}) WHERE length > {ten.AWAKE} GROUP BY ALL""",
    )


def harvesting(log: Log) -> pl.DataFrame:
    """Count over a range of time."""
    return _answer(
        log,
        f"""
        SELECT "user", max(within) AS events FROM (
            SELECT "user", count(*) OVER (PARTITION BY "user" ORDER BY ms
                RANGE BETWEEN CURRENT ROW AND {ten.BURST - 1} FOLLOWING) AS within FROM log)
        GROUP BY ALL""",
    )


def volume(log: Log) -> pl.DataFrame:
    """Take distinct quarters of an hour; group by day, then by month."""
    return _answer(
        log,
        f"""
        WITH days AS (SELECT "user", day, count(*) AS made
            FROM (SELECT DISTINCT "user", day, ms // {ten.OCCASION} FROM log) GROUP BY ALL)
        SELECT "user", (day - (SELECT min(day) FROM log)) // {ten.MONTH} AS month,
            sum(made) AS made, count(*) AS active, max(made) AS most FROM days GROUP BY ALL""",
    )


def own_hours(log: Log) -> pl.DataFrame:
    """Group by user and hour, join the 24 windows, take the fullest."""
    return _answer(
        log,
        f"""
        WITH hours AS (SELECT "user", hour, count(*) AS n FROM log GROUP BY ALL),
        blocks AS (SELECT "user", begins, sum(n) AS held FROM hours, range(24) AS each(begins)
            WHERE (hour - begins + 24) % 24 < {ten.BLOCK} GROUP BY ALL)
        SELECT "user", arg_max(begins, held * 24 - begins) AS "window", max(held) AS inside
        FROM blocks GROUP BY ALL""",
    )


def isolated_sessions(log: Log) -> pl.DataFrame:
    """Count over the sessions."""
    return _answer(
        log,
        f"""
        SELECT "user", count(*) AS sessions,
            count(*) FILTER (rows <= {ten.FEW} AND length <= {ten.SHORT}) AS isolated
        FROM ({_sessions(ten.SILENCE)}) GROUP BY ALL""",
    )
