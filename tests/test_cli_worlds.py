"""The verbs synth and evaluate as somebody types them, and what they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.errors import InputError
from anomaly.synth.scenes.catalogue import INNOCENT, MISUSE

ROOT = Path(__file__).resolve().parents[1]


def anomaly(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anomaly", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True
    )


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("village")
    assert anomaly("synth", "--out", root / "world", "--size", "village", "--seed", "3").returncode == 0
    for log, out in (("log", "review"), ("clean/log", "clean")):
        done = anomaly("scan", root / "world" / log, "--context", root / "world/context", "--out", root / out)
        assert done.returncode == 0, done.stderr
    return root


def test_a_village_is_made_scanned_and_scored(village: Path, tmp_path: Path) -> None:
    truth = village / "world" / "truth"
    done = anomaly(
        "evaluate", village / "review", "--truth", truth, "--clean", village / "clean", "--out", tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "this scan" in done.stdout
    assert "isolation forest" in done.stdout
    card = json.loads((tmp_path / "scorecard.json").read_text())
    about = json.loads((village / "world" / "world.json").read_text())
    assert card["scan"]["misuse"] == about["scenarios"]["misuse"] > 0
    assert {path.name for path in tmp_path.iterdir()} == {"scorecard.json", "scorecard.csv"}


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(village: Path) -> None:
    before = content(village / "world")
    done = anomaly("synth", "--out", village / "world", "--size", "village")
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert content(village / "world") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--users", "0"], "0 users"),
        (["--days", "0"], "0 days"),
        (["--events", "0"], "0 events"),
        (["--size", "village", "--misuse", "15"], "more than there are users"),
        (["--size", "hamlet"], "no size"),
        (["--events", "100000000", "--users", "10"], "a user and day"),
        (["--seed", "-1"], "seed"),
    ],
)
def test_a_world_that_cannot_be_is_refused(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = anomaly("synth", "--out", tmp_path / "world", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "next:" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_fewer_misuse_scenarios_than_asked_for_are_said(tmp_path: Path) -> None:
    size = ["--users", "8", "--days", "30", "--events", "600", "--misuse", "8", "--no-clean"]
    done = anomaly("synth", "--out", tmp_path / "world", *size)
    assert done.returncode == 0, done.stderr
    played = json.loads((tmp_path / "world" / "world.json").read_text())["scenarios"]["misuse"]
    assert 0 < played < 8
    assert f"8 misuse scenarios were asked for; for the other {8 - played} nobody was left" in done.stdout


@pytest.mark.parametrize("out", ["a file", "a file/world"])
def test_a_place_where_no_world_can_be_written_is_refused(out: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("mine")
    done = anomaly("synth", "--out", tmp_path / out, "--size", "village")
    assert done.returncode == 2
    assert "this is a file, not a folder" in done.stderr
    assert (tmp_path / "a file").read_text() == "mine"


def test_a_disk_that_refuses_is_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("anomaly.synth.write_world", refused)
    done = CliRunner().invoke(app, ["synth", "--out", str(tmp_path / "world"), "--size", "village"])
    assert isinstance(done.exception, InputError)
    assert "No space left on device" in str(done.exception)


def test_the_truth_of_another_log_is_refused(village: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert anomaly("synth", "--out", other, "--size", "village", "--seed", "4", "--no-clean").returncode == 0
    done = anomaly("evaluate", village / "review", "--truth", other / "truth", "--out", tmp_path / "card")
    assert done.returncode == 2
    assert "next:" in done.stderr
    assert not (tmp_path / "card").exists()


def test_every_way_of_misuse_can_be_evaded_and_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "worlds.md").read_text()
    for family in MISUSE:
        evading = sum(form.startswith("evasive ") for form in family.forms)
        assert evading, family.pattern
        [row] = [line for line in manual.splitlines() if line.startswith(f"| `{family.pattern}` |")]
        assert row.endswith(f"| {len(family.forms)}, {evading} |"), row
    for family in (*MISUSE, *INNOCENT):
        assert f"`{family.pattern}`" in manual, family.pattern
    shown = {number for family in MISUSE for number in family.numbers}
    assert set(range(1, 37)) - shown == {21}  # in no log, and in no list that anybody should build
