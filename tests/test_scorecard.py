"""The scorecard end to end on worlds of seconds: the same page twice, every section, figures that add up."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from anomaly import __version__
from anomaly.bench.tables import table
from anomaly.detectors import BY_NAME
from benchmarks.scorecard import patterns, pool
from benchmarks.scorecard.clock import Clock
from benchmarks.scorecard.conditions import BLANKED, CONDITIONS, FULL, LOG_ONLY, under
from benchmarks.scorecard.make import run_all, write
from benchmarks.scorecard.months import known_by, month_ends
from benchmarks.scorecard.page import TIMES, Outcome
from benchmarks.scorecard.patterns import SOUGHT
from benchmarks.scorecard.plans import TINY
from benchmarks.scorecard.tables import ends, percent, two
from benchmarks.scorecard.worlds import World, make, misuse_numbers


def made(out: Path, room: Path) -> Outcome:
    clock = Clock(quiet=True)
    outcome = run_all(TINY, room, clock)
    write(outcome, out, clock)
    return outcome


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    out = tmp_path_factory.mktemp("card")
    return made(out, tmp_path_factory.mktemp("room")), out


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(TINY.main, TINY.main.seeds[0], tmp_path_factory.mktemp("one") / "world")


def test_another_run_gives_the_same_page_but_for_the_times(
    card: tuple[Outcome, Path], tmp_path: Path
) -> None:
    made(tmp_path / "again", tmp_path / "room")
    first, second = (
        {path.name: path.read_text("utf-8") for path in sorted(out.rglob("*.*"))}
        for out in (card[1], tmp_path / "again")
    )
    assert set(first) == {"scorecard.md", "recall.svg", "patterns.svg", "clean.svg"}
    before = [pages.pop("scorecard.md").split(TIMES) for pages in (first, second)]
    assert [len(parts) for parts in before] == [2, 2]
    assert before[0][0] == before[1][0]
    assert first == second


def test_the_page_has_every_section_and_says_what_was_run(card: tuple[Outcome, Path]) -> None:
    text = (card[1] / "scorecard.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [
        "How to read it",
        "What was run",
        "The scan beside the baselines",
        "Pattern by pattern",
        "What is listed wrongly",
        "Time to detection",
        "Other sizes",
        "Time taken",
    ]
    assert text.count(f"Version {__version__}; hamlet, seeds 1–2, 80 users, 45 days") >= 9
    for condition in CONDITIONS:
        assert f"### {condition.capitalize()}" in text
    for name in ("isolation forest", "local outlier factor", "Search Anomaly Index", "this scan"):
        assert text.count(name) >= len(CONDITIONS)
    assert not re.search(r"\b(nan|None|inf)\b", text)


def test_every_table_is_square(card: tuple[Outcome, Path]) -> None:
    text = (card[1] / "scorecard.md").read_text("utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) >= 14
    for one in tables:
        assert len({line.count("|") for line in one.splitlines()}) == 1, one


def test_pictures_are_sound_and_have_text_alternatives(card: tuple[Outcome, Path]) -> None:
    for path in sorted((card[1] / "scorecard").glob("*.svg")):
        text = path.read_text("utf-8")
        root = ET.fromstring(text)
        said = {child.tag.rpartition("}")[2]: child.text or "" for child in root}
        assert len(said["title"]) > 10
        assert len(said["desc"]) > 40
        assert "prefers-color-scheme:dark" in said["style"]
        assert __version__ in text
        assert "seeds 1–2" in text
        assert not re.search(r"<script|NaN|https?://(?!www\.w3\.org)", text)


def test_pooled_figures_agree_with_the_cards(card: tuple[Outcome, Path]) -> None:
    runs = card[0].runs
    scenarios = pool.scenarios_of(runs)
    for run in runs:
        for one in run.cards:
            here = scenarios.filter(
                "misuse",
                pl.col("seed") == run.world.seed,
                pl.col("condition") == run.condition,
                pl.col("detector") == one.detector,
            )
            for budget, found in one.budgets.select("budget", "found").iter_rows():
                assert here.select(pool.within(budget)).sum().item() == found
    assert scenarios["form"].null_count() == 0


def test_each_pattern_has_a_precision_and_an_average_precision(card: tuple[Outcome, Path]) -> None:
    runs = pool.of(card[0].runs, FULL)
    claimed = patterns.claims(runs)
    assert any(listed for _, listed in claimed.values())
    for name, (right, listed) in claimed.items():
        assert 0 <= right <= listed <= sum(run.ours.misuse for run in runs), name
    scenarios = pool.scenarios_of(card[0].runs)
    lines = patterns.pattern_table(scenarios, "this scan", {}, claimed).splitlines()
    head = [cell.strip() for cell in lines[0].split("|")]
    rows = [dict(zip(head, map(str.strip, line.split("|")), strict=True)) for line in lines[2:]]
    of_each = pl.concat([run.ours.patterns.filter(budget="T") for run in runs])
    for row in rows:
        here = of_each.filter(pattern=row["pattern"].strip("`"))
        pooled = (here["average_precision"] * here["scenarios"]).sum() / here["scenarios"].sum()
        assert float(row["AP"]) == pytest.approx(pooled, abs=0.0101)


def test_a_baseline_is_ahead_exactly_where_its_mean_is(card: tuple[Outcome, Path]) -> None:
    for condition in CONDITIONS:
        runs = pool.of(card[0].runs, condition)
        cards = pool.by_detector(runs)
        said = {one.detector for one in pool.ahead(runs) if one.measure == "AP"}
        mean = {name: sum(c.average_precision or 0.0 for c in of_it) for name, of_it in cards.items()}
        assert said == {name for name in mean if mean[name] > mean["this scan"]}


def test_each_condition_gives_what_it_says(world: World, tmp_path: Path) -> None:
    full = under(FULL, world.root, tmp_path / "a")
    assert under(LOG_ONLY, world.root, tmp_path / "b") == (full.log, None)
    blanked = under(BLANKED, world.root, tmp_path / "c")
    assert blanked.context == full.context
    [before], [after] = ([*folder.glob("*.parquet")] for folder in (full.log, blanked.log))
    assert before.name == after.name
    before_rows, after_rows = pl.read_parquet(before), pl.read_parquet(after)
    assert set(after_rows["reason"]) == {"***"}
    assert before_rows.drop("reason").equals(after_rows.drop("reason"))


def test_month_ends_cover_the_log(world: World) -> None:
    times = pl.read_parquet(world.root / "log")["time"]
    moments = list(month_ends(world))
    assert all(one.day == 1 for one in moments[:-1])
    assert moments == sorted(set(moments))
    assert (times < moments[-1]).all()
    assert (times > moments[0]).any()


def test_what_was_not_known_yet_is_not_told() -> None:
    tables = {
        "users": pl.DataFrame({"user": ["A", "B"], "separated": ["2024-01-10", "2024-03-01"]}),
        "calls": pl.DataFrame(
            {"call_id": ["1", "2"], "start": ["2024-01-31T23:00:00", "2024-02-02T01:00:00"]}
        ),
        "call_people": pl.DataFrame({"call_id": ["1", "2", "lost"], "subject": ["x", "y", "z"]}),
        "terminals": pl.DataFrame({"terminal": ["T1"], "agency": ["TOWN PD"]}),
    }
    known = known_by(tables, datetime(2024, 2, 1))
    assert known["users"]["separated"].to_list() == ["2024-01-10", None]
    assert known["calls"]["call_id"].to_list() == ["1"]
    assert known["call_people"]["call_id"].to_list() == ["1", "lost"]
    assert known["terminals"].equals(tables["terminals"])
    typed = {
        "users": tables["users"].with_columns(pl.col("separated").str.to_date()),
        "calls": tables["calls"].with_columns(pl.col("start").str.to_datetime()),
    }
    again = known_by(typed, datetime(2024, 2, 1))
    assert again["users"]["separated"].is_null().to_list() == [False, True]
    assert again["calls"]["call_id"].to_list() == ["1"]


def test_every_detector_says_which_patterns_it_was_made_for() -> None:
    assert set(SOUGHT) == set(BY_NAME)
    numbers = {number for of_it in misuse_numbers().values() for number in of_it}
    aggregate = {21}  # people of a protected list: no log shows them, see `listed_share`
    assert {number for of_it in SOUGHT.values() for number in of_it} <= numbers | aggregate


def test_shares_are_rounded_against_the_reader() -> None:
    assert (percent(0.349), two(0.349), percent(None)) == ("34", "0.34", "–")
    assert percent(0.07 * 100 / 100) == "7"
    assert ends(0.231, 0.231) == " (23–24)"
    assert table(["a", "b"], [["x|y", "1"]]) == "| a | b |\n| :--- | ---: |\n| x/y | 1 |\n"
