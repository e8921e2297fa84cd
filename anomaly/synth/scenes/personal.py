"""People a user knows: the own record, relatives, the household, a former partner, colleagues."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from anomaly.synth.reasons import VAGUE
from anomaly.synth.scenes.cover import Cover, evasions, looks
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.moments import visits, window
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

LOCAL = ("patrol", "traffic", "cases", "family", "narcotics", "records", "dispatch", "jail", "licensing")
MOST_COLLEAGUES = 40  # whose former partners are recorded as well
CASUAL = Cover({"licence only": 0.4, "driver": 0.3, "plate": 0.2, "photo": 0.1}, ("check", "info", "locate"))
BY_NAME = Cover({"driver by name": 0.35, "driver": 0.35, "person": 0.3}, ("locate", "info", "inv", "check"))
CLOSE = Cover({"driver": 0.35, "plate": 0.3, "person": 0.2, "photo": 0.15}, VAGUE)


def housemates(world: World, person: int) -> list[int]:
    """Everybody else at a person's address (row numbers)."""
    homes = world.people.household  # ascending
    low, high = (int(np.searchsorted(homes, homes[person], side=side)) for side in ("left", "right"))
    return [k for k in range(low, high) if k != person]


def namesakes(world: World, user: int) -> Ints:
    """Residents of a user's town with the user's surname, not of the household."""
    me = int(world.staff.person[user])
    low, high = world.agency_of(user).town
    rows = low + np.flatnonzero(world.people.surname[low:high] == world.people.surname[me])
    return rows[~np.isin(rows, [me, *housemates(world, me)])].astype(np.int64)


def one_who(world: World, rng: np.random.Generator, fits: Callable[[int], bool]) -> int:
    """A user without a part of whom something is true, among two dozen asked; raises NoPartError."""
    before = set(world.cast_list)
    try:
        for _ in range(24):
            [user] = world.cast(rng, LOCAL)
            if fits(user):
                before.add(user)
                return user
    finally:
        world.cast_list &= before
    raise NoPartError


def former_partners(world: World, rng: np.random.Generator, user: int, person: int) -> None:
    """Record a user's former partner among those of the colleagues, as a personnel office knows them."""
    rows = [(world.staff.user[user], world.key(person), "ex_partner")]
    for one in world.colleagues(user)[:MOST_COLLEAGUES]:
        if one != user and rng.random() < 0.3:
            former = world.someone(rng, int(world.staff.agency[one]), ages=(21, 65))
            rows.append((world.staff.user[one], world.key(former), "ex_partner"))
    world.record("relations", rows)


def own_record(
    world: World, rng: np.random.Generator, *, variant: str, cover: Cover = CASUAL, days: int = 240
) -> None:
    """A user looks at the own record now and then, as a third of one state's users did [PP13]."""
    [user] = world.cast(rng, LOCAL)
    me = int(world.staff.person[user])
    time = world.in_shifts(rng, user, int(rng.integers(3, 8)), (1, 2), between=window(world, rng, days))
    s = world.scenario("self_lookup", [user], [me], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, me, time))


def relatives(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = BY_NAME,
    n: int = 14,
    days: int = 120,
) -> None:
    """A user looks up parents, cousins and others of the same surname [COL16][PP13]."""
    user = one_who(world, rng, lambda who: len(namesakes(world, who)) >= 2)
    kin = namesakes(world, user)
    kin = rng.permutation(kin)[: int(rng.integers(2, 7))]
    size = int(rng.integers(n - 4, n + 8))
    time = visits(world, rng, user, size, shifts=size // 2, between=window(world, rng, days))
    s = world.scenario("same_surname", [user], kin, misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, rng.permutation(np.resize(kin, size)), time))


def at_home(
    world: World, rng: np.random.Generator, *, variant: str, cover: Cover = CLOSE, days: int = 100
) -> None:
    """A user looks up the people of the own household, again and again."""
    user = one_who(world, rng, lambda who: bool(housemates(world, int(world.staff.person[who]))))
    mates = np.array(housemates(world, int(world.staff.person[user])), dtype=np.int64)
    size = int(rng.integers(6, 14))
    time = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    world.record("relations", [(world.staff.user[user], world.key(mate), "household") for mate in mates])
    s = world.scenario("household", [user], mates, misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, rng.choice(mates, size=size), time))


def former_partner(
    world: World, rng: np.random.Generator, *, variant: str, cover: Cover = CLOSE, days: int = 150
) -> None:
    """A user looks up a former spouse, as in a published case of an ex-husband [COL16]."""
    [user] = world.cast(rng, LOCAL)
    former = world.someone(rng, int(world.staff.agency[user]), ages=(21, 65))
    size = int(rng.integers(7, 16))
    time = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    former_partners(world, rng, user, former)
    s = world.scenario("household", [user], [former], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, former, time))


def colleague(
    world: World, rng: np.random.Generator, *, variant: str, cover: Cover = CLOSE, days: int = 120
) -> None:
    """A user looks up one colleague of the same agency, for weeks."""
    [user] = world.cast(rng, LOCAL)
    [other] = world.cast(rng, LOCAL, agency=int(world.staff.agency[user]))
    size = int(rng.integers(5, 13))
    time = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    person = int(world.staff.person[other])
    s = world.scenario("coworker", [user], [person], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def many_on_one(world: World, rng: np.random.Generator, *, variant: str) -> None:
    """Officers of several agencies look at one colleague, once or twice each [KRE][HRW19][LN14]."""
    target = one_who(world, rng, lambda who: bool(world.people.female[world.staff.person[who]]))
    users = world.cast(rng, LOCAL, n=int(np.clip(len(world.staff) // 18, 3, 58)))
    person = int(world.staff.person[target])
    times = [world.in_shifts(rng, user, int(rng.integers(1, 3))) for user in users]
    s = world.scenario("coworker", users, [person], misuse=True, variant=variant)
    for user, time in zip(users, times, strict=True):
        world.add(s, looks(world, rng, CLOSE, user, person, time))


def whole_squad(world: World, rng: np.random.Generator, *, variant: str, cover: Cover = CLOSE) -> None:
    """A user goes through the unit's colleagues one after another: addresses, cars, photographs."""
    [user] = world.cast(rng, LOCAL, least_unit=6)
    others = [one for one in world.colleagues(user) if one != user]
    persons = rng.permutation(world.staff.person[others])[: int(rng.integers(5, 16))].astype(np.int64)
    time = visits(world, rng, user, len(persons), shifts=4, between=window(world, rng, 40))
    s = world.scenario("coworker", [user], persons, misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, persons, time))


PERSONAL = (
    Family.of(
        "self_lookup",
        (1,),
        {
            "now and then": own_record,
            **evasions(own_record, CASUAL, "evasive investigation", "evasive plates", "evasive mixed"),
            "evasive spread": partial(own_record, days=360),
            **evasions(own_record, CASUAL, "evasive copied case"),
        },
    ),
    Family.of(
        "same_surname",
        (2,),
        {
            "relatives": relatives,
            "evasive spread": partial(relatives, n=10, days=300),
            **evasions(relatives, BY_NAME, "evasive investigation", "evasive copied case", "evasive plates"),
            **evasions(relatives, BY_NAME, "evasive mixed", "evasive blank"),
        },
    ),
    Family.of(
        "household",
        (3,),
        {
            "household": at_home,
            "former partner": former_partner,
            "evasive spread": partial(former_partner, days=300),
            **evasions(
                former_partner, CLOSE, "evasive investigation", "evasive copied case", "evasive plates"
            ),
            "evasive mixed": evasions(at_home, CLOSE, "evasive mixed")["evasive mixed"],
        },
    ),
    Family.of(
        "coworker",
        (4,),
        {
            "one colleague": colleague,
            "many on one": many_on_one,
            "whole squad": whole_squad,
            "evasive spread": partial(colleague, days=300),
            **evasions(colleague, CLOSE, "evasive investigation", "evasive copied case", "evasive plates"),
            **evasions(colleague, CLOSE, "evasive mixed", "evasive blank"),
        },
    ),
)
