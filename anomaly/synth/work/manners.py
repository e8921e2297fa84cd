"""What users do in passing, whatever their work: sign for a criminal history, use a colleague's terminal, ask
for somebody else.
"""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import CODES, Actions
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints, uniform
from anomaly.synth.world import World

HISTORY, RECORD = CODES["history"], CODES["record"]


def in_passing(world: World, rng: np.random.Generator, actions: Actions) -> None:
    """Fill attention and terminal of actions where they are empty and users do so by habit.

    A colleague's terminal is that of the whole day (from six in the morning), whatever is done on it.
    """
    s, manners = world.staff, world.p.manners
    signs = uniform(world.seed + 10, np.arange(len(world.plan.agencies))) < manners.agencies_that_sign
    histories = (actions.kind == HISTORY) | (actions.kind == RECORD)
    rows = np.flatnonzero(histories & (actions.attention == 0))
    rows = rows[signs[s.agency[actions.user[rows]]]]
    rows = rows[rng.random(len(rows)) < manners.signed]
    attention = actions.attention.copy()
    attention[rows] = world.signatures[actions.user[rows]]
    actions.attention = attention
    day = (actions.time - 6 * HOUR) // DAY
    rows = np.flatnonzero(uniform(world.seed + 11, actions.user, day) < manners.at_anothers_terminal)
    rows = rows[actions.terminal[rows] < 0]
    terminal = actions.terminal.copy()
    terminal[rows] = _beside(world, actions.user[rows], day[rows])
    actions.terminal = terminal


def for_others(world: World, rng: np.random.Generator, actions: Actions) -> None:
    """Name somebody of the agency as the one who asked, in a share of the actions that name nobody."""
    s, manners = world.staff, world.p.manners
    draw = rng.random(len(actions))
    rows = np.flatnonzero((draw < manners.records_for_others) & (actions.behalf < 0))
    rows = rows[(draw[rows] < manners.for_others) | s.does("records")[actions.user[rows]]]
    user, today = actions.user[rows], actions.time[rows] // DAY
    first, after = s.of_agency[s.agency[user]], s.of_agency[s.agency[user] + 1]
    other = first + (rng.random(len(rows)) * (after - first)).astype(np.int64)
    there = (s.hired[other] <= today) & (today <= s.separated[other]) & ~s.service[other]
    behalf = actions.behalf.copy()
    behalf[rows] = np.where(there & (other != user) & ~s.service[user], other, -1)
    actions.behalf = behalf


def signatures(world: World) -> Ints:
    """What each user types into the attention field, last name and unit: codes, (u,)."""
    names, units = world.people.names.surnames, world.plan.units
    surname = world.people.surname[world.staff.person].tolist()
    unit = world.staff.unit.tolist()
    return world.phrases.codes([f"{names[k]} {units[at].name}" for k, at in zip(surname, unit, strict=True)])


def _beside(world: World, who: Ints, day: Ints) -> Ints:
    """A colleague of the unit for each user and day, (n,), the same whenever asked; -1 where that is the
    user.
    """
    unit = world.staff.unit[who]
    first, after = world.staff.of_unit[unit], world.staff.of_unit[unit + 1]
    other = first + (uniform(world.seed + 12, who, day) * (after - first)).astype(np.int64)
    return np.where(other == who, -1, other)
