from __future__ import annotations

from collections import Counter
from typing import get_args

import numpy as np
import polars as pl
import pytest

from anomaly.policy.codes import ReachClass
from anomaly.schema import CONTEXT
from anomaly.synth import authorizations
from anomaly.synth.actions import CODES, PURPOSES, Actions
from anomaly.synth.make import build
from anomaly.synth.numbers import AGENCY
from anomaly.synth.parameters import load
from anomaly.synth.scenes import federal, filings, news, purposes
from anomaly.synth.scenes.family import Family
from anomaly.synth.size import size_of
from anomaly.synth.staff import DAY
from anomaly.synth.world import NoPartError, Scenario, World

FAMILIES = {one.pattern: one for module in (federal, purposes, news, filings) for one in module.FAMILIES}
FORMS = [(pattern, form) for pattern, family in FAMILIES.items() for form in family.forms]
SIZES = {"village": (14, 365), "town": (90, 365), "county": (500, 365), "short": (500, 30)}
FEDERAL_ONLY = {"ended_access", "federal_direct_query"}


def a_world(users: int, days: int, seed: int = 3) -> World:
    p = load()
    return build(size_of(p, seed=seed, users=users, days=days), p)


def play(world: World, pattern: str, form: str, seed: int = 7) -> tuple[Scenario, Actions]:
    """One scene in a world: its scenario, and all its actions."""
    before = len(world.misuse)
    FAMILIES[pattern].forms[form](world, np.random.default_rng(seed))
    return world.scenarios[-1], Actions.joined(world.misuse[before:])


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {name: a_world(*size) for name, size in SIZES.items()}


@pytest.fixture
def county() -> World:
    return a_world(*SIZES["county"])


def texts(world: World, codes: np.ndarray) -> list[str]:
    """What was typed, without the case numbers in it."""
    numbers = pl.Series([""] * len(codes), dtype=pl.String)
    return [text or "" for text in world.phrases.render(codes, numbers)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("pattern", "form"), FORMS, ids=lambda text: text)
def test_a_scene_is_one_scenario_of_its_own_or_nothing_at_all(
    worlds: dict[str, World], size: str, pattern: str, form: str
) -> None:
    world = worlds[size]
    world.cast_list.clear()
    world.tables.clear()
    world.habits.clear()
    number, before = len(world.scenarios), len(world.misuse)
    try:
        scenario, actions = play(world, pattern, form)
    except NoPartError:
        assert (len(world.scenarios), len(world.misuse), world.tables) == (number, before, {})
        small = size == "village" or pattern == "implausible_zero" or (size, form) == ("town", "at scale")
        assert small, "only a small world has nobody for a part"
        return
    assert (scenario.pattern, scenario.variant, scenario.misuse) == (pattern, form, True)
    assert len(world.scenarios) == number + 1
    assert not world.extra
    assert set(np.unique(actions.scenario)) <= {number}
    users = [world.staff.user[k] for k in np.unique(actions.user)]
    if pattern in filings.OF_RECORDS:
        assert not users
        assert not scenario.users
        assert scenario.agency
    elif number in {habit[1] for habit in world.habits.values()}:
        assert not users
        assert len(scenario.users) >= 5
    else:
        assert len(actions) >= 2
        assert set(users) == set(scenario.users)
        assert not np.isin(actions.person, world.staff.person).any() or form == "colleague arrested"
    assert all(len(row) == len(CONTEXT[table]) for table, rows in world.tables.items() for row in rows)


@pytest.mark.parametrize(("pattern", "form"), FORMS, ids=lambda text: text)
def test_the_same_seed_plays_the_same_scene(pattern: str, form: str) -> None:
    first, second = (a_world(200, 60) for _ in range(2))
    try:
        a, b = play(first, pattern, form), play(second, pattern, form)
    except NoPartError:
        return
    assert a[0] == b[0]
    assert first.tables == second.tables
    assert a[1].time.tolist() == b[1].time.tolist()
    assert a[1].person.tolist() == b[1].person.tolist()


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.pattern)
def test_every_family_can_be_evaded_and_is_plain_first(family: Family) -> None:
    evasive = [name.startswith("evasive") for name in family.forms]
    assert not evasive[0]
    assert any(evasive)
    assert len(family.numbers) == 1


def test_the_families_are_those_of_the_catalogue() -> None:
    numbers = sorted(number for family in FAMILIES.values() for number in family.numbers)
    assert numbers == [16, 17, 18, 19, 20, 22, 23, 25, 26, 27, 28, 29, 30, 35, 36]


@pytest.mark.parametrize("form", FAMILIES["ended_access"].forms)
def test_ended_access_is_after_the_end_and_by_nobody_else(county: World, form: str) -> None:
    _, actions = play(county, "ended_access", form)
    [agency] = np.unique(county.staff.agency[actions.user])
    end = county.plan.agencies[agency].access_to
    assert end is not None
    assert actions.time.min() >= ((end - county.p.first_day).days + 1) * DAY
    assert actions.time.max() < county.end


def test_federal_users_ask_for_records_of_drivers_while_they_have_access(county: World) -> None:
    _, actions = play(county, "federal_direct_query", "office")
    agency = county.agency_of(int(actions.user[0]))
    assert agency.kind == "federal"
    if agency.access_to is not None:
        assert actions.time.max() < (agency.access_to - county.p.first_day).days * DAY
    keys = {"driver", "plate", "licence only", "driver history"}
    assert set(actions.kind.tolist()) <= {CODES[kind] for kind in keys}


def test_immigration_is_said_in_the_reason_or_only_in_the_attention_field(county: World) -> None:
    _, openly = play(county, "immigration_purpose", "openly")
    said = " ".join(texts(county, openly.reason)).upper()
    assert any(word in said for word in ("ICE", "IMMIGRATION", "REMOVAL", "1325"))
    _, quiet = play(county, "immigration_purpose", "evasive investigation")
    assert {said.lower() for said in texts(county, quiet.reason)} == {"investigation"}
    assert set(texts(county, quiet.attention)) <= set(federal.ATTENTION)
    for pattern, form in (("immigration_purpose", "openly"), ("immigration_proxy", "on behalf")):
        assert all(county.staff.work[k] not in federal.FEDERAL for k in play(county, pattern, form)[1].user)


def test_a_proxy_asks_for_a_federal_agent_or_searches_cameras(county: World) -> None:
    for form in ("on behalf", "list", "evasive spread"):
        _, actions = play(county, "immigration_proxy", form)
        [agent] = np.unique(actions.behalf)
        assert county.agency_of(int(agent)).kind == "federal"
        assert agent not in actions.user
    _, actions = play(county, "immigration_proxy", "cameras")
    assert set(actions.kind.tolist()) == {CODES["cameras"]}
    assert actions.networks.min() >= 800


def test_status_is_asked_of_nobody_in_custody(county: World) -> None:
    for form in FAMILIES["immigration_query_without_custody"].forms:
        _, actions = play(county, "immigration_query_without_custody", form)
        assert set(actions.kind.tolist()) == {CODES["immigration"]}
        if form in ("street", "unit", "firearms"):
            assert (actions.number == -1).all()
        assert (actions.purpose == PURPOSES.index("F" if form == "firearms" else "C")).all()


def test_a_copied_case_is_a_real_case_of_other_people(county: World) -> None:
    scenario, actions = play(county, "immigration_purpose", "evasive copied case")
    [number] = np.unique(actions.number)
    assert number // AGENCY == county.staff.agency[actions.user[0]]
    [case] = np.flatnonzero(county.cases.number == number)
    assert not np.isin(actions.person, county.cases.people[case]).any()
    assert scenario.variant == "evasive copied case"


def test_a_habit_is_that_of_one_small_agency(county: World) -> None:
    scenario, _ = play(county, "reason_quality", "agency habit")
    [(agency, habit)] = county.habits.items()
    assert county.plan.agencies[agency].name == scenario.agency
    assert 0.5 < habit[0] < 1
    assert 4 * len(scenario.users) <= len(county.staff)
    with pytest.raises(NoPartError):
        county.cast(np.random.default_rng(0), agency=agency)


def test_a_user_who_types_nothing(county: World) -> None:
    _, actions = play(county, "reason_quality", "one user")
    assert set(texts(county, actions.reason)) == {""}
    assert (actions.number == -1).all()


def test_histories_behind_stops_are_of_other_people(county: World) -> None:
    scenario, actions = play(county, "reason_mismatch", "evasive mixed")
    plates = actions.kind == CODES["plate"]
    assert not set(actions.person[plates]) & set(actions.person[~plates])
    assert set(actions.person[~plates].tolist()) == set(scenario.persons)


@pytest.mark.parametrize("form", ["several users", "at scale"])
def test_the_two_sizes_of_permit_checks_under_purpose_c(county: World, form: str) -> None:
    scenario, actions = play(county, "wrong_program", form)
    assert len(actions) == {"several users": 38, "at scale": 6789}[form]
    assert len(scenario.users) >= 3
    assert (actions.purpose == PURPOSES.index("C")).all()
    assert set(county.staff.work[actions.user]) == {"licensing"}
    applicants = {row[0]: row for row in county.tables["permits"]}
    assert set(applicants) == set(county.people.keys(np.unique(actions.person)))
    first = {
        county.key(p): county.date(t).isoformat()
        for t, p in zip(actions.time[::-1], actions.person[::-1], strict=True)
    }
    assert all(row[1] == "ccw" and row[3] < first[key] for key, row in applicants.items())
    per_day = Counter(zip(actions.user.tolist(), (actions.time // DAY).tolist(), strict=True))
    assert np.mean(list(per_day.values())) <= 2 * purposes.A_DAY


def test_what_licensing_units_may_not_ask_is_what_the_scene_asks(county: World) -> None:
    rows = authorizations.rows(county)
    assert {(row[0], row[1]) for row in rows} == {
        (county.plan.agencies[unit.agency].name, unit.name) for unit in county.plan.units
    }
    assert {row[3] for row in rows} <= set(get_args(ReachClass))
    assert {row[2] for row in rows if row[1] == "LICENSING"} == {"F"}
    assert ("criminal_history", "J") in {(row[3], row[2]) for row in rows if row[1] == "RECORDS"}
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    "form", [form for form in FAMILIES["curiosity_spike"].forms if form != "colleague arrested"]
)
def test_a_spike_comes_in_the_month_after_the_news(county: World, form: str) -> None:
    scenario, actions = play(county, "curiosity_spike", form)
    [person] = scenario.persons
    assert set(actions.person.tolist()) == {person}
    assert {row[0] for row in county.tables["public_subjects"]} == {
        county.key(person),
        county.key(person, "name"),
    }
    event = (
        np.datetime64(county.tables["public_subjects"][0][1]) - np.datetime64(county.p.first_day)
    ) / np.timedelta64(1, "s")
    assert actions.time.min() >= event + (9 * DAY if form == "evasive late" else 0)
    assert actions.time.max() < event + 41 * DAY
    towns = sum(one.form in ("sheriff", "police") for one in county.plan.agencies)
    assert len(np.unique(county.staff.agency[actions.user])) == towns
    assert len(actions) / len(scenario.users) == pytest.approx(158 / 110, abs=0.02)
    assert "bulletins" not in county.tables


def test_a_large_world_has_the_spike_of_the_audit() -> None:
    world = a_world(5000, 60)
    scenario, actions = play(world, "curiosity_spike", "news")
    assert len(actions) == 158
    assert len(set(scenario.users)) == 110
    assert len(np.unique(world.staff.agency[actions.user])) == 59


def test_colleagues_look_up_one_of_their_own(county: World) -> None:
    scenario, actions = play(county, "curiosity_spike", "colleague arrested")
    [arrested] = np.flatnonzero(county.staff.person == scenario.persons[0])
    assert 4 <= len(scenario.users) <= 12
    assert county.staff.user[arrested] not in scenario.users
    assert set(county.staff.agency[actions.user]) == {county.staff.agency[arrested]}


def test_a_critic_is_looked_up_for_months_by_several_agencies(county: World) -> None:
    scenario, actions = play(county, "critics", "several agencies")
    assert len(scenario.persons) == 1
    assert 4 <= len(np.unique(county.staff.agency[actions.user])) <= 6
    assert np.ptp(actions.time) > 120 * DAY
    assert not county.tables


def test_searches_of_the_whole_country(county: World) -> None:
    scenario, actions = play(county, "protected_reasons", "abortion")
    assert set(actions.networks.tolist()) == {6809}
    assert county.people.female[list(scenario.persons)].all()
    _, actions = play(county, "scope_excess", "nationwide")
    assert set(actions.networks.tolist()) == {6809}
    assert set(actions.kind.tolist()) == {CODES["cameras"]}


def test_every_agency_files_every_year_in_time_where_no_scene_says_otherwise(county: World) -> None:
    rows = filings.rows(county)
    names = [column.name for column in CONTEXT["filings"]]
    years = Counter(row[0] for row in rows)
    assert set(years) == {agency.name for agency in county.plan.agencies}
    assert set(years.values()) == {filings.YEARS}
    for row in rows:
        filing = dict(zip(names, row, strict=True))
        assert filing["filed_at"] <= f"{int(filing['year']) + 1}-02-09"
        violations, people = int(filing["violations"]), int(filing["employees"])
        outcomes = ("counselled", "reprimanded", "suspended", "resigned", "terminated")
        assert int(filing["investigations"]) >= violations + int(filing["pending"])
        assert sum(int(filing[name]) for name in outcomes) == people <= violations
    found = sum(int(row[names.index("violations")]) for row in rows)
    assert 5 <= found <= 30, "15 are to be expected of 500 users in six years"


@pytest.mark.parametrize(
    ("form", "kept"),
    [("last year", {5}), ("for years", {1, 2, 3}), ("late", {6}), ("evasive empty form", {6})],
)
def test_what_is_missing_from_the_filings(county: World, form: str, kept: set[int]) -> None:
    others = filings.rows(county)
    scenario, _ = play(county, "missing_filing", form)
    mine = county.tables["filings"]
    assert {row[0] for row in mine} == {scenario.agency}
    assert len(mine) in kept
    assert filings.rows(county) == [row for row in others if row[0] != scenario.agency]
    if form == "late":
        assert max(row[2] > f"{int(row[1]) + 1}-03-31" for row in mine)
    if form == "evasive empty form":
        assert mine[-1][3:] == ("",) * 11
    last = np.array([int(row[1]) for row in mine]).max()
    assert (last == county.p.first_day.year - 1) == (form in ("late", "evasive empty form"))


@pytest.mark.parametrize("form", FAMILIES["implausible_zero"].forms)
def test_a_large_agency_that_never_finds_anything(county: World, form: str) -> None:
    scenario, _ = play(county, "implausible_zero", form)
    [agency] = [k for k, one in enumerate(county.plan.agencies) if one.name == scenario.agency]
    assert filings.expected(county, agency) >= 4
    rows = county.tables["filings"]
    assert len(rows) == filings.YEARS
    assert {row[4] for row in rows} == {"0"}
    with pytest.raises(NoPartError):
        play(county, "implausible_zero", form)
