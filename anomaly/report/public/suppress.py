"""Counts that may be published: small ones are withheld, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

_STEPS = (1, 2, 5)  # of every power of ten


def shown(n: int | None, threshold: int) -> int | None:
    """Return a count that stands alone: None where it is under the threshold and not zero."""
    return None if n is None or 0 < n < threshold else n


def suppress(cells: Mapping[str, int], threshold: int, *, total: bool) -> dict[str, int | None]:
    """Return the cells of a table, None for those that are withheld; zeros stay.

    A cell under the threshold is withheld (primary suppression). With `total`, the sum of the cells is known
    to the reader: then the smallest of the others, with all its equals, goes with them (complementary
    suppression), and each of the m withheld, of which only the sum s can be had, may be anything in
    1 … s - m + 1, which is `threshold` numbers or more. Where no other is left, the table is withheld whole:
    no cells are returned.

    One of the others always goes, even where the sum would do, and nothing but size decides which: else who
    knows the rule turns it round (4, 3 and 3 of 10, threshold 4, if 3 and 3 were withheld alone:
    `test_who_knows_the_rule_cannot_turn_it_round`).
    """
    most = threshold - 1
    if total and any(0 < n < threshold for n in cells.values()):
        most = min((n for n in cells.values() if n >= threshold), default=0)
        if not most:
            return {}
    return {name: None if 0 < n <= most else n for name, n in cells.items()}


def spread(cells: int, total: int) -> int:
    """Return how many values each of some cells may have, none of them 0, of which only the sum is known."""
    return total - cells + 1 if cells > 1 else 1


def band(n: int, threshold: int) -> tuple[int, int]:
    """Return the band a figure lies in, (least, most): 0 … threshold - 1, then steps of 1, 2 and 5 × 10ⁿ."""
    least = 0
    for end in chain([threshold], _round_above(threshold)):
        if n < end:
            return least, end - 1
        least = end
    raise AssertionError("the steps never end")


def _round_above(threshold: int) -> Iterator[int]:
    size = 1
    while True:
        yield from (step * size for step in _STEPS if step * size > threshold)
        size *= 10


def at_least(n: int, threshold: int) -> int | None:
    """Return the lower end of the band of a figure; None where that is under the threshold."""
    return band(n, threshold)[0] or None


def roughly(n: int) -> int:
    """Return the first two digits of a figure, the others zero: 25,494 is 25,000."""
    size = int("1" + "0" * (len(str(n)) - 2)) if n > 99 else 1
    return n // size * size
