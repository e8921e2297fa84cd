"""What a scan leaves behind is what docs/contracts.md promises, and what it says of a row is true of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from anomaly.detectors import BY_NAME, DETECTORS
from anomaly.report.agencies import users_of
from anomaly.scan import Settings, scan
from anomaly.schema import CATEGORIES, INCIDENT_KINDS
from tests.scan.conftest import Scanned

INCIDENTS = [
    *("rank", "incident_id", "kind", "category", "detectors", "agencies", "users", "subjects"),
    *("first_at", "last_at", "n_events", "n_days", "n_users", "n_subjects"),
    *("score", "p_value", "q_value", "explained_share", "summary", "marking"),
]
EVIDENCE = ["incident_id", "detector", "source", "row", "event_id", "time", "user", "role", "explanation"]
LISTS = ("detectors", "agencies", "users", "subjects")


@pytest.fixture(scope="module")
def incidents(scanned: Scanned) -> pl.DataFrame:
    return pl.read_parquet(scanned.out / "incidents.parquet")


@pytest.fixture(scope="module")
def evidence(scanned: Scanned) -> pl.DataFrame:
    return pl.read_parquet(scanned.out / "evidence.parquet")


def test_files(scanned: Scanned) -> None:
    names = {path.name for path in scanned.out.iterdir()}
    assert names == {
        "incidents.parquet",
        "incidents.csv",
        "incidents.json",
        "evidence.parquet",
        "federal_requests.csv",
        "federal_requests.parquet",
        "rejects.csv",
        "report.html",
        "agencies.html",
        "federal.html",
        "limits.html",
        "summary.json",
        "manifest.json",
    }


def test_incidents_have_the_columns_of_the_contract(incidents: pl.DataFrame, scanned: Scanned) -> None:
    assert incidents.columns[: len(INCIDENTS)] == INCIDENTS
    schema = incidents.schema
    assert all(schema[name] == pl.List(pl.String) for name in LISTS)
    assert all(schema[name] == pl.Datetime("ms", "UTC") for name in ("first_at", "last_at"))
    assert all(schema[name] == pl.Float64 for name in ("score", "p_value", "q_value", "explained_share"))
    assert incidents["rank"].to_list() == list(range(1, incidents.height + 1))
    assert incidents["incident_id"].is_unique().all()
    assert set(incidents["kind"]) <= set(INCIDENT_KINDS)
    assert set(incidents["category"]) <= set(CATEGORIES)
    assert set(incidents["detectors"].explode()) <= set(BY_NAME)
    csv = pl.read_csv(scanned.out / "incidents.csv", infer_schema=False)
    assert csv.columns == incidents.columns
    assert csv["incident_id"].to_list() == incidents["incident_id"].to_list()
    assert csv["users"].to_list() == incidents["users"].list.join("; ").to_list()


def test_evidence_has_the_columns_of_the_contract(evidence: pl.DataFrame, incidents: pl.DataFrame) -> None:
    assert evidence.columns[: len(EVIDENCE)] == EVIDENCE
    assert evidence.schema["row"].is_integer()
    assert evidence.schema["time"] == pl.Datetime("ms", "UTC")
    assert set(evidence["role"]) <= {"supports", "explains"}
    assert set(evidence["incident_id"]) == set(incidents["incident_id"])
    explains = evidence["role"] == "explains"
    assert (evidence["explanation"].is_not_null() == explains).all()
    assert evidence.select("incident_id", "detector", "source", "row").is_unique().all()


def test_figures_of_an_incident_are_those_of_its_supporting_rows(
    incidents: pl.DataFrame, evidence: pl.DataFrame
) -> None:
    local = pl.col("time").dt.convert_time_zone("America/Los_Angeles").dt.date()
    figures = (
        evidence.filter(role="supports")
        .group_by("incident_id")
        .agg(
            n=pl.col("row").n_unique(),
            first=pl.col("time").min(),
            last=pl.col("time").max(),
            days=local.n_unique(),
            who=pl.col("user").unique().sort(),
        )
    )
    both = incidents.join(figures, on="incident_id", how="left", maintain_order="left")
    assert (both["n_events"] == both["n"]).all()
    assert (both["first_at"] == both["first"]).all()
    assert (both["last_at"] == both["last"]).all()
    assert (both["n_days"] == both["days"]).all()
    assert both["users"].to_list() == both["who"].to_list()
    assert (both["n_users"] == both["users"].list.len()).all()
    assert (both["n_subjects"] >= both["subjects"].list.len()).all()
    behind = dict(evidence.group_by("incident_id").agg(pl.col("detector").unique().sort()).iter_rows())
    assert {row[0]: sorted(row[1]) for row in both.select("incident_id", "detectors").iter_rows()} == behind


def test_scores_rank_and_chance_is_told_from_rules(incidents: pl.DataFrame) -> None:
    assert incidents["score"].is_between(0, 1).all()
    assert incidents["score"].is_sorted(descending=True)
    assert incidents["explained_share"].is_between(0, 1).all()
    for row in incidents.iter_rows(named=True):
        by_chance = BY_NAME[row["detectors"][0]].by_chance  # the strongest comes first
        assert (row["p_value"] is not None) == (row["q_value"] is not None) == by_chance
        if by_chance:
            assert 0 <= row["p_value"] <= 1
            assert 0 <= row["q_value"] <= 0.10
        assert row["summary"].endswith(".")


def test_evidence_points_to_the_right_row(evidence: pl.DataFrame, scanned: Scanned) -> None:
    assert set(evidence["source"]) == {"queries.csv"}
    raw = scanned.log[[row - 1 for row in evidence["row"].to_list()]]
    assert evidence["event_id"].to_list() == raw["event_id"].to_list()
    assert evidence["user"].to_list() == raw["user"].to_list()
    there = (
        raw["time"]
        .str.to_datetime("%Y-%m-%dT%H:%M:%S")
        .dt.replace_time_zone("America/Los_Angeles", ambiguous="earliest")
    )
    assert (there.dt.convert_time_zone("UTC").dt.cast_time_unit("ms") == evidence["time"]).all()


def test_counts_add_up(scanned: Scanned) -> None:
    manifest = json.loads((scanned.out / "manifest.json").read_text())
    counts = manifest["counts"]
    assert counts["rows_read"] == scanned.log.height
    assert counts["rows_read"] == counts["rows_scanned"] + counts["rows_rejected"] + counts["duplicates"]
    digest = hashlib.sha256(scanned.county.log.read_bytes()).hexdigest()
    assert manifest["inputs"] == [{"name": "queries.csv", "sha256": digest}]
    assert set(manifest["settings"]["detectors"]) == set(BY_NAME)
    summary = json.loads((scanned.out / "summary.json").read_text())
    assert [d["name"] for d in summary["detectors"]] == [d.name for d in DETECTORS]
    assert summary["incidents"]["reported"] == len(scanned.result.incidents)
    assert summary["expected_false_alarms"] >= 0


def test_rejects_and_duplicates_are_counted_on_a_damaged_log() -> None:
    good = [f"{k},2024-03-{1 + k % 28:02d}T10:00:00,U{k % 5},4ABC{k:03d}" for k in range(50)]
    bad = ["50,never,U1,4ABC999", "51,2024-03-01T10:00:00,,4ABC998", "3,2024-03-04T10:00:00,U3,4ABC003"]
    frame = pl.DataFrame(
        [line.split(",") for line in [*good, *bad]],
        schema=["event_id", "time", "user", "plate"],
        orient="row",
    )
    result = scan(frame)
    counts = result.manifest["counts"]
    assert counts == {"rows_read": 53, "rows_scanned": 50, "rows_rejected": 2, "duplicates": 1}
    assert result.rejects.select("row", "column").rows() == [(51, "time"), (52, "user")]
    assert not {"never", "4ABC999", "4ABC998"} & {str(v) for row in result.rejects.rows() for v in row}


def test_no_subject_leaves_in_clear(scanned: Scanned) -> None:
    """Every plate, licence and name of the log, looked for in the bytes of every file."""
    shown = [path.read_bytes().decode("latin-1").upper() for path in sorted(scanned.out.iterdir())]
    shown.append(str(scanned.result.incidents).upper())
    words = {word for text in shown for word in _words(text)}
    for column in ("plate", "license"):
        values = {str(v).upper() for v in scanned.log[column].drop_nulls().unique()} - {""}
        assert len(values) > 1000
        assert not values & words, column
    names = {str(v).upper() for v in scanned.log["name"].drop_nulls().unique()} - {""}
    assert not [name for name in sorted(names) if any(name in text for text in shown)]


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in text).split())


def test_clear_shows_subjects_and_changes_nothing_else(scanned: Scanned) -> None:
    clear = scan(scanned.county.log, Settings(context=scanned.county.context, clear=True))
    named = [one for one in clear.incidents if one.subjects]
    assert named
    assert all(":" in subject for one in named for subject in one.subjects)
    hidden = scanned.result.incidents
    assert [len(one.subjects) for one in clear.incidents] == [len(one.subjects) for one in hidden]
    assert [(one.incident_id, one.rank, one.score) for one in clear.incidents] == [
        (one.incident_id, one.rank, one.score) for one in hidden
    ]
    assert clear.evidence.equals(scanned.result.evidence)


def test_every_scenario_of_misuse_that_is_listed_is_told_once(scanned: Scanned) -> None:
    """No two incidents rest on the same rows for the same category."""
    supports = scanned.result.evidence.filter(role="supports")
    kinds = {one.incident_id: (one.kind, one.category) for one in scanned.result.incidents}
    rows = {i: set(supports.filter(incident_id=i)["row"]) for i in kinds}
    doubled = [
        (a, b)
        for a in kinds
        for b in kinds
        if a < b and kinds[a] == kinds[b] and len(rows[a] & rows[b]) * 2 > len(rows[a])
    ]
    assert doubled == []


def test_days_of_an_incident_are_local(scanned: Scanned) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    for one in scanned.result.incidents:
        assert one.first_at.tzinfo is UTC
        assert sum(day.supports for day in one.days) == one.n_events
        shown = [day.day for day in one.days if day.supports]
        assert shown[0] == one.first_at.astimezone(zone).date()
        assert shown[-1] == one.last_at.astimezone(zone).date()


def test_the_summary_counts_the_users_of_each_agency(scanned: Scanned) -> None:
    users = scanned.log.drop_nulls(["agency", "user"]).group_by("agency").agg(pl.col("user").n_unique())
    assert users_of(scanned.result.summary) == dict(users.rows())
