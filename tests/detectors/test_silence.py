"""Pairs that never name a matter: what that is worth, to whom, and how often chance brings it."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl

from anomaly.context import Context
from anomaly.detectors import BY_NAME, Signals
from tests.detectors.bench import Bench

DAYS = [f"2024-{month:02d}-{day:02d}" for month in (3, 4, 5) for day in range(1, 31)]
MATTER, NOTHING = "traffic stop 415 Elm", "investigation"


def look(user: str, day: str, subject: str, reason: str | None) -> dict[str, Any]:
    time = f"{day}T12:00:00"
    return {
        "time": time,
        "user": user,
        "agency": "NPD",
        "unit": "PATROL",
        "license": subject,
        "reason": reason,
    }


def work(careless: str) -> list[dict[str, Any]]:
    """Thirty users who meet somebody new every day, every tenth twice; one who never names a matter."""
    return [
        look(
            f"U{k}",
            DAYS[n + later],
            f"U{k}-{n}",
            NOTHING if f"U{k}" == careless or (n + later) % 8 == 0 else MATTER,
        )
        for k in range(30)
        for n in range(80)
        for later in ((0, 2) if n % 10 < 2 else (0,))
    ]


def run(reason: str | None, careless: str = "U9") -> tuple[Bench, Signals]:
    visits = [look("U3", day, "EX", reason) for day in DAYS[:50:10]]
    bench = Bench.of(pl.DataFrame(work(careless) + visits, infer_schema_length=None), Context({}))
    return bench, bench.run(BY_NAME["repeated_lookups"])


def test_who_never_names_a_matter_for_one_person_stands_out_more() -> None:
    (_, stated), (_, silent), (_, blank) = run(MATTER), run(NOTHING), run(None)
    assert (len(stated), len(silent), len(blank)) == (1, 1, 1)
    assert silent.p[0] < stated.p[0] / 10
    assert blank.p[0] == silent.p[0]
    assert stated.measures["silent"] == [""]
    assert silent.measures["silent"] == [", and never named a matter"]


def test_who_never_names_a_matter_for_anybody_does_not() -> None:
    (_, careful), (_, careless) = run(NOTHING), run(NOTHING, careless="U3")
    assert careless.p[0] > 10 * careful.p[0]


def test_each_pair_that_begins_without_a_matter_is_tested_twice() -> None:
    bench, signals = run(NOTHING)
    pairs = pl.DataFrame([*work("U9"), look("U3", DAYS[0], "EX", NOTHING)]).unique(
        ["user", "license"], keep="first", maintain_order=True
    )
    assert signals.tested == len(pairs) + (pairs["reason"] == NOTHING).sum()
    assert len(bench.log.texts["user"]) == 30


def test_a_redacted_reason_may_name_a_matter() -> None:
    (_, stated), (_, redacted) = run(MATTER), run("***")
    assert redacted.measures["silent"] == [""]
    assert redacted.p[0] >= stated.p[0] / 2


def test_runs_are_as_frequent_as_the_law_says() -> None:
    of = sys.modules["anomaly.detectors.silence"]
    rng = np.random.default_rng(5)
    habit = rng.beta(2, 6, 400_000)
    first, later = rng.random(len(habit)) < habit, rng.random((len(habit), 4)) < habit[:, None]
    run = later[first].all(axis=1).mean()
    law = of._run(np.array([2.0]), np.array([8.0]), np.array([4]))
    assert np.isclose(run, law[0], rtol=0.05)
    assert np.allclose(of._alike(later[first].mean(axis=1), np.full(first.sum(), 0.25)), 8, rtol=0.05)
    assert np.allclose(of._alike(np.zeros(3), np.full(3, 0.5)), of.LEAST_ALIKE)
    assert np.allclose(of._alike(np.ones(1), np.full(1, 0.5)), of.LEAST_ALIKE)
