"""Case work: detectives and federal agents on cases that live for weeks, with the same few people in them."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import CASE, DRUGS, FAMILY, FEDERAL, LEAD, NARCOTICS, SEX_CRIMES
from anomaly.synth.streams import Ints
from anomaly.synth.work.made import Made
from anomaly.synth.work.people import pick_people, usual_kinds
from anomaly.synth.work.street import cameras
from anomaly.synth.world import World

SAID = {"cases": CASE, "family": FAMILY, "sex crimes": SEX_CRIMES, "narcotics": DRUGS, "federal": FEDERAL}


def investigate(world: World, rng: np.random.Generator, time: Ints, who: Ints, made: Made) -> None:
    """Queries about people of own open cases, the first person most; the rest are leads. (n,) both."""
    c, n, files = world.p.cases, len(time), world.cases
    case = np.where(rng.random(n) < c.from_case, files.live(rng, who, time), -1)
    known = np.flatnonzero(case >= 0)
    person = pick_people(world, rng, who)
    number = np.full(n, -1, dtype=np.int64)
    number[known] = files.number[case[known]]
    size = (files.people[case[known]] >= 0).sum(axis=1)
    first = rng.random(len(known)) < c.first_person
    which = np.where(first, 0, (rng.random(len(known)) * size).astype(np.int64))
    person[known] = files.people[case[known], which]
    reason = np.zeros(n, dtype=np.int64)
    for name, texts in SAID.items():
        works = world.staff.does(name)[who]
        rows = np.flatnonzero(works & (case >= 0))
        reason[rows] = world.say(rng, who[rows], texts)
        rows = np.flatnonzero(works & (case < 0))
        reason[rows] = world.say(rng, who[rows], NARCOTICS if name == "narcotics" else LEAD)
    kind = usual_kinds(world, rng, n, world.p.asked.cases)
    shown = rng.random(n) < c.number_shown
    made.actions.append(Actions.of(time, who, person, kind, reason, number=number, shown=shown))
    # Who else may search the readers' records is in dispute: scenes show it.
    local = ~world.staff.does("federal")[who[known]]
    rows = known[local & (rng.random(len(known)) < c.alpr)]
    cameras(world, rng, time[rows], who[rows], person[rows], number[rows], made)
