"""What an innocent explanation is: one function that says which actions it covers, tried before anything is
scored.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anomaly.explain.records import Records
from anomaly.schema import CONTEXT, EVENT_BY_NAME

Covered: TypeAlias = NDArray[np.bool_]
Answers: TypeAlias = Literal["whom", "when", "what"]


@dataclass(frozen=True)
class Explanation:
    """One innocent explanation, as declared.

    function: records -> (a,) bool, True for the actions it covers. answers: what it gives a reason for: whom
    the user asked about, when, or what and how much. looks_for: what a reviewer could look for where the
    table is absent or incomplete. limits: what it does not show.
    """

    name: str
    function: Callable[[Records], Covered]
    needs: tuple[str, ...]  # event columns
    tables: tuple[str, ...]  # context tables
    answers: Answers
    looks_for: str
    title: str
    manual: str
    limits: str

    def why_not(self, records: Records) -> str | None:
        """Say why it cannot be tried, or None."""
        for column in self.needs:
            if column not in records.log.columns:
                return f"the log has no `{column}`"
        for table in self.tables:
            if table not in records.context:
                return f"no table `{table}` in the context folder"
        return None


def explanation(
    name: str,
    *,
    answers: Answers,
    looks_for: str = "",
    needs: tuple[str, ...] = (),
    tables: tuple[str, ...] = (),
) -> Callable[[Callable[[Records], Covered]], Explanation]:
    """Declare an explanation; title, manual and limits come from the docstring."""
    assert set(needs) <= set(EVENT_BY_NAME), needs
    assert set(tables) <= set(CONTEXT), tables

    def declare(function: Callable[[Records], Covered]) -> Explanation:
        title, _, body = (inspect.getdoc(function) or "").partition("\n")
        manual, _, limits = " ".join(body.split()).partition("Limits: ")
        return Explanation(
            name, function, needs, tables, answers, looks_for, title, manual.strip(), limits.strip()
        )

    return declare
