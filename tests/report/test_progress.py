"""What a person who waits is told: how far, how fast, how long still."""

from __future__ import annotations

from io import StringIO
from time import monotonic

import pytest
from rich.console import Console

from anomaly.report.progress import Line, counted, said, shown
from anomaly.telling import EXPECTED, TOTAL, each


@pytest.mark.parametrize(
    ("rows", "expected", "seconds", "text"),
    [
        (0, 0, 0.1, "reading"),
        (500, 9000, 0.1, "reading · 500 rows"),
        (1_200_000, 5_400_000, 2.0, "reading · 1,200,000 rows · 600,000 a second · about 7 s left"),
        (1_000_000, 1_020_000_000, 2.0, "reading · 1,000,000 rows · 500,000 a second · about 34 min left"),
        (1_000, 40_000_000, 2.0, "reading · 1,000 rows · 500 a second · about 22 h 13 min left"),
        (9_100, 9_000, 3.0, "reading · 9,100 rows · 3,033 a second"),
        (9_100, 0, 12.0, "reading · 9,100 rows · 12 s"),
    ],
)
def test_rates_and_time_left(rows: int, expected: int, seconds: float, text: str) -> None:
    assert said("reading", rows, expected, seconds) == text


@pytest.mark.parametrize(
    ("done", "seconds", "waited", "text"),
    [
        (0, 0.0, 0.5, "drawing · 0 of 50"),
        (0, 0.0, 3.2, "drawing · 0 of 50 · 3 s"),
        (12, 5.0, 0.0, "drawing · 12 of 50 · 2.4 a second · about 16 s left"),
        (12, 5.0, 6.0, "drawing · 12 of 50 · 2.4 a second · about 10 s left"),
        (12, 5.0, 60.0, "drawing · 12 of 50 · 2.4 a second"),
        (1, 14.0, 0.0, "drawing · 1 of 50 · 14 s each · about 11 min left"),
        (50, 2.0, 0.0, "drawing · 50 of 50 · 25 a second"),
    ],
)
def test_what_is_counted_is_told_of_its_total(done: int, seconds: float, waited: float, text: str) -> None:
    assert counted("drawing", done, 50, seconds, waited) == text


def test_what_is_told_becomes_one_line() -> None:
    line = Line("opening")
    assert line.said(monotonic()) == "opening"
    assert line.said(monotonic() + 7) == "opening · 7 s"
    told = []
    for what, done in (
        (EXPECTED, 100),
        ("reading", 1),
        ("reading", 59),
        ("coding", 0),
        (TOTAL, 2),
        ("looking", 1),
        ("looking there", 0),  # what is done meanwhile
        ("looking", 1),
        ("writing", 0),
        (TOTAL, 0),
        ("drawing", 0),
    ):
        line.tell(what, done)
        told.append(line.said(monotonic()))
    assert told[1:4] == ["reading · 1 row", "reading · 60 rows", "coding"]
    assert told[5:9] == ["looking · 1 of 2", "looking there · 1 of 2", "looking · 2 of 2", "writing"]
    assert told[10] == "drawing"


def test_each_of_some_things_is_told() -> None:
    told: list[tuple[str, int]] = []
    assert list(each("ab", "drawing", lambda what, done: told.append((what, done)))) == ["a", "b"]
    assert told == [(TOTAL, 2), ("drawing", 0), ("drawing", 1), ("drawing", 1)]


def test_a_terminal_is_told_and_a_file_is_not() -> None:
    for terminal in (True, False):
        out = StringIO()
        with shown(Console(file=out, force_terminal=terminal)) as progress:
            progress(EXPECTED, 100)
            progress("reading", 60)
            progress("volume", 0)
        assert ("60 rows" in out.getvalue()) is terminal
