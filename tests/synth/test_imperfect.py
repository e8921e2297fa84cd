"""Each knob of what is wrong with tables and logs does what it says, and nothing at zero."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from anomaly.synth import load, size_of
from anomaly.synth.make import build
from anomaly.synth.parameters import Parameters
from anomaly.synth.render import Desk, frame, render
from anomaly.synth.roster import of_world
from anomaly.synth.rows import in_order
from anomaly.synth.slices import Slice, one_slice
from anomaly.synth.staff import DAY
from anomaly.synth.tables import Tables, of_slice
from anomaly.synth.world import World
from tests.synth.conftest import with_imperfect

SIZE: dict[str, Any] = {"events": 500_000, "users": 500, "days": 365}


def world_of(p: Parameters, seed: int = 5) -> World:
    return build(size_of(p, seed=seed, **SIZE), p)


@cache
def a_week(**knobs: float) -> tuple[World, Slice, Tables]:
    """The tenth week of a county, and what it leaves in the tables."""
    world = world_of(with_imperfect(**knobs))
    made = one_slice(world, 10, 7 * DAY)
    return world, made, of_slice(world, made, 10)


def likely(found: int, n: int, share: float) -> bool:
    """Whether so many of n are within all but a millionth of the binomial law."""
    low, high = binom.interval(1 - 1e-6, n, share)
    return bool(low <= found <= high)


@pytest.mark.parametrize("share", [0.0, 0.08, 0.5, 1.0])
def test_missing_calls(share: float) -> None:
    _, made, tables = a_week(missing_calls=share)
    n = sum(len(one.time) for one in made.made.calls)
    there = tables["calls"].height if "calls" in tables else 0
    assert n > 1000
    assert likely(n - there, n, share)
    if there:
        for name in ("call_people", "call_units"):
            assert sorted(tables[name]["call_id"]) == sorted(tables["calls"]["call_id"])


@pytest.mark.parametrize("share", [0.0, 0.08, 0.5, 1.0])
def test_missing_cases(share: float) -> None:
    world, made, tables = a_week(missing_cases=share)
    for n, cases in (
        (sum(len(one.number) for one in made.made.reports), tables.get("cases")),
        (len(world.cases.number), of_world(world).get("cases")),
    ):
        there = 0 if cases is None else cases.height
        assert n > 300
        assert likely(n - there, n, share)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_missing_overtime(share: float) -> None:
    world, made, tables = a_week(missing_overtime=share)
    user, _, _, extra = made.shifts
    human = world.staff.role[user] != "service"
    n = int((extra == 1).sum())
    assert n > 50
    assert likely(int(human.sum()) - tables["shifts"].height, n, share)


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_subject_by_name(share: float) -> None:
    world, _, tables = a_week(subject_by_name=share)
    for table in (tables["call_people"], tables["case_people"], of_world(world)["case_people"]):
        kinds = table["subject"].str.split(":").list.first()
        assert likely(int((kinds == "name").sum()), table.height, share)


def test_clocks_of_some_agencies_are_off_by_minutes_at_most() -> None:
    on_time = a_week(clock_agencies=0.0)[2]["calls"]
    for share, minutes in ((1.0, 4.0), (0.5, 9.0), (1.0, 0.0)):
        off = a_week(clock_agencies=share, clock_minutes=minutes)[2]["calls"]
        assert off["call_id"].equals(on_time["call_id"])
        seconds = (off["start"] - on_time["start"]).dt.total_seconds()
        ends = (off["end"] - on_time["end"]).dt.total_seconds()
        assert seconds.equals(ends)
        by_agency = pl.DataFrame({"agency": off["agency"], "off": seconds}).unique()
        assert by_agency["agency"].is_unique().all()
        assert by_agency["off"].abs().max() <= 60 * minutes  # type: ignore[operator]
        assert likely(int((by_agency["off"] != 0).sum()), by_agency.height, share if minutes else 0.0)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_wrong_unit(share: float) -> None:
    world = world_of(with_imperfect(wrong_unit=share, recycled_ids=0.0))
    roster = of_world(world)["users"]
    units = world.plan.units
    truly = {login: units[k].name for login, k in zip(world.staff.user, world.staff.unit, strict=True)}
    wrong = roster.filter(pl.col("unit") != pl.col("user").replace_strict(truly))
    agencies = Counter(unit.agency for unit in units)
    could = sum(agencies[a] > 1 for a in world.staff.agency[world.staff.role != "service"])
    assert likely(wrong.height, could, share)
    own = {(world.plan.agencies[unit.agency].name, unit.name) for unit in units}
    assert set(roster.select("agency", "unit").rows()) <= own


@pytest.mark.parametrize(("share", "days"), [(0.0, 20), (0.5, 20), (1.0, 0), (1.0, 9)])
def test_late_hr(share: float, days: int) -> None:
    p = with_imperfect(late_hr=share, late_hr_days=days, recycled_ids=0.0)
    p = p.model_copy(
        update={"habits": p.habits.model_copy(update={"separated_a_year": 0.4, "hired_a_year": 0.4})}
    )
    world = world_of(p)
    s = world.staff
    for truly, known, changed in (
        (s.separated, s.hr_separated, s.separated < world.days),
        (s.hired, s.hr_hired, (s.hired > 0) & (s.hired < world.days - 1)),  # nobody is entered after the end
    ):
        late = known - truly
        assert (late[~changed] == 0).all()
        assert late.min() >= 0
        assert late.max() <= days
        assert changed.sum() > 80
        n = int(changed.sum())
        assert likely(int((late[changed] > 0).sum()), n, share if days else 0.0)
    assert (s.hr_hired < world.days).all()
    roster = of_world(world)["users"]
    last = world.date(world.end - 1)
    assert roster["hired"].max() <= last  # type: ignore[operator]
    assert (roster["separated"].drop_nulls() <= last).all()
    assert roster["separated"].count() == (s.hr_separated < world.days).sum()


def test_a_login_of_a_leaver_is_given_to_somebody_hired_later_into_the_unit() -> None:
    world = world_of(with_imperfect(recycled_ids=1.0))
    s = world.staff
    owners: dict[str, list[int]] = {}
    for k, login in enumerate(s.user):
        owners.setdefault(login, []).append(k)
    handed_on = {login: two for login, two in owners.items() if len(two) > 1}
    assert len(handed_on) >= 5
    roster = of_world(world)["users"]
    assert roster["user"].is_unique().all()
    assert roster.height == len(owners)
    for login, two in handed_on.items():
        old, new = sorted(two, key=lambda k: s.hired[k])
        assert s.unit[old] == s.unit[new]
        assert s.separated[old] < s.hired[new]
        assert s.person[old] != s.person[new]
        shifts = (world.shifts(old), world.shifts(new))
        assert not len(shifts[1]) or shifts[0][-1, 1] < shifts[1][0, 0]
        [row] = roster.filter(user=login).to_dicts()
        assert row["license"] == world.people.license(np.array([s.person[new]]))[0]
        assert row["hired"] == world.date(int(s.hr_hired[new]) * DAY)
        assert row["separated"] == world.date(int(s.separated[old]) * DAY)
        assert row["separated"] < row["hired"]


def test_logins_are_given_once_when_the_knob_is_off_and_to_a_share_when_it_is_not() -> None:
    shared = {
        share: len(world.staff) - len(set(world.staff.user))
        for share in (0.0, 0.3, 1.0)
        if (world := world_of(with_imperfect(recycled_ids=share)))
    }
    assert shared[0.0] == 0
    assert 0 < shared[0.3] < shared[1.0]


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_redacted_columns_are_hidden_where_they_said_something(share: float) -> None:
    columns = ("reason", "license", "networks", "agency")
    shown_world, hidden_world = (
        world_of(with_imperfect(redacted=names, redacted_share=share)) for names in ((), columns)
    )
    shown, hidden = (
        frame(render(world, Desk(world), in_order(one_slice(world, 3, DAY).rows)))
        for world in (shown_world, hidden_world)
    )
    assert shown.columns == hidden.columns
    for name in shown.columns:
        if name not in columns:
            assert shown[name].equals(hidden[name]), name
            continue
        was = shown[name].cast(pl.String)
        assert was.null_count() == hidden[name].null_count()
        stars = hidden[name] == "***"
        assert likely(int(stars.sum()), was.count(), share)
        assert hidden[name].filter(~stars).equals(was.filter(~stars))


def test_nothing_is_redacted_as_packaged() -> None:
    assert load().imperfect.redacted == ()
