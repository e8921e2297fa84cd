"""Misuse: one function for each way, drawn from generators of its own and put on top of the ordinary work.

Nothing here touches a context table: what the tables say is the same in a clean world.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from anomaly.synth.people import Officer
from anomaly.synth.reasons import PATROL, TRAFFIC, VAGUE, say
from anomaly.synth.rota import DAY, HOUR, Seconds, in_shifts, moments
from anomaly.synth.work import pick_kinds, pick_people
from anomaly.synth.world import World

IMMIGRATION = [
    "ICE ERO removal",
    "immigration",
    "immigration enf",
    "assist ICE immigration",
    "immigration detainer",
    "1325",
    "ice ero",
    "ICE WARRANT",
    "deportation order",
    "immigration status ck",
    "287(g)",
    "removal order ERO",
]


def stalking(world: World, rng: np.random.Generator, who: Officer, subject: int, *, days: int = 24) -> None:
    """One subject looked up for months, on duty, reason always "investigation", no case."""
    time = in_shifts(rng, world.duty[who.index].shifts, days, (1, 2))
    number = world.scenario("repeated_lookups", who.agency, [who], [subject], misuse=True)
    kind = pick_kinds(rng, len(time), plate=0.6, driver=0.2, photo=0.2)
    world.misuse.add(time, who.index, subject, kind, "investigation", scenario=number)


def quiet_stalking(
    world: World, rng: np.random.Generator, who: Officer, subject: int, *, days: int = 13
) -> None:
    """The same, evasively: spread out, under a case number of the user's own that has other people in it.

    Plate on some days, licence on others; the first run by plate brings the licence back in its cascade.
    """
    time = in_shifts(rng, world.duty[who.index].shifts, days, (1, 1))
    n = len(time)
    numbers = [
        case.number for case in world.cases if who.index in case.officers and subject not in case.people
    ]
    copied = numbers[len(numbers) // 2] if numbers else "24-000117"
    kind = pick_kinds(rng, n, plate_only=0.45, licence_only=0.4, driver=0.15)
    kind[0] = pick_kinds(rng, 1, plate=1.0)[0]
    number = world.scenario("repeated_lookups_evasive", who.agency, [who], [subject], misuse=True)
    world.misuse.add(time, who.index, subject, kind, copied, case_number=copied, scenario=number)


def immigration(world: World, rng: np.random.Generator, who: Officer, *, n: int = 18) -> None:
    """Driver and vehicle records used for immigration enforcement, said openly."""
    time = in_shifts(rng, world.duty[who.index].shifts[len(world.duty[who.index].shifts) // 3 :], n, (1, 1))
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    number = world.scenario("immigration_purpose", who.agency, [who], misuse=True)
    said = np.array(IMMIGRATION, dtype=object)[rng.integers(len(IMMIGRATION), size=len(time))]
    kind = pick_kinds(rng, len(time), driver=0.5, plate=0.4, licence_only=0.1)
    world.misuse.add(time, who.index, person, kind, said, scenario=number)


def proxy(world: World, rng: np.random.Generator, who: Officer, agent: Officer, *, n: int = 9) -> None:
    """Queries on behalf of a federal agent, with a reason that says little: "assist ERO"."""
    time = in_shifts(rng, world.duty[who.index].shifts, n, (1, 1))
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    number = world.scenario("immigration_proxy", who.agency, [who], misuse=True)
    said = np.array(["assist ERO", "assist fed", "outside agency assist ERO"], dtype=object)
    reason = said[rng.integers(3, size=len(time))]
    world.misuse.add(time, who.index, person, "driver", reason, on_behalf_of=agent.user, scenario=number)


def off_hours(world: World, rng: np.random.Generator, who: Officer, *, nights: int = 9) -> None:
    """A user with office hours signs on late in the night and looks a few people up."""
    number = world.scenario("own_hours", who.agency, [who], misuse=True)
    days = np.sort(rng.choice(np.arange(world.days // 2, world.days - 2), size=nights, replace=False))
    for day in days:
        n = int(rng.integers(1, 4))
        start = world.first + int(day) * DAY + 23 * HOUR + int(rng.integers(0, 3 * HOUR))
        time = start + np.sort(rng.integers(0, 1500, size=n)).astype(np.int64)
        person = pick_people(world, rng, who.agency, n, 0.0)
        kind = pick_kinds(rng, n, driver=0.6, photo=0.4)
        world.misuse.add(time, who.index, person, kind, "records req", scenario=number)


def isolated(world: World, rng: np.random.Generator, who: Officer, *, n: int = 18) -> None:
    """Single look-ups in the middle of long silences: on days off, at any waking hour."""
    number = world.scenario("isolated_sessions", who.agency, [who], misuse=True)
    time = rng.permutation(free_times(world, rng, who))[:n]
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    kind = pick_kinds(rng, len(time), licence_only=0.6, plate_only=0.4)
    world.misuse.add(np.sort(time), who.index, person, kind, "info", scenario=number)


def free_times(world: World, rng: np.random.Generator, who: Officer) -> Seconds:
    """Times about once a day while the user is off, nine hours or more from work; ascending."""
    shifts = world.duty[who.index].shifts
    times = []
    for low, high in zip(shifts[:-1, 1] + 10 * HOUR, shifts[1:, 0] - 9 * HOUR, strict=True):
        at = int(low) + int(rng.integers(0, 12 * HOUR))
        while at < high:
            times.append(at)
            at += int(rng.integers(16 * HOUR, 28 * HOUR))
    return np.array(times, dtype=np.int64)


def streak(world: World, rng: np.random.Generator, who: Officer, *, days: int = 38) -> None:
    """An account that never rests: on the owner's days off somebody else uses it, for five weeks and more."""
    shifts = world.duty[who.index].shifts
    worked = set(((shifts[:, 0] - world.first) // DAY).tolist())
    begin = world.days // 2
    number = world.scenario("consecutive_days", who.agency, [who], misuse=True)
    for day in range(begin, min(begin + days, world.days - 1)):
        if day in worked and rng.random() < 0.85:
            continue
        n = int(rng.integers(2, 5))
        start = world.first + day * DAY + 8 * HOUR
        time = np.sort(rng.integers(start, start + 8 * HOUR, size=n)).astype(np.int64)
        person = pick_people(world, rng, who.agency, n, 0.0)
        kind = pick_kinds(rng, n, person=0.5, licence_only=0.5)
        world.misuse.add(time, who.index, person, kind, "records req", scenario=number)


def harvest(
    world: World, rng: np.random.Generator, who: Officer, *, n: int = 240, gap: tuple[int, int] = (7, 9)
) -> None:
    """A script runs plates in sequence, one every `gap` (low, high) seconds, inside one shift."""
    shifts = world.duty[who.index].shifts
    begin, _ = shifts[len(shifts) * 2 // 3]
    low, high = world.towns[who.agency]
    first = int(rng.integers(low + 100, high - n - 1))
    time = int(begin) + 2 * HOUR + np.cumsum(rng.integers(gap[0], gap[1] + 1, size=n))
    number = world.scenario("harvesting", who.agency, [who], misuse=True)
    world.misuse.add(
        time.astype(np.int64),
        who.index,
        np.arange(first, first + n),
        "plate only",
        "plate ck",
        scenario=number,
    )


def volume(world: World, rng: np.random.Generator, who: Officer, *, times: float = 4.0) -> None:
    """A patrol officer runs several times as many plates as anybody in the unit, for no stop and no call."""
    shifts = world.duty[who.index].shifts
    time = moments(rng, shifts[len(shifts) // 4 :], who.pace * times)
    person = pick_people(world, rng, who.agency, len(time), 0.0)
    number = world.scenario("volume", who.agency, [who], misuse=True)
    reason = say(rng, who, PATROL, [""] * len(time))
    kind = pick_kinds(rng, len(time), plate_only=0.85, plate=0.15)
    world.misuse.add(time, who.index, person, kind, reason, scenario=number)


def curiosity(
    world: World, rng: np.random.Generator, officers: Sequence[Officer], subject: int, day: int
) -> None:
    """Somebody is in the news, and dozens of users at several agencies look within five days."""
    event = world.first + day * DAY + 18 * HOUR
    number = world.scenario("curiosity_spike", "", officers, [subject], misuse=True)
    said = ("investigation", "info", "inv", "check", "susp", "", "locate", *TRAFFIC[:2])
    for who in officers:
        shifts = world.duty[who.index].shifts
        near = shifts[(shifts[:, 0] >= event) & (shifts[:, 0] < event + 5 * DAY)]
        if not len(near):
            near = np.array([[event, event + 4 * HOUR]])
        begin, end = near[min(len(near) - 1, int(rng.geometric(0.6)) - 1)]
        n = 1 + int(rng.random() < 0.2)
        time = np.sort(rng.integers(begin, min(end, event + 5 * DAY), size=n)).astype(np.int64)
        kind = pick_kinds(rng, n, driver=0.45, person=0.25, photo=0.2, history=0.1)
        world.misuse.add(time, who.index, subject, kind, said[int(rng.integers(len(said)))], scenario=number)


def ended_access(world: World, rng: np.random.Generator, agency: str, end: int, *, days: int = 35) -> None:
    """An agency goes on querying after its access ended; `end`: local seconds, the first moment without."""
    users = [who for who in world.staff if who.agency == agency]
    number = world.scenario("ended_access", agency, users, misuse=True)
    for who in users:
        shifts = world.duty[who.index].shifts
        after = shifts[(shifts[:, 0] >= end) & (shifts[:, 1] < end + days * DAY)]
        time = moments(rng, after, 0.7)
        person = pick_people(world, rng, agency, len(time), 0.0)
        kind = pick_kinds(rng, len(time), driver=0.6, plate=0.2, history=0.2)
        reason = say(rng, who, ("locate", "target", "fugitive", "op plan"), [""] * len(time))
        world.misuse.add(time, who.index, person, kind, reason, scenario=number)


def after_separation(
    world: World, rng: np.random.Generator, who: Officer, left: int, *, days: int = 36
) -> None:
    """The account of somebody who left is used for weeks; `left`: local midnight after the last day."""
    number = world.scenario("after_separation", who.agency, [who], misuse=True)
    used = np.sort(rng.choice(np.arange(1, days), size=days // 3, replace=False))
    for day in used:
        n = int(rng.integers(1, 4))
        start = left + int(day) * DAY + 9 * HOUR
        time = np.sort(rng.integers(start, start + 12 * HOUR, size=n)).astype(np.int64)
        person = pick_people(world, rng, who.agency, n, 0.0)
        kind = pick_kinds(rng, n, driver=0.7, plate=0.3)
        world.misuse.add(time, who.index, person, kind, "locate", scenario=number)


def habit(world: World, agency: str, *, share: float = 0.8) -> None:
    """An agency where a share of the reasons is blank or vague, whoever types: a practice, not a person."""
    users = [who for who in world.staff if who.agency == agency]
    number = world.scenario("reason_quality", agency, users, misuse=True)
    world.habits.append((number, agency, share))


def apply_habits(world: World, ordinary: pl.DataFrame) -> pl.DataFrame:
    """Put the vague reasons of `habit` on the ordinary actions that belong to no scenario yet."""
    for number, agency, share in world.habits:
        rng = world.rng("misuse", "habit", agency)
        n = ordinary.height
        vague = pl.Series(np.array(VAGUE, dtype=object)[rng.integers(len(VAGUE), size=n)].tolist())
        said = pl.Series("said", np.where(rng.random(n) < 0.45, "", vague.to_numpy()), dtype=pl.String)
        users = [who.index for who in world.staff if who.agency == agency]
        mine = pl.col("user").is_in(users) & (pl.col("scenario") == -1) & pl.Series(rng.random(n) < share)
        ordinary = ordinary.with_columns(
            pl.when(mine).then(said).otherwise(pl.col("reason")).alias("reason"),
            pl.when(mine).then(number).otherwise(pl.col("scenario")).alias("scenario"),
        )
    return ordinary
