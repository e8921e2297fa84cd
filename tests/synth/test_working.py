"""The numbers of the parameter file that say what people ask and type are those that their work follows."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from anomaly.synth.actions import CODES, Actions
from anomaly.synth.make import build
from anomaly.synth.parameters import Parameters, load
from anomaly.synth.size import Size
from anomaly.synth.slices import _at_work, on_duty
from anomaly.synth.staff import DAY
from anomaly.synth.work import WORK, Made
from anomaly.synth.work.manners import for_others, in_passing
from anomaly.synth.world import World

DAYS = 28


def with_numbers(table: str, **numbers: Any) -> Parameters:
    """The packaged parameters with some of one table set otherwise."""
    p = load()
    return p.model_copy(update={table: getattr(p, table).model_copy(update=numbers)})


def a_month(p: Parameters) -> tuple[World, Actions, Made]:
    """The ordinary actions of a county in four weeks, and what they leave for the tables."""
    world = build(Size(seed=4, events=60_000, days=DAYS, users=700), p)
    made = Made()
    time, who, _ = _at_work(world.rng("a month"), (0, DAYS * DAY), partial(on_duty, world))
    for do, works in WORK.items():
        mine = np.flatnonzero(world.staff.does(*works)[who])
        do(world, world.rng("a month", *works), time[mine], who[mine], made)
    actions = Actions.joined(made.actions)
    for_others(world, world.rng("for others"), actions)
    in_passing(world, world.rng("in passing"), actions)
    return world, actions, made


def share(world: World, actions: Actions, work: str, kind: str) -> float:
    of_work = world.staff.does(work)[actions.user]
    return float((actions.kind[of_work] == CODES[kind]).mean())


@pytest.mark.parametrize(
    ("work", "table", "kind"),
    [
        ("jail", "jail", "photo"),
        ("custody", "custody", "record"),
        ("dispatch", "dispatch", "stolen"),
        ("cases", "cases", "stolen"),
    ],
)
def test_a_kind_of_work_asks_what_its_table_says(work: str, table: str, kind: str) -> None:
    usual = share(*a_month(load())[:2], work, kind)
    only = share(*a_month(with_numbers("asked", **{table: {kind: 1.0}}))[:2], work, kind)
    assert usual < 0.25
    assert only > 0.4  # the rest: what everybody asks now and then, officers' queries, cameras


def test_what_everybody_asks_now_and_then_can_be_left_out() -> None:
    world, actions, _ = a_month(with_numbers("asked", now_and_then={}))
    assert share(world, actions, "cases", "partial plate") == 0
    assert share(*a_month(load())[:2], "cases", "partial plate") > 0


def test_desks_and_manners_follow_their_numbers() -> None:
    world, actions, made = a_month(with_numbers("desks", warrants=0.0, one_applicant_in=2.0, foreign=1.0))
    jobs = sum(len(one.time) for one in made.permits if one.kind == "employment")
    clerks = int((world.staff.does("records")[actions.user]).sum())
    assert jobs == pytest.approx(clerks / 2, rel=0.15)
    assert share(world, actions, "jail", "immigration") == 1
    p = with_numbers("manners", agencies_that_sign=1.0, signed=1.0, at_anothers_terminal=0.0, for_others=0.0)
    _, actions, _ = a_month(p)
    histories = np.isin(actions.kind, [CODES["history"], CODES["record"]])
    assert (actions.attention[histories] > 0).all()
    assert (actions.terminal < 0).all()


def test_a_case_shows_its_number_and_a_beat_has_its_cars_as_often_as_said() -> None:
    p = with_numbers("cases", number_shown=0.0, alpr=0.0)
    world, actions, _ = a_month(p)
    of_case = np.isin(world.staff.work[actions.user], ["cases", "family"]) & (actions.number >= 0)
    assert not actions.shown[of_case].any()
    few, many = (a_month(with_numbers("street", beat_vehicles=n, familiar_plate=1.0))[1] for n in (1, 40))
    assert len(np.unique(few.person)) < len(np.unique(many.person))
