"""One incident as the page shows it: the facts in words, the pictures, and the rows it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import polars as pl
from markupsafe import Markup

from anomaly.incidents.model import Finding, Incident
from anomaly.report import words
from anomaly.report.standing import is_logarithmic, standing, standing_chart
from anomaly.report.timeline import hours, timeline
from anomaly.report.zones import Zones, zones_of
from anomaly.telling import Tell, silent

SHOWN_ROWS = 8
MOST_PICTURES = 3  # of places among peers, in one dossier; the others are told in words
Row = dict[str, Any]  # source, row, time, user, role, explanation
_WHO = {"person": "this user", "unit": "this unit", "agency": "this agency", "subject": "this subject"}


@dataclass(frozen=True)
class Argument:
    """One finding with what belongs to it: the detector's title, the rule, the place among peers."""

    finding: Finding
    title: str
    rule: Mapping[str, str] | None
    standing: str | None
    picture: Markup | None
    logarithmic: bool


@dataclass(frozen=True)
class Dossier:
    """Everything the page says about one incident."""

    incident: Incident
    arguments: tuple[Argument, ...]
    unit: str | None  # of one bar of the timeline
    timeline: Markup | None
    rows: tuple[Row, ...]  # the first of the evidence
    n_rows: int
    local: tzinfo  # of every time in it: that of its agencies
    zone_note: str  # where that is not the log's, or they keep several


def dossiers(
    incidents: Sequence[Incident],
    evidence: pl.DataFrame,
    summary: Mapping[str, Any],
    tell: Tell = silent,
) -> list[Dossier]:
    """Return one dossier per incident, in the same order.

    evidence: columns of `tables.EVIDENCE`. summary: the figures of the scan, for titles of detectors, texts
    of rules and zones of agencies. tell: told each that is made.
    """
    zones = zones_of(summary)
    titles = {one["name"]: one["title"] for one in summary["detectors"]}
    rows = rows_of(evidence, [one.incident_id for one in incidents])
    told = []
    for one in incidents:
        mine = rows.get(one.incident_id, evidence.clear())
        told.append(_dossier(one, mine, titles, summary["rules"], zones))
        tell("drawing dossiers", 1)
    return told


def _dossier(
    incident: Incident,
    rows: pl.DataFrame,
    titles: Mapping[str, str],
    rules: Mapping[str, Mapping[str, str]],
    zones: Zones,
) -> Dossier:
    who = _WHO.get(incident.kind, "this one")
    arguments: list[Argument] = []
    for finding in incident.findings:
        peers = finding.peers if finding.peers and finding.peers.values else None
        drawn = sum(one.picture is not None for one in arguments)
        arguments.append(
            Argument(
                finding,
                titles.get(finding.detector, finding.detector),
                rules.get(finding.rule, {"title": finding.rule, "text": "", "source": ""})
                if finding.rule
                else None,
                standing(peers, who) if peers else None,
                standing_chart(peers, who) if peers and drawn < MOST_PICTURES else None,
                is_logarithmic(peers) if peers else False,
            )
        )
    local = zones.of(incident.agencies)
    unit, picture = _when(incident, rows, local)
    shown, note = rows.head(SHOWN_ROWS).to_dicts(), zones.note(incident.agencies)
    return Dossier(incident, tuple(arguments), unit, picture, tuple(shown), len(rows), local, note)


def _when(incident: Incident, rows: pl.DataFrame, local: tzinfo) -> tuple[str | None, Markup | None]:
    """By day or longer from the incident's days; by the hour, from its rows, what stays within one day."""
    if len(incident.days) != 1 or rows.is_empty():
        return timeline(incident.days) if incident.days else (None, None)
    each = rows.select("time", "role").drop_nulls("time").iter_rows()
    roles = Counter((time.astimezone(local).hour, role) for time, role in each)
    supports, explains = ([roles[hour, role] for hour in range(24)] for role in ("supports", "explains"))
    day = words.day(incident.days[0].day)
    return "hour", hours(supports, explains, day)


def rows_of(evidence: pl.DataFrame, incident_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Return the rows of each incident in time order, once each however many detectors name them.

    As dictionaries, those of one user of 500,000 look-ups took half the time of the page.
    """
    once = (
        evidence.filter(pl.col("incident_id").is_in(list(incident_ids)))
        .group_by("incident_id", "source", "row")
        .agg(
            pl.col("time").min(),
            pl.col("user").min(),
            pl.col("role").min(),  # "explains" comes first: one explanation is enough
            pl.col("explanation").min(),
        )
        .sort("incident_id", "time", "source", "row")
    )
    parts = once.partition_by("incident_id", as_dict=True)
    return {str(key): part for (key,), part in parts.items()}
