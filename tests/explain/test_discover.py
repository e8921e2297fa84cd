"""What explains how much of a log, beside chance: the exchange keeps what it must, the figures are right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from anomaly.explain.discover import Discovery, discover, exchange
from anomaly.explain.trial import try_all
from tests.coding.logs import coded
from tests.explain.test_templates import ZONE, row, written

ROOT = Path(__file__).resolve().parents[2]
OFFICERS = [f"U{k}" for k in range(8)]


def world() -> tuple[list[dict[str, str | None]], dict[str, list[dict[str, str]]]]:
    """Eight officers with a case each, and every one of them asks about the person of the own case."""
    rows = [
        row(f"03-{day:02}T{9 + k}:00", user=user, license=f"D{k}", unit="PATROL" if k < 5 else "TRAFFIC")
        for day in range(4, 14)
        for k, user in enumerate(OFFICERS)
    ]
    tables = {
        "cases": [
            {"case_number": f"24-{k}", "agency": "NPD", "opened": "2024-03-01 00:00:00", "closed": ""}
            for k in range(8)
        ],
        "case_people": [{"case_number": f"24-{k}", "subject": f"license:D{k}"} for k in range(8)],
        "case_officers": [{"case_number": f"24-{k}", "user": user} for k, user in enumerate(OFFICERS)],
        "service_accounts": [{"user": "U0"}],
    }
    return rows, tables


@pytest.fixture
def found(tmp_path: Path) -> Discovery:
    rows, tables = world()
    return discover(coded(rows, ZONE), written(tmp_path, tables), permutations=20, seed=7)


def test_what_is_real_is_far_above_chance(found: Discovery) -> None:
    shares = {one.name: one for one in found.shares}
    case = shares["case"]
    assert (case.covered, case.only) == (1.0, 1.0)
    assert case.by_chance == pytest.approx(1 / 8, abs=0.05)  # any of eight users, any of eight subjects
    assert case.lift == pytest.approx(8, rel=0.4)
    assert shares["case of the agency"].lift == 1  # it holds whoever asks about whom
    assert shares["case of the agency"].candidate
    assert (found.open, found.with_candidates) == (0, 0)
    assert found.open_by_chance > 0.2


def test_what_does_not_turn_on_who_asks_about_whom_is_no_better_than_chance(found: Discovery) -> None:
    [service] = [one for one in found.shares if one.name == "service account"]
    assert service.covered == pytest.approx(1 / 8)
    assert service.lift == pytest.approx(1)


def test_what_could_not_be_tried_has_no_figures(found: Discovery) -> None:
    [call] = [one for one in found.shares if one.name == "call"]
    assert call.why_not == "no table `calls` in the context folder"
    assert {call.covered, call.by_chance, call.least, call.most, call.only, call.lift} == {None}


def test_an_exchange_keeps_units_agencies_volume_and_popularity() -> None:
    rows, _ = world()
    log = coded([*rows, row("03-20T09:00", license=None), row("03-20T10:00", user="***")], ZONE)
    before = log.actions
    after = exchange(before, np.random.default_rng(3))
    assert np.any(after.user != before.user)
    assert np.any(after.subject != before.subject)
    for group, codes in (("place", "user"), ("agency", "subject")):
        then, now = getattr(before, codes), getattr(after, codes)
        at = getattr(before, group)
        assert np.array_equal(then < 0, now < 0)
        for one in np.unique(at):
            assert sorted(then[at == one]) == sorted(now[at == one])
    assert np.array_equal(after.time, before.time)


def test_the_same_seed_gives_the_same_figures(tmp_path: Path) -> None:
    rows, tables = world()
    log, context = coded(rows, ZONE), written(tmp_path, tables)
    assert discover(log, context, seed=5) == discover(log, context, seed=5)
    assert discover(log, context, seed=5) != discover(log, context, seed=6)


def test_shares_are_those_of_a_scan(tmp_path: Path) -> None:
    rows, tables = world()
    log, context = coded(rows, ZONE), written(tmp_path, tables)
    scanned = try_all(log, context)
    for one in discover(log, context, permutations=1).shares:
        if not one.candidate and one.why_not is None:
            assert one.covered == scanned.by((one.name,)).mean()


STORY = "fixtures/stories/repeated_lookups"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anomaly", "explain", *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"},
        check=False,
        text=True,
    )


def test_the_verb_prints_a_table_or_json() -> None:
    given = ("--discover", f"{STORY}/log.csv", "--context", f"{STORY}/context", "--permutations", 2)
    told = run(*given)
    assert (told.returncode, told.stderr) == (0, "")
    assert "Why this subject" in told.stdout
    assert "by chance" in told.stdout
    data = json.loads(run(*given, "--format", "json").stdout)
    assert data["permutations"] == 2
    assert {one["name"] for one in data["explanations"]} > {"case", "call", "case of the agency"}
    assert 0 <= data["open"] <= 1


def test_the_verb_shows_an_explanations_manual() -> None:
    told = run("partner")
    assert told.returncode == 0
    assert all(heading in told.stdout for heading in ("Joins", "Limits", "Needs", "Look for"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "wants a name, or --discover"),
        (("volume", "--discover", "x.csv"), "wants a name, or --discover"),
        (("nonsense",), "no detector and no explanation"),
        (("--discover", "nowhere.csv"), "nowhere.csv"),
        (("--discover", f"{STORY}/log.csv", "--context", "nowhere"), "no such folder"),
    ],
)
def test_wrong_usage_says_what_next(arguments: tuple[str, ...], says: str) -> None:
    told = run(*arguments)
    assert told.returncode == 2
    assert told.stdout == ""
    assert says in told.stderr
    assert "next:" in told.stderr
