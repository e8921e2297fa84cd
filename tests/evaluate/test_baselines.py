"""What every baseline owes: a rank for everyone, a reason when it cannot, and the same answer twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.errors import InputError
from anomaly.evaluate.baselines import (
    BASELINES,
    Baseline,
    Queries,
    minnesota,
    read_queries,
    search_anomaly_index,
)
from anomaly.evaluate.baselines.features import features
from anomaly.evaluate.baselines.search_anomaly_index import primary_active_window
from anomaly.evaluate.listing import ENTRIES, Abstained, Listing
from anomaly.scan import Settings
from tests.county import county as write_county

NAMES = [baseline.__name__ for baseline in BASELINES]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county") / "world"
    write_county(folder, days=90)
    return folder


@pytest.fixture(scope="module")
def log(county: Path) -> Queries:
    return read_queries(county / "log", Settings(context=county / "context"))


@pytest.mark.parametrize("baseline", BASELINES, ids=NAMES)
def test_ranks_and_rows(baseline: Baseline, log: Queries) -> None:
    listing = baseline(log)
    if isinstance(listing, Abstained):
        assert "benchmarks" in listing.reason
        return
    entries, evidence = listing.entries, listing.evidence
    assert entries.schema == ENTRIES
    assert entries["rank"].to_list() == list(range(1, len(entries) + 1))
    assert (entries["score"].diff().drop_nulls() <= 0).all()
    assert entries["score"].is_finite().all()
    assert set(evidence["rank"]) == set(entries["rank"])
    assert evidence.is_unique().all()
    assert set(evidence["source"]) <= {"queries.csv"}
    assert (entries["users"].list.len() > 0).all()
    assert len(entries) or baseline is minnesota.own_name  # nobody in this county looks themselves up


@pytest.fixture(scope="module")
def shuffled(county: Path) -> tuple[pl.DataFrame, Queries]:
    rows = pl.read_csv(county / "log" / "queries.csv", infer_schema=False)
    mixed = rows.sample(fraction=1, shuffle=True, seed=3)
    return mixed, read_queries(mixed, Settings(context=county / "context"))


@pytest.mark.parametrize("baseline", BASELINES, ids=NAMES)
def test_same_answer_whatever_the_order_of_rows(
    baseline: Baseline, log: Queries, county: Path, shuffled: tuple[pl.DataFrame, Queries]
) -> None:
    rows = pl.read_csv(county / "log" / "queries.csv", infer_schema=False)
    first, second = baseline(log), baseline(shuffled[1])
    if isinstance(first, Abstained) or isinstance(second, Abstained):
        assert first == second
        return
    assert first.entries.equals(second.entries)
    assert _events(first, rows).equals(_events(second, shuffled[0]))


def _events(listing: Listing, log: pl.DataFrame) -> pl.DataFrame:
    numbered = log.with_row_index("row", offset=1).select(pl.col("row").cast(pl.Int64), "event_id")
    return listing.evidence.join(numbered, on="row").select("rank", "event_id").sort("rank", "event_id")


def test_every_user_is_ranked_with_every_row(log: Queries) -> None:
    listing = search_anomaly_index(log)
    assert isinstance(listing, Listing)
    of_people = set(log.users.gather(log.actions["user"].unique().sort()))
    assert set(listing.entries["users"].explode()) == of_people
    assert len(listing.evidence) == len(log.rows.join(log.actions, on="action", how="semi"))


def _bare(users: list[str | None], **columns: list[str | None]) -> pl.DataFrame:
    start = dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)
    times = [start + dt.timedelta(hours=7 * i) for i in range(len(users))]
    return pl.DataFrame({"time": times, "user": users, **columns})


@pytest.fixture(scope="module")
def bare() -> Queries:
    return read_queries(_bare([f"u{i % 12:02}" for i in range(240)]))


@pytest.fixture(scope="module")
def single() -> Queries:
    return read_queries(_bare(["ada"], plate=["7ABC123"], sex=["F"], reason=["inv"]))


@pytest.fixture(scope="module")
def redacted() -> Queries:
    return read_queries(_bare(["***"] * 20, plate=["7ABC123"] * 20))


@pytest.mark.parametrize("baseline", BASELINES, ids=NAMES)
def test_time_and_user_are_enough_not_to_fail(baseline: Baseline, bare: Queries) -> None:
    answer = baseline(bare)
    if isinstance(answer, Listing):
        assert len(answer.entries) == 12
    else:
        assert answer.reason.startswith(("the log has no `", "no table `users`", "not run"))


@pytest.mark.parametrize("baseline", BASELINES, ids=NAMES)
def test_one_user(baseline: Baseline, single: Queries) -> None:
    answer = baseline(single)
    if isinstance(answer, Listing):
        assert answer.entries["users"].to_list() in ([["ada"]], [])
    else:
        assert answer.reason


@pytest.mark.parametrize("baseline", BASELINES, ids=NAMES)
def test_nobody_to_rank_where_users_are_redacted(baseline: Baseline, redacted: Queries) -> None:
    answer = baseline(redacted)
    assert isinstance(answer, Abstained)
    assert answer.reason == "users are redacted in every row" or "too few" in answer.reason


def test_an_empty_log_is_refused() -> None:
    with pytest.raises(InputError, match="no rows"):
        read_queries(_bare([]))


@pytest.mark.parametrize("name", ["ecod", "hbos"])
def test_without_the_extra_it_says_what_to_install(
    name: str, log: Queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, f"pyod.models.{name}", None)
    answer = BASELINES[NAMES.index(name)](log)
    assert isinstance(answer, Abstained)
    assert "benchmarks" in answer.reason


def test_programs_and_test_records_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "service_accounts.csv").write_text("user\nsvc\n")
    (tmp_path / "test_subjects.csv").write_text("subject\nplate:TEST1\n")
    rows = _bare(["svc", "ada", "ada"], plate=["7ABC123", "TEST1", "8XYZ999"])
    log = read_queries(rows, Settings(context=tmp_path))
    assert log.users.gather(log.actions["user"]).to_list() == ["ada"]
    assert log.subject_names.gather(log.actions["subject"]).to_list() == ["plate:8XYZ999"]


def test_one_action_keeps_all_its_rows_and_what_any_of_them_says() -> None:
    start = dt.datetime(2024, 3, 4, 9, tzinfo=dt.UTC)
    rows = pl.DataFrame(
        {
            "time": [start, start + dt.timedelta(seconds=18)],
            "user": ["ada", "ada"],
            "plate": ["7ABC123", None],
            "license": [None, "D1234567"],
            "name": [None, "Marlow, Ines"],
            "sex": [None, "F"],
            "hit": [None, "Y"],
            "cascade_id": ["c1", "c1"],
        }
    )
    log = read_queries(rows)
    assert log.rows["row"].to_list() == [1, 2]
    assert log.actions.select("sex", "surname", "hit").rows() == [("F", "MARLOW", True)]
    assert log.subject_names.gather(log.actions["subject"]).to_list() == ["license:D1234567"]


def test_features_of_one_user_by_hand() -> None:
    """Four look-ups, gaps of 7 hours from 09:00: two days, two subjects, one blank reason."""
    rows = _bare(
        ["ada"] * 4 + ["bo"] * 3,
        plate=["7ABC123", "7ABC123", "7ABC123", "8XYZ999", "1AAA111", "2BBB222", "3CCC333"],
        reason=["24-12345 burglary", "", "24-12345 burglary", "24-12345 burglary", "inv", "inv", "inv"],
    )
    found = features(read_queries(rows, Settings(time_zone="UTC", local_zone="UTC")))
    ada = dict(zip(found.names, found.values[0], strict=True))
    assert ada["look-ups"] == pytest.approx(np.log(5))
    assert ada["blank"] == pytest.approx(1 / 4)
    assert ada["repeated"] == pytest.approx(2 / 4)
    assert ada["most on one subject"] == pytest.approx(np.log(4))
    assert ada["entropy of hour"] == pytest.approx(np.log(4), abs=1e-5)
    assert found.against_both().shape == (2, 2 * len(found.names))
    assert np.isfinite(found.against_both()).all()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=24, max_size=24), min_size=1, max_size=4))
def test_window_is_the_one_found_by_trying_every_block(rows: list[list[int]]) -> None:
    counts = np.array(rows, np.int64)
    found = primary_active_window(counts)
    for user, row in enumerate(rows):
        expected = set(range(24))
        for width in (12, 10):
            blocks = [[(start + step) % 24 for step in range(width)] for start in range(24)]
            best = max(blocks, key=lambda block: sum(row[hour] for hour in block))
            if sum(row[hour] for hour in best) >= 0.85 * sum(row):
                expected = set(best)
        assert set(np.flatnonzero(found[user])) == expected
