from __future__ import annotations

import importlib
from pathlib import Path

import polars as pl
import pytest

from anomaly.detectors import BY_NAME
from anomaly.schema import CONTEXT, EVENT_BY_NAME
from tests import stories

FEW = {
    "applicants", "copied_case_number", "critics", "ended_access", "federal_access", "foreign_access",
    "harvesting", "immigration_purpose", "self_lookup", "unstated_reasons", "wrong_program",
}  # fmt: skip


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False).fill_null("")


def content(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


@pytest.mark.parametrize("name", stories.NAMES)
def test_story_is_small_whole_and_labelled(name: str) -> None:
    story = stories.load_story(name)
    log = read(story.log)
    assert story.log.stat().st_size < 250_000
    assert set(log.columns) <= set(EVENT_BY_NAME)
    assert log["time"].is_sorted()
    for path in story.context.iterdir():
        table = read(path)
        assert table.columns == [column.name for column in CONTEXT[path.stem]]
        assert table.height
    truth = story.truth
    assert truth["row"].is_between(1, log.height).all()
    assert truth["row"].is_unique().all()
    assert (log["user"].gather(truth["row"] - 1) == truth["user"]).all()
    bad = truth.filter(pl.col("misuse"))
    innocent = truth.filter(~pl.col("misuse"))
    if name in ("missing_filing", "implausible_zero", "listed_share"):
        return  # what is wrong has no row in the log
    assert bad["scenario_id"].n_unique() >= 1
    assert innocent["scenario_id"].n_unique() >= 2
    assert story.rows(misuse=True).isdisjoint(story.rows(misuse=False))
    # Enough peers: the units of the misuse have a dozen users; of the stories in FEW, rules and offices need
    # none, and where a statistic of users is the point a unit has as many as detectors compare.
    units = log.group_by("agency", "unit").agg(pl.col("user").n_unique().alias("peers"))
    theirs = log[[row - 1 for row in sorted(story.rows(misuse=True))]].select("agency", "unit").unique()
    peers = theirs.join(units, on=["agency", "unit"])["peers"]
    if name not in FEW:
        assert peers.min() >= 12
    elif BY_NAME[name].by_chance and BY_NAME[name].group == "user" and name != "harvesting":
        assert peers.max() >= 8
    readme = (story.log.parent / "README.md").read_text(encoding="utf-8")
    assert "What it does not prove" in readme
    for scenario in truth["scenario_id"].unique():
        assert f"| {scenario} |" in readme


@pytest.mark.parametrize("name", ["own_hours", "isolated_sessions"])
def test_users_whose_hours_matter_have_a_long_past(name: str) -> None:
    story = stories.load_story(name)
    log = read(story.log)
    for user in story.users(misuse=True):
        mine = log.filter(pl.col("user") == user)
        assert mine.height >= 250
        days = mine["time"].str.to_datetime("%Y-%m-%dT%H:%M:%S")
        assert (days.max() - days.min()).days >= 115


def test_making_the_stories_again_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(stories.ROOT))
    make = importlib.import_module("make")
    assert sorted(story.name for story in make.EVERY) == list(stories.NAMES)
    for story in make.EVERY:
        make.make(story, tmp_path / story.name)
        assert content(tmp_path / story.name) == content(stories.ROOT / story.name)
