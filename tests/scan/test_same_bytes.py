"""The same log gives the same bytes: in two runs, on any threads, in any order of rows and any format."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pytest

from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from tests.scan.conftest import Scanned
from tests.stories import load_story

STORIES = ("repeated_lookups", "convergence", "harvesting")
SHARED = ("incidents.parquet", "incidents.csv")
KEY = "a key of more than sixteen characters"


def files(result: ScanResult, folder: Path) -> dict[str, bytes]:
    write_outputs(result, folder, budget=20)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def story_log(name: str) -> tuple[pl.DataFrame, Path]:
    """A story's log with row numbers of its own, so that rows can be told after a shuffle."""
    story = load_story(name)
    log = pl.read_csv(story.log, infer_schema=False)
    return log.with_columns(event_id=pl.format("E{}", pl.int_range(pl.len()))), story.context


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_and_runs(scanned: Scanned, threads: int, tmp_path: Path) -> None:
    again = scan(scanned.county.log, Settings(context=scanned.county.context, threads=threads))
    now = files(again, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in scanned.out.iterdir()}
    assert now.keys() == before.keys()
    assert [name for name in now if now[name] != before[name]] == []


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("threads", [1, 2, 4])
def test_small_logs_on_any_number_of_threads(name: str, threads: int, tmp_path: Path) -> None:
    story = load_story(name)
    one = files(scan(story.log, Settings(context=story.context, threads=1)), tmp_path / "one")
    other = files(scan(story.log, Settings(context=story.context, threads=threads)), tmp_path / "other")
    assert one == other


def told_evidence(result: ScanResult) -> list[tuple[object, ...]]:
    """Evidence without file and row, in an order of its own."""
    names = [name for name in result.evidence.columns if name not in ("source", "row")]
    return sorted(result.evidence.select(names).rows(), key=repr)


@pytest.mark.parametrize("name", STORIES)
def test_order_of_rows(name: str, tmp_path: Path) -> None:
    log, context = story_log(name)
    log.write_csv(tmp_path / "log.csv")
    one = scan(tmp_path / "log.csv", Settings(context=context))
    assert one.incidents
    before = files(one, tmp_path / "one")
    for seed in (1, 2):
        log.sample(fraction=1, shuffle=True, seed=seed).write_csv(tmp_path / "log.csv")
        other = scan(tmp_path / "log.csv", Settings(context=context))
        after = files(other, tmp_path / str(seed))
        assert [file for file in SHARED if before[file] != after[file]] == []
        assert told_evidence(one) == told_evidence(other)
        assert before["summary.json"] == after["summary.json"]


def test_order_of_rows_of_a_county(scanned: Scanned, tmp_path: Path) -> None:
    mixed = scanned.log.sample(fraction=1, shuffle=True, seed=3)
    mixed.write_csv(tmp_path / "queries.csv")
    other = scan(tmp_path / "queries.csv", Settings(context=scanned.county.context))
    after = files(other, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in scanned.out.iterdir()}
    assert told_evidence(scanned.result) == told_evidence(other)
    assert [file for file in SHARED if before[file] != after[file]] == []


def test_formats_and_pieces(tmp_path: Path) -> None:
    log, context = story_log("repeated_lookups")
    third = log.height // 3
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    log.write_csv(tmp_path / "log.csv")
    log.write_csv(tmp_path / "log.tsv", separator="\t")
    log.write_parquet(tmp_path / "log.parquet")
    log.write_ndjson(tmp_path / "log.jsonl")
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress((tmp_path / "log.csv").read_bytes(), mtime=0))
    for k, start in enumerate(range(0, log.height, third)):
        part = log.slice(start, third)
        part.write_parquet(pieces / f"{k}.parquet") if k % 2 else part.write_csv(pieces / f"{k}.csv")
    settings = Settings(context=context)
    usual = scan(tmp_path / "log.csv", settings)
    assert usual.incidents
    for given in ("log.tsv", "log.parquet", "log.jsonl", "log.csv.gz", "pieces"):
        other = scan(tmp_path / given, settings)
        assert other.incidents == usual.incidents, given
        assert told_evidence(other) == told_evidence(usual), given
    for source, row, number in other.evidence.select("source", "row", "event_id").rows():
        assert f"E{int(source.split('.')[0]) * third + row - 1}" == number


def test_objects_in_memory() -> None:
    log, context = story_log("repeated_lookups")
    settings = Settings(context=context)
    usual = scan(log, settings)
    assert usual.incidents
    objects = {
        "pyarrow": log.to_arrow(),
        "pandas": pd.DataFrame(log.to_dict(as_series=False)),
        "duckdb": duckdb.sql("select * from log"),
        "typed time": log.with_columns(pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S")),
        "a list of two": [log.slice(0, 700), log.slice(700)],
    }
    for name, given in objects.items():
        other = scan(given, settings)
        assert other.incidents == usual.incidents, name
        assert told_evidence(other) == told_evidence(usual), name


def test_the_key_changes_tokens_only(monkeypatch: pytest.MonkeyPatch) -> None:
    story = load_story("repeated_lookups")
    plain = scan(story.log, Settings(context=story.context))
    monkeypatch.setenv("ANOMALY_KEY", KEY)
    keyed = scan(story.log, Settings(context=story.context))
    again = scan(story.log, Settings(context=story.context))
    assert keyed.incidents == again.incidents
    assert keyed.manifest["settings"]["tokens_keyed_by"] == "environment"
    for a, b in zip(plain.incidents, keyed.incidents, strict=True):
        assert len(a.subjects) == len(b.subjects) >= 1
        assert not set(a.subjects) & set(b.subjects)
        untold = {"subjects", "incident_id"}
        assert {k: v for k, v in vars(a).items() if k not in untold} == {
            k: v for k, v in vars(b).items() if k not in untold
        }
    columns = [name for name in plain.evidence.columns if name != "incident_id"]
    assert plain.evidence.select(columns).equals(keyed.evidence.select(columns))
    assert KEY not in str(keyed)
