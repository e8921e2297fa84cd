"""What a detector is: one function whose signature holds its settings and whose docstring is its manual
(docs/contracts.md).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.errors import SettingsError
from anomaly.schema import CATEGORIES, CONTEXT, EVENT_BY_NAME

Minutes: TypeAlias = int
Hours: TypeAlias = int
Days: TypeAlias = int
Share: TypeAlias = float

MOST: Mapping[str, float] = {"Share": 1.0, "Hours": 24}  # of a setting, by its annotation
MANUAL = ("Why", "Null", "Also fires on", "Clears", "Evades")
# A signal weaker than this can never pass the false discovery rate, whose largest legal value it is.
WEAKEST = 0.2


@dataclass(frozen=True)
class Standing:
    """Where every tested actor stands, for the picture of peers.

    statistic: what is counted, in words. values: (g,) float64 for each actor, NaN where not comparable. peer:
    (g,) int32 code of the group each is compared in. names: the name of each such group.
    """

    statistic: str
    values: NDArray[np.float64]
    peer: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Signals:
    """What a detector found: k signals, each about one actor and perhaps one target.

    actor: (k,) int32 code in the detector's grouping; target: (k,) int32 subject code, -1 for none. p: (k,)
    float64 under the stated null, NaN for a rule, which has none. strength: (k,) float64 0…1, how plainly a
    rule is broken, NaN for a p-value.
    actions: k arrays of int32, every action the signal is about, explained ones too. measures: name -> k
    values for the sentence.
    tested: how many chances the detector had to signal. abstained: why nothing was tested; left_out: who
    was not. when: (k, 2) int64 ms UTC, first and last moment, of signals without a row in the log (a filing
    that is missing); None for all others.
    """

    actor: NDArray[np.int32]
    target: NDArray[np.int32]
    p: NDArray[np.float64]
    strength: NDArray[np.float64]
    actions: tuple[NDArray[np.int32], ...]
    tested: int
    measures: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing | None = None
    abstained: str | None = None
    left_out: str | None = None
    when: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.actor)

    @classmethod
    def none(cls, *, tested: int = 0, because: str | None = None) -> Signals:
        """Return no signals: nothing found, or nothing testable and why."""
        codes, floats = np.zeros(0, np.int32), np.zeros(0)
        return cls(codes, codes, floats, floats, (), tested, abstained=because)

    @classmethod
    def of_rule(
        cls,
        actor: NDArray[np.int32],
        strength: Any,
        actions: tuple[NDArray[np.int32], ...],
        tested: int,
        **more: Any,
    ) -> Signals:
        """Return signals of a rule, which has no chance model."""
        none = np.full(len(actor), -1, np.int32)
        strengths = np.broadcast_to(np.asarray(strength, float), len(actor)).copy()
        return cls(actor, none, np.full(len(actor), np.nan), strengths, actions, tested, **more)

    @classmethod
    def of_chance(
        cls,
        actor: NDArray[np.int32],
        p: NDArray[np.float64],
        actions: tuple[NDArray[np.int32], ...],
        tested: int,
        *,
        target: NDArray[np.int32] | None = None,
        **more: Any,
    ) -> Signals:
        """Return signals that carry a p-value."""
        target = np.full(len(actor), -1, np.int32) if target is None else target
        return cls(actor, target, p, np.full(len(actor), np.nan), actions, tested, **more)


@dataclass(frozen=True)
class Detector:
    """One detector, as declared."""

    name: str
    function: Callable[..., Signals]
    group: str
    kind: str  # of incident: person, unit, agency, subject
    category: str
    needs: tuple[str, ...]  # event columns without which it abstains
    uses: tuple[str, ...]  # event columns it reads when they are there
    tables: tuple[str, ...]  # context tables without which it abstains
    clears: tuple[str, ...]  # explanations it honours
    rule: str | None  # id of the rule in the policy
    weight: float  # the most that a signal of this detector alone may score, 0 … 1
    circumstance: bool  # says when or how one looked, not what was done: joins whatever else there is
    practice: bool  # what several users of one unit do alike is the unit's practice, one incident
    instead_of: tuple[str, ...]  # where these cannot run, it sees their cases, and has their weight
    says: str  # the sentence, with measures in braces
    maturity: Literal["stable", "trial"]
    title: str
    manual: Mapping[str, str]
    settings: Mapping[str, Any]
    most: Mapping[str, float]  # the largest legal value of each setting

    @property
    def by_chance(self) -> bool:
        """Say whether its signals carry p-values; a rule's manual says "Null: None"."""
        return not self.manual["Null"].startswith("None")

    def chosen(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a person, typed as the defaults are; SettingsError for one that is wrong."""
        typed: dict[str, Any] = {}
        for name, value in settings.items():
            default = self.settings.get(name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if (
                default is None
                or not number
                or not 0 < value <= self.most[name]
                or type(default)(value) != value
            ):
                own = ", ".join(f"{key} = {one}" for key, one in self.settings.items())
                raise SettingsError(
                    f"`{name} = {value}` is no setting of {self.name}",
                    next=f"its settings are {own or 'none'}; all are above 0, whole where the default is, "
                    "hours at most 24, shares at most 1",
                )
            typed[name] = type(default)(value)
        return typed

    def run(self, groups: Groups, context: Context, settings: Mapping[str, Any] | None = None) -> Signals:
        """Look for signals; settings replace the defaults. Raises SettingsError for one it does not have."""
        return self.function(groups, context, **self.chosen(settings or {}))


def detector(
    *,
    group: Literal["user", "subject", "agency", "unit"],
    category: str,
    says: str,
    needs: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    tables: tuple[str, ...] = (),
    clears: tuple[str, ...] = (),
    rule: str | None = None,
    weight: float = 1.0,
    circumstance: bool = False,
    practice: bool = False,
    instead_of: tuple[str, ...] = (),
    maturity: Literal["stable", "trial"] = "stable",
) -> Callable[[Callable[..., Signals]], Detector]:
    """Declare a detector; name, settings and manual come from the function itself."""
    assert category in CATEGORIES, category
    assert set(needs) | set(uses) <= set(EVENT_BY_NAME), (needs, uses)
    assert set(tables) <= set(CONTEXT), tables

    def declare(function: Callable[..., Signals]) -> Detector:
        title, manual = read_manual(function)
        settings = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        return Detector(
            name=function.__name__,
            function=function,
            group=group,
            kind="person" if group == "user" else group,
            category=category,
            needs=needs,
            uses=uses,
            tables=tables,
            clears=clears,
            rule=rule,
            weight=weight,
            circumstance=circumstance,
            practice=practice,
            instead_of=instead_of,
            says=says,
            maturity=maturity,
            title=title,
            manual=manual,
            settings={p.name: p.default for p in settings},
            most={p.name: MOST.get(p.annotation, 1_000_000) for p in settings},
        )

    return declare


def read_manual(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Read the title and the five headings out of a docstring; ValueError when one is missing."""
    text = inspect.getdoc(function) or ""
    title, _, body = text.partition("\n")
    parts = re.split(rf"^({'|'.join(MANUAL)}):\s*", body, flags=re.MULTILINE)[1:]
    manual = {
        heading: " ".join(words.split()) for heading, words in zip(parts[::2], parts[1::2], strict=True)
    }
    lacking = [heading for heading in MANUAL if not manual.get(heading)]
    if lacking:
        raise ValueError(f"{function.__name__}: the docstring lacks {', '.join(lacking)}")
    return title, manual
