"""What a person who waits is told: how far, how fast, how long still."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from anomaly.report.progress import EXPECTED, said, shown


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


def test_a_terminal_is_told_and_a_file_is_not() -> None:
    for terminal in (True, False):
        out = StringIO()
        with shown(Console(file=out, force_terminal=terminal)) as progress:
            progress(EXPECTED, 100)
            progress("reading", 60)
            progress("volume", 0)
        assert ("60 rows" in out.getvalue()) is terminal
