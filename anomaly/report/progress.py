"""How far a scan has come, on stderr; nothing when nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def shown(console: Console) -> Iterator[Callable[[str, int], None]]:
    """Show a spinner with the stage and the rows read so far; yields progress(stage, rows)."""
    if not console.is_terminal:
        yield lambda stage, rows: None
        return
    total = 0
    with console.status("opening the log") as status:

        def progress(stage: str, rows: int) -> None:
            nonlocal total
            total += rows
            status.update(f"{stage} · {total:,} rows")

        yield progress
