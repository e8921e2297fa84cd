"""A log that is kept coded: the next scan of it says the same, whatever else is asked, and reads no text."""

from __future__ import annotations

import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from anomaly.scan.timing import Timing
from anomaly.sources.log import Log
from tests.scan.conftest import Scanned
from tests.stories import load_story

POLICY = """[purposes.C]
meaning = "criminal justice"
matters = ["licensing"]
[reasons.personal.own]
any = ["follow up"]
"""


def files(result: ScanResult, folder: Path) -> dict[str, bytes]:
    write_outputs(result, folder, budget=20)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(*_: object) -> None:
        raise AssertionError("the text of the log was read")

    monkeypatch.setattr(Log, "rows", rows)


@pytest.fixture(scope="module")
def cache(scanned: Scanned, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that a scan without tables has filled."""
    folder = tmp_path_factory.mktemp("cache") / "kept"
    scan(scanned.county.log, Settings(cache=folder))
    return folder


@pytest.mark.usefixtures("no_text")
def test_with_tables_that_were_not_there_it_says_what_a_scan_from_the_start_says(
    scanned: Scanned, cache: Path, tmp_path: Path
) -> None:
    again = scan(scanned.county.log, Settings(context=scanned.county.context, cache=cache))
    before = {path.name: path.read_bytes() for path in scanned.out.iterdir()}
    assert files(again, tmp_path / "out") == before


@pytest.mark.parametrize("change", ["fdr", "policy", "detector"])
def test_under_other_settings_it_says_what_a_scan_from_the_start_says(
    change: str, scanned: Scanned, cache: Path, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY)
    settings = Settings(context=scanned.county.context)
    other = {
        "fdr": replace(settings, fdr=0.2),
        "policy": replace(settings, policy=path),
        "detector": replace(settings, detectors={"repeated_lookups": {"min_days": 8}}),
    }[change]
    plain = files(scan(scanned.county.log, other), tmp_path / "plain")
    assert files(scan(scanned.county.log, replace(other, cache=cache)), tmp_path / "kept") == plain


@pytest.mark.parametrize("name", ["convergence", "harvesting", "shared_login"])
def test_stories(name: str, tmp_path: Path) -> None:
    story = load_story(name)
    plain = files(scan(story.log, Settings(context=story.context)), tmp_path / "plain")
    settings = Settings(context=story.context, cache=tmp_path / "cache")
    for run in ("first", "second"):
        assert files(scan(story.log, settings), tmp_path / run) == plain


def test_what_was_refused_is_told_again(tmp_path: Path) -> None:
    log = Path("fixtures/logs/warts.csv")
    first, second = (scan(log, Settings(cache=tmp_path)) for _ in range(2))
    assert first.summary["log"]["rows_rejected"] > 0
    assert second.summary == first.summary
    assert second.rejects.equals(first.rejects)


def test_a_file_that_changed_is_read(scanned: Scanned, cache: Path, tmp_path: Path) -> None:
    log = tmp_path / scanned.county.log.name
    shorter = pl.read_csv(scanned.county.log, infer_schema=False).head(5000)
    shorter.write_csv(log)
    assert scan(log, Settings(cache=cache)).summary["log"]["rows_read"] == 5000


@pytest.mark.parametrize("name", ["rows.parquet", "counted.json", "texts.parquet"])
def test_what_is_damaged_is_read_again_and_mended(name: str, tmp_path: Path) -> None:
    story = load_story("harvesting")
    settings = Settings(context=story.context, cache=tmp_path / "cache")
    plain = files(scan(story.log, settings), tmp_path / "plain")
    (kept,) = (tmp_path / "cache").iterdir()
    (kept / name).write_bytes((kept / name).read_bytes()[:-20])
    timing = Timing()
    assert files(scan(story.log, settings, timing=timing), tmp_path / "again") == plain
    assert files(scan(story.log, settings), tmp_path / "mended") == plain
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [kept.name]


def test_it_is_private_and_holds_no_subject_in_clear(scanned: Scanned, cache: Path) -> None:
    kept = next(cache.iterdir())
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    frames = {path.stem: pl.read_parquet(path) for path in kept.glob("*.parquet")}
    held = {text for text in frames["texts"]["text"].to_list() if text}
    columns = ("license", "plate", "name", "dob")
    clear = {text for name in columns if name in scanned.log for text in scanned.log[name].drop_nulls()}
    assert clear
    assert not held & clear
    assert all(
        not frame.select(pl.col(pl.String)).columns for stem, frame in frames.items() if stem != "texts"
    )


def test_rows_of_the_future_are_not_kept_as_refused_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("time,user,plate\n2025-01-01T10:00:00Z,A,1ABC234\n2999-01-01T10:00:00Z,A,1ABC234\n")
    scan(log, Settings(cache=tmp_path / "cache"))
    assert not list((tmp_path / "cache").iterdir())


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="no coded log can be kept here"):
        scan(load_story("harvesting").log, Settings(cache=tmp_path / "file" / "cache"))


def test_the_command(tmp_path: Path) -> None:
    story = load_story("harvesting")
    command = [sys.executable, "-m", "anomaly", "scan", str(story.log), "--context", str(story.context)]
    for out in ("a", "b"):
        done = [*command, "--out", str(tmp_path / out), "--cache", str(tmp_path / "cache")]
        subprocess.run(done, check=True, capture_output=True)
    assert (tmp_path / "a" / "report.html").read_bytes() == (tmp_path / "b" / "report.html").read_bytes()
