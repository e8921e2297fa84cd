"""What the innocent scenes share: who plays a part, when, and the case or calls that explain the work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anomaly.synth.actions import Actions
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import Ints
from anomaly.synth.work.people import pick_kinds
from anomaly.synth.world import NoPartError, World

STREET = ("patrol", "traffic")
DESKS = ("records", "dispatch", "licensing")
SHOWN = 0.85  # share of the queries of a case that carry its number in the case field
CASES = ("cases", "narcotics", "family", "sex crimes")
NOT_ENTERED = 0.08  # DESIGN: share of an innocent scene's rows of which no table tells anything ...
MOST_NOT_ENTERED = 1 / 8  # ... and the most of one scene's


def one_of(
    world: World,
    rng: np.random.Generator,
    *works: str | tuple[str, ...],
    n: int = 1,
    together: bool = False,
    form: str = "",
) -> list[int]:
    """`n` users of the first of `works` that has so many without a part.

    Raises NoPartError when none has.
    """
    for work in works:
        try:
            return world.cast(rng, work, n, together=together, form=form)
        except NoPartError:
            continue
    raise NoPartError


def team(
    world: World,
    rng: np.random.Generator,
    *works: str | tuple[str, ...],
    most: int,
    least: int = 1,
    together: bool = True,
) -> list[int]:
    """As many users as have no part yet, up to `most` and a tenth of all; of one unit if `together`.

    Raises NoPartError where there are fewer than `least`.
    """
    n = max(least, min(most, len(world.staff) // 10))
    while n > least:
        try:
            return one_of(world, rng, *works, n=n, together=together)
        except NoPartError:
            n = max(least, n * 2 // 3)
    return one_of(world, rng, *works, n=least, together=together)


def home(world: World, user: int) -> int:
    """The index of a user's agency."""
    return int(world.staff.agency[user])


def within(
    world: World, rng: np.random.Generator, users: Sequence[int], start: int, end: int, each: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Times on duty between two times, `each` (low, high) for each user, and whose: (n,) both, by user.

    Users who are off throughout have none. Raises NoPartError when nobody has.
    """
    time, of = [], []
    for user in users:
        spans = np.clip(world.shifts(user), start, end)
        spans = spans[spans[:, 1] - spans[:, 0] > HOUR // 2]
        n = int(rng.integers(each[0], each[1] + 1)) if len(spans) else 0
        if n:
            begin, stop = spans[rng.integers(len(spans), size=n)].T
            time.append(np.sort(rng.integers(begin, stop)))
            of.append(np.full(n, user))
    if not time:
        raise NoPartError
    return np.concatenate(time).astype(np.int64), np.concatenate(of).astype(np.int64)


def a_day(world: World, rng: np.random.Generator, low: float, high: float, *, room: int = 0) -> int:
    """A day between two shares of the world's time, with `room` days after it where there are so many."""
    last = max(1, min(int(high * world.days), world.days - room))
    return int(rng.integers(min(int(low * world.days), last - 1), last))


def off_days(world: World, rng: np.random.Generator, user: int, n: int) -> Ints:
    """Up to `n` days, ascending, that a user has off, and the night before as well.

    Raises NoPartError when there is none.
    """
    shifts = world.shifts(user)
    busy = np.unique(np.concatenate([shifts[:, 0] // DAY, (shifts[:, 1] + 10 * HOUR) // DAY]))
    free = np.setdiff1d(np.arange(2, world.days - 2), busy)
    free = free[free + 1 < world.days]
    if not len(free):
        raise NoPartError
    return np.sort(rng.permutation(free)[:n]).astype(np.int64)


def every_key(world: World, person: int) -> list[str]:
    """A person's keys as a bulletin or a list has them: licence, plate, name with date of birth."""
    return [world.key(person, kind) for kind in ("license", "plate", "name")]


def bulletin(world: World, person: int, kind: str, issued: int, expires: int) -> None:
    """Put somebody on a bulletin from one time to another."""
    row = (kind, world.clock(issued), world.clock(expires))
    world.record("bulletins", [(key, *row) for key in every_key(world, person)])


def entered(rng: np.random.Generator, n: int) -> NDArray[np.bool_]:
    """Which of `n` queries the bookkeeping has, (n,): all but a few, as in other people's work."""
    known = np.ones(n, dtype=np.bool_)
    lost = min(int(rng.binomial(n, NOT_ENTERED)), int(n * MOST_NOT_ENTERED))
    known[rng.permutation(n)[:lost]] = False
    return known


def and_bystanders(world: World, rng: np.random.Generator, agency: int, person: Ints) -> Ints:
    """The persons of a case, (n,), but for a few queries about somebody who was never entered in it."""
    missed = np.flatnonzero(~entered(rng, len(person)))
    about = person.copy()
    about[missed] = world.some(rng, agency, len(missed))
    return about


def on_shift(world: World, user: int, start: int, end: int) -> None:
    """Enter a shift that no rota has: overtime, court, a call-out."""
    world.record("shifts", [(world.staff.user[user], world.clock(start), world.clock(end))])


def on_case(
    world: World,
    rng: np.random.Generator,
    pattern: str,
    *,
    time: Ints,
    user: Ints,
    person: Ints,
    case: str,
    said: Sequence[str],
    shares: dict[str, float],
    variant: str = "plain",
    subjects: Sequence[int] = (),
    also: Sequence[int] = (),
    behalf: int = -1,
    careful: bool = False,
) -> int:
    """Work of (n,) `user` at `time` about `person` on one case open throughout; returns the scenario.

    A few of the queries are about somebody who was never entered in the case.
    case: its kind. subjects: its people, if more than are asked about. also: its officers besides.
    shares: of the kinds of action. careful: reasons are never vague or blank.
    """
    users = [*dict.fromkeys(user.tolist())]
    people = tuple(dict.fromkeys([*subjects, *person.tolist()]))
    person = and_bystanders(world, rng, home(world, users[0]), person)
    opened = int(time.min()) - int(rng.integers(1, 30)) * HOUR
    closed = int(time.max()) + int(rng.integers(8, 40)) * DAY
    number = world.cases.file(opened, closed, home(world, users[0]), case, people, (*users, *also))
    scenario = world.scenario(pattern, users, people, misuse=False, variant=variant)
    n = len(time)
    actions = Actions.of(
        time,
        user,
        person,
        pick_kinds(rng, n, **shares),
        world.say(rng, user, said, careful=careful),
        number=number,
        shown=rng.random(n) < SHOWN,
        behalf=behalf,
    )
    world.add(scenario, actions)
    return scenario


def on_files(
    world: World,
    rng: np.random.Generator,
    pattern: str,
    *,
    time: Ints,
    user: Ints,
    person: Ints,
    case: str,
    said: Sequence[str],
    shares: dict[str, float],
    subjects: Sequence[int] | Ints = (),
) -> int:
    """Like `on_case`, but each query has a file of its own: a request, a booking; a few name nobody."""
    scenario = world.scenario(
        pattern, [*dict.fromkeys(user.tolist())], subjects, misuse=False, variant="plain"
    )
    number = [
        world.cases.file(at - HOUR // 2, at + 6 * DAY, home(world, who), case, (about,) * ok, (who,) * ok)
        for at, who, about, ok in zip(
            time.tolist(), user.tolist(), person.tolist(), entered(rng, len(time)).tolist(), strict=True
        )
    ]
    kinds, reason = pick_kinds(rng, len(time), **shares), world.say(rng, user, said, careful=True)
    shown = rng.random(len(time)) < SHOWN
    world.add(scenario, Actions.of(time, user, person, kinds, reason, number=np.array(number), shown=shown))
    return scenario


def add_calls(
    world: World, rng: np.random.Generator, time: Ints, user: Ints, person: Ints, call: str
) -> None:
    """Enter a call of that kind for each query, (n,), but for a few."""
    known = entered(rng, len(time))
    for at, who, met in zip(time[known].tolist(), user[known].tolist(), person[known].tolist(), strict=True):
        world.call(at, home(world, who), who, call, met)


def on_calls(
    world: World,
    rng: np.random.Generator,
    pattern: str,
    *,
    time: Ints,
    user: Ints,
    person: Ints,
    call: str,
    said: Sequence[str],
    shares: dict[str, float],
    variant: str = "plain",
    subjects: Sequence[int] | Ints = (),
    careful: bool = False,
) -> int:
    """Work of (n,) `user` at `time` about `person`, each time on a call of that kind; returns the scenario.

    A few of the calls are not in the tables.
    subjects: whom the scenario is about, if anybody. careful: reasons are never vague or blank.
    """
    users = [*dict.fromkeys(user.tolist())]
    scenario = world.scenario(pattern, users, subjects, misuse=False, variant=variant)
    add_calls(world, rng, time, user, person, call)
    reason = world.say(rng, user, said, careful=careful)
    world.add(scenario, Actions.of(time, user, person, pick_kinds(rng, len(time), **shares), reason))
    return scenario


def whole_work(world: World, pattern: str, users: Sequence[int], *, variant: str = "plain") -> int:
    """Label all the ordinary work of some users: the work itself is the hard case; returns the scenario."""
    scenario = world.scenario(pattern, users, misuse=False, variant=variant)
    world.label(scenario, users)
    return scenario
