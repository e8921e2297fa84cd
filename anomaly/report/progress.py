"""How far a scan has come, on stderr; nothing when nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console

EXPECTED = "expected"  # told first: about how many rows there will be


@contextmanager
def shown(console: Console, first: str = "opening the log") -> Iterator[Callable[[str, int], None]]:
    """Show a spinner with the stage, the rows done, how many a second, and the time that they still take;
    yields progress(stage, rows).

    first: what is being done before anything is told.
    """
    if not console.is_terminal:
        yield lambda stage, rows: None
        return
    expected, total, began = 0, 0, monotonic()
    with console.status(first) as status:

        def progress(stage: str, rows: int) -> None:
            nonlocal expected, total, began
            if stage == EXPECTED:
                expected, began = rows, monotonic()
                return
            total += rows
            status.update(said(stage, total, expected if rows else 0, monotonic() - began))

        yield progress


def said(stage: str, rows: int, expected: int, seconds: float) -> str:
    """Say how far it is: "reading · 1,200,000 rows · 600,000 a second · about 7 s left".

    rows: done; expected: about so many in all, 0 where no rows are being done; seconds: since it began.
    """
    parts = [stage]
    if rows:
        parts.append(f"{rows:,} rows")
    if seconds >= 1 and expected and rows:
        parts.append(f"{rows / seconds:,.0f} a second")
        if expected > rows:
            parts.append(f"about {_time((expected - rows) * seconds / rows)} left")
    elif seconds >= 2:
        parts.append(_time(seconds))
    return " · ".join(parts)


def _time(seconds: float) -> str:
    """12 s, 3 min, 2 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
