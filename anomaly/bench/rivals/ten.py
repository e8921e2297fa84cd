"""The ten: what each computes, the same for everybody. Nothing here asks a library how."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
GRACE, PAY_PERIOD = 1, 14  # days
MARGIN = 12 * HOUR
DAYS_BACK = 3
CROWD, CROWDED = 5, 7 * DAY
REST, AWAKE = 5 * HOUR, 16 * HOUR
BURST = 10 * MINUTE
OCCASION, MONTH = 15 * MINUTE, 28  # ms, days
BLOCK = 12  # hours
SILENCE, FEW, SHORT = 8 * HOUR, 2, 30 * MINUTE


class Core(NamedTuple):
    """What is computed of a detector, the columns of the answer, and what else the detector does."""

    says: str
    columns: tuple[str, ...]
    more: str


TEN = {
    "after_separation": Core(
        "look-ups of each user on local days more than one past the separation, and more than two weeks"
        " before any later hiring",
        ("user", "events"),
        "shifts and calls that clear; the rows themselves",
    ),
    "ended_access": Core(
        "look-ups of each agency on local days more than one past its last day of access or before its first",
        ("agency", "events", "late"),
        "test records left out; the rows themselves",
    ),
    "on_leave": Core(
        "look-ups of each user, and local days, from twelve hours into a leave to its end, but for leaves"
        " that are work by their name",
        ("user", "events", "days"),
        "shifts that clear; edges of a leave; the rows themselves",
    ),
    "repeated_lookups": Core(
        "pairs of user and subject with look-ups on three local days or more, and on how many",
        ("user", "subject", "days"),
        "nine explanations; midnight; laws of peers for a dozen kinds of pairs; p-values",
    ),
    "convergence": Core(
        "the most different users who looked a subject up within any seven days, where they are five or more",
        ("subject", "users"),
        "explanations; tails of crowds; reasons of a crowd; p-values",
    ),
    "shared_login": Core(
        "days' worth of work of each user that lasts longer than 16 hours without a rest of five",
        ("user", "times"),
        "two terminals at once; shifts on record; peers; p-values",
    ),
    "harvesting": Core(
        "the most look-ups of each user within any ten minutes",
        ("user", "events"),
        "evenness of the pace; runs of neighbouring numbers; p-values",
    ),
    "volume": Core(
        "quarters of an hour with a look-up of each user in each four weeks, days with any, most of a day",
        ("user", "month", "made", "active", "most"),
        "explanations; peers; surges; p-values",
    ),
    "own_hours": Core(
        "the twelve hours on end that hold most look-ups of each user, and how many they hold",
        ("user", "window", "inside"),
        "shifts worked at other times; seasons; weeks outside; peers; p-values",
    ),
    "isolated_sessions": Core(
        "sessions of each user between silences of eight hours, and those of two look-ups at most within 30"
        " minutes",
        ("user", "sessions", "isolated"),
        "explanations; peers; p-values",
    ),
}


def in_order(name: str, answer: pl.DataFrame) -> pl.DataFrame:
    """Put an answer in the one form in which all are compared: its columns, text or Int64, rows in order."""
    columns = TEN[name].columns
    texts = ("user", "subject", "agency")
    kinds: dict[str, type[pl.DataType]] = {
        column: pl.String if column in texts else pl.Int64 for column in columns
    }
    return answer.select(pl.col(name).cast(kind) for name, kind in kinds.items()).sort(columns)
