"""What federal agencies asked for, for oversight: figures of the log, and a suspicion about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

ANY = "any"  # class of the line that counts each look-up once
OPEN = "criminal history"  # what the law leaves open to immigration enforcement
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
class Federal:
    """The federal agencies of a log, what others asked on their behalf, and what to request in writing."""

    uses: tuple[Use, ...]  # most look-ups first
    on_behalf: tuple[Mapping[str, Any], ...]
    requests: tuple[Mapping[str, Any], ...]  # the first of them
    n_requests: int
    agencies_asked: int  # of those to be asked in writing


def federal_access(summary: Mapping[str, Any], requests: pl.DataFrame) -> Federal:
    """Return what the page says of federal agencies; summary: summary.json; requests: `REQUESTS`."""
    return Federal(
        tuple(by_agency(summary)),
        tuple(summary.get("federal_on_behalf") or ()),
        tuple(requests.head(SHOWN_REQUESTS).to_dicts()),
        len(requests),
        requests["agency"].n_unique(),
    )


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
    return Reached(line["class"].replace("_", " "), *(line[name] for name in figures))
