"""No trivial artefact tells scenes from ordinary work: what they ask, type and fill in, ordinary users do
too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from anomaly.synth.actions import CODES, KINDS, PURPOSES, Actions
from anomaly.synth.make import build
from anomaly.synth.parameters import load
from anomaly.synth.scenes.catalogue import INNOCENT, MISUSE
from anomaly.synth.size import Size
from anomaly.synth.slices import _at_work, on_duty
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.stage import play
from anomaly.synth.streams import Ints
from anomaly.synth.work import WORK, Made
from anomaly.synth.work.manners import for_others, in_passing
from anomaly.synth.world import FEW, NoPartError, World

SEEDS = (11, 12)
WEEKS = 12
# What only scenes do because it is what they are about, as kinds of action by works or purposes by work.
SIGNALS = {
    ("federal", "cameras"): "federal users may not search a local network of cameras",
    ("patrol", "immigration"): "status is asked of people in custody, not on the street",
    ("traffic", "immigration"): "the same",
    ("records", "immigration"): "the same, at a desk",
    ("dispatch", "immigration"): "the same, at a desk",
    ("custody", "driver"): "a custody desk may ask for histories alone: whatever else it asks is misuse",
    ("custody", "driver history"): "the same",
    ("custody", "licence only"): "the same",
    ("custody", "plate"): "the same",
    ("custody", "plate only"): "the same",
    ("licensing", "C"): "a licensing unit has purpose F",
    ("patrol", "F"): "immigration queries under a firearms purpose",
    ("traffic", "F"): "the same",
    ("records", "F"): "the same",
    ("dispatch", "F"): "the same",
}
# Families whose words are the signal: immigration and protest said openly, tenants and school places, test
# records; and for innocent scenes words that only look like such.
WORDS_ARE_THE_SIGNAL = {
    "federal_direct_query",
    "immigration_purpose",
    "immigration_proxy",
    "applicants_as_criminal",
    "protected_reasons",
    "own_record_training",
    "training_day",
    "ice_the_drug",
    "ice_cream",
    "u_visa",
    "person_named_ice",
    "immigration_victim",
    "protest_traffic_plan",
}


@dataclass(frozen=True)
class Seen:
    """A county: its ordinary actions of some weeks, and those of every form of every family by name."""

    world: World
    ordinary: Actions
    scenes: dict[tuple[bool, str, str], Actions]

    def works(self, actions: Actions) -> NDArray[np.str_]:
        return self.world.staff.work[actions.user]

    def texts(self, actions: Actions) -> pl.Series:
        """Reasons without case and with every number masked."""
        marks = pl.Series(["#"], dtype=pl.String).new_from_index(0, len(actions))
        said = self.world.phrases.render(actions.reason, marks).fill_null("")
        return said.str.to_lowercase().str.replace_all(r"[0-9]+", "#")


def ordinary(world: World, days: int) -> Actions:
    """The actions of all users in the first days, as a slice has them before they become rows."""
    made = Made()
    time, who, _ = _at_work(world.rng("ordinary"), (0, days * DAY), partial(on_duty, world))
    work = world.staff.work[who]
    for do, works in WORK.items():
        mine = np.flatnonzero(np.isin(work, works))
        do(world, world.rng("ordinary", *works), time[mine], who[mine], made)
    actions = Actions.joined(made.actions)
    for_others(world, world.rng("ordinary", "for others"), actions)
    in_passing(world, world.rng("ordinary", "in passing"), actions)
    return actions


def county(seed: int) -> Seen:
    world = build(Size(seed=seed, events=500_000, days=7 * WEEKS, users=1500), load())
    usual = ordinary(world, 7 * WEEKS)
    scenes = {}
    for misuse, families in ((True, MISUSE), (False, INNOCENT)):
        for family in families:
            for form, scene in family.forms.items():
                world.cast_list.clear()
                world.habits.clear()
                world.extra.clear()
                world.misuse.clear()
                try:
                    scene(world, world.rng("scene", family.pattern, form))
                except NoPartError:
                    continue
                played = Actions.joined(world.misuse + world.extra)
                if len(played):
                    scenes[misuse, family.pattern, form] = played
    return Seen(world, usual, scenes)


@pytest.fixture(scope="module")
def counties() -> list[Seen]:
    return [county(seed) for seed in SEEDS]


def rare(counties: list[Seen], column: str, names: list[str]) -> dict[tuple[str, str], set[str]]:
    """Pairs of a work and a value that scenes have, and less than one in 1,000 ordinary actions of the work:
    the families.
    """
    usual, all_of = Counter[tuple[str, int]](), Counter[str]()
    found = defaultdict(set)
    for one in counties:
        works = one.works(one.ordinary).tolist()
        usual.update(zip(works, getattr(one.ordinary, column).tolist(), strict=True))
        all_of.update(works)
    for one in counties:
        for (_, pattern, _), actions in one.scenes.items():
            for pair in set(zip(one.works(actions).tolist(), getattr(actions, column).tolist(), strict=True)):
                if usual[pair] < 0.001 * all_of[pair[0]]:
                    found[pair[0], names[pair[1]]].add(pattern)
    return found


def test_nearly_every_form_was_played(counties: list[Seen]) -> None:
    forms = sum(len(family.forms) for family in (*MISUSE, *INNOCENT))
    assert all(len(one.scenes) >= 0.9 * forms for one in counties)


def test_every_kind_of_action_of_a_scene_is_asked_in_ordinary_work_too(counties: list[Seen]) -> None:
    found = rare(counties, "kind", list(KINDS))
    assert {pair: by for pair, by in found.items() if pair not in SIGNALS} == {}


def test_every_purpose_of_a_scene_is_in_ordinary_work_too(counties: list[Seen]) -> None:
    found = rare(counties, "purpose", list(PURPOSES))
    assert {pair: by for pair, by in found.items() if pair not in SIGNALS} == {}
    assert found["licensing", "C"] <= {"wrong_program"}


def test_who_types_in_capitals_does_so_in_every_scene(counties: list[Seen]) -> None:
    for one in counties:
        for name, actions in one.scenes.items():
            loud = actions.take(one.world.staff.capitals[actions.user])
            for column in (loud.reason, loud.attention):
                blank = pl.Series([""], dtype=pl.String).new_from_index(0, len(loud))
                said = one.world.phrases.render(column, blank).fill_null("")
                assert not said.str.contains("[a-z]").any(), name


@pytest.mark.parametrize("misuse", [True, False])
def test_few_words_are_heard_in_scenes_alone(counties: list[Seen], misuse: bool) -> None:
    alone, n = 0, 0
    for one in counties:
        usual = one.texts(one.ordinary).unique()
        for (bad, pattern, form), actions in one.scenes.items():
            if bad != misuse or pattern in WORDS_ARE_THE_SIGNAL:
                continue
            said = one.texts(actions)
            odd = said.filter(~said.is_in(usual.implode()))
            assert len(odd) <= 0.05 * len(said), (pattern, form, set(odd))
            alone, n = alone + len(odd), n + len(said)
    assert alone <= 0.005 * n


def test_words_that_are_a_signal_are_not_common(counties: list[Seen]) -> None:
    signal = r"\b(ice|ero|immig\w*|deport\w*|protest\w*|abortion|tenant)\b"
    for one in counties:
        assert not one.texts(one.ordinary).str.contains(signal).any()


def shares(filled: NDArray[np.bool_], by: Ints, n: int) -> NDArray[np.float64]:
    return np.bincount(by, filled, minlength=n) / np.maximum(np.bincount(by, minlength=n), 1)


def test_agencies_that_sign_for_histories_do_so_in_scenes_too() -> None:
    world = build(Size(seed=11, events=500_000, days=60, users=1500), load())
    play(world, 60)
    signing = []
    for actions in (ordinary(world, 30), Actions.joined(world.misuse + world.extra)):
        histories = np.isin(actions.kind, [CODES["history"], CODES["record"]])
        mine = actions.take(histories)
        agency = world.staff.agency[mine.user]
        signing.append(shares(mine.attention > 0, agency, len(world.plan.agencies)))
    usual, played = signing
    known = usual > 0
    assert 0.2 <= known.mean() <= 0.7
    assert np.median(usual[known]) == pytest.approx(world.p.manners.signed, abs=0.03)
    assert np.median(played[known & (played > 0)]) == pytest.approx(world.p.manners.signed, abs=0.1)
    assert (known & (played > 0)).sum() >= 5


def test_signatures_are_of_the_user_and_elsewhere_the_field_is_empty() -> None:
    world = build(Size(seed=5, events=50_000, days=30, users=300), load())
    actions = ordinary(world, 30)
    signed = actions.take(actions.attention > 0)
    assert len(signed) > 50
    text = world.phrases.render(signed.attention, pl.Series([None] * len(signed), dtype=pl.String))
    names = world.people.name(world.staff.person[signed.user]).str.split(",").list.first()
    units = pl.Series([unit.name for unit in world.plan.units]).gather(world.staff.unit[signed.user])
    assert text.to_list() == (names + " " + units).to_list()
    assert set(signed.kind.tolist()) == {CODES["history"], CODES["record"]}


def test_some_ask_for_somebody_of_their_agency(counties: list[Seen]) -> None:
    staff = counties[0].world.staff
    actions = counties[0].ordinary
    named = actions.behalf >= 0
    inside = staff.agency[actions.behalf] == staff.agency[actions.user]
    assert inside[named & (staff.work[actions.user] != "dispatch")].all(), "dispatchers serve other agencies"
    assert (actions.behalf[named] != actions.user[named]).all()
    share = {work: named[staff.work[actions.user] == work].mean() for work in np.unique(staff.work).tolist()}
    assert 0.04 <= share["records"] <= 0.12
    for work in ("patrol", "traffic", "cases", "narcotics", "jail"):
        assert 0.002 <= share[work] <= 0.01
    assert share["batch"] == 0


def test_a_few_days_are_worked_at_a_colleagues_terminal_and_the_whole_day(counties: list[Seen]) -> None:
    staff, actions = counties[0].world.staff, counties[0].ordinary
    away = actions.terminal >= 0
    assert 0.01 <= away.mean() <= 0.05
    assert (staff.unit[actions.terminal[away]] == staff.unit[actions.user[away]]).all()
    day = (actions.time - 6 * HOUR) // DAY
    _, of = np.unique(actions.user * (1 << 20) + day, return_inverse=True)
    most, least = (np.full(of.max() + 1, start) for start in (-2, 1 << 40))
    np.maximum.at(most, of, actions.terminal)
    np.minimum.at(least, of, actions.terminal)
    np.testing.assert_array_equal(most, least)


def test_a_few_subjects_are_of_no_case_file_and_a_crowd_is_like_everybody(counties: list[Seen]) -> None:
    world = counties[0].world
    agency = int(np.bincount(world.cases.agency).argmax())
    known = world.cases.people[world.cases.agency == agency]
    rng = np.random.default_rng(3)
    few = np.concatenate([world.some(rng, agency, FEW) for _ in range(20)])
    assert not np.isin(few, known).any()
    low, high = world.plan.agencies[agency].town
    crowd = np.isin(world.some(rng, agency, (high - low) // 4), known).mean()
    assert crowd == pytest.approx(np.isin(np.arange(low, high), known).mean(), abs=0.05)


def test_families_with_a_large_cast_come_seldom_after_the_first_round() -> None:
    share = {family.pattern: family.share for family in MISUSE}
    large = ("curiosity_spike", "wrong_program", "critics", "reason_quality")
    assert [share[name] for name in large] == [0.2, 0.3, 0.5, 0.2]
