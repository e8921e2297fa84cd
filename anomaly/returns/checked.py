"""Values of a table that are counts, and rows that contradict themselves: refused by file and row."""

from __future__ import annotations

from collections.abc import Sequence

from anomaly.errors import ContextError
from anomaly.report.neutral import clean

_MOST = 10**9  # of anything in a year: there are fewer look-ups
YEARS = (1950, 2100)  # the law enforcement networks are younger; a year beyond is a slip of the pen


def whole(value: float | None, name: str, where: str, bounds: tuple[int, int] = (0, _MOST)) -> int | None:
    """Return a whole number of a column; ContextError where it is none, or out of bounds."""
    if value is None:
        return None
    low, high = bounds
    if not (low <= value <= high and value == int(value)):
        told = "a year" if name == "year" else "a count: whole, and not below 0"
        raise ContextError(
            f"`{value:g}` in column `{clean(name)}` is not {told}",
            where,
            "correct the value, or leave a figure that was not filed empty",
        )
    return int(value)


def refuse(wrong: Sequence[tuple[int, str, str]], file: str, next: str) -> None:
    """Raise ContextError about the first row that contradicts itself, and say how many more do.

    wrong: row, the row in words ("filing of ..."), what contradicts what. next: what to do about it.
    """
    if not wrong:
        return
    row, what, says = wrong[0]
    rows = len({one for one, _, _ in wrong}) - 1
    more = f" (and so do {rows:,} more)" if rows > 1 else " (and so does one more)" if rows else ""
    raise ContextError(f"this {what} contradicts itself{more}: {says}", f"{file}, row {row}", next)
