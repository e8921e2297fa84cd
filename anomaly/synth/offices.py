"""Office work: records, permit licensing, a federal custody desk, and the nightly batch of warrants."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from anomaly.synth.people import Officer
from anomaly.synth.plan import FIRST_DAY
from anomaly.synth.reasons import APPLICANT, CUSTODY, PERMIT, RECORDS, WARRANTS, say
from anomaly.synth.rota import moments
from anomaly.synth.work import pick_kinds, pick_people
from anomaly.synth.world import World


def records(world: World, who: Officer, rng: np.random.Generator) -> None:
    """Requests for reports, registrants, warrants; one query in twelve is on an applicant, purpose J."""
    time = moments(rng, world.duty[who.index].shifts, who.pace)
    n = len(time)
    person = pick_people(world, rng, who.agency, n, 0.08)
    known = [case.number for case in world.cases if case.agency == who.agency] or [""]
    numbers = np.array(known, dtype=object)[rng.integers(len(known), size=n)]
    numbers[rng.random(n) < 0.5] = ""
    wants = rng.random(n) < 0.35
    reason = np.where(wants, say(rng, who, WARRANTS, numbers), say(rng, who, RECORDS, numbers))
    kind = np.where(
        wants,
        pick_kinds(rng, n, person=0.7, licence_only=0.3),
        pick_kinds(rng, n, history=0.4, licence_only=0.35, plate_only=0.25),
    )
    hiring = rng.random(n) < 1 / 12
    work = ~hiring
    world.actions.add(
        time[work], who.index, person[work], kind[work], reason[work], case_number=numbers[work]
    )
    said = say(rng, who, APPLICANT, [""] * int(hiring.sum()))
    world.actions.add(time[hiring], who.index, person[hiring], "history", said, purpose="J")


def licensing(world: World, who: Officer, rng: np.random.Generator) -> None:
    """Firearm permit applicants, purpose F: criminal history, then wants; each is in the permits table."""
    time = moments(rng, world.duty[who.index].shifts, who.pace)
    n = len(time)
    person = pick_people(world, rng, who.agency, n, 0.0)
    filed = rng.integers(1, 30, size=n)
    for k in range(n):
        day = FIRST_DAY + timedelta(days=int((time[k] - world.first) // 86_400 - filed[k]))
        world.record("permits", [(world.key(int(person[k])), "ccw", who.agency, day.isoformat())])
    reason = say(rng, who, PERMIT, [""] * n)
    world.actions.add(time, who.index, person, "history", reason, purpose="F")
    world.actions.add(time + rng.integers(40, 400, size=n), who.index, person, "person", reason, purpose="F")


def custody(world: World, who: Officer, rng: np.random.Generator) -> None:
    """A federal custody desk: criminal history of people already held, until the agency's access ends."""
    agency = next(a for a in world.agencies if a.agency == who.agency)
    shifts = world.duty[who.index].shifts
    if agency.access_to is not None:
        day = (agency.access_to - FIRST_DAY).days
        shifts = shifts[shifts[:, 1] < world.first + day * 86_400]
    time = moments(rng, shifts, who.pace)
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    world.actions.add(time, who.index, person, "history", say(rng, who, CUSTODY, [""] * len(time)))


def batch(world: World, who: Officer, rng: np.random.Generator) -> None:
    """A service account that validates warrants every night, one every few seconds."""
    starts = world.duty[who.index].shifts[:, 0]
    counts = rng.poisson(who.pace, size=len(starts))
    order = np.concatenate([np.arange(k) for k in counts])
    time = np.repeat(starts + 120, counts) + order * 3 + rng.integers(0, 2, size=len(order))
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    world.actions.add(time.astype(np.int64), who.index, person, "batch", "warrant batch validation")
