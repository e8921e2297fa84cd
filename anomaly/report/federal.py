"""What federal agencies asked for, for oversight: figures of the log, and a suspicion about nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

ANY = "any"  # class of the line that counts each look-up once
OPEN = "criminal history"  # what the law leaves open to immigration enforcement
UNKNOWN = "not known from the message key"
SHOWN_REQUESTS = 12


@dataclass(frozen=True)
class Reached:
    """Look-ups, in all or of one class of data, and of those the numbers with a mark."""

    name: str
    look_ups: int
    case_number: int
    explained: int
    reason: int
    bare: int  # no case number, no explanation, no telling reason, and none that is redacted


@dataclass(frozen=True)
class Use:
    """What one federal agency asked for; `dates` and `purposes` are empty where the summary has none."""

    agency: str
    component: str | None
    immigration: bool  # it enforces immigration law
    every: Reached
    classes: tuple[Reached, ...]  # most look-ups first
    dates: Mapping[str, Any]
    purposes: tuple[Mapping[str, Any], ...]  # most look-ups first


@dataclass(frozen=True)
class Component:
    """What the agencies of one component asked for together.

    before, after: look-ups outside the days of access that are known, None where none of them is.
    """

    name: str
    agencies: int
    look_ups: int
    case_number: int
    bare: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Federal:
    """The federal agencies of a log, what others asked on their behalf, and what to request in writing."""

    uses: tuple[Use, ...]  # most look-ups first
    components: tuple[Component, ...]  # none where no component is known
    on_behalf: tuple[Mapping[str, Any], ...]
    requests: tuple[Mapping[str, Any], ...]  # the first of them
    n_requests: int
    asked: Mapping[str, int]  # agency to be asked in writing -> about how many look-ups

    @property
    def before(self) -> int:
        """Look-ups before access began, of all agencies."""
        return sum(use.dates.get("before") or 0 for use in self.uses)

    @property
    def after(self) -> int:
        """Look-ups after access had ended, of all agencies."""
        return sum(use.dates.get("after") or 0 for use in self.uses)


def federal_access(
    summary: Mapping[str, Any], requests: pl.DataFrame, shown: int = SHOWN_REQUESTS
) -> Federal:
    """Return what is said of federal agencies.

    summary: summary.json; requests: `REQUESTS`; shown: how many of them, the same number of every agency.
    """
    uses = by_agency(summary)
    asked = dict(requests.group_by("agency", maintain_order=True).len().iter_rows())
    each = max(1, shown // max(1, len(asked)))
    first = requests.group_by("agency", maintain_order=True).head(each).head(shown)
    return Federal(
        tuple(uses),
        tuple(_components(uses)),
        tuple(summary.get("federal_on_behalf") or ()),
        tuple(first.to_dicts()),
        len(requests),
        asked,
    )


def _components(uses: Sequence[Use]) -> list[Component]:
    named = sorted({use.component for use in uses if use.component})
    groups = [(name, [use for use in uses if use.component == name]) for name in (*named, None) if named]
    return [
        Component(
            name or "not known",
            len(its),
            sum(use.every.look_ups for use in its),
            sum(use.every.case_number for use in its),
            sum(use.every.bare for use in its),
            _outside(its, "before"),
            _outside(its, "after"),
        )
        for name, its in groups
        if its
    ]


def _outside(uses: Sequence[Use], when: str) -> int | None:
    known = [n for use in uses if (n := use.dates.get(when)) is not None]
    return sum(known) if known else None


def reached_in_words(classes: str) -> str:
    """Say classes of data: criminal history, driver; what its message key does not tell is said to be so."""
    return classes.replace("_", " ").replace("unknown", UNKNOWN)


def by_agency(summary: Mapping[str, Any]) -> list[Use]:
    """Return the use of each agency, most look-ups first."""
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for line in summary.get("federal") or []:
        lines.setdefault(line["agency"], []).append(line)
    dates = {one["agency"]: one for one in summary.get("federal_access") or []}
    purposes: dict[str, list[Mapping[str, Any]]] = {}
    for one in summary.get("federal_purposes") or []:
        purposes.setdefault(one["agency"], []).append(one)
    uses = []
    for agency, mine in lines.items():
        every = next(line for line in mine if line["class"] == ANY)
        classes = [_reached(line) for line in mine if line["class"] != ANY]
        uses.append(
            Use(
                agency,
                every["component"],
                every["immigration"],
                _reached(every),
                tuple(sorted(classes, key=lambda one: (-one.look_ups, one.name))),
                dates.get(agency, {}),
                tuple(
                    sorted(purposes.get(agency, ()), key=lambda one: (-one["look_ups"], one["purpose"] or ""))
                ),
            )
        )
    return sorted(uses, key=lambda one: (-one.every.look_ups, one.agency))


def _reached(line: Mapping[str, Any]) -> Reached:
    figures = ("look_ups", "case_number", "explained", "reason", "bare")
    return Reached(reached_in_words(line["class"]), *(line[name] for name in figures))
