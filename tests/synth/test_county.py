from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.schema import CONTEXT, EVENT_BY_NAME, Kind
from anomaly.synth.county import County, write_county

PATTERNS = {
    True: {
        "repeated_lookups",
        "repeated_lookups_evasive",
        "immigration_purpose",
        "immigration_proxy",
        "reason_quality",
        "own_hours",
        "isolated_sessions",
        "consecutive_days",
        "harvesting",
        "volume",
        "curiosity_spike",
        "ended_access",
        "after_separation",
    },
    False: {
        "dv_detective",
        "rotating_shifts",
        "manhunt",
        "neighbourhood_regular",
        "warrant_batch",
        "new_traffic_officer",
        "dispatcher_volume",
        "ice_the_drug",
        "ice_cream",
        "u_visa",
        "rehired",
        "access_not_yet_ended",
        "access_in_force",
        "training_day",
        "warrant_round",
        "overtime_nights",
    },
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> County:
    return write_county(tmp_path_factory.mktemp("county") / "world")


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> County:
    return write_county(tmp_path_factory.mktemp("county") / "twin", clean=True)


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False).fill_null("")


def labelled(county: County) -> pl.DataFrame:
    """Every row of the log with its number and, where it has one, its scenario."""
    log = read(county.log).with_columns(pl.int_range(1, pl.len() + 1).cast(pl.String).alias("row"))
    events = read(county.truth / "events.csv").drop("source")
    scenarios = read(county.truth / "scenarios.csv").select("scenario_id", "pattern", "misuse", "users")
    return log.join(events.join(scenarios, on="scenario_id"), on="row", how="left", maintain_order="left")


def files(county: County) -> dict[str, bytes]:
    return {str(p.relative_to(county.root)): p.read_bytes() for p in county.root.rglob("*") if p.is_file()}


def test_same_seed_same_bytes(world: County, tmp_path: Path) -> None:
    again = write_county(tmp_path / "again")
    assert files(again) == files(world)
    other = write_county(tmp_path / "other", seed=2)
    assert other.log.read_bytes() != world.log.read_bytes()


def test_log_is_a_log_of_the_dictionary(world: County) -> None:
    log = read(world.log)
    assert set(log.columns) <= set(EVENT_BY_NAME)
    assert 60_000 <= log.height <= 90_000
    assert log.height == world.n_rows
    assert log["event_id"].n_unique() == log.height
    times = log["time"].str.to_datetime("%Y-%m-%dT%H:%M:%S")
    assert times.is_sorted()
    assert times.dt.date().n_unique() >= 150


def test_no_time_in_the_hour_that_daylight_saving_skips(world: County) -> None:
    hours = read(world.log)["time"].str.slice(0, 13)
    assert (hours == "2024-03-10T02").sum() == 0
    assert (hours == "2024-03-10T03").sum() > 0


def test_context_tables_hold_what_the_dictionary_says(world: County) -> None:
    tables = {path.stem: read(path) for path in world.context.iterdir()}
    for name, table in tables.items():
        assert table.columns == [column.name for column in CONTEXT[name]], name
        for column in CONTEXT[name]:
            text = table[column.name]
            if column.required:
                assert (text != "").all(), (name, column.name)
            shape = {Kind.TIME: "%Y-%m-%dT%H:%M:%S", Kind.DATE: "%Y-%m-%d"}.get(column.kind)
            for value in text.unique() if shape else ():
                assert value == "" or datetime.strptime(value, shape)
    users = set(tables["users"]["user"])
    for name in ("shifts", "leave", "case_officers", "call_units", "service_accounts"):
        assert set(tables[name]["user"]) <= users, name
    for name, key in (("case_people", "case_number"), ("case_officers", "case_number")):
        assert set(tables[name][key]) <= set(tables["cases"]["case_number"])
    for name in ("call_people", "call_units"):
        assert set(tables[name]["call_id"]) <= set(tables["calls"]["call_id"])
    assert set(read(world.log)["user"]) <= users


def test_some_calls_and_cases_are_missing(world: County) -> None:
    calls = {int(call[3:]) for call in read(world.context / "calls.csv")["call_id"]}
    assert 0.06 < 1 - len(calls) / (max(calls) + 1) < 0.10
    # Reports are numbered as they are opened, so a gap in the numbers of the table is a case that was lost.
    typed = read(world.log)["case_number"].unique()
    known = set(read(world.context / "cases.csv")["case_number"])
    typed = [number for number in typed if number]
    assert 0.05 < sum(number not in known for number in typed) / len(typed) < 0.12


def test_a_cascade_is_one_action_within_20_seconds(world: County) -> None:
    rows = read(world.log).filter(pl.col("cascade_id") != "")
    rows = rows.with_columns(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S"))
    cascades = rows.group_by("cascade_id").agg(
        (pl.col("time").max() - pl.col("time").min()).dt.total_seconds().alias("seconds"),
        pl.col("user").n_unique().alias("users"),
        pl.col("message_key").sort_by("time", maintain_order=True).str.join(" ").alias("keys"),
    )
    assert cascades["seconds"].max() <= 20
    assert (cascades["users"] == 1).all()
    assert set(cascades["keys"]) == {"RQ DQ QW", "DQ QW"}


def test_every_family_is_there_and_every_label_points_at_its_users(world: County) -> None:
    scenarios = read(world.truth / "scenarios.csv")
    for misuse, patterns in PATTERNS.items():
        there = scenarios.filter(pl.col("misuse") == str(misuse).lower())
        assert set(there["pattern"]) == patterns
    rows = labelled(world)
    assert rows.height == world.n_rows  # no row in two scenarios
    marked = rows.filter(pl.col("scenario_id").is_not_null())
    assert set(marked["scenario_id"]) == set(scenarios["scenario_id"])
    for user, users in marked.select("user", "users").unique().iter_rows():
        assert user in users.split(";")
    assert set(read(world.truth / "events.csv")["source"]) == {world.log.name}
    for scenario_id, first, last in scenarios.select("scenario_id", "first", "last").iter_rows():
        times = marked.filter(pl.col("scenario_id") == scenario_id)["time"]
        assert (times.min(), times.max()) == (first, last)


def test_clean_twin_is_the_world_without_the_misuse(world: County, twin: County) -> None:
    ours, theirs = labelled(world), labelled(twin)
    bad = ours.filter(pl.col("misuse") == "true")
    habit = bad.filter(pl.col("pattern") == "reason_quality")
    assert theirs.filter(pl.col("misuse") == "true").is_empty()
    log = [name for name in EVENT_BY_NAME if name in ours.columns]
    rest = ours.join(bad, on="event_id", how="anti", maintain_order="left")
    same = theirs.join(habit, on="event_id", how="anti", maintain_order="left")
    assert rest.select(log).equals(same.select(log))
    # A habit changes how reasons are written, and nothing else about the work.
    proper = theirs.join(habit, on="event_id", how="semi", maintain_order="left")
    assert proper.height == habit.height
    without_reason = [name for name in log if name != "reason"]
    assert proper.select(without_reason).equals(habit.select(without_reason))
    assert {p.name: p.read_bytes() for p in world.context.iterdir()} == {
        p.name: p.read_bytes() for p in twin.context.iterdir()
    }


def test_stories_are_what_they_say(world: County) -> None:
    rows = labelled(world)

    def of(pattern: str) -> pl.DataFrame:
        return rows.filter(pl.col("pattern") == pattern)

    stalking = of("repeated_lookups")
    assert stalking["time"].str.slice(0, 10).n_unique() >= 15
    assert set(stalking["reason"]) == {"investigation"}
    assert set(stalking["case_number"]) == {""}
    assert stalking.filter(pl.col("license") != "")["license"].n_unique() == 1
    spike = of("curiosity_spike")
    assert spike["user"].n_unique() == 40
    assert spike["agency"].n_unique() == 4
    days = spike["time"].str.to_datetime("%Y-%m-%dT%H:%M:%S")
    assert (days.max() - days.min()).days < 5
    users = read(world.context / "users.csv").select("user", "hired", "separated")
    gone = of("after_separation").join(users, on="user")
    assert (gone["time"].str.slice(0, 10) > gone["separated"]).all()
    back = of("rehired").join(users, on="user")
    assert (back["hired"] > back["separated"]).all()
    assert (back["time"].str.slice(0, 10) >= back["hired"]).all()
    access = read(world.context / "agencies.csv").select("agency", "access_to")
    late = of("ended_access").join(access, on="agency")
    assert (late["time"].str.slice(0, 10) > late["access_to"]).all()
    early = of("access_not_yet_ended").join(access, on="agency")
    assert (early["time"].str.slice(0, 10) <= early["access_to"]).all()
    people = read(world.context / "case_people.csv").join(
        read(world.context / "case_officers.csv"), on="case_number"
    )
    detective = of("dv_detective").filter(pl.col("license") != "")
    on_case = people.filter(pl.col("user").is_in(detective["user"].unique().to_list()))["subject"]
    assert {f"license:{number}" for number in detective["license"]} & set(on_case)
    plates = of("harvesting")["plate"].str.slice(4).cast(pl.Int64)
    steps = plates.diff().drop_nulls()
    assert ((steps == 1) | (steps == -999)).all()


def test_working_hours_are_those_of_the_shift_table(world: County) -> None:
    log = labelled(world).filter(
        pl.col("misuse").fill_null("false") == "false", pl.col("agency") != "HARLOW JIS"
    )
    shifts = read(world.context / "shifts.csv")
    at = "%Y-%m-%dT%H:%M:%S"
    spans = shifts.with_columns(pl.col("start", "end").str.to_datetime(at)).sort("start")
    queries = log.select("user", pl.col("time").str.to_datetime(at)).sort("time")
    inside = queries.join_asof(spans, left_on="time", right_on="start", by="user", check_sortedness=False)
    assert (inside["time"] <= inside["end"]).sum() / inside.height > 0.95


def test_parquet_holds_the_same_log(world: County, tmp_path: Path) -> None:
    parquet = write_county(tmp_path / "p", format="parquet")
    assert pl.read_parquet(parquet.log).fill_null("").equals(read(world.log))


def test_impossible_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 90 days"):
        write_county(tmp_path / "new", days=10)
    with pytest.raises(InputError, match="0 or more"):
        write_county(tmp_path / "new", seed=-1)
    (tmp_path / "old.txt").write_text("mine")
    with pytest.raises(InputError, match="nothing was written"):
        write_county(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["old.txt"]


def test_other_seeds_and_lengths_make_worlds_too(tmp_path: Path) -> None:
    for seed, days in ((3, 90), (4, 200)):
        county = write_county(tmp_path / str(seed), seed=seed, days=days)
        marked = labelled(county).filter(pl.col("scenario_id").is_not_null())
        assert marked["scenario_id"].n_unique() == county.n_scenarios
