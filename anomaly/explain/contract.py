"""What an innocent explanation is: one function that says which actions it covers, tried before anything is
scored.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog
from anomaly.context import Context
from anomaly.schema import CONTEXT, EVENT_BY_NAME

Covered: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Explanation:
    """One innocent explanation, as declared.

    function: (log, context) -> (a,) bool, True for the actions it covers. looks_for: what a reviewer could
    look for where the table is absent or incomplete.
    """

    name: str
    function: Callable[[CodedLog, Context], Covered]
    needs: tuple[str, ...]  # event columns
    tables: tuple[str, ...]  # context tables
    looks_for: str
    title: str
    manual: str

    def why_not(self, log: CodedLog, context: Context) -> str | None:
        """Say why it cannot be tried, or None."""
        for column in self.needs:
            if column not in log.columns:
                return f"the log has no `{column}`"
        for table in self.tables:
            if table not in context:
                return f"no table `{table}` in the context folder"
        return None


def explanation(
    name: str, *, looks_for: str, needs: tuple[str, ...] = (), tables: tuple[str, ...] = ()
) -> Callable[[Callable[[CodedLog, Context], Covered]], Explanation]:
    """Declare an explanation; title and manual come from the docstring."""
    assert set(needs) <= set(EVENT_BY_NAME), needs
    assert set(tables) <= set(CONTEXT), tables

    def declare(function: Callable[[CodedLog, Context], Covered]) -> Explanation:
        title, _, body = (inspect.getdoc(function) or "").partition("\n")
        return Explanation(name, function, needs, tables, looks_for, title, " ".join(body.split()))

    return declare
