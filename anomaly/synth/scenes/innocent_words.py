"""Reasons whose words look like immigration enforcement or protest, or like nothing, and are not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.innocent_parts import (
    CASES,
    STREET,
    a_day,
    home,
    on_calls,
    on_case,
    one_of,
    team,
    whole_work,
    within,
)
from anomaly.synth.scenes.moments import window
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.work.people import pick_people
from anomaly.synth.world import World

ICE_THE_DRUG = (
    "ice sales {n}",
    "11378 ice",
    "half oz ice",
    "ice dealer surv {n}",
    "crystal ice possession",
    "ICE BUY {n}",
)
ICE_CREAM = (
    "ICE CREAM TRUCK THEFT",
    "ice cream truck permit",
    "susp ice cream vendor",
    "stolen ice chest",
    "black ice tc",
)
U_VISA = ("u-visa cert {n}", "U VISA certification", "u visa victim interview {n}", "i-918 cert {n}")
SURNAME_ICE = ("vic ICE, MARGA", "ICE, MARGA {n}", "mrs Ice {n}", "{n} Ice residence")
STREET_ICE = ("459 1200 ICE HOUSE RD", "icehouse rd prowler", "415 Ice St", "veh ck ICE PLANT LN")
ICE_IMPERSONATOR = (
    "ICE impersonator {n}",
    "fake ICE agent 538d",
    "notario fraud vic {n}",
    "538d {n}",
    "robbery vic, told ICE",
)
IMMIGRANT_VICTIM = (
    "wage theft immigrant vic {n}",
    "extortion threat to call ICE {n}",
    "vic threatened w deportation {n}",
)
PROTEST = (
    "protest traffic control",
    "tow veh protest route",
    "march route ck",
    "protest rd closure",
    "protest staging lot ck",
)


def words_on_a_case(
    world: World,
    rng: np.random.Generator,
    *,
    pattern: str,
    works: Sequence[str | tuple[str, ...]],
    case: str,
    said: Sequence[str],
    sex: str = "",
    variant: str = "plain",
) -> None:
    """A few people of one open case, looked up for weeks under such words."""
    [who] = one_of(world, rng, *works)
    time = world.in_shifts(rng, who, int(rng.integers(7, 15)), (1, 2), between=window(world, rng, 50))
    people = world.some(rng, home(world, who), int(rng.integers(2, 6)), sex=sex)
    user = np.full(len(time), who)
    on_case(
        world,
        rng,
        pattern,
        time=time,
        user=user,
        person=rng.choice(people, len(time)),
        case=case,
        said=said,
        shares={"driver": 0.5, "plate": 0.3, "person": 0.2},
        variant=variant,
        subjects=people.tolist(),
        careful=True,
    )


def words_on_calls(
    world: World,
    rng: np.random.Generator,
    *,
    pattern: str,
    call: str,
    said: Sequence[str],
    variant: str = "plain",
) -> None:
    """Such words on calls for service, somebody else each time."""
    [who] = one_of(world, rng, STREET)
    time = world.in_shifts(rng, who, int(rng.integers(4, 9)))
    user = np.full(len(time), who)
    on_calls(
        world,
        rng,
        pattern,
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call=call,
        said=said,
        shares={"driver": 0.5, "plate": 0.5},
        variant=variant,
        careful=True,
    )


def protest_traffic_plan(world: World, rng: np.random.Generator) -> None:
    """Officers clear the route of a march of parked cars: "protest" is where, not why."""
    officers = team(world, rng, STREET, most=6, least=2)
    start = a_day(world, rng, 0.1, 0.9, room=2) * DAY + 6 * HOUR
    time, user = within(world, rng, officers, start, start + 2 * DAY, (3, 8))
    on_calls(
        world,
        rng,
        "protest_traffic_plan",
        time=time,
        user=user,
        person=pick_people(world, rng, user),
        call="traffic control",
        said=PROTEST,
        shares={"plate": 0.8, "stolen": 0.2},
        careful=True,
    )


def vague_with_case(world: World, rng: np.random.Generator) -> None:
    """A detective types "investigation" nearly always, but works on own open cases: careless, not hiding."""
    [who] = one_of(world, rng, "cases", CASES)
    world.staff.vague[who] = rng.uniform(0.9, 1.0)
    whole_work(world, "vague_with_case", [who])


ON_CASES, ON_CALLS = words_on_a_case, words_on_calls
DRUGS, VICTIMS, ANY = (
    ("narcotics", "cases", STREET),
    ("family", "sex crimes", "cases", STREET),
    ("cases", STREET),
)
FAMILIES = (
    Family(
        "ice_the_drug",
        (),
        {
            "plain": partial(
                ON_CASES, pattern="ice_the_drug", works=DRUGS, case="narcotics", said=ICE_THE_DRUG
            ),
        },
    ),
    Family(
        "ice_cream",
        (),
        {
            "plain": partial(ON_CALLS, pattern="ice_cream", call="theft", said=ICE_CREAM),
        },
    ),
    Family(
        "u_visa",
        (),
        {
            "plain": partial(
                ON_CASES, pattern="u_visa", works=VICTIMS, case="domestic violence", said=U_VISA, sex="F"
            ),
        },
    ),
    Family(
        "person_named_ice",
        (),
        {
            "surname": partial(
                ON_CASES,
                pattern="person_named_ice",
                works=ANY,
                case="burglary",
                said=SURNAME_ICE,
                variant="surname",
            ),
            "street": partial(
                ON_CALLS,
                pattern="person_named_ice",
                call="suspicious person",
                said=STREET_ICE,
                variant="street",
            ),
        },
    ),
    Family(
        "immigration_victim",
        (),
        {
            "impersonator": partial(
                ON_CASES,
                pattern="immigration_victim",
                works=ANY,
                case="fraud",
                said=ICE_IMPERSONATOR,
                variant="impersonator",
            ),
            "threat": partial(
                ON_CASES,
                pattern="immigration_victim",
                works=ANY,
                case="extortion",
                said=IMMIGRANT_VICTIM,
                variant="threat",
            ),
        },
    ),
    Family("protest_traffic_plan", (), {"plain": protest_traffic_plan}),
    Family("vague_with_case", (), {"plain": vague_with_case}),
)
