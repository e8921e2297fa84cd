"""What can go wrong with what a person gave us: one root class, which says what, where, and what to do
next.
"""

from __future__ import annotations


class InputError(Exception):
    """The input or the usage is wrong (exit code 2).

    what: one sentence. where: file, row, column or option, when known. next: what the person can do about it.
    """

    def __init__(self, what: str, where: str | None = None, next: str | None = None) -> None:
        self.what = what
        self.where = where
        self.next = next
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  next: {self.next}" if self.next else text


class ProfileError(InputError):
    """A profile does not fit the log, or its file is wrong."""


class ContextError(InputError):
    """A context table is wrong: an unknown column, a value of the wrong type."""


class SettingsError(InputError):
    """A setting names no detector or parameter, or has a value out of bounds."""
