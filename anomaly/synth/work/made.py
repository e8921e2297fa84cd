"""What a stretch of work leaves behind: actions, and rows for the calls, reports and permits tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from anomaly.synth.actions import Actions
from anomaly.synth.numbers import REPORTS
from anomaly.synth.streams import Ints

CALL_KINDS = (
    "traffic stop",
    "disturbance",
    "domestic",
    "theft",
    "welfare check",
    "suspicious person",
    "collision",
    "warrant service",
    "stolen vehicle",
)


class Calls(NamedTuple):
    """Calls for service, (n,) each: time of the query they belong to, agency, place in `CALL_KINDS`, user,
    person.
    """

    time: Ints
    agency: Ints
    kind: Ints
    user: Ints
    person: Ints


class Reports(NamedTuple):
    """Case files begun on the street, (n,) each: number, seconds opened, agency, person, user."""

    number: Ints
    opened: Ints
    agency: Ints
    person: Ints
    user: Ints


class Permits(NamedTuple):
    """Applications for a permit or a job, (n,) each: time of the query, agency, person; kind: ccw or
    employment.
    """

    time: Ints
    agency: Ints
    person: Ints
    kind: str


@dataclass
class Made:
    """Everything that the work of one slice left. lane: of the numbers of its reports."""

    lane: int = REPORTS
    actions: list[Actions] = field(default_factory=list)
    calls: list[Calls] = field(default_factory=list)
    reports: list[Reports] = field(default_factory=list)
    permits: list[Permits] = field(default_factory=list)
