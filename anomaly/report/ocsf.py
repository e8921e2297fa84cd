"""Entries for review as OCSF Detection Findings, one JSON object a line, for a SIEM.

OCSF 1.8.0, class 2004. An event says that something is to be reviewed, never that somebody did it: it is new,
it has no verdict, its confidence is left out (the score only orders a list; it stands in `unmapped` with p, q
and the explained share). Severity is said sparsely: informational for oversight and record keeping, which are
about a practice; medium for a score of 0.5 or more; low for the rest; never high, which asks for action.
Users are actors, subjects resources, as keyed tokens only; times are those of the log, not of the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anomaly.errors import InputError
from anomaly.incidents.model import Finding, Incident, ScanResult
from anomaly.report import neutral, words
from anomaly.report.dossier import Row, rows_of
from anomaly.report.tables import EVIDENCE, conform

VERSION = "1.8.0"  # of OCSF
MOST_ROWS = 20  # of the log in one event; evidence.parquet has all
_PRACTICE = ("oversight", "record keeping")
_RULE, _STATISTICAL = {"type_id": 1, "type": "Rule"}, {"type_id": 3, "type": "Statistical"}


def to_ocsf(result: ScanResult) -> bytes:
    """Return the entries by rank as ASCII JSON lines.

    Raises InputError for a scan made with --clear: events go to a system that many can read.
    """
    if result.manifest.get("settings", {}).get("clear"):
        raise InputError(
            "the scan was made with --clear, and these events hold subjects as tokens only",
            "--format ocsf",
            "scan again without --clear",
        )
    evidence = rows_of(conform(result.evidence, EVIDENCE), [one.incident_id for one in result.incidents])
    log = "\0".join(str(one.get("sha256", "")) for one in result.manifest.get("inputs", ()))
    found = sorted(result.incidents, key=lambda one: one.rank)
    rows = (evidence[one.incident_id].to_dicts() if one.incident_id in evidence else [] for one in found)
    events = (_event(one, its, result.summary, log) for one, its in zip(found, rows, strict=True))
    lines = (json.dumps(_cleaned(one), sort_keys=True, allow_nan=False) + "\n" for one in events)
    return "".join(lines).encode("ascii")


def _event(one: Incident, rows: Sequence[Row], summary: Mapping[str, Any], log: str) -> dict[str, Any]:
    severity = _severity(one)
    titles = {each["name"]: each["title"] for each in summary["detectors"]}
    analytics = _analytics(one, titles, str(summary["version"]))
    resources = [{"uid": name, "type": "subject"} for name in one.subjects]
    resources += [{"name": name, "type": "agency"} for name in one.agencies]
    event = {
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200401,
        "type_name": "Detection Finding: Create",
        "time": _ms(one.last_at),
        "start_time": _ms(one.first_at),
        "end_time": _ms(one.last_at),
        "severity_id": severity,
        "severity": {1: "Informational", 2: "Low", 3: "Medium"}[severity],
        "status_id": 1,
        "status": "New",
        **({"count": max(one.n_events, 1)} if one.n_events is not None else {}),
        "message": f"{_standing(one)}: {one.summary}",
        "metadata": {
            "version": VERSION,
            "uid": hashlib.sha256(f"{one.incident_id}\0{log}".encode("utf-8", "replace")).hexdigest()[:32],
            "log_name": str(summary["title"]),
            "product": {
                "name": "anomaly",
                "vendor_name": "access-log-anomaly",
                "version": str(summary["version"]),
            },
        },
        "finding_info": {
            "uid": one.incident_id,
            "title": f"{one.category.capitalize()}: {words.KINDS[one.kind]}, {_standing(one).lower()}",
            "desc": one.summary,
            "types": [one.category],
            "first_seen_time": _ms(one.first_at),
            "last_seen_time": _ms(one.last_at),
            "data_sources": sorted({str(row["source"]) for row in rows}),
            "related_events_count": len(rows),
            **({"analytic": analytics[0]} if analytics else {}),
            "related_analytics": analytics[1:],
        },
        "evidences": [_evidence(row) for row in rows[:MOST_ROWS]],
        "resources": resources,
        "observables": [
            {"name": "evidences.actor.user.uid", "type_id": 31, "type": "User Object: uid", "value": name}
            for name in one.users
        ],
        "unmapped": {
            "rank": one.rank,
            "kind": one.kind,
            "score": one.score,
            "p_value": one.p_value,
            "q_value": one.q_value,
            "explained_share": one.explained_share,
            "n_days": one.n_days,
            "n_users": one.n_users,
            "n_subjects": one.n_subjects,
            "would_clear": list(one.would_clear),
        },
    }
    return {name: value for name, value in event.items() if value != []}


def _standing(one: Incident) -> str:
    return "Monitoring, a suspicion about nobody" if one.category == "oversight" else "Suspected, for review"


def _severity(one: Incident) -> int:
    return 1 if one.category in _PRACTICE else 3 if one.score >= 0.5 else 2


def _analytics(one: Incident, titles: Mapping[str, str], version: str) -> list[dict[str, Any]]:
    """Each detector once, the strongest first, as the findings stand."""
    first: dict[str, Finding | None] = {}
    for finding in one.findings:
        first.setdefault(finding.detector, finding)
    for name in one.detectors:
        first.setdefault(name, None)
    return [
        {
            "uid": name,
            "name": titles.get(name, name),
            "version": version,
            **(_RULE if finding is None or finding.p_value is None else _STATISTICAL),
            **({"desc": finding.sentence} if finding else {}),
        }
        for name, finding in first.items()
    ]


def _evidence(row: Row) -> dict[str, Any]:
    at: datetime | None = row["time"]
    data = {
        "source": row["source"],
        "row": row["row"],
        "time": at.isoformat(timespec="milliseconds") if at else None,
        "role": row["role"],
        "explanation": row["explanation"],
    }
    return {"data": data, **({"actor": {"user": {"uid": row["user"]}}} if row["user"] else {})}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _cleaned(value: Any) -> Any:
    """Every text without control and invisible characters."""
    if isinstance(value, str):
        return neutral.clean(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(one) for name, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list) else value
