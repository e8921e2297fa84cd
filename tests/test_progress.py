"""Whoever waits at a terminal sees how far a verb has come, with what is left where that is known."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tests.terminal import ROOT, watched

DECK = ROOT / "fixtures" / "filings" / "deck2018"
ROWS = r"[\d,]+ rows( · [\d,]+ a second)?( · about \d+ s left)?"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A village and a scan of it, both made at a terminal."""
    here = tmp_path_factory.mktemp("room")
    _, shown = watched("synth", "--out", "world", "--size", "village", "--seed", 4, cwd=here)
    seen(shown, "making a world: .*", f"writing the log · {ROWS}")
    told, shown = watched("scan", "world/log", "--context", "world/context", "--out", "review", cwd=here)
    seen(
        shown,
        "opening the log",
        f"reading · {ROWS}",
        r"looking with each detector · \d+ of 41.*",
        f"reading the rows of the list again · {ROWS}",
        r"drawing dossiers · \d+ of \d+.*",
    )
    assert "page review/report.html" in told
    return here


def seen(shown: list[str], *lines: str) -> None:
    """Lines were shown that look so, in this order."""
    left = iter(shown)
    for line in lines:
        assert any(re.fullmatch(line, one) for one in left), (line, shown)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ("report review --budget 2", [r"drawing dossiers · \d of 2.*"]),
        (
            "report review --format pdf --budget 2",
            [r"drawing dossiers · \d of 2.*", r"setting 2 dossiers on paper( · \d+ s)?"],
        ),
        ("report review --public", ["making the public edition", "making the report: the page, .*"]),
        (
            "evaluate review --truth world/truth",
            [
                r"checking the files of the log · \d of 1.*",
                f"reading the log for the baselines · {ROWS}",
                r"running the baselines · \d+ of 15.*",
                r"scoring the baselines · \d+ of \d+.*",
            ],
        ),
        ("profile world/log", [f"reading · {ROWS}"]),
        (
            "explain --discover world/log --context world/context --permutations 2",
            [f"reading · {ROWS}", "explaining", r"exchanging users and subjects · \d of 2.*"],
        ),
        ("bench world/log --runs 1 --only volume", [f"reading · {ROWS}", r"run 1: volume · 0 of 1.*"]),
        ("subject TOKEN world/log", [f"reading · {ROWS}", "looking for the subject", "making the page"]),
        (
            f"return --context {DECK} --year 2018 --format pdf",
            [
                "making the page of 91 agencies",
                r"drafting reports · \d+ of 58.*",
                r"setting 58 drafts on paper( · \d+ s)?",
            ],
        ),
    ],
)
def test_a_verb_says_how_far_it_is(arguments: str, lines: list[str], room: Path) -> None:
    [token, *_] = pl.read_parquet(room / "review" / "incidents.parquet")["subjects"].explode().drop_nulls()
    told, shown = watched(*arguments.replace("TOKEN", token).split(), cwd=room)
    seen(shown, *lines)
    assert told
    assert not [line for line in shown if line in told.splitlines()]


def test_the_demo_says_how_far_it_is(tmp_path: Path) -> None:
    told, shown = watched("demo", cwd=tmp_path)
    seen(
        shown,
        "making a synthetic county: .*",
        f"writing the log · {ROWS}",
        f"reading · {ROWS}",
        r"drawing dossiers · \d+ of 10.*",
    )
    assert told.endswith("page demo/review/report.html\n")


def test_one_module_alone_draws_on_the_terminal() -> None:
    drawing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "anomaly").rglob("*.py")
        if re.search(r"\.status\(|rich\.(live|progress|status)", path.read_text(encoding="utf-8"))
    ]
    assert drawing == ["anomaly/report/progress.py"]
