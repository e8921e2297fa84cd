"""What counts as somebody the user knows, told on a few rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from anomaly.context import Context
from anomaly.detectors.critics import critics
from anomaly.detectors.household import household
from anomaly.detectors.on_leave import on_leave
from anomaly.detectors.self_lookup import self_lookup
from tests.detectors.bench import Bench

DAYS = [f"2024-03-{day:02d}" for day in range(4, 24)]


def rows(user: str, days: list[str], **columns: str) -> list[dict[str, str]]:
    """One look-up a day, at noon."""
    return [{"time": f"{day}T12:00:00", "user": user, "agency": "NPD", **columns} for day in days]


def work(users: int = 12) -> list[dict[str, str]]:
    """Everybody meets somebody else every day."""
    return [
        row
        for k in range(users)
        for n, day in enumerate(DAYS)
        for row in rows(f"U{k:02d}", [day], unit="PATROL", license=f"L{k}X{n}")
    ]


def frame(rows: list[dict[str, str]]) -> pl.DataFrame:
    """A log with every column that any row has."""
    return pl.DataFrame(rows, infer_schema_length=None)


def roster(**columns: list[Any]) -> pl.DataFrame:
    names = ("user", "name", "sex", "agency", "unit", "role", "license", "plate", "address_key")
    empty = pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "dob": pl.Date})
    return pl.concat([empty, pl.DataFrame(columns)], how="diagonal")


def test_the_own_car_weighs_half() -> None:
    users = roster(user=["U00", "U01"], license=["OWN0", "OWN1"], plate=["CAR0", "CAR1"])
    own = rows("U00", DAYS[:3], unit="PATROL", license="OWN0")
    car = rows("U01", DAYS[:3], unit="PATROL", plate="CAR1")
    bench = Bench.of(frame(work() + own + car), Context({"users": users}))
    signals = bench.run(self_lookup)
    assert bench.log.texts["user"].gather(signals.actor).to_list() == ["U00"]


def test_an_application_clears_and_a_purpose_alone_does_not_where_applications_are_known() -> None:
    users = roster(user=["U00"], license=["OWN0"])
    asked = rows("U00", DAYS[:5], unit="PATROL", license="OWN0", purpose="J")
    bench = Bench.of(frame(work() + asked), Context({"users": users}))
    assert len(bench.run(self_lookup)) == 0
    others = pl.DataFrame({"subject": ["license:L1X1"], "agency": ["NPD"], "applied": [date(2024, 3, 1)]})
    bench = Bench.of(
        frame(work() + asked),
        Context({"users": users, "permits": others.with_columns(kind=pl.lit("employment"))}),
    )
    assert len(bench.run(self_lookup)) == 1


def test_the_household_is_known_by_relation_by_the_log_or_by_the_roster() -> None:
    users = roster(
        user=["U00", "U01", "U02"],
        license=["OWN0", "OWN1", "OWN2"],
        address_key=["ELM 1", "ELM 2", "elm2"],
    )
    relations = pl.DataFrame(
        {
            "user": ["U03", "U00"],
            "subject": ["license:EX", "license:OWN0"],
            "relation": ["ex_partner", "self"],
        }
    )
    told = (
        rows("U00", DAYS[:4], unit="PATROL", license="AT1", address_key="elm 1")
        + rows("U01", DAYS[:4], unit="PATROL", license="OWN2")
        + rows("U03", DAYS[:4], unit="PATROL", license="EX")
        + rows("U00", DAYS[:4], unit="PATROL", license="OWN0")
    )
    bench = Bench.of(frame(work() + told), Context({"users": users, "relations": relations}))
    signals = bench.run(household, {"chance": 1.0})
    found = bench.log.texts["user"].gather(signals.actor).to_list()
    said = dict(zip(found, signals.measures["relations"], strict=True))
    assert said == {"U00": "same address", "U01": "same address", "U03": "ex partner"}
    assert (signals.measures["days"] == 4).all()


def test_a_station_is_nobodys_home() -> None:
    users = roster(
        user=[f"U{k:02d}" for k in range(12)],
        license=[f"OWN{k}" for k in range(12)],
        address_key=["STATION"] * 12,
    )
    seen = rows("U00", DAYS[:6], unit="PATROL", license="OWN5")
    bench = Bench.of(frame(work() + seen), Context({"users": users}))
    assert len(bench.run(household, {"chance": 1.0})) == 0


def leave(kind: str | None, first: str = "2024-03-10", last: str = "2024-03-20") -> pl.DataFrame:
    def noon(day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=8)

    return pl.DataFrame(
        {"user": ["U00"], "start": [noon(first)], "end": [noon(last)], "kind": [kind]},
        schema={
            "user": pl.String,
            "start": pl.Datetime("ms", "UTC"),
            "end": pl.Datetime("ms", "UTC"),
            "kind": pl.String,
        },
    )


@pytest.mark.parametrize(
    ("kind", "away"),
    [
        ("annual", True),
        (None, True),
        ("suspension", True),
        ("jury duty", True),
        ("off duty injury", True),
        ("unauthorized absence", True),
        ("light duty", False),
        ("Modified Duty", False),
        ("administrative, authorised login", False),
        ("POST training", False),
        ("on-call", False),
    ],
)
def test_kinds_of_leave(kind: str | None, away: bool) -> None:
    bench = Bench.of(frame(work(2)), Context({"leave": leave(kind)}))
    assert len(bench.run(on_leave)) == away


def test_the_edges_of_a_leave_weigh_less() -> None:
    inside, edge = leave("annual"), leave("annual", "2024-03-10", "2024-03-12")
    strengths = [
        float(Bench.of(frame(work(2)), Context({"leave": one})).run(on_leave).strength[0])
        for one in (inside, edge)
    ]
    assert strengths[0] > strengths[1]


def test_light_duty_within_a_leave_is_work() -> None:
    both = pl.concat([leave("medical"), leave("light duty")])
    bench = Bench.of(frame(work(2)), Context({"leave": both}))
    assert len(bench.run(on_leave)) == 0


def test_one_look_each_is_not_coming_back() -> None:
    def by(agency: str, k: int, days: list[str]) -> list[dict[str, str]]:
        return [{**row, "agency": agency} for row in rows(f"U{k:02d}", days, unit="PATROL", license="WRITER")]

    towns = [f"{name} PD" for name in "ABCDEFGH"]
    once = [row for k, town in enumerate(towns) for row in by(town, k, DAYS[k : k + 1])]
    again = [row for k, town in enumerate(towns) for row in by(town, k, [DAYS[0], DAYS[12]])]
    home = [{**row, "agency": towns[int(row["user"][1:]) % 8]} for row in work(80)]
    few = Bench.of(frame(home + once)).run(critics)
    many = Bench.of(frame(home + again)).run(critics)
    assert len(few) == 0
    assert len(many) == 1
    assert many.measures["n_users"] == [8]
    assert np.array_equal(many.measures["n_places"], [8])
