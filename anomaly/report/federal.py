"""What federal agencies asked for, for oversight: figures of the log, and a suspicion about nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ANY = "any"  # class of the line that counts each look-up once


@dataclass(frozen=True)
class Use:
    """What one federal agency asked for: look-ups in all, and of those the numbers with a mark."""

    agency: str
    component: str | None
    immigration: bool  # it enforces immigration law
    classes: tuple[tuple[str, int], ...]  # of data reached, most first
    look_ups: int
    case_number: int
    explained: int
    reason: int
    bare: int  # no case number, no explanation, no telling reason, and none that is redacted


def by_agency(lines: Sequence[Mapping[str, Any]]) -> list[Use]:
    """Return the use of each agency, most look-ups first, from the lines of `federal` in summary.json."""
    classes: dict[str, list[tuple[str, int]]] = {}
    for line in lines:
        if line["class"] != ANY:
            classes.setdefault(line["agency"], []).append((line["class"].replace("_", " "), line["look_ups"]))
    figures = ("agency", "component", "immigration", "look_ups", "case_number", "explained", "reason", "bare")
    uses = [
        Use(
            **{name: line[name] for name in figures},
            classes=tuple(sorted(classes.get(line["agency"], ()), key=lambda one: (-one[1], one[0]))),
        )
        for line in lines
        if line["class"] == ANY
    ]
    return sorted(uses, key=lambda one: (-one.look_ups, one.agency))
