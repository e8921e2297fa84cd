"""How far a long piece of work has come, as the work itself tells it; who shows it, if anybody, is not its
concern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Tell = Callable[[str, int], None]  # what is being done, and how much of it was done since the last time
EXPECTED = "expected"  # told before rows: about how many there will be
TOTAL = "total"  # told before what is counted: exactly how many there are; rows are not told among them

T = TypeVar("T")


def silent(what: str, done: int) -> None:
    """Tell nobody."""


def each(things: Sequence[T], what: str, tell: Tell) -> Iterator[T]:
    """Give the things one by one, and tell how many of them are done."""
    tell(TOTAL, len(things))
    tell(what, 0)
    for one in things:
        yield one
        tell(what, 1)
