"""The context tables that work leaves behind slice by slice, with the gaps of real bookkeeping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from anomaly.schema import CONTEXT, Kind
from anomaly.synth.people import People
from anomaly.synth.render import Desk
from anomaly.synth.slices import Slice
from anomaly.synth.staff import DAY
from anomaly.synth.streams import Ints, uniform
from anomaly.synth.work.made import CALL_KINDS
from anomaly.synth.world import World

Tables = dict[str, pl.DataFrame]


def of_slice(world: World, made: Slice, number: int, desk: Desk | None = None) -> Tables:
    """Rows that the work of one slice leaves in calls, cases, permits and shifts.

    desk: the world's, where many slices are made.
    """
    desk = desk or Desk(world)
    rng = world.rng("tables", number)
    out: Tables = {}
    _calls(world, desk, rng, made, number, out)
    _reports(world, desk, rng, made, out)
    permits = [
        table(
            "permits",
            world.people.keys(one.person),
            one.kind,
            desk.agencies.gather(one.agency),
            day(world, one.time - rng.integers(1, 30, size=len(one.time)) * DAY),
        )
        for one in made.made.permits
    ]
    if permits:
        out["permits"] = pl.concat(permits)
    user, begin, end, extra = made.shifts
    known = (extra == 0) | (rng.random(len(user)) >= world.p.imperfect.missing_overtime)
    known &= ~world.staff.service[user]
    out["shifts"] = table(
        "shifts", desk.logins.gather(user[known]), clock(world, begin[known]), clock(world, end[known])
    )
    return {name: table for name, table in out.items() if table.height}


def schema(name: str) -> dict[str, pl.DataType]:
    """The columns of a context table, as they are written: times naive and local, numbers as text."""
    types = {Kind.TIME: pl.Datetime("ms"), Kind.DATE: pl.Date()}
    return {column.name: types.get(column.kind, pl.String()) for column in CONTEXT[name]}


def table(name: str, *columns: pl.Series | str) -> pl.DataFrame:
    """A context table from its columns, in their order; a single text stands in every row."""
    n = next(len(column) for column in columns if isinstance(column, pl.Series))
    whole = [
        column if isinstance(column, pl.Series) else pl.Series([column]).new_from_index(0, n)
        for column in columns
    ]
    kinds = schema(name).items()
    return pl.DataFrame({key: _read(column, kind) for (key, kind), column in zip(kinds, whole, strict=True)})


def _read(column: pl.Series, kind: pl.DataType) -> pl.Series:
    if column.dtype == pl.String and kind == pl.Date:
        return column.str.to_date()
    if column.dtype == pl.String and kind.is_temporal():
        return column.str.to_datetime(time_unit="ms")
    return column.cast(kind)


def told(name: str, rows: Sequence[tuple[str | None, ...]]) -> pl.DataFrame:
    """A context table from rows of text, empty or null where nothing is known."""
    text = pl.DataFrame(rows, schema=dict.fromkeys(schema(name), pl.String), orient="row")
    return table(name, *text.with_columns(pl.when(pl.all() != "").then(pl.all())))


def clock(world: World, time: Ints) -> pl.Series:
    """Each time, (n,) seconds from the first midnight, as a naive local time."""
    midnight = (world.p.first_day - date(1970, 1, 1)).days * DAY
    return pl.Series((time + midnight) * 1000).cast(pl.Datetime("ms"))


def day(world: World, time: Ints) -> pl.Series:
    """The day of each time, (n,)."""
    return clock(world, time).dt.date()


def agency_names(world: World, agency: Ints) -> pl.Series:
    """The name of each agency, (n,) indices."""
    return pl.Series([one.name for one in world.plan.agencies]).gather(agency)


def _keys(world: World, rng: np.random.Generator, person: Ints, plate_share: Ints | float) -> pl.Series:
    """A key for each person, (n,): some known by plate, some by name only, the rest by licence."""
    draw = rng.random(len(person))
    by_name = draw > 1 - world.p.imperfect.subject_by_name
    by_plate = ~by_name & (draw < plate_share)
    return keys(world.people, person, np.where(by_name, 1, np.where(by_plate, 2, 0)))


def keys(people: People, person: Ints, how: Ints) -> pl.Series:
    """A key for each person, (n,): how is 0 by licence, 1 by name, 2 by plate."""
    parts, at, done = [], np.empty(len(person), dtype=np.int64), 0
    for kind, name in enumerate(("license", "name", "plate")):
        mine = np.flatnonzero(how == kind)
        at[mine] = done + np.arange(len(mine))
        done += len(mine)
        parts.append(people.keys(person[mine], name))
    return pl.concat(parts, rechunk=True).gather(at)


def _calls(world: World, desk: Desk, rng: np.random.Generator, made: Slice, number: int, out: Tables) -> None:
    columns = [np.concatenate(one) for one in zip(*made.made.calls, strict=True)] if made.made.calls else []
    if not columns:
        return
    time, agency, kind, user, person = columns
    known = rng.random(len(time)) >= world.p.imperfect.missing_calls
    time, agency, kind, user, person = (one[known] for one in (time, agency, kind, user, person))
    n = len(time)
    knobs = world.p.imperfect
    ids = np.arange(len(world.plan.agencies))
    off = (uniform(world.seed + 4, ids) * 2 - 1) * knobs.clock_minutes * 60
    off = np.where(uniform(world.seed + 5, ids) < knobs.clock_agencies, off, 0).astype(np.int64)[agency]
    begin, end = time - rng.integers(20, 600, size=n) + off, time + rng.integers(400, 3600, size=n) + off
    call = "C" + pl.Series((number << 22) + np.arange(n)).cast(pl.String)
    kinds = pl.Series(CALL_KINDS).gather(kind)
    out["calls"] = table(
        "calls", call, desk.agencies.gather(agency), clock(world, begin), clock(world, end), kinds
    )
    # A stop is entered by plate half of the time.
    out["call_people"] = table("call_people", call, _keys(world, rng, person, np.where(kind == 0, 0.5, 0.05)))
    out["call_units"] = table("call_units", call, desk.logins.gather(user))


def _reports(world: World, desk: Desk, rng: np.random.Generator, made: Slice, out: Tables) -> None:
    columns = (
        [np.concatenate(one) for one in zip(*made.made.reports, strict=True)] if made.made.reports else []
    )
    if not columns:
        return
    known = rng.random(len(columns[0])) >= world.p.imperfect.missing_cases
    number, opened, agency, person, user = (one[known] for one in columns)
    closed = opened + (rng.integers(3, 40, size=len(opened)) * DAY)
    text = world.cases.render(number)
    out["cases"] = table(
        "cases", text, desk.agencies.gather(agency), clock(world, opened), closed_at(world, closed), "report"
    )
    out["case_people"] = table("case_people", text, _keys(world, rng, person, 0.0))
    out["case_officers"] = table("case_officers", text, desk.logins.gather(user))


def closed_at(world: World, closed: Ints) -> pl.Series:
    """When each case was closed, (n,); nothing where that is after the last day."""
    return clock(world, closed).set(pl.Series(closed >= world.end), None)
