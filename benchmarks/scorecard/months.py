"""The same log scanned again at every month end, knowing what could be known by then."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from anomaly.evaluate import Delay, Listing, detected_after, listing_of
from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.conditions import Given
from benchmarks.scorecard.runs import scanned
from benchmarks.scorecard.worlds import World

BEGUN = {  # the moment a row of a table first stands there; other tables are as they are all the time
    "shifts": "start",
    "leave": "start",
    "calls": "start",
    "cases": "opened",
    "permits": "applied",
    "bulletins": "issued",
    "public_subjects": "event_at",
    "filings": "filed_at",
}
ENDED = {"users": "separated", "agencies": "access_to", "cases": "closed"}  # blank until it has happened
OF = {  # tables whose rows stand there when the row they speak of does
    "case_people": ("cases", "case_number"),
    "case_officers": ("cases", "case_number"),
    "call_people": ("calls", "call_id"),
    "call_units": ("calls", "call_id"),
}


def rescans(world: World, room: Path, clock: Clock) -> list[tuple[datetime, Listing]]:
    """Scan what of the log and of its context was there at each month end, and at the end of the log."""
    out = []
    for moment in month_ends(world):
        with clock.stage("month-end copies"):
            given = as_of(world, moment, room)
        with clock.stage("month-end scans"):
            out.append((moment, listing_of(scanned(given))))
        shutil.rmtree(room)
    return out


def delay_of(world: World, room: Path, clock: Clock) -> tuple[list[tuple[datetime, Listing]], Delay]:
    """Return the rescans of a world and when each misuse was first among the first T entries."""
    lists = rescans(world, room, clock)
    return lists, detected_after(lists, world.truth)


def month_ends(world: World) -> Iterator[datetime]:
    """Midnight after the last day of each month, and of the log's last day."""
    times = pl.scan_parquet(world.root / "log").select(
        first=pl.col("time").min().dt.date(), last=pl.col("time").max().dt.date()
    )
    [(first, last)] = times.collect().iter_rows()
    day: date = first
    while day <= last:
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield datetime.combine(min(day, last + timedelta(days=1)), datetime.min.time())


def as_of(world: World, moment: datetime, room: Path) -> Given:
    """Copy the first part of the log, rows keeping their numbers, and the context as of then, into `room`."""
    for name in ("log", "context"):
        (room / name).mkdir(parents=True)
    for file in sorted((world.root / "log").glob("*.parquet")):
        before = pl.scan_parquet(file).filter(pl.col("time") < moment)
        before.sink_parquet(room / "log" / file.name)
    tables = {file.stem: pl.read_parquet(file) for file in sorted((world.root / "context").glob("*.parquet"))}
    for name, table in known_by(tables, moment).items():
        table.write_parquet(room / "context" / f"{name}.parquet")
    return Given(room / "log", room / "context")


def known_by(tables: dict[str, pl.DataFrame], moment: datetime) -> dict[str, pl.DataFrame]:
    """Return the context tables as of a moment. Moments are typed, or text in ISO 8601, which sorts."""
    known = {
        name: table.filter(pl.col(BEGUN[name]).is_null() | _before(table, BEGUN[name], moment))
        if name in BEGUN
        else table
        for name, table in tables.items()
    }
    for name in ENDED.keys() & known.keys():
        over = _before(known[name], ENDED[name], moment)
        known[name] = known[name].with_columns(pl.when(over).then(ENDED[name]).alias(ENDED[name]))
    for name in OF.keys() & known.keys():
        table, key = OF[name]
        if table in known:
            # Rows of calls and cases that never reached the tables stay: nobody can say when they were.
            later = tables[table].join(known[table], on=key, how="anti")
            known[name] = known[name].join(later, on=key, how="anti", maintain_order="left")
    return known


def _before(table: pl.DataFrame, column: str, moment: datetime) -> pl.Expr:
    text = table.schema[column] == pl.String
    return pl.col(column) < (pl.lit(moment.isoformat()) if text else pl.lit(moment))
