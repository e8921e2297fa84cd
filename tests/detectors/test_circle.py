"""Who comes back to several people, told on a few rows; and what overlapping tests are worth."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl

from anomaly.context import Context
from anomaly.detectors import BY_NAME, Signals
from tests.detectors.bench import Bench

DAYS = [f"2024-{month:02d}-{day:02d}" for month in (3, 4, 5) for day in range(1, 31)]
PEOPLE = ["EX", "NEIGHBOUR", "COUSIN"]


def look(user: str, day: str, subject: str, agency: str = "NPD") -> dict[str, Any]:
    return {
        "time": f"{day}T12:00:00",
        "user": user,
        "agency": agency,
        "unit": "PATROL",
        "license": subject,
    }


def work(agency: str, users: int) -> list[dict[str, Any]]:
    """Users who meet somebody new every day, and three of them again two days later."""
    return [
        look(f"{agency}{k}", DAYS[n + later], f"{agency}{k}-{n}", agency)
        for k in range(users)
        for n in range(80)
        for later in ((0, 2) if n % 30 == 0 else (0,))
    ]


def visits(user: str, agency: str = "NPD") -> list[dict[str, Any]]:
    return [look(user, day, who, agency) for k, who in enumerate(PEOPLE) for day in DAYS[k : 60 + k : 10]]


def run(rows: list[dict[str, Any]], **settings: float) -> tuple[Bench, Signals]:
    bench = Bench.of(pl.DataFrame(rows, infer_schema_length=None), Context({}))
    return bench, bench.run(BY_NAME["circle"], settings)


def test_three_people_come_back_to_are_a_circle() -> None:
    bench, signals = run(work("NPD", 30) + visits("NPD3"), rare=0.01)
    assert bench.log.texts["user"].gather(signals.actor).to_list() == ["NPD3"]
    assert signals.p[0] < 1e-4
    assert signals.measures["people"].tolist() == [3]
    assert signals.measures["one_in"].tolist() == [100]
    assert len(signals.actions[0]) == 18


def test_one_person_is_no_circle() -> None:
    _, signals = run(work("NPD", 30) + [one for one in visits("NPD3") if one["license"] == "EX"], rare=0.01)
    assert signals.tested == 30
    assert len(signals) == 0


def test_users_of_small_towns_are_left_out() -> None:
    small = work("ELM", 3) + work("OAK", 3) + visits("ELM1", "ELM")
    _, signals = run(work("NPD", 30) + small, rare=0.01)
    assert signals.tested == 30
    assert signals.left_out == "without 6 users of units too small to compare"
    assert len(signals) == 0


def test_overlapping_tests_count_as_the_users_tell() -> None:
    several = sys.modules["anomaly.detectors.age_and_sex"]._of_several
    draws = np.random.default_rng(3).random((20_000, 30))
    everybody = np.ones(len(draws), np.bool_)
    least = draws.min(axis=1)
    # Each of thirty tests done ten times over: as if it were done once.
    p = several(least, everybody, 300, 10)
    assert np.allclose([(p <= level).mean() for level in (0.2, 0.05, 0.01)], [0.2, 0.05, 0.01], atol=0.01)
    # No fewer than share nothing; and of few users, all of them.
    assert np.allclose(several(least, everybody, 300, 60), 1 - (1 - least) ** 60)
    assert np.allclose(several(least[:99], everybody[:99], 300, 10), 1 - (1 - least[:99]) ** 300)
