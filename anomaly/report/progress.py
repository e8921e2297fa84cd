"""How far a verb has come, on stderr; nothing when nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from anomaly.report.words import count
from anomaly.telling import EXPECTED, TOTAL, Tell, silent


@contextmanager
def shown(console: Console, first: str = "opening the log") -> Iterator[Tell]:
    """Show a spinner with what is being done, how much of it is, how fast, and the time that the rest takes;
    yields what the work calls with it (`anomaly.telling`).

    first: what is being done before anything is told.
    """
    if not console.is_terminal:
        yield silent
        return
    line = Line(first)
    spinner = Spinner("dots", line, style="status.spinner")
    with Live(spinner, console=console, refresh_per_second=12.5, transient=True) as live:

        def tell(what: str, done: int) -> None:
            if line.tell(what, done):
                live.refresh()  # at once: what comes may not let the thread that draws work

        yield tell


class Line:
    """What is told, as the line that is drawn again and again, with the time that passes."""

    def __init__(self, first: str) -> None:
        self._what = first
        self._rows = self._expected = self._done = self._total = 0
        self._reading = False
        self._began = self._counted = self._told = self._stage = monotonic()
        self._lock = Lock()  # detectors tell from threads of their own

    def tell(self, what: str, done: int) -> bool:
        """Take what is told; return whether something else begins with it."""
        with self._lock:
            return self._tell(what, done, monotonic())

    def _tell(self, what: str, done: int, now: float) -> bool:
        self._told = now
        if what == EXPECTED:
            self._rows, self._expected, self._total, self._began = 0, done, 0, now
            return False
        if what == TOTAL:
            self._done, self._total, self._counted = 0, done, now
            return False  # what is counted is told next
        if self._done >= self._total:
            self._total = 0  # all is counted, and this is something else
        if self._total:
            self._done += done
        else:
            self._rows += done
            self._reading = done > 0
        another = what != self._what
        if another:
            self._what, self._stage = what, now
        return another

    def __rich__(self) -> Text:
        """Draw it, on one line of the terminal."""
        return Text(self.said(monotonic()), no_wrap=True, overflow="ellipsis")

    def said(self, now: float) -> str:
        """Say it, with the time as it is now, of the monotonic clock."""
        with self._lock:
            waited = now - self._told
            if self._total:
                return counted(self._what, self._done, self._total, self._told - self._counted, waited)
            if self._reading:
                return said(self._what, self._rows, self._expected, self._told - self._began, waited)
            return said(self._what, 0, 0, now - self._stage)


def said(what: str, rows: int, expected: int, seconds: float, waited: float = 0) -> str:
    """Say how far it is: "reading · 1,200,000 rows · 600,000 a second · about 7 s left".

    rows: done; expected: about so many in all, 0 where no rows are being done; seconds: from the beginning to
    the last row that is told; waited: since then.
    """
    parts = [what, count(rows, "row")] if rows else [what]
    return _with_times(parts, rows if expected else 0, expected, seconds, waited)


def counted(what: str, done: int, total: int, seconds: float, waited: float = 0) -> str:
    """Say how many are done: "drawing dossiers · 12 of 50 · 2.4 a second · about 16 s left".

    seconds: from the beginning to the last that is done; waited: since then.
    """
    return _with_times([what, f"{done:,} of {total:,}"], done, total, seconds, waited)


def _with_times(parts: list[str], done: int, total: int, seconds: float, waited: float) -> str:
    if done and seconds >= 1:
        parts.append(_pace(done / seconds))
        left = (total - done) * seconds / done - waited
        if left >= 0.5:
            parts.append(f"about {_time(left)} left")
    elif seconds + waited >= 2:
        parts.append(_time(seconds + waited))
    return " · ".join(parts)


def _pace(rate: float) -> str:
    """600,000 a second, 2.4 a second, 14 s each."""
    if rate < 1:
        return f"{_time(1 / rate)} each"
    return f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.1f} a second"


def _time(seconds: float) -> str:
    """12 s, 3 min, 2 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
