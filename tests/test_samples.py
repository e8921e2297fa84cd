"""The sample pages are what the commands of `make samples` write today; run it where they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "docs" / "samples"
WRITTEN_BY = {  # sample: the command, as in the Makefile, and where its page is
    "report.html": (["demo"], "review/report.html"),
    "return.html": (
        [
            *("return", "--context", "fixtures/filings/deck2018", "--year", "2018", "--as-of", "2019-04-07"),
            *("--review", "fixtures/filings/reviews2018.csv"),
        ],
        "return.html",
    ),
}


@pytest.mark.parametrize("name", WRITTEN_BY)
def test_a_sample_is_what_its_command_writes(name: str, tmp_path: Path) -> None:
    command, page = WRITTEN_BY[name]
    assert f"anomaly {' '.join(command)} --out" in (ROOT / "Makefile").read_text()
    subprocess.run(
        [sys.executable, "-m", "anomaly", *command, "--out", tmp_path / "out"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "out" / page).read_bytes() == (SAMPLES / name).read_bytes()


def test_samples_are_small_and_nothing_else_is_there() -> None:
    assert sorted(one.name for one in SAMPLES.iterdir()) == sorted(WRITTEN_BY)
    assert all(one.stat().st_size < 300_000 for one in SAMPLES.iterdir())
