"""Worlds look like police work in their marginals; a real log stands beside them where it has the column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from anomaly.context import Context, load_context
from anomaly.sources import open_log
from anomaly.synth import load, size_of, write_world
from anomaly.synth.plausibility import BANDS, implausible, marginals, plausibility_table
from tests.coding.logs import frame_of

EUGENE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "eugene_or_alpr_audit_2025.csv"
MANUAL = Path(__file__).resolve().parents[2] / "docs" / "worlds.md"
NAMES = [one.marginal for one in BANDS]
# Marginals of one camera tool that no journal of all queries has.
OF_ONE_TOOL = {"rows a user and day", "rows an action", "rows of cameras"}
SIZES: list[dict[str, Any]] = [
    {"size": "village", "seed": 1},
    {"size": "town", "seed": 3},
    {"events": 120_000, "users": 500, "days": 90, "seed": 5},
    {"events": 40_000, "users": 60, "days": 30, "seed": 6},
]


def measured(folder: Path) -> pl.DataFrame:
    log = open_log([folder / "log"])
    return marginals(log, load_context(folder / "context", log.profile.local_zone))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "-".join(str(v) for v in size.values()))
def test_a_world_stays_inside_the_bands(size: dict[str, Any], tmp_path: Path) -> None:
    p = load()
    write_world(tmp_path / "w", size_of(p, **size), p)
    for log in ("", "clean"):
        found = measured(tmp_path / "w" / log)
        assert implausible(found) == []
        assert found["value"].null_count() == 0
        assert found["marginal"].to_list() == NAMES


@pytest.mark.skipif(not EUGENE.exists(), reason="the shared data is not on this machine")
def test_the_published_log_stands_beside_them() -> None:
    found = marginals(open_log([EUGENE]), Context())
    value = dict(zip(found["marginal"], found["value"], strict=True))
    assert value["reasons that are forms of `investigation`"] == pytest.approx(0.197, abs=0.003)
    assert value["reasons that the policy reads as vague"] == pytest.approx(0.206, abs=0.02)
    assert value["blank reasons"] == pytest.approx(0.0016, abs=0.0001)
    assert value["actions in a shift"] is None
    assert value["pairs seen on 1 day"] is None
    outside = {sentence.partition(":")[0] for sentence in implausible(found)}
    assert outside <= OF_ONE_TOOL


def test_the_manual_shows_what_a_run_gives(tmp_path: Path) -> None:
    p = load()
    write_world(tmp_path / "w", size_of(p, size="town", seed=1), p, clean=False)
    logs = {"town, seed 1": measured(tmp_path / "w")}
    if EUGENE.exists():
        logs["published log"] = marginals(open_log([EUGENE]), Context())
    manual = [line.split(" | ") for line in MANUAL.read_text("utf-8").splitlines()]
    head = next(row for row in manual if "published log" in row)
    shown = {
        row[0].removeprefix("| "): dict(zip(head[1:], row[1:], strict=True))
        for row in manual[manual.index(head) + 2 :][: len(BANDS)]
    }
    for line in plausibility_table(logs).splitlines()[2:]:
        name, *values, band, _ = line.split(" | ")
        row = shown[name.removeprefix("| ")]
        assert row["band"] == band, name
        assert [row[log] for log in logs] == values, name


def test_marginals_are_what_a_hand_counts() -> None:
    days = ["2024-03-04T09", "2024-03-05T13", "2024-03-09T23"]  # Monday, Tuesday, Saturday
    rows = [
        {
            "time": f"{day}:00:00",
            "user": "ANN",
            "message_key": "DQ",
            "license": "D1",
            "reason": "investagation",
        }
        for day in days
    ]
    rows += [{"time": "2024-03-04T02:00:00", "user": "BOB", "message_key": "QH", "license": "D2", "sex": "F"}]
    found = marginals(open_log([frame_of(rows)], time_zone="UTC", local_zone="UTC"), Context())
    value = dict(zip(found["marginal"], found["value"], strict=True))
    assert value["rows a user and day"] == pytest.approx(4 / (2 * 6))
    assert value["pairs seen on 1 day"] == 0.5
    assert value["pairs seen on 3-5 days"] == 0.5
    assert value["reasons that are forms of `investigation`"] == 0.75
    assert value["blank reasons"] == 0.25
    assert value["from 0 to 6 o'clock"] == value["from 18 to 24 o'clock"] == 0.25
    assert value["on Saturdays and Sundays"] == 0.25
    assert value["rows about women"] == 1
    assert value["rows of criminal history"] == 0.25
    assert value["rows of driver records"] == 0.75
    assert value["inequality of users (Gini)"] == pytest.approx(0.25)
    assert value["actions in a shift"] is None
    assert value["actions with a case number"] is None


def test_what_is_not_plausible_is_said_with_its_band() -> None:
    found = pl.DataFrame({"marginal": NAMES, "value": [one.low for one in BANDS], "n": [1] * len(BANDS)})
    assert implausible(found) == []
    mad = found.with_columns(pl.when(marginal="blank reasons").then(0.9).otherwise("value").alias("value"))
    [sentence] = implausible(mad)
    assert sentence.startswith("blank reasons: 0.9 is not between 0.0005 and 0.1")


def test_the_table_has_a_line_for_each_marginal_and_a_column_for_each_log() -> None:
    found = pl.DataFrame(
        {"marginal": NAMES, "value": [None, *[0.5] * (len(BANDS) - 1)], "n": [1] * len(BANDS)}
    )
    lines = plausibility_table({"a town": found, "a real log": found}).splitlines()
    assert lines[0] == "| | a town | a real log | band | from |"
    assert len(lines) == 2 + len(BANDS)
    assert lines[2].startswith("| rows a user and day | – | – | 0.5 to 30 |")
    assert {line.count("|") for line in lines} == {6}
