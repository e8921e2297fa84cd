"""The terminal shows the figures, and text from a log cannot steer it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from anomaly.incidents.model import ScanResult
from anomaly.report.terminal import print_summary

from .sample import hostile, result


def _printed(scan: ScanResult, *, terminal: bool = False) -> str:
    console = Console(file=StringIO(), width=110, force_terminal=terminal)
    print_summary(scan, console, out=Path("out"))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().replace("\xa0", " ")


def test_says_what_was_read_found_and_left_unchecked() -> None:
    text = _printed(result())
    assert "1,204,612 rows read = 1,204,331 scanned + 24 rejected + 257 duplicates" in text
    assert "8 entries for review, none of them a finding; of the 6 with a chance model, about 0.4" in text
    assert "abstained separated: no table `users` in the context folder" in text
    assert "oversight 3 federal agencies made 570 look-ups, 190 with no case number" in text
    assert "out/report.html" in text
    assert "0.92" in text


def test_says_when_there_is_nothing() -> None:
    assert "Nothing stood out for review." in _printed(result(empty=True))


def test_text_from_a_log_is_neither_markup_nor_an_escape() -> None:
    text = _printed(hostile())
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert "[bold red]markup[/bold red]" in text
    assert "and 2 more on the page" in text
    assert "\x1b[31m" not in _printed(hostile(), terminal=True)
    assert "\x07" not in _printed(hostile(), terminal=True)
