"""The files of a world: log, context tables with the gaps of real bookkeeping, and the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from anomaly.schema import CONTEXT
from anomaly.synth.actions import MISUSE_SERIAL, expand, spring_forward, terminal_of
from anomaly.synth.misuse import apply_habits
from anomaly.synth.plan import FIRST_DAY
from anomaly.synth.world import World, clock

MISSING = 0.08  # share of calls and of cases that never reached the tables
COLUMNS = [
    "event_id",
    "time",
    "system",
    "agency",
    "unit",
    "on_behalf_of",
    "terminal",
    "user",
    "message_key",
    "purpose",
    "reason",
    "case_number",
    "name",
    "dob",
    "sex",
    "license",
    "state",
    "plate",
    "hit",
    "cascade_id",
]


def rows(world: World) -> pl.DataFrame:
    """The log in time order: log columns as text, `subject`, and `scenario` (its row number or -1)."""
    ordinary = world.actions.frame()
    for number, chosen in world.labels:
        free = (pl.col("scenario") == -1) & chosen
        ordinary = ordinary.with_columns(
            pl.when(free).then(number).otherwise(pl.col("scenario")).alias("scenario")
        )
    ordinary = apply_habits(world, ordinary)
    parts = [expand(ordinary, world.switch, world.rng("switch"), 0)]
    if len(world.misuse):
        parts.append(expand(world.misuse.frame(), world.switch, world.rng("switch", "misuse"), MISUSE_SERIAL))
    log = pl.concat(parts)
    wall = spring_forward(log["time"].to_numpy(), FIRST_DAY, world.days)
    return (
        log.with_columns(pl.Series("time", wall))
        .sort("time", "event_id")
        .with_columns(
            (pl.col("time") * 1000).cast(pl.Datetime("ms")).dt.to_string("%Y-%m-%dT%H:%M:%S"),
            pl.col("login").alias("user"),
            pl.lit("CLETS").alias("system"),
        )
    )


def context(world: World) -> dict[str, pl.DataFrame]:
    """Every context table that has rows, as text; some calls and cases are missing from all their tables."""
    rng = world.rng("missing")
    tables = {name: list(table) for name, table in world.tables.items()}
    calls = [call for call, *_ in tables.get("calls", [])]
    lost = set(np.array(calls)[rng.random(len(calls)) < MISSING].tolist()) - world.kept
    for name in ("calls", "call_people", "call_units"):
        tables[name] = [row for row in tables.get(name, []) if row[0] not in lost]
    cases = [
        case
        for case, draw in zip(world.cases, rng.random(len(world.cases)), strict=True)
        if draw >= MISSING or case.number in world.kept
    ]
    tables["cases"] = [
        (c.number, c.agency, clock(c.opened), clock(c.closed) if c.closed < world.last else "", c.kind)
        for c in cases
    ]
    named = rng.random(sum(len(c.people) for c in cases)) < 0.1  # known to the records system by name only
    how = iter(np.where(named, "name", "license").tolist())
    tables["case_people"] = [(c.number, world.key(p, next(how))) for c in cases for p in c.people]
    tables["case_officers"] = [(c.number, world.staff[k].user) for c in cases for k in c.officers]
    tables["users"] = _users(world)
    tables["agencies"] = [
        (
            a.agency,
            a.name,
            a.kind,
            a.component,
            "",
            a.access_from.isoformat() if a.access_from else "",
            a.access_to.isoformat() if a.access_to else "",
            "HARLOW",
            "America/Los_Angeles",
        )
        for a in world.agencies
    ]
    tables["terminals"] = sorted({(terminal_of(who), who.agency) for who in world.staff})
    tables["service_accounts"] = [(who.user,) for who in world.staff if who.role == "service"]
    tables["shifts"] = tables.get("shifts", []) + _shifts(world)
    tables["leave"] = [
        (who.user, clock(duty.leave[0]), clock(duty.leave[1]), "annual")
        for who, duty in zip(world.staff, world.duty, strict=True)
        if duty.leave
    ]
    order = {name: k for k, name in enumerate(CONTEXT)}
    return {
        name: pl.DataFrame(table, schema={c.name: pl.String for c in CONTEXT[name]}, orient="row")
        for name, table in sorted(tables.items(), key=lambda item: order[item[0]])
        if table
    }


def _users(world: World) -> list[tuple[str, ...]]:
    out = []
    for who in world.staff:
        me = world.residents.row(who.person, named=True)
        out.append(
            (
                who.user,
                *((me["name"], me["sex"], str(me["dob"])) if who.role != "service" else ("", "", "")),
                who.agency,
                who.unit,
                who.role,
                who.hired.isoformat(),
                who.separated.isoformat() if who.separated else "",
                *((me["license"], me["plate"], me["address_key"]) if who.role != "service" else ("", "", "")),
            )
        )
    return out


def _shifts(world: World) -> list[tuple[str, ...]]:
    """The shift table: every regular shift, and all but a tenth of the overtime."""
    rng = world.rng("missing", "overtime")
    return [
        (who.user, clock(begin), clock(end))
        for who, duty in zip(world.staff, world.duty, strict=True)
        for (begin, end), extra in zip(duty.shifts.tolist(), duty.overtime.tolist(), strict=True)
        if who.role != "service" and not (extra and rng.random() < 0.1)
    ]


def truth(world: World, log: pl.DataFrame, source: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`scenarios.csv` and `events.csv` (docs/contracts.md) of a log made by `rows`; `row` is the 1-based row.

    Users are those named and those of the rows; subjects are every key of the people it is about.
    """
    marked = log.select(pl.int_range(1, pl.len() + 1).alias("row"), "time", "user", "scenario").filter(
        pl.col("scenario") >= 0
    )
    listed = []
    for k, scenario in enumerate(world.scenarios):
        mine = marked.filter(pl.col("scenario") == k)
        kinds = ("license",) if world.bare else ("license", "plate", "name")
        listed.append(
            {
                "scenario_id": scenario.scenario_id,
                "pattern": scenario.pattern,
                "misuse": "true" if scenario.misuse else "false",
                "agency": scenario.agency,
                "users": ";".join(sorted(set(scenario.users) | set(mine["user"]))),
                "subjects": ";".join(world.key(p, kind) for p in scenario.persons for kind in kinds),
                "first": mine["time"].min() or "",
                "last": mine["time"].max() or "",
            }
        )
    ids = pl.Series("scenario_id", [s.scenario_id for s in world.scenarios], dtype=pl.String)
    events = marked.select(
        pl.lit(source).alias("source"), "row", ids.gather(marked["scenario"]).alias("scenario_id")
    )
    return pl.DataFrame(listed), events


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """A CSV file with a header, `\\n` line ends and empty fields where there is no text; makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bare(frame).write_csv(path)


def bare(frame: pl.DataFrame) -> pl.DataFrame:
    """The same frame with null where a text is empty, as a database would export it."""
    return frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))
