"""Worlds of any size that can be are as large as asked, in little memory; what cannot be is refused."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from anomaly.cli import app
from anomaly.errors import InputError
from anomaly.synth import load, size_of
from anomaly.synth.make import build, make
from anomaly.synth.slices import length_of, one_slice, scenes

P = load()


def rows_of(seed: int, **size: Any) -> tuple[int, int]:
    """Rows asked for and rows made, without writing them."""
    asked = size_of(P, seed=seed, **size)
    world, _ = make(asked, P)
    length = length_of(asked.events, asked.days)
    made = [one_slice(world, k, length).rows for k in range(-(-world.end // length))]
    return asked.events, sum(int((rows["time"] < world.end).sum()) for rows in (*made, *scenes(world)))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("size", "within"),
    [
        ({"size": "village"}, 0.1),
        ({"size": "town"}, 0.05),
        ({"events": 50_000, "users": 300, "days": 90}, 0.05),
        ({"events": 20_000, "users": 60, "days": 30}, 0.05),
    ],
    ids=["village", "town", "quarter", "month"],
)
def test_a_log_has_about_as_many_rows_as_asked(size: dict[str, Any], within: float, seed: int) -> None:
    asked, made = rows_of(seed, **size)
    assert made == pytest.approx(asked, rel=within)


@pytest.mark.parametrize("users", [8, 14, 59, 60, 90, 500])
def test_there_are_as_many_users_as_asked(users: int) -> None:
    world = build(size_of(P, users=users, days=60), P)
    assert len(world.staff) == users
    assert all(unit.size > 0 for unit in world.plan.units)
    assert (users < 60) == (len(world.plan.agencies) == 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (100_000, 365, 90)),
        ({"size": "village"}, (10_000, 365, 14)),
        ({"size": "village", "users": 8}, (10_000, 365, 8)),
        ({"size": "county", "days": 30}, (41_096, 30, 500)),
        ({"events": 9000, "days": 100}, (9000, 100, 30)),
        ({"users": 20, "days": 100}, (6000, 100, 20)),
        ({"events": 900, "days": 30, "users": 8}, (900, 30, 8)),
    ],
)
def test_what_is_not_given_follows_from_the_rest(
    given: dict[str, Any], expected: tuple[int, int, int]
) -> None:
    size = size_of(P, **given)
    assert (size.events, size.days, size.users) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"size": "hamlet"}, "they are village, demo, town, county, region, state"),
        ({"users": 0, "days": 365}, "--users: 0 users"),
        ({"users": 7, "days": 365}, "8 or more"),
        ({"users": 20, "days": 0}, "--days: 0 days"),
        ({"users": 20, "days": 29}, "30 or more"),
        ({"events": 0}, "--events: 0 events"),
        ({"events": -5, "users": 20}, "--events"),
        ({"users": 20, "misuse": 21}, "more than there are users (20)"),
        ({"users": 20, "misuse": -1}, "--misuse"),
        ({"events": 100, "users": 100, "days": 365}, "a user and day"),
        ({"events": 10**7, "users": 10, "days": 30}, "a user and day"),
        ({"users": 2_000_000, "days": 30}, "1,000,000 or fewer"),
        ({"users": 20, "days": 5000}, "3,653 or fewer"),
        ({"events": 10**9, "users": 10**6, "days": 30}, "300,000,000 or fewer"),
        ({"seed": -1}, "--seed"),
    ],
)
def test_a_size_that_cannot_be_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        size_of(P, **given)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[habits]\nvagueness = 1", "habits.vagueness"),
        ("[imperfect]\nmissing_calls = 1.5", "imperfect.missing_calls"),
        ("[imperfect]\nmissing_calls = nan", "imperfect.missing_calls"),
        ("[habits]\npace_shape = inf", "habits.pace_shape"),
        ("[street]\npatrol = [0.5, 0.5]", "street.patrol"),
        ("habits = 3", "habits"),
        ("first_day = 'soon'", "first_day"),
        ("time_zone = 'Mars/Olympus'", "time_zone"),
        ("names = 'martian'", "names"),
        ("[imperfect]\nredacted = ['nonsense']", "redacted"),
        ("[imperfect]\nredacted = ['time']", "redacted"),
        ("[imperfect]\nredacted = ['vin']", "redacted"),  # of the data dictionary, in no log of a world
        ("[agencies]\nfederal_users = [9, 3]", "federal_users"),
        ("[agencies]\nresidents_per_user = 0.1", "residents_per_user"),
        ("[units.PATROL]\nrotas = ['moon']", "rotas"),
        ("[units.PATROL]\nrotas = []", "rotas"),
        ("[units.PATROL]\nwork = 'dancing'", "work"),
        ("[units.PATROL]\nshare = 0.5", "share"),
        ("[units.DETECTIVES]\nshare = 0.99", "share"),
        ("[people]\nhousehold = 0.0001", "people.household"),
        ("[asked]\nstop = { plate = 0.5, driver = 0.4 }", "asked.stop"),
        ("[asked]\nstop = { plates = 1.0 }", "no kind of action"),
        ("[asked.now_and_then]\nphoto = 0.6", "asked.now_and_then"),
        ("[desks]\nwarrants = 0.99", "more than all queries"),
        ("[street]\nfollow_up_days = 1", "street.follow_up_days"),
        ("[agencies]\npolice_sigma = 1e6", "police_sigma"),
        ("first_day = 1066-10-14", "first_day"),
        ("[rotas]\ndays = {start = 6, hours = 12, on = 9, cycle = 8}", "rotas"),
        ("not toml", "cannot be read"),
        ("", ""),
    ],
)
def test_parameters_that_cannot_be_are_refused_with_their_name(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    out = tmp_path / "world"
    size = ["--users", "90", "--days", "30", "--no-clean"]
    done = CliRunner().invoke(app, ["synth", "--out", str(out), "--parameters", str(path), *size])
    if not said:
        assert done.exit_code == 0, done.output
        return
    assert not out.exists()
    assert isinstance(done.exception, InputError | SystemExit), repr(done.exception)
    told = str(done.exception) + done.output
    assert said in told


def test_parameters_that_are_not_there_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load(path)


def test_what_is_laid_over_replaces_that_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[units.PATROL]\npace = 9.5\n[imperfect]\nmissing_calls = 0.5\n")
    p = load(path)
    assert p.units["PATROL"].pace == 9.5
    assert p.units["PATROL"].role == P.units["PATROL"].role
    assert p.imperfect == P.imperfect.model_copy(update={"missing_calls": 0.5})
    assert p.habits == P.habits


def test_names_are_unique_in_a_state_of_a_hundred_thousand_users() -> None:
    world = build(size_of(P, size="state", seed=2), P)
    s, agencies = world.staff, world.plan.agencies
    assert len(s) == 100_000
    assert len({one.prefix for one in agencies}) == len({one.name for one in agencies}) == len(agencies)
    assert len(set(s.person.tolist())) == len(s)
    twice = {login for login, n in Counter(s.user).items() if n > 1}
    units: dict[str, set[int]] = {}
    for login, unit in zip(s.user, s.unit.tolist(), strict=True):
        units.setdefault(login, set()).add(unit)
    assert all(len(units[login]) == 1 for login in twice)
    assert len(twice) < (s.separated < world.days).sum()


def test_two_million_rows_take_less_than_two_gigabytes(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from anomaly.synth import load, size_of, write_world\n"
        "p = load(); size = size_of(p, events=2_000_000, users=2000, days=365)\n"
        "print(write_world(Path(sys.argv[1]), size, p, clean=False).n_rows)\n"
        # ru_maxrss keeps the peak of the process that it was forked from: a long run of tests
        "status = Path('/proc/self/status').read_text()\n"
        "print(status.partition('VmHWM:')[2].split()[0])"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "w")]
    rows, kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(rows) == pytest.approx(2_000_000, rel=0.05)
    assert int(kilobytes) < 2_000_000
