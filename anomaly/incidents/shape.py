"""Who was in it, and what shape it has: one person and many queries, or many people and one practice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, counted
from anomaly.coding.local import local_days
from anomaly.incidents.model import Incident, Part
from anomaly.incidents.volume import by_time

MOST_PARTS = 40  # of one incident that are told
# DESIGN: the deck's two shapes (38 violations, a practice; 25, one employee) and what lies between them.
ISOLATED, WIDESPREAD = (
    0.8,
    0.5,
)  # share of the events that one user has, at least; at most, of 3 users or more
INVOLVED = pl.Schema(
    {
        "category": pl.String(),
        "event": pl.Int64(),
        "agency": pl.String(),
        "unit": pl.String(),
        "user": pl.String(),
        "subject": pl.Int32(),
        "day": pl.Int32(),
    }
)


def shape(events: Sequence[int]) -> str | None:
    """Name the shape of what some users did: "isolated", "widespread" or "between"; None for no events.

    events: of each user, suspected.
    """
    if not sum(events):
        return None
    largest = max(events) / sum(events)
    if largest >= ISOLATED:
        return "isolated"
    return "widespread" if largest <= WIDESPREAD and len(events) >= 3 else "between"


def involved(log: CodedLog, category: str, events: NDArray[np.int32]) -> pl.DataFrame:
    """Return who is in an incident, a row an event, columns of `INVOLVED`. events: (n,) those that count."""
    coded, place = log.events, log.texts.places
    agency, unit = (np.append(place[:, side], np.int32(-1))[coded.place[events]] for side in (0, 1))
    return pl.DataFrame(
        {
            "category": [category] * len(events),
            "event": events.astype(np.int64),
            "agency": log.texts.named("agency", agency),
            "unit": log.texts.named("unit", unit),
            "user": log.texts.named("user", coded.user[events]),
            "subject": coded.subject[events],
            "day": local_days(coded.time[events], coded.offset[events]).astype(np.int32),
        },
        schema=INVOLVED,
    )


def parts(rows: pl.DataFrame) -> tuple[Part, ...]:
    """Say what each user had in an incident, most events first, `MOST_PARTS` at most.

    rows: see `involved`.
    """
    each = (
        rows.group_by("agency", "user")
        .agg(pl.len().alias("events"), pl.col("day").n_unique().alias("days"), _subjects().alias("subjects"))
        .sort("events", "agency", "user", descending=[True, False, False])
    )
    return tuple(Part(**row) for row in each.head(MOST_PARTS).iter_rows(named=True))


def by_agency(
    log: CodedLog, incidents: Sequence[Incident], rows: pl.DataFrame, zones: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the figures of each agency of a log, by name: its volume, its entries, and their shape.

    rows: those of all incidents, see `involved`; an incident without rows counts for the agencies it names.
    zones: agency -> IANA name, where it has a zone of its own. Each: agency, time_zone (None: the log's),
    queries (rows of the log), users, entries, months, hours (see `by_time`; None where there is no entry);
    categories: for each, category, entries, and of
    its suspected rows, those nothing explains, events, persons, subjects, days, largest_share (of one user),
    shape (see `shape`), both None where a user is redacted; units: unit, queries, events, persons, of those
    that have a part in an entry.
    """
    names = log.texts["agency"]
    if not len(names):
        return []
    queries, of_unit = _queries(log)
    users = _users(log.actions.agency, log.actions.user, len(names)).tolist()
    entries: dict[str, Counter[str]] = {}
    for one in incidents:
        for name in one.agencies:
            entries.setdefault(name, Counter())[one.category] += 1
    seen = {name: part for (name,), part in rows.partition_by("agency", as_dict=True).items()}
    listed = [code for code, name in enumerate(names.to_list()) if name in entries]
    times = dict(zip(listed, by_time(log, np.array(listed, np.int64)), strict=True))
    return [
        {
            "agency": name,
            "time_zone": zones.get(name),
            "queries": queries[code],
            "users": users[code],
            **times.get(code, {"months": None, "hours": None}),
            "entries": sum(entries.get(name, Counter()).values()),
            "categories": [
                {
                    "category": category,
                    "entries": many,
                    **_figures(seen.get(name, rows.clear()).filter(pl.col("category") == category)),
                }
                for category, many in sorted(entries.get(name, Counter()).items())
            ],
            "units": _units(seen.get(name, rows.clear()), of_unit.get(code, {})),
        }
        for code, name in enumerate(names.to_list())
    ]


def _figures(rows: pl.DataFrame) -> dict[str, Any]:
    once = rows.unique("event")
    named = once["user"].drop_nulls()
    counts = named.value_counts()["count"].to_list() if len(named) == len(once) else []
    return {
        "events": len(once),
        "persons": named.n_unique(),
        "subjects": once.select(_subjects()).item(),
        "days": once["day"].n_unique(),
        "largest_share": round(max(counts) / sum(counts), 6) if counts else None,
        "shape": shape(counts),
    }


def _units(rows: pl.DataFrame, queries: dict[str, int]) -> list[dict[str, Any]]:
    each = (
        rows.drop_nulls("unit")
        .unique("event")
        .group_by("unit")
        .agg(pl.len().alias("events"), pl.col("user").n_unique().alias("persons"))
        .sort("unit")
    )
    return [{**row, "queries": queries.get(row["unit"], 0)} for row in each.iter_rows(named=True)]


def _queries(log: CodedLog) -> tuple[list[int], dict[int, dict[str, int]]]:
    """Count the rows of each agency, and agency code -> name of a unit of it -> rows."""
    places, units = log.texts.places, log.texts["unit"]
    of_agency = [0] * len(log.texts["agency"])
    of_unit: dict[int, dict[str, int]] = {}
    for (agency, unit), count in zip(
        places.tolist(), counted(log.events.place, len(places)).tolist(), strict=True
    ):
        if agency >= 0:
            of_agency[agency] += count
            if unit >= 0:
                of_unit.setdefault(agency, {})[str(units[unit])] = count
    return of_agency, of_unit


def _users(agency: NDArray[np.int32], user: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Count the users of each agency, (count,); agency, user: (a,) codes, the look-ups of a user together."""
    first = np.ones(len(user), np.bool_)
    if len(user) > 1:
        first[1:] = (user[1:] != user[:-1]) | (agency[1:] != agency[:-1])
    pairs = np.unique(np.stack([agency[first], user[first]]), axis=1)
    return counted(pairs[0][pairs[1] >= 0], count)


def _subjects() -> pl.Expr:
    return pl.col("subject").filter(pl.col("subject") >= 0).n_unique()
