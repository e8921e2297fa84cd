"""A world on disk keeps what it promises: order, conservation, a clean twin, and a truth about every row."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.schema import EVENT_BY_NAME
from anomaly.synth import load, size_of, write_world
from anomaly.synth import slices as slicing
from anomaly.synth import write as writing
from anomaly.synth.make import build, make
from anomaly.synth.render import COLUMNS
from anomaly.synth.scenes.filings import OF_RECORDS
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.world import World
from tests.synth.conftest import OnDisk, a_world, read_log


def in_time_order(log: pl.DataFrame) -> bool:
    return log["time"].is_sorted()


def test_columns_are_those_of_the_data_dictionary(town: OnDisk) -> None:
    assert set(COLUMNS) <= set(EVENT_BY_NAME)
    assert town.log.columns == ["row", *COLUMNS, "source"]
    for name in ("event_id", "time", "user", "system", "agency", "unit", "terminal"):
        assert town.log[name].null_count() == 0, name


def test_every_row_has_an_id_of_its_own(town: OnDisk) -> None:
    assert town.log["event_id"].is_unique().all()
    cascades = town.log.drop_nulls("cascade_id").group_by("cascade_id")
    spread = cascades.agg(pl.len(), pl.col("user").n_unique(), pl.col("reason").n_unique())
    assert spread["len"].min() >= 2  # type: ignore[operator]
    assert spread["len"].max() == 3
    assert (spread["user"] == 1).all()
    assert (spread["reason"] == 1).all()


def test_a_log_is_in_time_order_and_inside_its_days(town: OnDisk) -> None:
    assert in_time_order(town.log)
    assert in_time_order(town.clean)
    first, last = town.log["time"][0], town.log["time"][-1]
    assert first >= "2024-01-08T00:00:00"
    assert last < "2025-01-07T00:00:00"  # 365 days of a leap year


def test_the_clean_twin_is_the_log_without_misuse(town: OnDisk) -> None:
    misuse = town.scenarios.filter(misuse="true")["scenario_id"]
    bad = town.events.filter(pl.col("scenario_id").is_in(misuse.implode()))
    rest = town.log.join(bad, on=["source", "row"], how="anti", maintain_order="left")
    # A habit of an agency changes the reasons of rows, which the twin has as they were.
    missing = bad.height - (town.log.height - town.clean.height)
    habits = town.scenarios.filter(pattern="vague_reasons", misuse="true")
    kept = town.clean.join(rest, on="event_id", how="anti")
    assert missing == kept.height
    assert (kept.height > 0) == (habits.height > 0)
    together = town.clean.join(town.log, on="event_id", how="inner", suffix="_log", maintain_order="left")
    assert together.height == town.clean.height
    for name in set(COLUMNS) - {"event_id", "reason"}:
        assert together[name].equals(together[f"{name}_log"]), name
    changed = together.filter(pl.col("reason").ne_missing(pl.col("reason_log")))
    assert changed["event_id"].is_in(kept["event_id"].implode()).all()


def test_the_twin_has_the_same_tables_and_no_misuse_in_its_truth(town: OnDisk) -> None:
    clean = town.written.clean
    assert clean is not None
    for path in sorted(town.written.context.iterdir()):
        assert path.read_bytes() == (clean / "context" / path.name).read_bytes()
    told = pl.read_csv(clean / "truth" / "scenarios.csv", infer_schema=False)
    innocent = town.scenarios.filter((pl.col("misuse") == "false") | pl.col("pattern").is_in(OF_RECORDS))
    assert told["scenario_id"].to_list() == innocent["scenario_id"].to_list()
    rows = pl.read_csv(clean / "truth" / "events.csv").join(town.clean, on=["source", "row"])
    mine = town.events.join(innocent, on="scenario_id").join(town.log, on=["source", "row"])
    assert sorted(rows["event_id"]) == sorted(mine["event_id"])


def test_truth_names_rows_that_exist_and_belong_to_its_users(town: OnDisk) -> None:
    assert town.scenarios["scenario_id"].is_unique().all()
    assert town.scenarios.filter(misuse="true").height == town.written.n_misuse > 0
    assert town.scenarios.filter(misuse="false").height == town.written.n_innocent > 0
    told = town.events.join(town.log, on=["source", "row"], how="left").join(town.scenarios, on="scenario_id")
    assert told.height == town.events.height
    assert told["time"].null_count() == 0
    assert town.events.select("source", "row").is_unique().all()
    belongs = told["users"].str.split(";").list.contains(told["user"])
    assert belongs.all(), told.filter(~belongs)["pattern"].unique().to_list()
    spans = told.group_by("scenario_id").agg(
        pl.col("time").min().alias("begins"),
        pl.col("time").max().alias("ends"),
        pl.col("first").first(),
        pl.col("last").first(),
    )
    assert spans["begins"].equals(spans["first"])
    assert spans["ends"].equals(spans["last"])


@pytest.mark.parametrize("size", ["village", "town"])
def test_every_subject_of_the_truth_is_looked_up_under_one_of_its_keys(
    size: str, village: OnDisk, town: OnDisk
) -> None:
    one = {"village": village, "town": town}[size]
    rows = one.events.join(one.log, on=["source", "row"])
    shown = {
        "license": pl.format("license:{}", "license"),
        "plate": pl.format("plate:{}", "plate"),
        "name": pl.format("name:{}|{}", "name", "dob"),
    }
    asked = pl.concat(rows.select("scenario_id", key=text) for text in shown.values()).drop_nulls().unique()
    told = one.scenarios.filter(pl.col("subjects") != "").select(
        "scenario_id", "pattern", key=pl.col("subjects").str.split(";")
    )
    told = told.explode("key").with_columns(subject=pl.int_range(pl.len()).over("scenario_id") // len(shown))
    kinds = told.group_by("scenario_id", "subject").agg(pl.col("key").str.split(":").list.first())
    assert all(sorted(of) == sorted(shown) for of in kinds["key"])
    found = told.join(asked, on=["scenario_id", "key"], how="semi").select("scenario_id", "subject").unique()
    lost = told.join(found, on=["scenario_id", "subject"], how="anti")
    assert told.height >= 4 * len(shown)
    assert lost.height == 0, lost
    assert {key.partition(":")[0] for key in told.join(asked, on=["scenario_id", "key"])["key"]} == set(shown)


def test_a_scenario_without_rows_is_one_about_records(town: OnDisk) -> None:
    silent = town.scenarios.join(town.events, on="scenario_id", how="anti")
    assert set(silent["pattern"]) <= {*OF_RECORDS, *(name for name in silent["pattern"] if "filing" in name)}
    assert set(silent["first"].fill_null("")) <= {""}
    assert set(silent["agency"]) <= set(town.context["agencies"]["agency"])


@pytest.mark.parametrize("part", [997, 3000])
def test_parts_follow_one_another_and_hold_every_row_once(
    part: int, tmp_path: Path, village: OnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SINGLE", 0)
    monkeypatch.setattr(writing, "PART", part)
    parts = a_world(tmp_path / "w", size="village", seed=5)
    sizes = parts.log.group_by("source", maintain_order=True).len()["len"].to_list()
    assert len(sizes) > 1
    assert min(sizes[:-1]) >= part  # whole slices, until there are so many rows
    assert sizes[-1] > 0
    assert in_time_order(parts.log)
    assert parts.log.drop("row", "source").equals(village.log.drop("row", "source"))
    assert parts.clean.drop("row", "source").equals(village.clean.drop("row", "source"))
    about = {
        name: one.events.join(one.log, on=["source", "row"])
        .sort("event_id")
        .select("event_id", "scenario_id")
        for name, one in (("parts", parts), ("whole", village))
    }
    assert about["parts"].equals(about["whole"])


def made_rows(world: World, length: int) -> tuple[int, int]:
    """How many rows of a world are inside its days, and how many after them, without writing any."""
    made = [slicing.one_slice(world, k, length).rows for k in range(-(-world.end // length))]
    inside = [rows["time"] < world.end for rows in (*made, *slicing.scenes(world))]
    return sum(int(one.sum()) for one in inside), sum(int((~one).sum()) for one in inside)


@pytest.mark.parametrize("length", [3 * HOUR, DAY, 7 * DAY, 28 * DAY])
def test_a_log_of_slices_of_any_length_is_in_order_and_whole(length: int, tmp_path: Path) -> None:
    p = load()
    size = size_of(p, seed=2, events=4000, users=40, days=30)
    world, _ = make(size, p)
    rows, late = made_rows(world, length)
    with writing.Writing(tmp_path, world, size.events, format="csv", clean=False) as one:
        one.log(length, 2)
    log = read_log(tmp_path / "log")
    assert in_time_order(log)
    assert log.height == one.n_rows == rows
    assert log["event_id"].is_unique().all()
    assert late < 0.01 * log.height


@pytest.mark.parametrize("first_day", [date(2024, 3, 1), date(2024, 10, 20)], ids=["spring", "autumn"])
def test_no_row_is_in_the_hour_that_does_not_exist(first_day: date, tmp_path: Path) -> None:
    p = load().model_copy(update={"first_day": first_day})
    world = a_world(tmp_path / "w", p, events=30_000, users=60, days=30, seed=4)
    hours = world.log["time"].str.slice(0, 13)
    assert not hours.eq("2024-03-10T02").any()
    spring = first_day.month == 3
    assert hours.eq("2024-03-09T02").any() == spring
    assert hours.eq("2024-03-10T03").any() == spring
    zone = pl.Series(world.log["time"]).str.to_datetime().dt
    assert zone.replace_time_zone("America/Los_Angeles", ambiguous="earliest").null_count() == 0


@pytest.mark.parametrize(("zone", "there"), [("Europe/Berlin", False), ("America/Phoenix", True)])
def test_the_clocks_are_those_of_the_worlds_zone(zone: str, there: bool, tmp_path: Path) -> None:
    p = load().model_copy(update={"first_day": date(2024, 3, 5), "time_zone": zone})
    world = a_world(tmp_path / "w", p, events=40_000, users=90, days=30, seed=4)
    hours = world.log["time"].str.slice(0, 13)
    assert hours.eq("2024-03-10T02").any()
    assert hours.eq("2024-03-31T02").any() == there


def test_an_existing_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    p = load()
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing was written"):
        write_world(tmp_path, size_of(p, size="village"), p)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(InputError, match="nothing was written"):
        write_world(tmp_path / "mine.txt", size_of(p, size="village"), p)
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_midway_leaves_nothing(
    existed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    p, out, calls = load(), tmp_path / "w", []

    def full(self: object, log: object, only: object = None) -> None:
        calls.append(log)
        if len(calls) > 3:
            raise OSError("no space left")

    if existed:
        out.mkdir()
    monkeypatch.setattr(writing, "SINGLE", 0)
    monkeypatch.setattr(writing, "PART", 1000)
    monkeypatch.setattr(writing.LogFile, "add", full)
    with pytest.raises(OSError, match="no space left"):
        write_world(out, size_of(p, size="village"), p)
    assert len(calls) > 3
    assert out.exists() == existed
    assert list(tmp_path.rglob("*")) == ([out] if existed else [])


def test_nobody_is_in_two_towns_and_keys_are_of_one_person() -> None:
    p = load()
    world = build(size_of(p, size="county", seed=3), p)
    towns = sorted({one.town for one in world.plan.agencies if one.form in ("police", "sheriff")})
    assert all(before[1] <= after[0] for before, after in pairwise(towns))
    everyone = np.arange(len(world.people))
    assert world.people.license(everyone).is_unique().all()
    assert world.people.plate(everyone).n_unique() == len(np.unique(world.people.car))
    assert len(set(world.staff.person.tolist())) == len(world.staff)
