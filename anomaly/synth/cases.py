"""Case work: detectives on cases that live for weeks, with the same few people in them."""

from __future__ import annotations

import numpy as np

from anomaly.synth.people import Officer
from anomaly.synth.reasons import CASE, FAMILY, FEDERAL, LEAD, NARCOTICS, say
from anomaly.synth.rota import DAY, moments
from anomaly.synth.work import pick_kinds, pick_people
from anomaly.synth.world import Case, World

KINDS = {
    "cases": ("burglary", "robbery", "fraud", "assault", "homicide"),
    "family": ("domestic violence",),
    "narcotics": ("narcotics",),
    "federal": ("child exploitation", "smuggling"),
}
PHRASES = {"cases": CASE, "family": FAMILY, "narcotics": CASE, "federal": FEDERAL}


def open_cases(world: World, agency: str, unit: str, rng: np.random.Generator) -> list[Case]:
    """The cases of a unit: one every six days and officer, half of them shared with a colleague."""
    officers = world.unit(agency, unit)
    opened = []
    for who in officers:
        n = int(rng.poisson(world.days / 6)) + 3
        starts = world.first + (rng.uniform(-20, world.days, size=n) * DAY).astype(np.int64)
        lives = (rng.gamma(2.5, 14, size=n) * DAY).astype(np.int64) + 2 * DAY
        kinds = KINDS[who.work]
        for start, life in zip(starts.tolist(), lives.tolist(), strict=True):
            colleague = officers[int(rng.integers(len(officers)))].index
            assigned = {who.index, colleague} if rng.random() < 0.5 else {who.index}
            people = pick_people(world, rng, agency, int(rng.integers(1, 5)), 0.1)
            number = f"24-{agency[:2]}{len(world.cases):05d}"
            kind = kinds[int(rng.integers(len(kinds)))]
            case = Case(
                number, agency, start, start + life, kind, tuple(people.tolist()), tuple(sorted(assigned))
            )
            opened.append(world.file_case(case))
    return opened


def investigate(world: World, who: Officer, rng: np.random.Generator, cases: list[Case]) -> None:
    """One detective's queries: mostly people of an own open case, the first most; the rest are leads."""
    mine = [case for case in cases if who.index in case.officers]
    time = moments(rng, world.duty[who.index].shifts, who.pace)
    n = len(time)
    person = pick_people(world, rng, who.agency, n, 0.05)
    numbers = np.full(n, "", dtype=object)
    spans = np.array([(case.opened, case.closed) for case in mine])
    for k in np.flatnonzero(rng.random(n) < 0.85):
        live = np.flatnonzero((spans[:, 0] <= time[k]) & (time[k] < spans[:, 1]))
        if len(live):
            case = mine[int(rng.choice(live))]
            numbers[k] = case.number
            person[k] = case.people[0 if rng.random() < 0.5 else int(rng.integers(len(case.people)))]
    lead = NARCOTICS if who.work == "narcotics" else LEAD
    reason = np.where(
        numbers != "",
        say(rng, who, PHRASES[who.work], numbers),
        say(rng, who, lead, numbers),
    )
    shown = np.where(rng.random(n) < 0.75, numbers, "")
    kind = pick_kinds(rng, n, history=0.3, driver=0.25, person=0.2, plate=0.2, photo=0.05)
    world.actions.add(time, who.index, person, kind, reason, case_number=shown)
