"""The guides are followed: their commands run in a folder of their files, and print what is shown.

Of a guide's blocks, `toml` is written to the file that its first line names, `sh` is run, and every line of
`text` must be among the lines that were printed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from anomaly.synth import load, size_of, write_world

ROOT = Path(__file__).resolve().parents[1]
STORIES = ROOT / "fixtures" / "stories"
# A switch's own headers for ours, some of them those of NCIC's fields.
SWITCH = {
    "time": "Date/Time",
    "user": "Operator",
    "agency": "Agency",
    "unit": "Group",
    "terminal": "MNE",
    "message_key": "MKE",
    "purpose": "PUR",
    "reason": "RSN",
    "case_number": "Case No",
    "name": "NAM",
    "dob": "DOB",
    "sex": "SEX",
    "license": "OLN",
    "plate": "LIC",
}


def coordinator(here: Path) -> None:
    """A village's log as its switch exports it, a file a month, and the village's tables."""
    p = load().model_copy(update={"names": "invented"})
    world = write_world(here / "world", size_of(p, size="village", seed=4), p, format="csv", clean=False)
    log = pl.read_csv(world.log / "queries.csv", infer_schema=False).select(*SWITCH).rename(SWITCH)
    (here / "exports").mkdir()
    for month, part in log.group_by(pl.col("Date/Time").str.slice(0, 7).alias("month")):
        part.write_csv(here / "exports" / f"{month[0]}.csv")
    world.context.rename(here / "tables")


def oversight(here: Path) -> None:
    """A journal in a Parquet file a month, agencies and cases, and the filings of a state."""
    story = STORIES / "federal_access"
    log = pl.read_csv(story / "log.csv", infer_schema=False)
    (here / "journal").mkdir()
    for month, part in log.group_by(pl.col("time").str.slice(0, 7).alias("month")):
        part.write_parquet(here / "journal" / f"{month[0]}.parquet")
    shutil.copytree(story / "context", here / "tables")
    shutil.copytree(ROOT / "fixtures" / "filings" / "deck2018", here / "filings")
    (here / "records").mkdir()
    shutil.copy(ROOT / "fixtures" / "filings" / "reviews2018.csv", here / "records")


def reporter(here: Path) -> None:
    """Camera searches as an agency hands them out: plates and cases blacked out, no tables."""
    log = pl.read_csv(STORIES / "scope_excess" / "log.csv", infer_schema=False)
    hidden = pl.lit("***")
    log.select(
        pl.col("user").alias("Name"),
        pl.col("networks").alias("Total Networks Searched"),
        hidden.alias("License Plate"),
        hidden.alias("Case #"),
        pl.col("reason").alias("Reason"),
        pl.col("time").str.to_datetime().dt.strftime("%m/%d/%Y, %I:%M:%S %p UTC").alias("Search Date/Time"),
    ).write_csv(here / "audit.csv")


def author(here: Path) -> None:
    """Nothing: the guide makes a world of its own."""


GUIDES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "coordinator": (
        coordinator,
        (
            "review/report.html",
            "review/incidents.csv",
            "review/report.pdf",
            "review/entry-1.pdf",
            "tables/reviews.csv",
            "return/return.html",
        ),
    ),
    "oversight": (
        oversight,
        (
            "review/report.html",
            "review/federal_requests.csv",
            "review/findings.ocsf.jsonl",
            "return/return.html",
            "return/return.csv",
            "edition/report.html",
        ),
    ),
    "reporter": (reporter, ("edition/report.html", "edition/incidents.csv", "edition/summary.json")),
    "detector-author": (author, ("card/scorecard.csv", "speed.md")),
}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_followed_to_its_document(name: str, tmp_path: Path) -> None:
    begin, documents = GUIDES[name]
    text = (ROOT / "docs" / f"guide-{name}.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    begin(tmp_path)
    for block in blocks(text, "toml"):
        first = block.splitlines()[0]
        (tmp_path / first.removeprefix("# ")).write_text(block, encoding="utf-8")
    program = f'set -e\nanomaly() {{ {shlex.quote(sys.executable)} -m anomaly "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-c", program + "\n".join(blocks(text, "sh"))],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = {" ".join(line.split()) for line in done.stdout.splitlines()}
    shown = [" ".join(line.split()) for block in blocks(text, "text") for line in block.splitlines()]
    assert [line for line in shown if line not in printed] == [], done.stdout
    assert [one for one in documents if not (tmp_path / one).is_file()] == []
