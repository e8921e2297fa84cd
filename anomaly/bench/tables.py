"""Markdown tables, as every page of figures has them."""

from __future__ import annotations

from collections.abc import Sequence

NONE = "–"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return a Markdown table, the first `left` columns to the left, numbers to the right."""
    marks = [":---" if k < left else "---:" for k in range(len(head))]
    lines = [list(head), marks, *rows]
    return "\n".join(f"| {' | '.join(one.replace('|', '/') for one in line)} |" for line in lines) + "\n"


def code(name: str) -> str:
    """Mark a name of a pattern or a detector as one."""
    return f"`{name}`"
