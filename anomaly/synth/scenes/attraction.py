"""People a user is drawn to: one for months, two who belong together, dozens of one sex, strangers' faces."""

from __future__ import annotations

from functools import partial

import numpy as np

from anomaly.synth.actions import Actions
from anomaly.synth.reasons import PATROL, VAGUE
from anomaly.synth.scenes.cover import Cover, evasions, looks
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.moments import bursts, leisure, visits, window
from anomaly.synth.scenes.personal import LOCAL, former_partners, housemates
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

LOOK = Cover({"plate": 0.4, "driver": 0.25, "photo": 0.15, "plate only": 0.1, "cameras": 0.1}, VAGUE)
ALWAYS = Cover({"cameras": 0.7, "plate": 0.3}, ("investigation",), "exact")
FACES = Cover({"photo": 0.4, "driver": 0.35, "plate": 0.25}, (*PATROL, *VAGUE[:8]))
NAME_ONLY = Cover({"driver by name": 0.6, "photo": 0.25, "driver": 0.15}, VAGUE)


def one_person(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = LOOK,
    n: tuple[int, int] = (18, 40),
    days: int = 150,
) -> None:
    """One subject is looked up for months on duty, with a reason that says little [MKE1][EFF25]."""
    [user] = world.cast(rng, LOCAL)
    agency = int(world.staff.agency[user])
    subject = world.someone(rng, agency, sex="F" if rng.random() < 0.85 else "M", ages=(19, 48))
    size = int(rng.integers(n[0], n[1] + 1))
    time = visits(world, rng, user, size, shifts=size, between=window(world, rng, days))
    s = world.scenario("repeated_lookups", [user], [subject], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, subject, time))


def couple(world: World, rng: np.random.Generator, agency: int) -> tuple[int, int]:
    """A woman and a man of age at one address (row numbers); raises NoPartError."""
    for woman in world.some(rng, agency, 25, sex="F", ages=(20, 55)):
        for mate in housemates(world, int(woman)):
            grown = 20 <= int(world.age(np.array([mate]))[0]) <= 65
            if grown and not world.people.female[mate] and mate not in world.staff.person:
                return int(woman), mate
    raise NoPartError


def two_persons(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = ALWAYS,
    n: tuple[int, int] = (55, 124),
    days: int = 60,
    in_turns: bool = False,
) -> None:
    """A former partner and the new one, at one address: 55 + 124 look-ups in two months [MKE1][UM26].

    n: look-ups of each in `days` days, fewer where the world is shorter. in_turns: one, then the other.
    """
    [user] = world.cast(rng, LOCAL)
    first, second = couple(world, rng, int(world.staff.agency[user]))
    share = min(1.0, world.days / days)
    counts = [max(4, round(k * share)) for k in n]
    time = visits(
        world, rng, user, sum(counts), shifts=min(40, sum(counts)), between=window(world, rng, days)
    )
    person = np.repeat(np.array([first, second]), counts)
    former_partners(world, rng, user, first)
    s = world.scenario("linked_pair", [user], [first, second], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person if in_turns else rng.permutation(person), time))


def crowd(
    world: World, rng: np.random.Generator, agency: int, n: int, share: float, ages: tuple[int, int]
) -> Ints:
    """About `n` different people of a town, fewer in a small one, a share of them women, in random order."""
    low, high = world.plan.agencies[agency].town
    n = min(n, (high - low) // 12)
    women = round(n * share)
    persons = [world.some(rng, agency, women, sex="F", ages=ages)]
    if n > women:
        persons.append(world.some(rng, agency, n - women, sex="M"))
    return rng.permutation(np.concatenate(persons)).astype(np.int64)


def many_women(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = FACES,
    n: tuple[int, int] = (40, 110),
    days: int = 240,
    off_duty: bool = False,
) -> None:
    """Dozens of women, once or twice each, for months: 94 % women in one case, off duty [PP13][MPR13]."""
    [user] = world.cast(rng, LOCAL)
    size = int(rng.integers(n[0], n[1] + 1))
    persons = crowd(world, rng, int(world.staff.agency[user]), size, 0.94, (18, 50))
    again = rng.choice(persons, size=len(persons) // 3, replace=False)
    person = rng.permutation(np.concatenate([persons, again]))
    if off_duty:
        time = bursts(rng, leisure(world, rng, user, max(4, len(person) // 3)), (1, 6), (40, 400))
        time = time[(time < world.end)][: len(person)]
    else:
        time = visits(
            world, rng, user, len(person), shifts=len(person) // 2, between=window(world, rng, days)
        )
    person = person[: len(time)]
    s = world.scenario("one_sex", [user], np.unique(person), misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def young_women(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = NAME_ONLY,
    width: int = 6,
    days: int = 150,
) -> None:
    """Young women of nearly one age, most looked up by name alone [DECK][MON16]."""
    [user] = world.cast(rng, LOCAL)
    youngest = int(rng.integers(20, 24))
    wanted = int(rng.integers(24, 60))
    agency = int(world.staff.agency[user])
    low, high = world.plan.agencies[agency].town
    wanted = min(wanted, (high - low) // 90)  # of a small town not all the women of that age
    persons = world.some(rng, agency, wanted, sex="F", ages=(youngest, youngest + width))
    person = rng.permutation(np.concatenate([persons, rng.choice(persons, size=len(persons) // 3)]))
    time = visits(world, rng, user, len(person), shifts=len(person) // 2, between=window(world, rng, days))
    s = world.scenario("age_and_sex", [user], persons, misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def plate_to_photo(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    reasons: tuple[str, ...] = (*PATROL,),
    exact: bool = False,
    waits: tuple[int, int] = (15, 120),
) -> None:
    """A plate seen in traffic, its owner, then the photograph, with no stop and no call [COL16][MON16].

    waits: seconds from one query to the next (low, high).
    """
    [user] = world.cast(rng, ("patrol", "traffic"))
    persons = crowd(world, rng, int(world.staff.agency[user]), int(rng.integers(9, 24)), 0.85, (18, 40))
    start = visits(world, rng, user, len(persons), shifts=len(persons), between=window(world, rng, 120))
    steps = ["plate only", "licence only", "photo"]
    delays = np.cumsum(rng.integers(*waits, size=(len(persons), len(steps))), axis=1)
    style = "exact" if exact else "own"
    parts = [
        looks(world, rng, Cover({step: 1.0}, reasons, style), user, persons, start + delays[:, k])  # type: ignore[arg-type]
        for k, step in enumerate(steps)
    ]
    s = world.scenario("plate_to_photo", [user], persons, misuse=True, variant=variant)
    world.add(s, Actions.joined(parts))


ATTRACTION = (
    Family.of(
        "repeated_lookups",
        (5,),
        {
            "months on duty": one_person,
            "short and intense": partial(one_person, n=(14, 26), days=15),
            "always investigation": partial(one_person, cover=ALWAYS, n=(20, 45), days=90),
            "evasive spread": partial(one_person, n=(11, 18), days=300),
            "evasive seldom": partial(one_person, n=(5, 8), days=200),
            **evasions(
                partial(one_person, n=(12, 24)),
                LOOK,
                "evasive investigation",
                "evasive blank",
                "evasive copied case",
                "evasive plates",
                "evasive mixed",
            ),
        },
        share=2.0,
    ),
    Family.of(
        "linked_pair",
        (6,),
        {
            "former partner and the new one": two_persons,
            "quieter": partial(two_persons, cover=LOOK, n=(12, 19), days=120),
            "evasive in turns": partial(two_persons, cover=LOOK, n=(9, 11), days=180, in_turns=True),
            "evasive spread": partial(two_persons, cover=LOOK, n=(8, 12), days=300),
            **evasions(
                partial(two_persons, n=(14, 22), days=120),
                LOOK,
                "evasive copied case",
                "evasive plates",
                "evasive mixed",
                "evasive blank",
            ),
        },
    ),
    Family.of(
        "one_sex",
        (7,),
        {
            "dozens of women": many_women,
            "off duty": partial(many_women, off_duty=True),
            "evasive spread": partial(many_women, n=(30, 60), days=360),
            **evasions(
                many_women,
                FACES,
                "evasive investigation",
                "evasive plates",
                "evasive mixed",
                "evasive copied case",
            ),
        },
    ),
    Family.of(
        "age_and_sex",
        (8,),
        {
            "by name alone": young_women,
            "narrow years": partial(young_women, width=3),
            "evasive spread": partial(young_women, days=360, width=9),
            **evasions(
                young_women,
                NAME_ONLY,
                "evasive investigation",
                "evasive plates",
                "evasive copied case",
                "evasive mixed",
            ),
        },
    ),
    Family.of(
        "plate_to_photo",
        (9,),
        {
            "seen in traffic": plate_to_photo,
            "evasive spread": partial(plate_to_photo, waits=(900, 2400)),
            "evasive investigation": partial(plate_to_photo, reasons=("investigation",), exact=True),
            "evasive blank": partial(plate_to_photo, reasons=("",), exact=True),
        },
    ),
)
