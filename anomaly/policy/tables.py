"""The tables of the policy files, as they are written: unknown keys are refused, everything is frozen."""

from __future__ import annotations

from datetime import date

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from anomaly.policy.codes import ReachClass


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


class Rule(Table):
    """A rule that a finding may cite, with the dates between which it is in force (first and last day)."""

    id: str
    title: str
    text: str
    source: str
    jurisdiction: str
    effective_from: date | None = None
    effective_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Rule:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to is before effective_from")
        return self

    def in_force(self, day: date) -> bool:
        """Return whether the rule applies on a day; an open end applies for ever."""
        after = self.effective_from is None or day >= self.effective_from
        return after and (self.effective_to is None or day <= self.effective_to)


class Term(Table):
    """Words that put a reason into a class, and the contexts that turn them."""

    any: tuple[str, ...]
    not_in: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Reading(Table):
    """How the rest of a text is read."""

    unknown_words_allowed: int = Field(ge=0)
    redacted: tuple[str, ...]
    case_numbers: tuple[str, ...]
    plates: tuple[str, ...]
    statute_books: tuple[str, ...]

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
    """Words to mend misspellings towards, and words and names never to mend."""

    targets: tuple[str, ...]
    english: tuple[str, ...]
    names: tuple[str, ...]
