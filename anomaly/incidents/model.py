"""What a scan found, as values: incidents, their findings, what was tried to explain them away, and the
figures of the scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

IN_CLEAR = "subjects in clear: for those entitled to them only"
REQUESTS = pl.Schema(
    {
        "agency": pl.String(),
        "component": pl.String(),
        "file": pl.String(),
        "row": pl.Int64(),
        "time": pl.Datetime("ms", "UTC"),
        "user": pl.String(),
        "reached": pl.String(),
        "message_key": pl.String(),
        "purpose": pl.String(),
    }
)


@dataclass(frozen=True)
class Peers:
    """Where the actor of a finding stands among comparable actors.

    values: the same statistic of each comparable actor, this one left out, ascending.
    """

    statistic: str  # what is counted, in words: "distinct days on the same subject"
    group: str  # who is compared: "38 users of NORTHGATE PD · PATROL"
    value: float  # this actor's
    values: tuple[float, ...]


@dataclass(frozen=True)
class Finding:
    """What one detector says about the incident."""

    detector: str
    sentence: str
    p_value: float | None  # None: a rule, which has no chance model
    q_value: float | None
    rule: str | None  # id of the rule in the policy, where one applies
    peers: Peers | None
    score: float = 0.0  # 0 … 1, its own part in the incident's


@dataclass(frozen=True)
class Tried:
    """One innocent explanation that was tried on the incident's events."""

    name: str  # "case"
    title: str  # "An open case with this subject"
    could_run: bool
    why_not: str | None  # "no table `cases` in the context folder"
    cleared: int  # events of the incident it covers


@dataclass(frozen=True)
class Day:
    """Events of the incident on one local day."""

    day: date
    supports: int
    explains: int


@dataclass(frozen=True)
class Part:
    """What one user had in the incident: events that nothing explains, their days and subjects."""

    agency: str | None  # None: the log names none
    user: str | None  # None: redacted
    events: int
    days: int
    subjects: int


@dataclass(frozen=True)
class Incident:
    """One entry of the ranked list; the contract's columns first (docs/contracts.md)."""

    rank: int
    incident_id: str
    kind: str  # one of schema.INCIDENT_KINDS
    category: str  # one of schema.CATEGORIES
    detectors: tuple[str, ...]
    agencies: tuple[str, ...]
    users: tuple[str, ...]
    subjects: tuple[str, ...]  # keyed tokens, or clear values with --clear
    first_at: datetime  # UTC
    last_at: datetime  # UTC
    n_events: int | None  # these four are None where a public edition withholds them
    n_days: int | None
    n_users: int | None
    n_subjects: int | None
    score: float  # 0 … 1, higher is worse
    p_value: float | None
    q_value: float | None
    explained_share: float  # 0 … 1
    summary: str  # one plain sentence
    findings: tuple[Finding, ...] = ()
    tried: tuple[Tried, ...] = ()
    days: tuple[Day, ...] = ()
    parts: tuple[Part, ...] = ()  # most events first, 40 at most
    reasons: tuple[tuple[str, int], ...] = ()  # reasons as written in the log, most used first, with counts
    would_clear: tuple[str, ...] = ()  # what a reviewer could look for
    cannot_tell: tuple[str, ...] = ()  # what this log cannot show about this incident
    marking: str = ""  # what whoever holds it has to know: subjects in clear, a public edition


@dataclass(frozen=True)
class ScanResult:
    """Everything the outputs are made from (docs/contracts.md).

    evidence: frame of incident_id, detector, source, row, event_id, time, user, role, explanation.
    rejects: frame of file, row, column, reason. summary, manifest: as written to JSON. requests: what to ask
    of federal agencies in writing, case by case, columns of `REQUESTS`.
    """

    incidents: tuple[Incident, ...]
    evidence: pl.DataFrame
    rejects: pl.DataFrame
    summary: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    requests: pl.DataFrame = field(default_factory=REQUESTS.to_frame)
