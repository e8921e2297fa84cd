"""Reasons that say nothing or something false, and look-ups under a purpose that is not theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import APPLICANT, PATROL, PERMIT, TRAFFIC
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.parts import PLATES, Telling, between, crew, forms, moments, told, up_to
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import NoPartError, World

STREET = ("patrol", "traffic")
DESKS = ("records", "cases", "dispatch", "patrol")
MOST_NAMED = 200
A_DAY = 20  # look-ups of permit applicants that a clerk gets done beside the ordinary work
AT_SCALE = 6789  # [EFF25]: of one sheriff's office in a year
SEVERAL = 38  # [DECK]: "widespread" at one police department
SHORTHAND = [".", "x", "-", "..", "n/a", "ck", "?"]
EMPLOYMENT = [*APPLICANT, "bkgd", "city hire", "volunteer bkgd", "pre-employment"]
TENANTS = ["tenant ck", "rental appl", "housing appl", "landlord req", "mobile home park appl"]
RESIDENCY = ["school residency", "residency ck", "enrollment addr", "school dist req"]
HIDDEN = ["investigation", "records req", "bkgd", "check", "wants check"]


def agency_habit(world: World, rng: np.random.Generator, *, variant: str, share: tuple[float, float]) -> None:
    """An agency where most reasons are blank or vague, whoever types them: a practice, not a person [REDL].

    Reasons are required by law since 2021 [AB1747]. Only agencies that have a quarter of the users at most.
    """
    s = world.staff
    human = np.bincount(s.agency[s.role != "service"], minlength=len(world.plan.agencies))
    local = np.array([one.kind == "local" for one in world.plan.agencies])
    known = np.isin(np.arange(len(human)), list(world.habits))
    fits = np.flatnonzero(local & ~known & (human >= 5) & (4 * human <= len(s)))
    if not len(fits):
        raise NoPartError
    agency = int(rng.choice(fits))
    users = np.flatnonzero((s.agency == agency) & (s.role != "service")).tolist()
    number = world.scenario("reason_quality", users, misuse=True, variant=variant)
    world.cast_list.update(users)
    world.habits[agency] = (float(rng.uniform(*share)), number)


def says_nothing(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """One user types nothing, or the same nothing, for driver and vehicle records [AB1747][MKE1]."""
    [user] = world.cast(rng, (*STREET, "cases", "records", "narcotics"))
    actions = told(world, rng, [user], how)
    world.add(world.scenario("reason_quality", [user], misuse=True, variant=variant), actions)


def mismatch(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Criminal histories under the words of a traffic stop, from a car that may not ask for them [CDCR]."""
    users = crew(world, rng, how, STREET)
    actions = told(world, rng, users, how)
    world.add(world.scenario("reason_mismatch", users, misuse=True, variant=variant), actions)


def behind_a_stop(world: World, rng: np.random.Generator) -> None:
    """Each history follows a plate run within minutes, as if a stop had escalated, but is somebody else's."""
    [user] = world.cast(rng, STREET)
    time = moments(world, rng, user, between(rng, (10, 24)))
    n = len(time)
    people = world.some(rng, int(world.staff.agency[user]), 2 * n)
    reason = world.say(rng, user, TRAFFIC, n, careful=True)
    later = time + rng.integers(120, 500, size=n)
    scenario = world.scenario("reason_mismatch", [user], people[n:], misuse=True, variant="evasive mixed")
    world.add(scenario, Actions.of(time, user, people[:n], "plate", reason))
    world.add(
        scenario, Actions.of(later, user, people[n:], pick_kinds(rng, n, history=0.8, record=0.2), reason)
    )


def permit_unit(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Clerks of one unit check permit applicants as if it were criminal justice, purpose C [DECK][EFF25].

    A unit that licenses has purpose F for that; where there is none, the records clerks do it.
    """
    try:
        users = crew(world, rng, how, "licensing")
    except NoPartError:
        users = crew(world, rng, how, "records")
    actions = told(world, rng, users, replace(how, purpose="C"))
    _of_applicants(world, rng, actions, "wrong_program", variant, "ccw")


def permit_unit_at_scale(world: World, rng: np.random.Generator) -> None:
    """A licensing unit does all its checks so: 6,789 look-ups, or what its clerks get done [EFF25][LJ25].

    Each applicant is three of them: criminal history, wants and driver, within minutes.
    """
    users = up_to(world, rng, 12, "licensing", together=True)
    room = [len(world.shifts(user)) * A_DAY // 3 for user in users]
    sets = min(AT_SCALE // 3, sum(room))
    people = world.some(rng, int(world.staff.agency[users[0]]), sets)
    parts = []
    for user, persons in zip(users, np.split(people, np.cumsum(room)[:-1] * sets // sum(room)), strict=True):
        time = moments(world, rng, user, len(persons))
        reason = world.say(rng, user, PERMIT, len(persons))
        for kind, wait in (("history", (0, 1)), ("person", (30, 240)), ("driver", (250, 600))):
            at = time + rng.integers(*wait, size=len(time))
            parts.append(Actions.of(at, user, persons, kind, reason))
    _of_applicants(world, rng, Actions.joined(parts), "wrong_program", "at scale", "ccw")


def not_criminal(
    world: World, rng: np.random.Generator, *, variant: str, how: Telling, permit: str = "employment"
) -> None:
    """People who apply for a job, a home or a school place are checked under purpose C [EFF19a]."""
    users = crew(world, rng, how, DESKS)
    _of_applicants(world, rng, told(world, rng, users, how), "applicants_as_criminal", variant, permit)


def _of_applicants(
    world: World, rng: np.random.Generator, actions: Actions, pattern: str, variant: str, permit: str
) -> None:
    """Play look-ups of people who all are in the permits table, with an application of the weeks before.

    Thousands of applicants are not named by the scenario: then it is about the unit.
    """
    users = np.unique(actions.user).tolist()
    known, first = np.unique(actions.person, return_index=True)
    named = known if len(known) <= MOST_NAMED else ()
    number = world.scenario(pattern, users, named, misuse=True, variant=variant)
    agency = world.agency_of(users[0]).name
    before = rng.integers(1, 30, size=len(known))
    days = [
        world.date(time) - timedelta(days=n)
        for time, n in zip(actions.time[first], before.tolist(), strict=True)
    ]
    keys = world.people.keys(known)
    world.record(
        "permits", ((key, permit, agency, day.isoformat()) for key, day in zip(keys, days, strict=True))
    )
    world.add(number, actions)


HISTORIES = {"history": 0.8, "record": 0.2}
HISTORY = {"history": 1.0}
BACKGROUND = {"history": 0.6, "person": 0.2, "driver": 0.2}
ADDRESSES = {"licence_only": 0.6, "driver": 0.3, "plate_only": 0.1}
UNIT = (3, 8)
EACH_38 = (SEVERAL, SEVERAL)

FAMILIES = (
    Family(
        "reason_quality",
        (22,),
        {
            "agency habit": partial(agency_habit, variant="agency habit", share=(0.65, 0.9)),
            "evasive agency": partial(agency_habit, variant="evasive agency", share=(0.35, 0.5)),
        }
        | forms(
            says_nothing,
            {
                "one user": Telling([""], looks=(40, 140), exact=True),
                "evasive investigation": Telling(["investigation"], looks=(40, 120), exact=True),
                "evasive shorthand": Telling(SHORTHAND, looks=(30, 100), exact=True),
                "evasive plates": Telling(["", ".", "veh"], PLATES, (30, 100), exact=True),
                "evasive mixed": Telling(["", "", *PATROL], looks=(40, 120), exact=True),
            },
        ),
        share=0.2,
    ),
    Family(
        "reason_mismatch",
        (23,),
        forms(
            mismatch,
            {
                "traffic": Telling(TRAFFIC, HISTORIES, (14, 36)),
                "plate check": Telling(PATROL, HISTORIES, (10, 24)),
                "evasive spread": Telling(TRAFFIC, HISTORY, (8, 16), (3, 6)),
                "evasive invented case": Telling(
                    ["{n} t-stop", "ts {n}"], HISTORIES, (10, 24), case="invented"
                ),
            },
        )
        | {"evasive mixed": behind_a_stop},
    ),
    Family(
        "wrong_program",
        (25,),
        forms(permit_unit, {"several users": Telling(PERMIT, HISTORY, EACH_38, UNIT)})
        | {"at scale": permit_unit_at_scale}
        | forms(
            permit_unit,
            {
                "one clerk": Telling(PERMIT, BACKGROUND, (20, 60)),
                "evasive investigation": Telling(HIDDEN, BACKGROUND, EACH_38, UNIT, exact=True),
                "evasive copied case": Telling(
                    ["{n}", "{n} wants ck"], BACKGROUND, EACH_38, UNIT, case="copied"
                ),
                "evasive spread": Telling(["bkgd", "wants check"], HISTORY, (12, 20), UNIT),
                "evasive blank": Telling([""], BACKGROUND, EACH_38, UNIT, exact=True),
            },
        ),
        share=0.3,
    ),
    Family(
        "applicants_as_criminal",
        (26,),
        forms(
            not_criminal,
            {
                "employment": Telling(EMPLOYMENT, BACKGROUND, (14, 50)),
                "unit": Telling(EMPLOYMENT, BACKGROUND, (20, 60), (2, 5)),
                "evasive investigation": Telling(HIDDEN, BACKGROUND, (14, 40), exact=True),
                "evasive copied case": Telling(["{n}", "{n} bkgd"], BACKGROUND, (12, 30), case="copied"),
                "evasive spread": Telling(HIDDEN, BACKGROUND, (10, 24), (2, 5)),
                "evasive blank": Telling([""], BACKGROUND, (14, 40), exact=True),
            },
        )
        | forms(
            partial(not_criminal, permit="housing"),
            {
                "tenants": Telling(TENANTS, BACKGROUND, (12, 40)),
                "evasive tenants": Telling(["wants check", "{n}"], BACKGROUND, (12, 30), case="invented"),
            },
        )
        | forms(
            partial(not_criminal, permit="school residency"),
            {"school residency": Telling(RESIDENCY, ADDRESSES, (12, 40))},
        ),
    ),
)
