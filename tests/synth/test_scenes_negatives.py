"""Hard negatives: each is played in a county, nobody has two parts, and the tables explain nearly every
row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.schema import CONTEXT
from anomaly.synth.actions import CODES, PURPOSES, Actions
from anomaly.synth.daylight import changes
from anomaly.synth.make import build
from anomaly.synth.parameters import load
from anomaly.synth.roster import of_world
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_hours import the_clocks_change
from anomaly.synth.size import Size
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.world import NoPartError, World

MODULES = ("people", "hours", "accounts", "volume", "words", "access", "events")
FAMILIES: list[Family] = [
    family for name in MODULES for family in import_module(f"anomaly.synth.scenes.innocent_{name}").FAMILIES
]
FORMS = [(family, form) for family in FAMILIES for form in family.forms]
IDS = [f"{family.pattern}-{form}" for family, form in FORMS]


def new_world(seed: int, users: int, days: int) -> World:
    return build(Size(seed=seed, events=100 * users, days=days, users=users), load())


def played(world: World) -> dict[str, int]:
    """Every form that has somebody to play it: number of its scenario."""
    out = {}
    for (family, form), name in zip(FORMS, IDS, strict=True):
        try:
            family.forms[form](world, world.rng("scene", family.pattern, form))
        except NoPartError:
            continue
        out[name] = len(world.scenarios) - 1
    return out


@dataclass(frozen=True)
class Stage:
    world: World
    numbers: dict[str, int]

    def rows(self, name: str) -> Actions:
        every = Actions.joined(self.world.extra)
        return every.take(every.scenario == self.numbers[name])

    def user(self, name: str) -> int:
        [user] = self.world.scenarios[self.numbers[name]].users
        return self.world.staff.user.index(user)


@pytest.fixture(scope="module")
def county() -> Stage:
    world = new_world(3, 1500, 120)
    return Stage(world, played(world))


def day_of(world: World, user: int, column: str) -> int:
    return int(getattr(world.staff, column)[user])


def test_a_county_has_somebody_for_every_form(county: Stage) -> None:
    assert set(IDS) == set(county.numbers)
    assert len(county.world.scenarios) == len(IDS)


def test_patterns_are_in_one_family_each() -> None:
    patterns = [family.pattern for family in FAMILIES]
    assert len(patterns) == len(set(patterns))
    assert all(family.numbers == () for family in FAMILIES)


@pytest.mark.parametrize(("family", "form"), FORMS, ids=IDS)
def test_a_scene_is_one_innocent_scenario_of_its_name(county: Stage, family: Family, form: str) -> None:
    scenario = county.world.scenarios[county.numbers[f"{family.pattern}-{form}"]]
    assert (scenario.pattern, scenario.variant, scenario.misuse) == (family.pattern, form, False)
    assert scenario.users
    assert not county.world.misuse


def test_nobody_plays_two_parts(county: Stage) -> None:
    users = [user for scenario in county.world.scenarios for user in scenario.users]
    assert len(users) == len(set(users))


@pytest.mark.parametrize("name", IDS)
def test_rows_are_of_the_users_named_and_inside_the_days(county: Stage, name: str) -> None:
    rows, scenario = county.rows(name), county.world.scenarios[county.numbers[name]]
    users = {county.world.staff.user[k] for k in rows.user.tolist()}
    labelled = np.flatnonzero(county.world.labels == county.numbers[name]).tolist()
    assert users <= set(scenario.users)
    assert {county.world.staff.user[k] for k in labelled} <= set(scenario.users)
    assert len(rows) or labelled
    assert ((rows.time >= 0) & (rows.time < county.world.end)).all()


def seconds(world: World, clock: str) -> int:
    first = datetime.combine(world.p.first_day, datetime.min.time())
    return round((datetime.fromisoformat(clock) - first).total_seconds())


@pytest.mark.parametrize("name", IDS)
def test_every_row_is_in_a_shift_of_the_rota_or_of_the_table(county: Stage, name: str) -> None:
    world, rows = county.world, county.rows(name)
    spans: dict[str, list[tuple[int, int]]] = {}
    for user, start, end in world.tables["shifts"]:
        spans.setdefault(user, []).append((seconds(world, start), seconds(world, end)))
    for user, time in zip(rows.user.tolist(), rows.time.tolist(), strict=True):
        worked = [*world.shifts(user).tolist(), *spans.get(world.staff.user[user], [])]
        assert any(start - HOUR <= time <= end + HOUR for start, end in worked), (name, user, time)


def explanations(world: World, user: int, person: int, time: int, number: int) -> Iterator[str]:
    for known, opened, closed, _, kind, people, officers in world.cases.added:
        if number == known and opened <= time <= closed and user in officers:
            yield from (["case"] if person in people or kind == "administrative" else [])
    for begin, end, _, _, who, met in world.calls:
        if who == user and begin <= time <= end:
            yield "call" if met == person else "call about somebody else"
    keys = {world.key(person, kind) for kind in ("license", "plate", "name")}
    for subject, _, issued, expires in world.tables["bulletins"]:
        if subject in keys and seconds(world, issued) <= time <= seconds(world, expires):
            yield "bulletin"
    yield from ("test record" for (subject,) in world.tables["test_subjects"] if subject in keys)
    for subject, _, _, applied in world.tables["permits"]:
        if subject in keys and applied <= world.date(time).isoformat():
            yield "applicant"


@pytest.mark.parametrize("name", IDS)
def test_the_tables_explain_rows_one_by_one_but_for_a_few(county: Stage, name: str) -> None:
    rows = county.rows(name)
    chosen = range(0, len(rows), max(1, len(rows) // 60))
    explained = 0
    for k in chosen:
        one = (int(getattr(rows, column)[k]) for column in ("user", "person", "time", "number"))
        why = set(explanations(county.world, *one))
        if name != "lot_sweep-plain":
            why -= {"call about somebody else"}
        explained += bool(why)
        if why == {"applicant"}:
            assert PURPOSES[rows.purpose[k]] == "J"
    assert explained >= 0.85 * len(chosen)


def test_the_bookkeeping_of_innocent_work_has_gaps_too(county: Stage) -> None:
    found, n = 0, 0
    for name in (
        "long_shift-plain",
        "front_desk_clerk-plain",
        "major_case-plain",
        "neighbourhood_regular-plain",
    ):
        rows = county.rows(name)
        for k in range(len(rows)):
            one = (int(getattr(rows, column)[k]) for column in ("user", "person", "time", "number"))
            found += bool(set(explanations(county.world, *one)) - {"call about somebody else"})
        n += len(rows)
    assert 0.88 <= found / n <= 0.97


def test_what_clears_a_bulk_number_is_in_the_tables(county: Stage) -> None:
    world, rows = county.world, county.rows("pseudo_number-plain")
    tables = of_world(world)
    [number] = world.cases.render(np.unique(rows.number))
    [case] = tables["cases"].filter(case_number=number).rows(named=True)
    assert case["kind"] == "administrative"
    midnight = datetime.combine(world.p.first_day, datetime.min.time())
    assert case["opened"] < midnight + timedelta(seconds=int(rows.time.min()))
    assert case["closed"] is None, "open after the last day"
    officers = tables["case_officers"].filter(case_number=number)["user"]
    assert officers.to_list() == list(world.scenarios[county.numbers["pseudo_number-plain"]].users)
    assert not tables["case_people"].filter(case_number=number).height


def test_context_rows_have_the_columns_of_the_dictionary(county: Stage) -> None:
    for table, rows in county.world.tables.items():
        assert {len(row) for row in rows} == {len(CONTEXT[table])}, table
        assert all(isinstance(value, str) for row in rows for value in row), table


@pytest.mark.parametrize(("users", "days"), [(14, 30), (14, 365), (60, 30), (90, 200)])
def test_small_worlds_leave_out_whole_scenes(users: int, days: int) -> None:
    missed = 0
    for family, form in FORMS:
        world = new_world(5, users, days)
        try:
            family.forms[form](world, world.rng("scene", family.pattern, form))
        except NoPartError:
            missed += 1
            assert not world.scenarios
            assert not world.tables
            assert not world.calls
            assert not world.cases.added
    assert missed <= len(FORMS) // 4


def test_the_same_seed_plays_the_same() -> None:
    first, again, other = (new_world(seed, 300, 60) for seed in (7, 7, 8))
    played(first), played(again), played(other)
    assert first.scenarios == again.scenarios
    assert first.tables == again.tables
    assert Actions.joined(first.extra).time.tolist() == Actions.joined(again.extra).time.tolist()
    assert first.scenarios != other.scenarios


def test_the_last_night_runs_into_the_day_after_the_roster_s_last(county: Stage) -> None:
    last = day_of(county.world, county.user("last_night_shift-plain"), "hr_separated")
    assert (county.rows("last_night_shift-plain").time // DAY == last + 1).all()


def test_the_roster_has_a_hiring_after_the_separation_of_who_came_back(county: Stage) -> None:
    for name in ("rehired-plain", "recycled_id-plain"):
        user = county.user(name)
        assert day_of(county.world, user, "hr_separated") < day_of(county.world, user, "hr_hired")
        assert day_of(county.world, user, "hired") == day_of(county.world, user, "hr_hired")
    left = day_of(county.world, county.user("recycled_id-plain"), "hr_separated")
    assert (county.rows("recycled_id-plain").time < (left + 1) * DAY).all()


def test_the_roster_learns_late_of_a_hiring(county: Stage) -> None:
    user = county.user("hr_late-plain")
    first = county.world.shifts(user)[0, 0] // DAY
    assert first < day_of(county.world, user, "hr_hired")


def test_overtime_court_and_call_outs_are_in_no_rota(county: Stage) -> None:
    staff = county.world.staff
    for name in ("overtime_nights-plain", "court_day-plain", "on_call-plain"):
        rows = county.rows(name)
        assert not staff.on_duty(rows.user, rows.time).any(), name


def test_a_shared_desk_is_one_terminal_and_never_two_users_at_once(county: Stage) -> None:
    rows = county.rows("shared_desk-plain")
    order = np.argsort(rows.time)
    user, time = rows.user[order], rows.time[order]
    assert len(set(rows.terminal.tolist())) == 1
    assert len(set(user.tolist())) > 1
    assert (np.diff(time)[np.diff(user) != 0] > HOUR).all()


def test_two_terminals_within_minutes(county: Stage) -> None:
    rows = county.rows("mobile_and_desk-plain")
    n = len(rows) // 2
    assert (rows.terminal[:n] == -1).all()
    assert (rows.terminal[n:] >= 0).all()
    assert (rows.time[n:] - rows.time[:n] <= 900).all()
    assert not county.world.staff.on_duty(rows.terminal[n:], rows.time[:n]).any()


def test_one_detective_and_one_victim_for_months(county: Stage) -> None:
    rows = county.rows("dv_detective-plain")
    victim = county.world.scenarios[county.numbers["dv_detective-plain"]].persons[0]
    mine = rows.time[rows.person == victim]
    assert len(np.unique(mine // DAY)) >= 8
    assert mine[-1] - mine[0] > 60 * DAY


def test_namesakes_are_the_town_s_commonest(county: Stage) -> None:
    world, user = county.world, county.user("common_surname-plain")
    low, high = world.agency_of(user).town
    surname = world.people.surname[world.staff.person[user]]
    counts = np.bincount(world.people.surname[low:high])
    assert counts[surname] == counts.max()
    assert world.labels[user] == county.numbers["common_surname-plain"]


def test_a_manhunt_is_many_users_of_several_agencies_after_the_bulletin(county: Stage) -> None:
    rows = county.rows("manhunt-plain")
    agencies = county.world.staff.agency[np.unique(rows.user)]
    assert len(agencies) >= 20
    assert len(set(agencies.tolist())) >= 3
    assert rows.time.max() - rows.time.min() < 3 * DAY


def test_words_are_typed_as_they_are(county: Stage) -> None:
    for name, word in (
        ("ice_the_drug-plain", "ice"),
        ("u_visa-plain", "visa"),
        ("protest_traffic_plan-plain", ""),
    ):
        rows = county.rows(name)
        texts = county.world.phrases.render(rows.reason, county.world.cases.render(rows.number))
        assert (texts != "").all(), name
        assert texts.str.to_lowercase().str.contains(word).any(), name


def test_what_the_law_lets_be_asked(county: Stage) -> None:
    history = {CODES["history"], CODES["record"]}
    assert set(county.rows("custody_history-plain").kind.tolist()) <= history
    assert set(county.rows("iaq_booking-plain").kind.tolist()) == {CODES["immigration"]}
    proxy = county.rows("task_force_mou-plain")
    forms = {county.world.agency_of(agent).form for agent in proxy.behalf.tolist()}
    assert forms == {"HSI"}


def transitions(name: str, first: date, days: int) -> int:
    """The first day, slowly: whose noon has another offset than the noon before."""
    zone = ZoneInfo(name)

    def offset(day: date) -> timedelta | None:
        return datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset()

    for day in range(1, days):
        if offset(first + timedelta(days=day)) != offset(first + timedelta(days=day - 1)):
            return day
    return -1


ZONES = ("America/Los_Angeles", "Europe/Berlin", "America/Phoenix", "America/Havana", "Australia/Lord_Howe")


@given(st.sampled_from(ZONES), st.dates(date(2008, 1, 1), date(2024, 12, 31)), st.integers(1, 800))
@settings(deadline=None, max_examples=60)
def test_the_clocks_change_when_the_zone_says(zone: str, first: date, days: int) -> None:
    assert the_clocks_change(zone, first, days) == transitions(zone, first, days)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Los_Angeles", [("2024-03-10T02:00", 60), ("2024-11-03T02:00", -60)]),
        ("Europe/Berlin", [("2024-03-31T02:00", 60), ("2024-10-27T03:00", -60)]),
        ("America/Havana", [("2024-03-10T00:00", 60), ("2024-11-03T01:00", -60)]),
        ("Australia/Lord_Howe", [("2024-04-07T02:00", -30), ("2024-10-06T02:00", 30)]),
        ("America/Phoenix", []),
    ],
)
def test_the_clocks_of_a_year(zone: str, expected: list[tuple[str, int]]) -> None:
    found = changes(zone, date(2024, 1, 1), 366)
    midnight = datetime(2024, 1, 1)
    told = [((midnight + timedelta(seconds=at)).isoformat("T", "minutes"), by // 60) for at, by in found]
    assert told == expected
