"""The tables of the policy files, as they are written: unknown keys are refused, everything is frozen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from anomaly.policy.codes import Matter, ReachClass


class Table(BaseModel):
    """A table of a policy file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Key(Table):
    """What one message key reaches."""

    reach: ReachClass = Field(alias="class")
    meaning: str = ""
    source: str = ""
    batch: bool = False


class Reach(Table):
    """A class of information, and whether it is non-criminal-history information in the sense of AB 1747."""

    meaning: str
    non_criminal_history: bool


class Purpose(Table):
    """A purpose code of criminal history inquiries."""

    meaning: str
    note: str = ""
    source: str = ""
    matters: tuple[Matter, ...] = ()


class Rule(Table):
    """A rule that a finding may cite, with the dates between which it is in force (first and last day).

    source_dated: the day that the source bears, where it does not give the first day in force.
    """

    id: str
    title: str
    text: str
    source: str
    jurisdiction: str
    effective_from: date | None = None
    effective_to: date | None = None
    source_dated: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Rule:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to is before effective_from")
        return self

    def span(self) -> tuple[int, int]:
        """Return [start, end) of the days in force, ms UTC; an open end is far away."""
        return _midnight(self.effective_from, 0, -(2**62)), _midnight(self.effective_to, 1, 2**62)

    def in_force(self, day: date) -> bool:
        """Return whether the rule applies on a day; an open end applies for ever."""
        after = self.effective_from is None or day >= self.effective_from
        return after and (self.effective_to is None or day <= self.effective_to)


def _midnight(day: date | None, later: int, otherwise: int) -> int:
    if day is None:
        return otherwise
    return int(datetime.combine(day + timedelta(days=later), time(), UTC).timestamp() * 1000)


class Term(Table):
    """Words that put a reason into a class, the contexts that turn them, and the matter they state."""

    any: tuple[str, ...]
    not_in: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    strangers: int = Field(default=0, ge=0)
    matter: Matter = "none"


class Reading(Table):
    """How the rest of a text is read."""

    unknown_words_allowed: int = Field(ge=0)
    redacted: tuple[str, ...]
    case_numbers: tuple[str, ...]
    plates: tuple[str, ...]
    statute_books: tuple[str, ...]
    forms: tuple[str, ...]
    surnames: tuple[str, ...]

    @field_validator("case_numbers", "plates")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                pl.Series([""]).str.contains(pattern, strict=True)
            except pl.exceptions.PolarsError as error:
                raise ValueError(f"{pattern!r} is not a regular expression that polars reads") from error
        return patterns


class Spelling(Table):
    """Words to mend misspellings towards, those that count against somebody apart, and words and names never
    to mend, which rival the accusing ones.
    """

    accusing: tuple[str, ...]
    targets: tuple[str, ...]
    english: tuple[str, ...]
    spanish: tuple[str, ...]
    names: tuple[str, ...]
