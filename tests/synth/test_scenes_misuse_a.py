"""Scenes of misuse by single users are what their names say, and play in worlds of any size."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from anomaly.synth.actions import CODES, Actions
from anomaly.synth.make import build
from anomaly.synth.parameters import load
from anomaly.synth.scenes.accounts import ACCOUNTS
from anomaly.synth.scenes.attraction import ATTRACTION
from anomaly.synth.scenes.cover import borrowed
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.harvest import HARVEST
from anomaly.synth.scenes.hours import HOURS
from anomaly.synth.scenes.moments import bursts, on_leave
from anomaly.synth.scenes.personal import PERSONAL
from anomaly.synth.size import Size
from anomaly.synth.staff import DAY
from anomaly.synth.world import NoPartError, World

FAMILIES = PERSONAL + ATTRACTION + HOURS + ACCOUNTS + HARVEST
FORMS = [(family, form) for family in FAMILIES for form in family.forms]
VILLAGE, TOWN, MONTH = Size(3, 9000, 365, 14), Size(3, 50_000, 180, 90), Size(3, 60_000, 30, 400)
# A village has one agency and one clerk: nobody else's terminals, and no peers at a desk.
NOT_IN_A_VILLAGE = {"wrong_terminal", "shared_login two towns", "volume names at the desk"}

named = partial(
    pytest.mark.parametrize, ids=lambda value: value.pattern if isinstance(value, Family) else value
)


@cache
def played(pattern: str, form: str, size: Size = TOWN, seed: int = 1) -> tuple[World, Actions]:
    """A world in which one scene was played, and the actions of it."""
    world = build(size, load())
    [family] = [one for one in FAMILIES if one.pattern == pattern]
    family.forms[form](world, np.random.default_rng(seed))
    return world, Actions.joined(world.misuse)


def user_of(world: World) -> int:
    return world.staff.user.index(world.scenarios[0].users[0])


def on_duty(world: World, actions: Actions) -> NDArray[np.bool_]:
    return world.staff.on_duty(actions.user, actions.time)


def text(world: World, actions: Actions) -> list[str]:
    return world.phrases.render(actions.reason, world.cases.render(actions.number)).to_list()


def test_every_pattern_has_plain_forms_first_and_evasions() -> None:
    for family in FAMILIES:
        evasive = [name.startswith("evasive ") for name in family.forms]
        assert not evasive[0], family.pattern
        assert sum(evasive) >= 2, family.pattern
        assert evasive == sorted(evasive), family.pattern
    numbers = [number for family in FAMILIES for number in family.numbers]
    assert sorted(numbers) == [*range(1, 16), 24, 32, 33, 34]


@named(("family", "form"), FORMS)
@pytest.mark.parametrize("size", [VILLAGE, TOWN, MONTH], ids=["village", "town", "month"])
def test_a_form_plays_wherever_somebody_can_play_it(family: Family, form: str, size: Size) -> None:
    if size is VILLAGE and {family.pattern, f"{family.pattern} {form}"} & NOT_IN_A_VILLAGE:
        world = build(size, load())
        with pytest.raises(NoPartError):
            family.forms[form](world, np.random.default_rng(1))
        assert not world.scenarios
        assert not world.tables
        return
    world, actions = played(family.pattern, form, size)
    [scenario] = world.scenarios
    assert (scenario.pattern, scenario.variant, scenario.misuse) == (family.pattern, form, True)
    assert len(actions) >= 3
    assert set(actions.scenario) == {0}
    assert not world.extra
    assert set(np.array(world.staff.user)[actions.user]) == set(scenario.users)
    assert {world.staff.user.index(user) for user in scenario.users} <= world.cast_list
    assert (actions.person >= 0).all()
    assert (actions.person < len(world.people)).all()
    if scenario.persons:
        assert set(actions.person) == set(scenario.persons)


@named(("family", "form"), FORMS[::9])
def test_the_same_seed_plays_the_same_scene(family: Family, form: str) -> None:
    first = played(family.pattern, form)[1]
    world = build(TOWN, load())
    family.forms[form](world, np.random.default_rng(1))
    again = Actions.joined(world.misuse)
    for name in ("time", "user", "person", "kind", "reason", "number", "terminal"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


@named(("family", "form"), [pair for pair in FORMS if pair[0].pattern in ("repeated_lookups", "linked_pair")])
def test_stalking_is_done_on_duty(family: Family, form: str) -> None:
    world, actions = played(family.pattern, form)
    assert on_duty(world, actions).all()


def test_the_linked_pair_is_looked_up_55_and_124_times_in_two_months_under_one_word() -> None:
    world, actions = played("linked_pair", "former partner and the new one")
    persons, counts = np.unique(actions.person, return_counts=True)
    assert sorted(counts) == [55, 124]
    assert actions.time.max() - actions.time.min() <= 60 * DAY
    assert {said.lower() for said in text(world, actions)} == {"investigation"}
    assert len(set(world.people.household[persons])) == 1
    former = {
        (user, subject) for user, subject, relation in world.tables["relations"] if relation == "ex_partner"
    }
    assert {subject for user, subject in former if user == world.scenarios[0].users[0]} & set(
        world.people.keys(persons)
    )
    assert len({user for user, _ in former}) > 1, "the table must not name the user of the scene alone"


def test_a_short_and_intense_case_lasts_two_weeks() -> None:
    _, actions = played("repeated_lookups", "short and intense")
    assert actions.time.max() - actions.time.min() <= 15 * DAY


def test_plates_on_some_days_and_licences_on_others_are_tied_once() -> None:
    _, actions = played("repeated_lookups", "evasive plates")
    assert actions.kind[0] == CODES["plate"]
    assert set(actions.kind[1:]) == {CODES["plate only"], CODES["licence only"]}


@pytest.mark.parametrize("pattern", ["repeated_lookups", "household", "one_sex", "low_and_slow", "off_duty"])
def test_a_copied_number_is_of_an_open_case_with_other_people_in_it(pattern: str) -> None:
    world, actions = played(pattern, "evasive copied case")
    [number] = set(actions.number.tolist())
    [case] = np.flatnonzero(world.cases.number == number)
    assert world.cases.opened[case] < actions.time.min()
    assert not set(world.cases.people[case]) & set(actions.person)
    assert world.cases.agency[case] == world.staff.agency[user_of(world)]


def test_where_no_case_fits_the_number_is_invented() -> None:
    world = build(VILLAGE, load())
    number = borrowed(world, np.random.default_rng(1), 0, np.array([1]), -10_000 * DAY)
    assert number < -1
    assert world.cases.render(np.array([number]))[0] == world.cases.texts[-1 - number - 1]


def test_one_sex_is_94_percent_women_and_off_duty_where_it_says_so() -> None:
    world, actions = played("one_sex", "off duty")
    share = world.people.female[np.unique(actions.person)].mean()
    assert 0.88 <= share <= 1
    assert np.unique(actions.person, return_counts=True)[1].max() <= 2
    assert not on_duty(world, actions).any()


def test_the_young_women_are_of_few_years() -> None:
    world, actions = played("age_and_sex", "narrow years")
    age = world.age(actions.person)
    assert world.people.female[actions.person].all()
    assert age.max() - age.min() <= 3


def test_the_chain_goes_from_plate_to_photo_within_minutes() -> None:
    _, actions = played("plate_to_photo", "seen in traffic")
    for person in np.unique(actions.person):
        mine = actions.take(actions.person == person)
        mine = mine.take(np.argsort(mine.time))
        assert mine.kind.tolist() == [CODES["plate only"], CODES["licence only"], CODES["photo"]]
        assert mine.time[-1] - mine.time[0] <= 240


@named(("family", "form"), [pair for pair in FORMS if pair[0].pattern == "off_duty"])
def test_off_duty_is_outside_every_shift_and_no_leave(family: Family, form: str) -> None:
    world, actions = played(family.pattern, form)
    assert not on_duty(world, actions).any()


def test_single_look_ups_stand_between_long_silences() -> None:
    world, actions = played("isolated_sessions", "single")
    shifts = world.shifts(user_of(world))
    for at in actions.time:
        assert np.abs(shifts - at).min() >= 8 * 3600
    assert np.diff(actions.time).min() >= 8 * 3600
    _, close = played("isolated_sessions", "evasive between shifts")
    assert not on_duty(world, close).all()


def test_own_hours_are_late_in_the_night() -> None:
    _, actions = played("isolated_sessions", "own hours")
    assert set(actions.time // 3600 % 24) <= {22, 23, 0, 1, 2, 3}


def test_a_streak_fills_the_days_off() -> None:
    world, actions = played("isolated_sessions", "streak")
    begins = world.shifts(user_of(world))[:, 0] // DAY
    days = np.unique(np.concatenate([actions.time // DAY, begins]))
    runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1)
    assert max(map(len, runs)) >= 20


@named(("family", "form"), [pair for pair in FORMS if pair[0].pattern == "after_separation"])
def test_after_separation_the_roster_says_so_and_nobody_works(family: Family, form: str) -> None:
    world, actions = played(family.pattern, form)
    user = user_of(world)
    last = int(world.staff.hr_separated[user])
    assert last == world.staff.separated[user] < world.days
    assert (actions.time // DAY > last).all()
    assert not on_duty(world, actions).any()
    if form == "handed on":
        assert world.staff.agency[actions.terminal[0]] == world.staff.agency[user]
        assert actions.terminal[0] != user


@named(("family", "form"), [pair for pair in FORMS if pair[0].pattern == "on_leave"])
def test_on_leave_every_look_up_is_in_a_leave(family: Family, form: str) -> None:
    world, actions = played(family.pattern, form)
    assert on_leave(world, user_of(world), actions.time).all()
    assert (np.sort(world.staff.leave[user_of(world)]) == world.staff.leave[user_of(world)]).all()


def test_a_shared_login_is_at_two_terminals_within_minutes() -> None:
    world, actions = played("shared_login", "two towns")
    order = np.argsort(actions.time, kind="stable")
    away, time = actions.terminal[order] >= 0, actions.time[order]
    other = int(actions.terminal.max())
    assert world.staff.agency[other] != world.staff.agency[user_of(world)]
    switched = (away[1:] != away[:-1]) & (np.diff(time) < 300)
    assert switched.sum() >= 10


def test_a_login_that_never_sleeps_is_used_in_every_hour() -> None:
    _, actions = played("shared_login", "never sleeps")
    assert set(actions.time // 3600 % 24) == set(range(24))
    assert len(set(actions.terminal)) >= 2


def test_a_wrong_terminal_is_another_agencys() -> None:
    world, actions = played("wrong_terminal", "another agency's")
    assert (world.staff.agency[actions.terminal] != world.staff.agency[actions.user]).all()


@pytest.mark.parametrize(("form", "numbers"), [("one number for months", 1), ("invented", 1)])
def test_one_number_stands_over_many_people(form: str, numbers: int) -> None:
    world, actions = played("copied_case_number", form)
    assert len(set(actions.number)) == numbers
    assert len(set(actions.person)) >= 20
    assert (actions.number.max() < -1) == (form == "invented")
    assert all(any(letter.isdigit() for letter in said) for said in text(world, actions))


@pytest.mark.parametrize(
    ("form", "low", "high"), [("sequential plates", 7, 9), ("evasive pauses", 5, 15), ("alphabetical", 7, 9)]
)
def test_a_script_keeps_its_rhythm(form: str, low: int, high: int) -> None:
    world, actions = played("harvesting", form)
    gaps = np.diff(actions.time)
    assert low == gaps.min()
    assert high == gaps.max()
    assert on_duty(world, actions).all()
    assert len(set(actions.person)) == len(actions)
    assert len(set(text(world, actions))) == 1


def test_a_script_goes_in_order() -> None:
    world, actions = played("harvesting", "sequential plates")
    assert world.people.plate(actions.person).is_sorted()
    world, actions = played("harvesting", "alphabetical")
    assert world.people.name(actions.person).is_sorted()
    world, actions = played("harvesting", "by initials")
    asked = world.people.name(actions.person, initial=True)
    assert asked.is_sorted()
    assert asked.n_unique() == len(asked)


def test_small_batches_fill_many_shifts() -> None:
    world, actions = played("harvesting", "evasive small batches")
    assert on_duty(world, actions).mean() > 0.98
    assert len(np.unique(actions.time // DAY)) >= 8


def test_the_seller_asks_a_few_times_a_month_for_strangers() -> None:
    world, actions = played("low_and_slow", "a few a month")
    assert 8 <= len(actions) <= 7 * world.days / 30 + 1
    assert len(set(actions.person)) == len(actions)
    assert set(actions.number) == {-1}
    keys = {"licence only", "driver history", "driver by name", "owner by name"}
    assert set(actions.kind) <= {CODES[key] for key in keys}


def test_volume_is_four_times_the_usual_pace() -> None:
    world, actions = played("volume", "plates on the beat")
    user = user_of(world)
    shifts = world.shifts(user)
    worked = (shifts[:, 1] > actions.time.min()) & (shifts[:, 0] < actions.time.max())
    extra = len(actions) / worked.sum()
    assert 2.4 <= extra / world.staff.pace[user] <= 3.6


def test_relatives_share_the_surname_and_colleagues_are_on_the_roster() -> None:
    world, actions = played("same_surname", "relatives")
    me = world.staff.person[user_of(world)]
    assert set(world.people.surname[actions.person]) == {world.people.surname[me]}
    assert me not in actions.person
    world, actions = played("coworker", "whole squad")
    assert np.isin(actions.person, world.staff.person[world.colleagues(user_of(world))]).all()
    world, actions = played("self_lookup", "now and then")
    assert set(actions.person) == {world.staff.person[user_of(world)]}


def test_many_officers_look_at_one_colleague() -> None:
    world, actions = played("coworker", "many on one", MONTH)
    [person] = set(actions.person)
    assert world.people.female[person]
    assert len(set(actions.user)) >= 20
    assert len(set(world.staff.agency[actions.user])) >= 3


def test_bursts_keep_their_size_and_their_gaps() -> None:
    starts = np.array([0, 100_000, 200_000])
    times = bursts(np.random.default_rng(5), starts, (2, 4), (10, 20))
    for start in starts:
        mine = times[(times >= start) & (times < start + 1000)]
        assert 2 <= len(mine) <= 4
        assert mine[0] == start
        assert ((np.diff(mine) >= 10) & (np.diff(mine) <= 20)).all()
    assert not len(bursts(np.random.default_rng(5), starts[:0], (2, 4), (10, 20)))


def test_reasons_never_leave_a_placeholder() -> None:
    for family, form in FORMS[::5]:
        world, actions = played(family.pattern, form)
        said = pl.Series(text(world, actions), dtype=pl.String)
        assert not said.str.contains("{", literal=True).any(), (family.pattern, form)
