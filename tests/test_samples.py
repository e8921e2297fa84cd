"""The sample pages are what the commands of `make samples` write today; run it where they are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "docs" / "samples"
WRITTEN_BY = {  # verb: the command, as in the Makefile, where its pages are, and what they are
    "demo": (["demo"], "review", {"report.html", "agencies.html", "federal.html", "limits.html"}),
    "return": (
        [
            *("return", "--context", "fixtures/filings/deck2018", "--year", "2018", "--as-of", "2019-04-07"),
            *("--review", "fixtures/filings/reviews2018.csv"),
        ],
        ".",
        {"return.html"},
    ),
}


@pytest.mark.parametrize("verb", WRITTEN_BY)
def test_samples_are_what_their_command_writes(verb: str, tmp_path: Path) -> None:
    command, folder, pages = WRITTEN_BY[verb]
    assert f"anomaly {' '.join(command)} --out" in (ROOT / "Makefile").read_text()
    subprocess.run(
        [sys.executable, "-m", "anomaly", *command, "--out", tmp_path / "out"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    written = {page.name: page.read_bytes() for page in (tmp_path / "out" / folder).glob("*.html")}
    assert written == {name: (SAMPLES / name).read_bytes() for name in pages}


def test_samples_are_small_and_nothing_else_is_there() -> None:
    assert {one.name for one in SAMPLES.iterdir()} == {
        page for *_, pages in WRITTEN_BY.values() for page in pages
    }
    assert all(one.stat().st_size < 300_000 for one in SAMPLES.iterdir())
