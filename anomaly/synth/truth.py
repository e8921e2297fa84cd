"""The truth of a log: every scenario that is in it, and which rows are its."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from anomaly.synth.rows import Rows
from anomaly.synth.scenes.filings import OF_RECORDS
from anomaly.synth.world import World

KINDS = ("license", "plate", "name")  # every key under which a subject may stand in a log
COLUMNS = ("scenario_id", "pattern", "misuse", "agency", "users", "subjects", "first", "last")


class Marks(NamedTuple):
    """The rows of one file that are of a scenario: source, row, scenario; and for each of its users first
    and last.
    """

    events: pl.DataFrame
    seen: pl.DataFrame


def marks(source: str, rows: Rows) -> Marks:
    """Take note of the rows of one file of the log, coded and in the order of the file."""
    at = np.flatnonzero(rows["scenario"] >= 0)
    marked = pl.DataFrame({"row": at + 1, **{name: rows[name][at] for name in ("scenario", "user", "time")}})
    span = (pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    return Marks(
        marked.select(pl.lit(source).alias("source"), "row", "scenario"),
        marked.group_by("scenario", "user").agg(*span),
    )


def write_truth(folder: Path, world: World, noted: Sequence[Marks], *, misuse: bool) -> None:
    """Write `scenarios.csv`, `events.csv` (docs/contracts.md) and `forms.csv`, which form of a pattern each
    is.

    noted: of the files of the log in their order. misuse: whether the log has the misuse in it; else only the
    innocent scenarios are told, and those of missing records, which hold in a clean twin too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = pl.Series([one.scenario_id for one in world.scenarios], dtype=pl.String)
    events = pl.concat([one.events for one in noted])
    events.select("source", "row", ids.gather(events["scenario"]).alias("scenario_id")).write_csv(
        folder / "events.csv"
    )
    seen = pl.concat([one.seen for one in noted])
    told = [
        k for k, one in enumerate(world.scenarios) if misuse or not one.misuse or one.pattern in OF_RECORDS
    ]
    rows = [_scenario(world, k, seen.filter(pl.col("scenario") == k)) for k in told]
    pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row").write_csv(
        folder / "scenarios.csv"
    )
    forms = [(world.scenarios[k].scenario_id, world.scenarios[k].variant) for k in told]
    pl.DataFrame(forms, schema={"scenario_id": pl.String, "form": pl.String}, orient="row").write_csv(
        folder / "forms.csv"
    )


def _scenario(world: World, number: int, seen: pl.DataFrame) -> tuple[str, ...]:
    one = world.scenarios[number]
    logins = set(one.users) | {world.staff.user[user] for user in seen["user"]}
    persons = np.array(one.persons, dtype=np.int64)
    subjects = zip(*(world.people.keys(persons, kind) for kind in KINDS), strict=True)
    first, last = seen["first"].to_numpy(), seen["last"].to_numpy()
    return (
        one.scenario_id,
        one.pattern,
        "true" if one.misuse else "false",
        one.agency,
        ";".join(sorted(logins)),
        ";".join(key for keys in subjects for key in keys),
        world.clock(first.min()) if len(first) else "",
        world.clock(last.max()) if len(last) else "",
    )
