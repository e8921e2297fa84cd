"""Rows that cannot be read: each is counted, and says where it was and why; its content stays in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 100_000


class Reason(StrEnum):
    """Why a row was refused."""

    TOO_MANY_FIELDS = "more fields than the header"
    TOO_FEW_FIELDS = "fewer fields than the header"
    QUOTE = "quotation mark not closed, or followed by text"
    CARRIAGE_RETURN = "carriage return inside a row"
    TOO_LONG = "row or field too long to be a log entry"
    NUL = "NUL byte"
    UTF8 = "text is not UTF-8"
    JSON = "not valid JSON"
    NOT_OBJECT = "a JSON line that is not an object"
    TIME_MISSING = "time missing or redacted"
    TIME_UNREADABLE = "time not readable in any known layout"
    TIME_GAP = "local time that never was (clocks went forward)"
    TIME_FUTURE = "time in the future"
    TIME_EARLY = "time before 1980"
    USER_MISSING = "user missing"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused row inside one file: 1-based data row, canonical column where one is to blame, reason."""

    row: int
    column: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused row of the log: shown file name, 1-based data row (header not counted), column, reason."""

    file: str
    row: int
    column: str | None
    reason: Reason


@dataclass
class Rejects:
    """Refused rows: exact counts per reason; the first `KEPT` of them one by one, in file and row order."""

    kept: list[Reject] = field(default_factory=list)
    by_reason: Counter[Reason] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many rows were refused."""
        return self.by_reason.total()

    def add(self, file: str, refusals: Iterable[Refusal]) -> None:
        """Count refusals of one file, in row order."""
        for refusal in refusals:
            self.by_reason[refusal.reason] += 1
            if len(self.kept) < KEPT:
                self.kept.append(Reject(file, refusal.row, refusal.column, refusal.reason))
