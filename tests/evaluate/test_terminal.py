"""The scorecard on paper and in files."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from anomaly.errors import InputError
from anomaly.evaluate.card import score
from anomaly.evaluate.clean import clean_of
from anomaly.evaluate.listing import Abstained, Listing
from anomaly.evaluate.outputs import write_scorecard
from anomaly.evaluate.run import Scorecard
from anomaly.evaluate.scanned import Scanned
from anomaly.evaluate.terminal import ahead, print_scorecard
from tests.evaluate.worlds import Entry, Scenario, listing, truth

FILES = ("scorecard.csv", "scorecard.json")
KNOWN = truth(
    A=Scenario([1, 2], form="plain"),
    B=Scenario([3, 4], pattern="selling", form="evasive few"),
    C=Scenario([5, 6], pattern="[bold]\x1b[31m"),
    N=Scenario([7, 8], pattern="manhunt", misuse=False),
)
SUMMARY = {"log": {"users": 50, "first": "2023-01-01", "last": "2023-12-31"}}


def scorecard() -> Scorecard:
    twin = Scanned(Path("twin"), listing(Entry([1], q_value=0.01)), SUMMARY)
    ours = listing(
        Entry([1, 2], q_value=0.01), Entry([7, 8], q_value=0.02), Entry([1], q_value=0.03), name="this scan"
    )
    rival = listing(Entry([1, 2, *range(7, 50)]), Entry([3, 4, 5, 6]), name="everybody")
    return Scorecard(
        score(ours, KNOWN, promised_fdr=0.1, clean=clean_of(twin)),
        (score(rival, KNOWN), score(listing(name="nobody"), KNOWN)),
        (Abstained("ECOD", "the extra is not installed"),),
        ("a note",),
        12_000,
    )


def printed(card: Scorecard, width: int = 100) -> str:
    console = Console(file=StringIO(), width=width)
    print_scorecard(card, console)
    assert isinstance(console.file, StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def flat(text: str) -> str:
    return " ".join(text.split())


def row(text: str, detector: str) -> list[str]:
    """The figures of one detector in the first table."""
    return next(line for line in text.splitlines() if line.startswith(detector))[len(detector) :].split()


def test_the_best_stands_first_and_who_beats_the_scan_is_said() -> None:
    text = printed(scorecard())
    assert text.index("everybody") < text.index("this scan") < text.index("nobody")
    assert ahead(scorecard()) == "everybody (AP, T, 2T, 5T, 10, 25, 50, 100)"
    assert "not run ECOD: the extra is not installed" in flat(text)
    assert "ahead of it everybody (AP, T, 2T" in flat(text)
    assert row(text, "this scan")[:5] == ["0.33", "0.33", "33/33", "33/33", "33/33"]
    assert row(text, "nobody")[:3] == ["0.00", "0.00", "0/–"]


def test_what_is_wrong_is_said() -> None:
    text = printed(scorecard())
    assert "1 of 1 listed: manhunt (N) at 2" in text
    assert "1 of the first 3 entries, on misuse that others bring" in text
    words = flat(text)
    assert "1 of 3 (33%; < 1% to 91%) with a chance model, promised at most 10%; no entry by rule" in words
    assert "1 entry where there is no misuse, 20 (0.507 to 112) per 1,000 officer-years" in words
    assert "selling 0 of 1 0 0 0 – everybody" in words
    assert "note a note" in words
    assert "forms found at T: 1 of 1 not evading (100%; 3% to 100%); 0 of 1 evading (0%; 0% to 98%)" in words


def test_what_would_flatter_is_shown() -> None:
    text = printed(scorecard())
    head = next(line for line in text.splitlines() if line.startswith("detector")).split()
    assert head[-2:] == ["seen", "rows"]
    assert row(text, "this scan")[-2:] == ["33", "5"]
    assert row(text, "everybody")[-2:] == ["100", "49"]
    assert "read (the log has 12,000)" in flat(text)
    cheat = score(listing(*[Entry(range(1, 50))] * 3), KNOWN)
    assert "2 of 3 (67%; 9% to > 99%) by rule; 1 other mostly about other rows" in flat(
        printed(Scorecard(cheat))
    )


def test_it_fits_and_nothing_in_it_steers_the_terminal() -> None:
    text = printed(scorecard())
    assert max(map(len, text.splitlines())) <= 100
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert "[bold]" in text


def test_a_world_without_misuse_prints() -> None:
    text = printed(Scorecard(score(listing(Entry([7])), truth(N=Scenario([7], misuse=False)))))
    assert "0 misuse scenarios, 1 hard negative" in text
    assert "–" in text


def test_files_say_the_same_and_are_the_same_each_time(tmp_path: Path) -> None:
    write_scorecard(scorecard(), tmp_path / "one")
    write_scorecard(scorecard(), tmp_path / "two")
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in FILES)
    told = json.loads((tmp_path / "one" / "scorecard.json").read_text())
    assert told["scan"]["average_precision"] == round(1 / 3, 6)
    assert told["not_run"] == [{"detector": "ECOD", "reason": "the extra is not installed"}]
    table = pl.read_csv(tmp_path / "one" / "scorecard.csv")
    first = table.filter(pl.col("measure") == "average precision", pl.col("pattern").is_null())
    assert dict(first.select("detector", "value").iter_rows())["everybody"] == pytest.approx(2 / 3)
    assert sorted(one.name for one in (tmp_path / "one").iterdir()) == sorted(FILES)


def test_other_files_of_the_folder_stay_and_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_text("kept")
    write_scorecard(scorecard(), tmp_path)
    assert (tmp_path / "incidents.csv").read_text() == "kept"
    with pytest.raises(InputError, match="a file, not a folder"):
        write_scorecard(scorecard(), tmp_path / "incidents.csv")


def test_the_name_of_a_list_is_its_own() -> None:
    assert score(Listing("mine", listing().entries, listing().evidence), KNOWN).detector == "mine"
