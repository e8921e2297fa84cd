"""How large a world is to be, and whether that is possible."""

from __future__ import annotations

from dataclasses import dataclass

from anomaly.errors import InputError
from anomaly.synth.parameters import Parameters

LEAST_DAYS, LEAST_USERS = 30, 8
MOST_DAYS, MOST_USERS = 3653, 1_000_000  # ten years; ten states: plates and ids are unique up to there
MOST_ROWS_A_DAY = 10_000_000  # a statewide day has 2.8 million
ROWS_A_USER_AND_DAY = (0.05, 300.0)  # outside of it no police work looks like that
USUAL = "town"
MOST_SEED = 1 << 62
USUAL_ROWS = 3.0  # a user and day, where a world is described by its events alone


@dataclass(frozen=True)
class Size:
    """Seed, rows (about), days and users of a world, and how many misuse scenarios; None: by prevalence."""

    seed: int
    events: int
    days: int
    users: int
    misuse: int | None = None


def size_of(
    p: Parameters,
    *,
    seed: int = 1,
    size: str | None = None,
    events: int | None = None,
    days: int | None = None,
    users: int | None = None,
    misuse: int | None = None,
) -> Size:
    """A size from a name of `[sizes]`, with what is given in numbers before it; what is missing follows from
    the rest.

    Raises InputError for what cannot be: no users, no days, more misuse than users, too much or too little
    work.
    """
    if size is not None and size not in p.sizes:
        raise InputError(f"`{size}` is no size", "--size", f"they are {', '.join(p.sizes)}")
    preset = p.sizes[size or USUAL] if size or (events is None and users is None) else None
    span = days if days is not None else preset.days if preset else 365
    if not 0 <= seed < MOST_SEED:
        raise InputError(f"a seed is 0 or more and under 2^62, not {seed}", "--seed", "choose another seed")
    _least("days", span, LEAST_DAYS, "scenarios last for weeks")
    if preset is not None:
        events = round(preset.events * span / preset.days) if events is None else events
        users = preset.users if users is None else users
    days = span
    if users is None and events is not None:
        _least("events", events, 1, "a log has rows")
        users = max(LEAST_USERS, round(events / days / USUAL_ROWS))
    if events is None and users is not None:
        events = round(users * days * USUAL_ROWS)
    assert users is not None
    assert events is not None
    _least("users", users, LEAST_USERS, "nobody would be compared with nobody")
    _least("events", events, 1, "a log has rows")
    if misuse is not None:
        _least("misuse", misuse, 0, "it is a number of scenarios")
        if misuse > users:
            raise InputError(
                f"{misuse} misuse scenarios are more than there are users ({users})",
                "--misuse",
                "ask for fewer scenarios, or more users",
            )
    _most("days", days, MOST_DAYS)
    _most("users", users, MOST_USERS)
    _most("events", events, MOST_ROWS_A_DAY * days)
    low, high = ROWS_A_USER_AND_DAY
    if not low <= events / users / days <= high:
        raise InputError(
            f"{events} rows by {users} users in {days} days are {events / users / days:.3g} a user and day",
            "--events",
            f"{low:g} to {high:g} look like work: change events, users or days",
        )
    return Size(seed, events, days, users, misuse)


def _least(name: str, value: int, least: int, why: str) -> None:
    if value < least:
        raise InputError(f"{value} {name} are not possible: {why}", f"--{name}", f"give {least} or more")


def _most(name: str, value: int, most: int) -> None:
    if value > most:
        raise InputError(
            f"{value:,} {name} are too many for one world", f"--{name}", f"give {most:,} or fewer"
        )
