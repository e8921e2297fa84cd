"""People in the news, critics, protected activity, and camera searches wider than the matter needs.

No list of critics or journalists goes into the tables: such a list is itself sensitive.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import MINOR, TRAFFIC
from anomaly.synth.scenes.cover import purpose_of
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.parts import (
    PEOPLE,
    PLATES,
    Telling,
    between,
    case_of,
    crew,
    forms,
    moments,
    told,
    up_to,
)
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import NoPartError, World

# [PP13][JC13]: a murder victim was queried 158 times in one month, by 110 users of 59 agencies.
LOOKS, LOOKERS, AGENCIES = 158, 110, 59
ONE_IN = 10  # users of a small world who take part in a spike at most
NATIONWIDE = (6809, 6809)  # networks, of one search [EFF-F25]
CURIOUS = ["info", "inv", "check", "susp", "locate", "investigation", "news", "fyi", ""]
CRITIC = ["investigation", "info", "intel", "check", "veh ck", "officer safety", "bkgd", "susp"]
PROTEST = [
    "protest",
    "PROTEST",
    "no kings",
    "No Kings protest",
    "50501 protest",
    "protest organizer veh",
    "rally intel",
    "demonstration",
]
QUIET_PROTEST = ["event", "event intel", "crowd intel", "special event", "civil unrest", "nk event", "intel"]
ABORTION = ["had an abortion, search for female", "had abortion, female welf ck", "abortion, locate female"]
QUIET_ABORTION = ["search for female", "locate female", "welfare ck female"]
WORK_WITH_CAMERAS = ("patrol", "cases", "narcotics", "traffic")
SEARCH = {"cameras": 1.0}


def curiosity(
    world: World, rng: np.random.Generator, *, variant: str, how: Telling, days: float = 5.0, late: int = 0
) -> None:
    """Somebody is in the news, and users of many agencies look within the month: 158 times [PP13][CW24].

    days: mean wait of the curious. late: days from the event before the first one dares. A small world has
    fewer users and agencies: as many as one in ten of its users.
    """
    humans = int((world.staff.role != "service").sum())
    n = min(LOOKERS, humans // ONE_IN)
    if n < 5:
        raise NoPartError
    users = _from_many_agencies(world, rng, n, AGENCIES)
    home = int(world.staff.agency[users[0]])
    person = world.someone(rng, home)
    event = int(rng.uniform(0.25, 0.7) * world.end) // DAY * DAY + 18 * HOUR
    looks = np.ones(len(users), dtype=np.int64)
    more = round(LOOKS * len(users) / LOOKERS) - len(users)
    looks[rng.choice(len(users), size=more, replace=False)] += 1
    at = event + late * DAY
    parts = [
        _soon(world, rng, user, int(k), person, at, days, how) for user, k in zip(users, looks, strict=True)
    ]
    moment = world.clock(event)
    world.record("public_subjects", [(world.key(person, kind), moment) for kind in ("license", "name")])
    number = world.scenario("curiosity_spike", users, [person], misuse=True, variant=variant, agency=home)
    world.add(number, Actions.joined(parts))


def colleague_arrested(world: World, rng: np.random.Generator) -> None:
    """A user is arrested, and a dozen colleagues of the agency look at the record in days [HRW19][CW24]."""
    [arrested] = world.cast(rng, least_unit=6)
    home = int(world.staff.agency[arrested])
    users = up_to(world, rng, 12, least=4, agency=home)
    person = int(world.staff.person[arrested])
    event = int(rng.uniform(0.2, 0.8) * world.end) // DAY * DAY + 11 * HOUR
    how = Telling(CURIOUS, PEOPLE, exact=True)
    parts = [_soon(world, rng, user, 1 + int(rng.random() < 0.3), person, event, 3.0, how) for user in users]
    world.record(
        "public_subjects", [(world.key(person, kind), world.clock(event)) for kind in ("license", "name")]
    )
    number = world.scenario("curiosity_spike", users, [person], misuse=True, variant="colleague arrested")
    world.add(number, Actions.joined(parts))


def critic(
    world: World, rng: np.random.Generator, *, variant: str, how: Telling, agencies: int = 6, sex: str = ""
) -> None:
    """A journalist or activist is looked up for months by users of several agencies, no case [AP16][N4J17].

    One activist was looked up 200 times in five years; a shorter world gets its part, twelve at least.
    """
    if agencies > 1:
        users = _from_many_agencies(world, rng, between(rng, how.users), agencies)
    else:
        users = crew(world, rng, how)
    person = world.someone(rng, int(world.staff.agency[users[0]]), sex=sex)
    looks = max(12, round(200 * world.days / 1826 * rng.uniform(0.7, 1.3)))
    how = replace(how, looks=(looks, looks))
    actions = told(world, rng, users, how, persons=np.array([person]))
    world.add(world.scenario("critics", users, [person], misuse=True, variant=variant), actions)


def protected(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """Camera searches for people at a protest, over hundreds or thousands of networks [EFF-F25][SF25]."""
    users = crew(world, rng, how, WORK_WITH_CAMERAS)
    start = rng.uniform(0.1, 0.8)
    actions = told(world, rng, users, how, span=(start, min(1.0, start + max(0.1, 20 / world.days))))
    world.add(world.scenario("protected_reasons", users, misuse=True, variant=variant), actions)


def one_woman(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """A woman said to have had an abortion is searched for in cameras of the whole country [EFF-F25]."""
    [user] = world.cast(rng, WORK_WITH_CAMERAS)
    person = world.someone(rng, int(world.staff.agency[user]), sex="F", ages=(18, 42))
    n = between(rng, how.looks)
    [first] = moments(world, rng, user, 1, (0.1, 0.9))
    time = first + np.sort(rng.integers(0, 4 * HOUR, size=n))
    said = world.words(rng, user, how.reasons, n)
    number = world.scenario("protected_reasons", [user], [person], misuse=True, variant=variant)
    low, high = how.networks
    reached = rng.integers(low, high + 1, size=n)
    world.add(number, Actions.of(time, user, person, "cameras", said, networks=reached))


def scope(world: World, rng: np.random.Generator, *, variant: str, how: Telling) -> None:
    """One user searches cameras of the whole country for minor matters [EFF-F25]."""
    [user] = world.cast(rng, WORK_WITH_CAMERAS)
    actions = told(world, rng, [user], how)
    world.add(world.scenario("scope_excess", [user], misuse=True, variant=variant), actions)


def _soon(
    world: World,
    rng: np.random.Generator,
    user: int,
    looks: int,
    person: int,
    event: int,
    days: float,
    how: Telling,
) -> Actions:
    """`looks` look-ups of one user in a shift soon after an event; `days`: mean wait, a month at most.

    Somebody who has no shift in that time does it at once, off duty.
    """
    shifts = world.shifts(user)
    after = shifts[(shifts[:, 0] >= event) & (shifts[:, 0] < event + 30 * DAY) & (shifts[:, 1] <= world.end)]
    if not len(after):
        after = np.array([[event, event + 4 * HOUR]])
    wait = int(rng.exponential(days) * DAY)
    begin, end = after[min(int(np.searchsorted(after[:, 0], event + wait)), len(after) - 1)]
    time = np.sort(rng.integers(begin, end, size=looks)).astype(np.int64)
    said = world.words(rng, user, how.reasons, looks)
    kind = pick_kinds(rng, looks, **how.kinds)
    number = case_of(world, rng, user, how, np.array([person]), time)
    return Actions.of(time, user, person, kind, said, number=number, purpose=purpose_of(world, user))


def _from_many_agencies(world: World, rng: np.random.Generator, n: int, agencies: int) -> list[int]:
    """`n` users of up to `agencies` local agencies: one of each, then more where there are more users.

    Raises NoPartError where there are fewer than `n`.
    """
    local = [k for k, one in enumerate(world.plan.agencies) if one.kind == "local"]
    size = np.bincount(world.staff.agency, minlength=len(world.plan.agencies)).astype(np.float64)
    users: list[int] = []
    chosen: list[int] = []
    for agency in rng.permutation(local).tolist():
        if len(chosen) == min(agencies, n):
            break
        try:
            users += world.cast(rng, agency=agency)
            chosen.append(agency)
        except NoPartError:
            continue
    while len(users) < n and chosen:
        weight = size[chosen]
        agency = int(rng.choice(chosen, p=weight / weight.sum()))
        try:
            users += world.cast(rng, agency=agency)
        except NoPartError:
            chosen.remove(agency)
    if len(users) < n:
        raise NoPartError
    return users


FAMILIES = (
    Family(
        "curiosity_spike",
        (27,),
        forms(
            curiosity,
            {"news": Telling([*CURIOUS, *TRAFFIC[:2]], {**PEOPLE, "person": 0.3}, exact=True)},
        )
        | {"colleague arrested": colleague_arrested}
        | forms(
            curiosity,
            {
                "evasive false reasons": Telling(
                    ["{n}", "f/u {n}", "{n} bolo"], PEOPLE, exact=True, case="copied"
                ),
                "evasive investigation": Telling(["investigation"], PEOPLE, exact=True),
                "evasive plates": Telling(["veh ck", "plate ck", "bolo veh"], PLATES, exact=True),
                "evasive blank": Telling([""], PEOPLE, exact=True),
            },
        )
        | forms(
            partial(curiosity, days=12.0, late=9), {"evasive late": Telling(CURIOUS, PEOPLE, exact=True)}
        ),
        share=0.2,
    ),
    Family(
        "critics",
        (28,),
        forms(
            critic,
            {
                "several agencies": Telling(CRITIC, PEOPLE, users=(6, 16)),
                "evasive plates": Telling(["veh ck", "plate ck", "susp veh"], PLATES, users=(5, 12)),
                "evasive copied case": Telling(["{n}", "f/u {n}"], PEOPLE, users=(5, 12), case="copied"),
                "evasive investigation": Telling(["investigation"], PEOPLE, users=(5, 12), exact=True),
                "evasive spread": Telling(CRITIC, PEOPLE, users=(12, 20)),
                "evasive mixed": Telling(TRAFFIC, {"plate": 0.7, "driver": 0.3}, users=(5, 12)),
            },
        )
        | forms(partial(critic, agencies=1), {"one agency": Telling(CRITIC, PEOPLE, users=(3, 8))}),
        share=0.5,
    ),
    Family(
        "protected_reasons",
        (29,),
        forms(
            protected,
            {
                "protest": Telling(PROTEST, SEARCH, (12, 50), (1, 3), networks=(600, 6809)),
                "evasive event": Telling(QUIET_PROTEST, SEARCH, (10, 40), (1, 3), networks=(100, 3000)),
                "evasive copied case": Telling(
                    ["{n} protest", "{n} rally"], SEARCH, (10, 30), case="copied", networks=(300, 6809)
                ),
                "evasive mixed": Telling(
                    ["protest", "susp veh", "bolo", "stolen vehicle"], SEARCH, (12, 36), networks=(20, 2500)
                ),
                "evasive spread": Telling(PROTEST, SEARCH, (8, 16), (3, 6), networks=(100, 3000)),
            },
        )
        | forms(
            one_woman,
            {
                "abortion": Telling(ABORTION, looks=(2, 6), networks=NATIONWIDE),
                "evasive search for female": Telling(QUIET_ABORTION, looks=(2, 6), networks=NATIONWIDE),
            },
        ),
    ),
    Family(
        "scope_excess",
        (30,),
        forms(
            scope,
            {
                "nationwide": Telling(MINOR, SEARCH, (16, 60), networks=NATIONWIDE),
                "thousands": Telling(MINOR, SEARCH, (16, 60), networks=(2500, 6809)),
                "evasive investigation": Telling(
                    ["investigation"], SEARCH, (16, 50), exact=True, networks=NATIONWIDE
                ),
                "evasive less wide": Telling(MINOR, SEARCH, (16, 50), networks=(500, 1500)),
                "evasive copied case": Telling(
                    ["{n}", "{n} parking"], SEARCH, (16, 50), case="copied", networks=NATIONWIDE
                ),
                "evasive mixed": Telling(
                    [*MINOR, "stolen vehicle", "bolo"], SEARCH, (20, 60), networks=(20, 6809)
                ),
            },
        ),
    ),
)
