"""Agencies, purposes and programmes that have the right to ask: in force, on a case, under the right code."""

from __future__ import annotations

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import APPLICANT, CUSTODY
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    STREET,
    every_key,
    home,
    on_case,
    on_files,
    one_of,
    whole_work,
)
from anomaly.synth.scenes.moments import window
from anomaly.synth.staff import DAY
from anomaly.synth.work.people import pick_people
from anomaly.synth.world import World


def access_not_yet_ended(world: World, rng: np.random.Generator) -> None:
    """A removal officer asks about people in custody while the agency's access is still in force [CD19]."""
    whole_work(world, "access_not_yet_ended", one_of(world, rng, "custody", form="ERO"))


def access_in_force(world: World, rng: np.random.Generator) -> None:
    """A federal investigator of another component, whose access never ended, on a child exploitation case."""
    [who] = one_of(world, rng, "federal", form="HSI")
    time = world.in_shifts(rng, who, int(rng.integers(8, 20)), (1, 3), between=window(world, rng, 60))
    people = world.some(rng, home(world, who), int(rng.integers(2, 6)), ages=(20, 70))
    on_case(
        world,
        rng,
        "access_in_force",
        time=time,
        user=np.full(len(time), who),
        person=rng.choice(people, len(time)),
        case="child exploitation",
        said=("{n}", "child exploitation {n}", "csam {n}", "{n} 18 usc 2252"),
        shares={"driver": 0.5, "plate": 0.2, "history": 0.3},
        subjects=people.tolist(),
        careful=True,
    )


def task_force_mou(world: World, rng: np.random.Generator) -> None:
    """A local detective asks for a federal colleague of the task force; both are officers of the case."""
    [agent] = one_of(world, rng, "federal", form="HSI")
    [who] = one_of(world, rng, "narcotics", "cases", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(8, 18)), (1, 2), between=window(world, rng, 60))
    people = world.some(rng, home(world, who), int(rng.integers(3, 7)), ages=(18, 65))
    on_case(
        world,
        rng,
        "task_force_mou",
        time=time,
        user=np.full(len(time), who),
        person=rng.choice(people, len(time)),
        case="narcotics",
        said=("{n}", "11378 {n}", "hsi narc tf {n}", "TF {n}", "fentanyl {n}", "hidta {n}"),
        shares={"driver": 0.4, "plate": 0.4, "history": 0.2},
        subjects=people.tolist(),
        also=(agent,),
        behalf=agent,
        careful=True,
    )


def custody_history(world: World, rng: np.random.Generator) -> None:
    """Criminal history of people who were booked, for a federal statute: what the law allows [GC7284]."""
    [who] = one_of(world, rng, "jail", "records", STREET)
    time = world.in_shifts(rng, who, int(rng.integers(8, 20)))
    user = np.full(len(time), who)
    on_files(
        world,
        rng,
        "custody_history",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        case="booking",
        said=CUSTODY,
        shares={"history": 0.7, "record": 0.3},
    )


def iaq_booking(world: World, rng: np.random.Generator) -> None:
    """The jail asks the federal centre who somebody in custody is, on the booking's number [NL-IAQ]."""
    [who] = one_of(world, rng, "jail", "cases")
    time = world.in_shifts(rng, who, int(rng.integers(8, 22)))
    user = np.full(len(time), who)
    on_files(
        world,
        rng,
        "iaq_booking",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        case="booking",
        said=("booking", "booking", "intake", "holds check"),
        shares={"immigration": 1.0},
    )


def permits_right_purpose(world: World, rng: np.random.Generator) -> None:
    """A permit clerk checks firearm applicants under purpose F, all on file (compare [EFF25])."""
    whole_work(world, "permits_right_purpose", one_of(world, rng, "licensing"))


def applicants_right_purpose(world: World, rng: np.random.Generator) -> None:
    """An academy class is checked under purpose J in a few weeks; every applicant is in the permits table."""
    [who] = one_of(world, rng, "records")
    time = world.in_shifts(rng, who, 10, (2, 5), between=window(world, rng, 21))
    people = world.some(rng, home(world, who), len(time), ages=(20, 45))
    applied = world.date(int(time[0]) - 9 * DAY).isoformat()
    row = ("employment", world.agency_of(who).name, applied)
    world.record("permits", [(key, *row) for about in people.tolist() for key in every_key(world, about)])
    scenario = world.scenario("applicants_right_purpose", [who], people, misuse=False, variant="plain")
    reason = world.say(rng, who, APPLICANT, len(time), careful=True)
    world.add(scenario, Actions.of(time, who, people, "history", reason, purpose="J"))


FAMILIES = (
    Family("access_not_yet_ended", (), {"plain": access_not_yet_ended}),
    Family("access_in_force", (), {"plain": access_in_force}),
    Family("task_force_mou", (), {"plain": task_force_mou}),
    Family("custody_history", (), {"plain": custody_history}),
    Family("iaq_booking", (), {"plain": iaq_booking}),
    Family("permits_right_purpose", (), {"plain": permits_right_purpose}),
    Family("applicants_right_purpose", (), {"plain": applicants_right_purpose}),
)
