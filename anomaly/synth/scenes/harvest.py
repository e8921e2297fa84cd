"""People looked up in quantity: by a script, by a patient seller of addresses, plate after plate on shift."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from anomaly.synth.reasons import DISPATCH, PATROL, VAGUE
from anomaly.synth.scenes.accounts import strangers
from anomaly.synth.scenes.cover import Cover, evasions, looks
from anomaly.synth.scenes.family import Family
from anomaly.synth.scenes.moments import visits, window
from anomaly.synth.scenes.personal import LOCAL
from anomaly.synth.streams import Ints
from anomaly.synth.world import NoPartError, World

MOST_RESIDENTS = 60_000  # of a large town only so many are put in order
PLATES_RUN = Cover({"plate only": 1.0}, PATROL)
SOLD = Cover(
    {"licence only": 0.35, "driver history": 0.3, "driver by name": 0.2, "owner by name": 0.15}, VAGUE
)

Order = Callable[[World, Ints], Ints]


def by_plate(world: World, rows: Ints) -> Ints:
    """People whose plates follow one another from the first one's on, wherever they live."""
    return world.people.one_after_another(int(rows[0]), len(rows))


def by_name(world: World, rows: Ints) -> Ints:
    """People in the order of the alphabet."""
    return np.take(rows, world.people.name(rows).arg_sort().to_numpy())


def by_initial(world: World, rows: Ints) -> Ints:
    """One person for each surname and initial, in the order of the alphabet: A, B, C of name after name."""
    names = world.people.name(rows, initial=True)
    first = names.arg_sort().to_numpy()
    ordered = names.gather(first).to_numpy()
    kept: Ints = rows[first[np.append(True, ordered[1:] != ordered[:-1])]]
    return kept


def run_of(world: World, rng: np.random.Generator, user: int, n: int, order: Order) -> Ints:
    """Up to `n` people of a user's town, in an order and next to each other in it."""
    low, high = world.agency_of(user).town
    if high - low > MOST_RESIDENTS:
        low = int(rng.integers(low, high - MOST_RESIDENTS))
        high = low + MOST_RESIDENTS
    people = order(world, np.arange(low, high))
    n = min(n, len(people) // 2)
    first = int(rng.integers(len(people) - n + 1))
    return people[first : first + n].astype(np.int64)


def script(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    order: Order = by_plate,
    cover: Cover = PLATES_RUN,
    n: tuple[int, int] = (160, 300),
    gap: tuple[int, int] = (7, 9),
    batches: int = 1,
) -> None:
    """A script asks one after another, every few seconds, inside one shift or in a batch in each of several.

    gap: seconds between two queries (low, high). A dispatcher sold such data for years [MON16].
    """
    [user] = world.cast(rng, LOCAL)
    persons = run_of(world, rng, user, int(rng.integers(n[0], n[1] + 1)), order)
    starts = world.in_shifts(rng, user, batches, between=window(world, rng, 60))
    parts = np.array_split(persons, len(starts))
    ends = world.shifts(user)[:, 1]
    times = []
    for start, part in zip(starts, parts, strict=True):
        length = np.cumsum(rng.integers(gap[0], gap[1] + 1, size=len(part)))
        end = ends[np.searchsorted(ends, start, side="right")]
        times.append(min(int(start), int(end - length[-1])) + length)
    typed = replace(cover, reasons=(str(rng.choice(cover.reasons)),), style="exact")  # once, into the script
    s = world.scenario("harvesting", [user], misuse=True, variant=variant)
    world.add(s, looks(world, rng, typed, user, persons, np.concatenate(times)))


def seller(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    cover: Cover = SOLD,
    a_month: tuple[float, float] = (3.0, 7.0),
) -> None:
    """A few private people a month, unrelated, by keys that give an address, for years [MON16][TN25]."""
    try:
        [user] = world.cast(rng, ("dispatch", "records"))
    except NoPartError:
        [user] = world.cast(rng, LOCAL)
    n = max(8, round(world.days / 30 * float(rng.uniform(*a_month))))
    person = strangers(world, rng, user, n)
    time = visits(world, rng, user, n, shifts=n)
    s = world.scenario("low_and_slow", [user], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


def volume(
    world: World,
    rng: np.random.Generator,
    *,
    variant: str,
    times: float = 4.0,
    days: int = 90,
    kinds: Mapping[str, float] | None = None,
    reasons: tuple[str, ...] = (*PATROL,),
    exact: bool = False,
) -> None:
    """Somebody runs several times as much as the unit's others, for no stop and no call: 4 times [JM].

    times: of the user's usual pace, for `days` days.
    """
    works = ("patrol", "traffic") if kinds is None else ("records", "dispatch", "cases")
    [user] = world.cast(rng, works, least_unit=8 if kinds is None else 3)
    between = window(world, rng, days)
    more = float(world.staff.pace[user]) * (times - 1)
    shifts = len(world.shifts(user))
    time = world.in_shifts(rng, user, shifts, (round(more * 0.6), round(more * 1.4)), between=between)
    person = strangers(world, rng, user, len(time))
    cover = Cover(kinds or {"plate only": 0.85, "plate": 0.15}, reasons, "exact" if exact else "own")
    s = world.scenario("volume", [user], misuse=True, variant=variant)
    world.add(s, looks(world, rng, cover, user, person, time))


HARVEST = (
    Family.of(
        "harvesting",
        (32,),
        {
            "sequential plates": script,
            "alphabetical": partial(script, order=by_name, cover=Cover({"driver by name": 1.0}, VAGUE)),
            "by initials": partial(
                script,
                order=by_initial,
                cover=Cover({"driver by initial": 1.0}, VAGUE),
                n=(60, 140),
                gap=(8, 25),
            ),
            "partial plates": partial(
                script, cover=Cover({"partial plate": 1.0}, PATROL), n=(60, 120), gap=(10, 40)
            ),
            "evasive pauses": partial(script, gap=(5, 15)),
            "evasive long pauses": partial(script, n=(70, 120), gap=(40, 160)),
            "evasive small batches": partial(script, gap=(6, 20), batches=16),
            **evasions(
                partial(script, gap=(5, 15)), PLATES_RUN, "evasive copied case", "evasive investigation"
            ),
        },
    ),
    Family.of(
        "low_and_slow",
        (33,),
        {
            "a few a month": seller,
            "evasive seldom": partial(seller, a_month=(1.5, 2.5)),
            **evasions(
                seller,
                SOLD,
                "evasive copied case",
                "evasive investigation",
                "evasive plates",
                "evasive blank",
            ),
        },
    ),
    Family.of(
        "volume",
        (34,),
        {
            "plates on the beat": volume,
            "names at the desk": partial(volume, kinds={"driver": 0.6, "person": 0.4}, reasons=DISPATCH),
            "evasive twice the others": partial(volume, times=2.2, days=200),
            "evasive investigation": partial(volume, reasons=("investigation",), exact=True),
            "evasive blank": partial(volume, reasons=("",), exact=True),
            "evasive spread": partial(volume, times=1.7, days=360),
        },
    ),
)
