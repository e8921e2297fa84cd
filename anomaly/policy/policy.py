"""The policy of a deployment: what message keys reach, what reasons say, which rules apply and when."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import field_validator

from anomaly.errors import InputError
from anomaly.policy.codes import REACH_CLASSES, Mark, ReachClass, ReasonClass
from anomaly.policy.phrases import Phrases
from anomaly.policy.reasons import ReasonReader
from anomaly.policy.tables import Key, Purpose, Reach, Reading, Rule, Spelling, Table, Term

_REACH = {name: code for code, name in enumerate(REACH_CLASSES)}


class Policy(Table):
    """Everything the policy files say, validated. Made by `load_policy`."""

    reach: dict[ReachClass, Reach]
    keys: dict[str, Key]
    systems: dict[str, ReachClass]
    purposes: dict[str, Purpose]
    rules: dict[str, Rule]
    lists: dict[str, tuple[str, ...]]
    reasons: dict[ReasonClass, dict[str, Term]]
    marks: dict[Mark, dict[str, Term]]
    reading: Reading
    spelling: Spelling

    @field_validator("rules", mode="before")
    @classmethod
    def _rules_know_their_ids(cls, rules: object) -> object:
        if not isinstance(rules, dict):
            return rules
        return {n: {"id": n, **rule} if isinstance(rule, dict) else rule for n, rule in rules.items()}

    @field_validator("keys", mode="after")
    @classmethod
    def _keys_in_capitals(cls, keys: dict[str, Key]) -> dict[str, Key]:
        return {name.strip().upper(): key for name, key in keys.items()}

    @field_validator("systems", mode="after")
    @classmethod
    def _systems_in_lower_case(cls, systems: dict[str, ReachClass]) -> dict[str, ReachClass]:
        return {name.strip().lower(): reach for name, reach in systems.items()}

    @cached_property
    def phrases(self) -> Phrases:
        """Return the reader of the policy's phrases, which remembers what it has read."""
        return Phrases(self.lists)

    @cached_property
    def _reader(self) -> ReasonReader:
        return ReasonReader(self.reasons, self.marks, self.lists, self.phrases, self.reading, self.spelling)

    def classify_reasons(self, texts: pl.Series) -> npt.NDArray[np.uint8]:
        """Return what each reason says: (n,) uint8 codes into REASON_CLASSES.

        texts: (n,) String, nulls allowed; null, blank and redacted are "missing".
        """
        return self._reader.classify(texts)

    def matter_of_reasons(self, texts: pl.Series) -> npt.NDArray[np.uint8]:
        """Return what matter each reason states: (n,) uint8 codes into MATTERS.

        texts: (n,) String, nulls allowed; missing, vague and a case number alone state none.
        """
        return self._reader.matter(texts)

    def names_agency(self, texts: pl.Series) -> npt.NDArray[np.bool_]:
        """Return whether each text names a federal immigration agency, or an officer of one: (n,) bool.

        texts: (n,) String, nulls allowed: who asked, or for whom, as an attention field says it.
        """
        return self._reader.marked(texts, "agency")

    def states_bulletin(self, texts: pl.Series) -> npt.NDArray[np.bool_]:
        """Return whether each reason names a bulletin, an alert or a search for somebody: (n,) bool.

        texts: (n,) String, nulls allowed.
        """
        return self._reader.marked(texts, "bulletin")

    def states_program(self, texts: pl.Series) -> npt.NDArray[np.bool_]:
        """Return whether each reason names a lawful programme, such as checks of a register, or the
        search for an abducted person: (n,) bool. texts: (n,) String, nulls allowed.
        """
        return self._reader.marked(texts, "program")

    def explain_reason(self, text: str | None) -> tuple[ReasonClass, str]:
        """Return the class of one reason and the words of it that decided, for a person who asks why."""
        return self._reader.explain(text)

    def reach_of_keys(self, keys: pl.Series) -> npt.NDArray[np.uint8]:
        """Return what each message key reaches: (n,) uint8 codes into REACH_CLASSES.

        keys: (n,) String; case and outer spaces do not matter; null and unlisted are "unknown".
        """
        table = {name: _REACH[key.reach] for name, key in self.keys.items()}
        tidy = keys.cast(pl.String).str.strip_chars().str.to_uppercase()
        return (
            tidy.replace_strict(
                list(table), list(table.values()), default=_REACH["unknown"], return_dtype=pl.UInt8
            )
            .fill_null(_REACH["unknown"])
            .to_numpy()
        )

    def reach_of_system(self, system: str | None) -> int:
        """Return what a system without message keys reaches, as a code into REACH_CLASSES; else "unknown"."""
        return _REACH[self.systems.get((system or "").strip().lower(), "unknown")]

    @cached_property
    def is_non_criminal_history(self) -> npt.NDArray[np.bool_]:
        """The classes AB 1747 closes to immigration enforcement: (len(REACH_CLASSES),) bool, read-only."""
        flags = np.array(
            [name in self.reach and self.reach[name].non_criminal_history for name in REACH_CLASSES]
        )
        flags.setflags(write=False)
        return flags

    @cached_property
    def batch_keys(self) -> frozenset[str]:
        """Message keys that programs send in batches, in capitals."""
        return frozenset(name for name, key in self.keys.items() if key.batch)

    def rule(self, id: str) -> Rule:
        """Return the rule of that id. Raises InputError, with the ids there are, when there is none."""
        if id not in self.rules:
            raise InputError(f"there is no rule {id!r}", next=f"rules are {', '.join(sorted(self.rules))}")
        return self.rules[id]
