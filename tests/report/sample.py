"""An invented scan result of every shape, with texts that try to break out of their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from anomaly.incidents.model import REQUESTS, Day, Finding, Incident, Part, Peers, ScanResult, Tried
from anomaly.report.subject import Asked, Searched

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.test/?x="&A1,"open")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\x1b[31mred\x1b]0;title\x07",
    "[bold red]markup[/bold red]",
    "invoice\u202egnp.exe",
    "{{ 7 * 7 }} {% raw %}",
    "two\r\nlines\x00nul",
    "wide" * 2500,
)
_TABLE_CASES = "no table `cases` in the context folder"
_RULES = {
    "reason-required": {
        "title": "A reason is required",
        "text": "Every inquiry for information other than criminal history states its reason.",
        "source": "Assembly Bill 1747 (2019)",
        "effective_from": "2021-07-01",
        "effective_to": None,
    },
    "access-ended": {
        "title": "Access has dates",
        "text": "An agency queries only while its access agreement is in force.",
        "source": "agencies.csv, access_to",
    },
}


def _peers(statistic: str, group: str, value: float, values: Any) -> Peers:
    return Peers(statistic, group, value, tuple(sorted(float(v) for v in values)))


def _spread(first: date, offsets: Mapping[int, tuple[int, int]]) -> tuple[Day, ...]:
    return tuple(Day(first + timedelta(days=k), s, e) for k, (s, e) in sorted(offsets.items()))


def _incident(
    rank: int, kind: str, category: str, summary: str, days: tuple[Day, ...], **more: Any
) -> Incident:
    events = sum(day.supports + day.explains for day in days)
    explained = sum(day.explains for day in days) / max(events, 1)
    first = datetime(days[0].day.year, days[0].day.month, days[0].day.day, 16, 5, tzinfo=UTC)
    last = datetime(days[-1].day.year, days[-1].day.month, days[-1].day.day, 23, 41, tzinfo=UTC)
    values: dict[str, Any] = {
        "detectors": ("repeated_lookups",),
        "agencies": ("NORTHGATE PD",),
        "users": ("u-1138",),
        "subjects": ("license:k7f3a9c2",),
        "n_users": 1,
        "n_subjects": 1,
        "score": 1 - rank / 12,
        "p_value": 10.0 ** (rank - 10),
        "q_value": 10.0 ** (rank - 9.2),
        "tried": (
            Tried("case", "An open case with this subject", False, _TABLE_CASES, 0),
            Tried(
                "call", "A call for service with this subject, same hour", True, None, int(explained * events)
            ),
            Tried("test", "A test record", True, None, 0),
        ),
        "would_clear": (
            "A case or report of that period naming this subject.",
            "An assignment that includes following this person.",
        ),
        "cannot_tell": (
            "Whether somebody else used the open session.",
            "What was done with the answer.",
            "Whether a case exists: no case table was given.",
        ),
        "reasons": (("investigation", events - 1), ("follow up", 1)),
    }
    return Incident(
        rank=rank,
        incident_id=f"I-{rank:04d}",
        kind=kind,
        category=category,
        first_at=first,
        last_at=last,
        n_events=events,
        n_days=len(days),
        explained_share=explained,
        summary=summary,
        days=days,
        **(values | more),
    )


def incidents() -> tuple[Incident, ...]:
    """Eight entries: every kind, and every shape of peers and of time that the pictures must bear."""
    rng = np.random.default_rng(7)
    months = _spread(date(2025, 3, 3), {int(k): (1 + k % 4, k % 3 == 0) for k in range(0, 61, 3)})
    year = _spread(date(2024, 2, 1), {int(k): (2, 0) for k in rng.choice(600, 80, replace=False)})
    weeks = _spread(date(2025, 1, 6), {k: (3 + k % 5, 0) for k in range(0, 200, 2)})
    office = _spread(date(2025, 1, 6), {k: (9 + k % 5, 4) for k in range(180) if k % 7 < 5})
    return (
        _incident(
            1,
            "person",
            "personal use",
            "User u-1138 looked up the same person on 21 separate days in two months, always with the reason "
            "“investigation”; comparable users looked one person up on 2 days at most.",
            months,
            findings=(
                Finding(
                    "repeated_lookups",
                    "The same subject on 21 distinct days; by chance, a user this active has 2.",
                    3e-12,
                    2e-9,
                    None,
                    _peers(
                        "distinct days on the same subject",
                        "38 users of NORTHGATE PD · PATROL",
                        21,
                        rng.poisson(1.4, 38),
                    ),
                ),
                Finding(
                    "own_hours",
                    "7 of the queries fall outside the hours in which this user otherwise works.",
                    0.004,
                    0.06,
                    None,
                    _peers(
                        "share of queries outside own hours",
                        "38 users of NORTHGATE PD · PATROL",
                        0.31,
                        rng.beta(1.5, 30, 38),
                    ),
                ),
            ),
        ),
        _incident(
            2,
            "unit",
            "unauthorized purpose",
            "The LICENSING unit of HARBOR COUNTY SO ran 1,906 people through criminal history for permits.",
            office,
            users=tuple(f"hc-{i:03d}" for i in range(14)),
            n_users=14,
            n_subjects=1840,
            subjects=(),
            agencies=("HARBOR COUNTY SO",),
            p_value=None,
            q_value=None,
            findings=(
                Finding(
                    "reason_missing", "1,322 queries state no reason.", None, None, "reason-required", None
                ),
            ),
        ),
        _incident(
            3,
            "agency",
            "access control",
            "FEDERAL TASK FORCE 9 sent 45 queries after its access had ended.",
            _spread(date(2025, 5, 1), dict.fromkeys(range(0, 18, 2), (5, 0))),
            users=("ftf-1", "ftf-2", "ftf-3"),
            n_users=3,
            agencies=("FEDERAL TASK FORCE 9",),
            p_value=None,
            q_value=None,
            findings=(
                Finding("access_ended", "45 queries after 30 April 2025.", None, None, "access-ended", None),
            ),
        ),
        _incident(
            4,
            "subject",
            "curiosity",
            "One person was looked up by 62 users of 9 agencies within three days of an event in the news.",
            _spread(date(2025, 6, 10), {0: (31, 3), 1: (22, 0), 2: (6, 0)}),
            users=tuple(f"n-{i}" for i in range(62)),
            n_users=62,
            agencies=tuple(f"AGENCY {i}" for i in range(9)),
            findings=(
                Finding(
                    "many_users",
                    "62 distinct users in 72 hours.",
                    1e-30,
                    1e-28,
                    None,
                    _peers(
                        "distinct users in 72 hours",
                        "10,000 subjects of this log",
                        62,
                        rng.geometric(0.6, 10_000),
                    ),
                ),
            ),
        ),
        _incident(
            5,
            "person",
            "harvesting",
            "User u-2201 ran 240 plates in sequence in 26 minutes at night.",
            _spread(date(2025, 4, 2), {0: (240, 0)}),
            n_subjects=240,
            subjects=tuple(f"plate:{i:06x}" for i in range(20)),
            users=("u-2201",),
            reasons=tuple((text, 12 - i) for i, text in enumerate(HOSTILE)),
            findings=(
                Finding(
                    "bursts",
                    "240 queries at a median of 6 seconds apart.",
                    1e-120,
                    1e-118,
                    None,
                    _peers(
                        "queries in the busiest hour",
                        "51 users of LAKESIDE PD",
                        240,
                        [*rng.poisson(2, 50), 4],
                    ),
                ),
            ),
        ),
        _incident(
            6,
            "person",
            "credential misuse",
            HOSTILE[0],
            year,
            users=(HOSTILE[0],),
            agencies=(HOSTILE[2],),
            subjects=(HOSTILE[8], HOSTILE[6]),
            n_subjects=2,
            findings=(
                Finding(
                    "sessions",
                    HOSTILE[1],
                    0.01,
                    0.08,
                    "a-rule-the-policy-lost",
                    _peers("isolated sessions", "1 user of EAST PD", 9, [2]),
                ),
            ),
        ),
        _incident(
            7,
            "person",
            "record keeping",
            HOSTILE[2],
            weeks,
            findings=(
                Finding(
                    "reason_missing",
                    "Every query states the same reason.",
                    0.02,
                    0.09,
                    None,
                    _peers("queries without a reason", "12 users of EAST PD", 4, [4] * 12),
                ),
            ),
        ),
        _incident(
            8,
            "person",
            "oversight",
            "User e-4 made 4.1 times as many queries as comparable users.",
            _spread(date(2025, 5, 5), dict.fromkeys(range(40), (7, 2))),
            findings=(
                Finding(
                    "volume",
                    "360 queries; comparable users make 70 to 110.",
                    0.03,
                    0.1,
                    None,
                    _peers(
                        "queries in the period", "230 users of EAST PD", 360, rng.normal(90, 22, 230).round()
                    ),
                ),
            ),
        ),
    )


def evidence(found: tuple[Incident, ...]) -> pl.DataFrame:
    """Rows for every event of every incident; each row of incident 1 is named by two detectors."""
    rows = []
    for one in found:
        at = 0
        for day in one.days:
            for role, many in (("supports", day.supports), ("explains", day.explains)):
                for _ in range(many):
                    at += 1
                    time = datetime(day.day.year, day.day.month, day.day.day, 9, tzinfo=UTC) + timedelta(
                        seconds=7 * at
                    )
                    for detector in ("repeated_lookups", "own_hours")[: 2 if one.rank == 1 else 1]:
                        rows.append(
                            {
                                "incident_id": one.incident_id,
                                "detector": detector,
                                "source": "queries-2025.csv" if one.rank != 6 else HOSTILE[1],
                                "row": 1000 * one.rank + at,
                                "event_id": None,
                                "time": time,
                                "user": one.users[0],
                                "role": role,
                                "explanation": "call" if role == "explains" else None,
                            }
                        )
    return pl.DataFrame(rows, schema_overrides={"event_id": pl.String, "time": pl.Datetime("ms", "UTC")})


def summary(found: tuple[Incident, ...]) -> dict[str, Any]:
    """The figures of the scan in the shape that the report relies on."""
    statistical = sum(one.q_value is not None for one in found)
    names = ("repeated_lookups", "own_hours", "sessions", "bursts", "volume", "many_users", "reason_missing")
    ran = [
        {
            "name": name,
            "title": name.replace("_", " ").capitalize(),
            "category": "personal use",
            "ran": True,
            "why_not": None,
            "tested": 412 * (i + 1),
            "signals": 3 * i,
            "reported": sum(name in (f.detector for f in one.findings) for one in found),
        }
        for i, name in enumerate(names)
    ]
    abstained = [
        ("access_ended", "Queries after access ended", "no table `agencies` in the context folder"),
        ("separated", "Use after separation", "no table `users` in the context folder"),
        ("immigration", "Immigration purpose", "column `message_key` is missing in this log"),
    ]
    off = {"category": "access control", "ran": False, "tested": 0, "signals": 0, "reported": 0}
    return {
        "version": "0.1.0",
        "title": "Northgate County, queries of 2025",
        "log": {
            "files": [{"name": "queries-2025.csv", "rows": 1_204_600}, {"name": HOSTILE[1], "rows": 12}],
            "profile": "canonical",
            "profile_title": "canonical columns",
            "time_zone": "UTC",
            "local_zone": "America/Los_Angeles",
            "rows_read": 1_204_612,
            "rows_scanned": 1_204_331,
            "rows_rejected": 24,
            "duplicates": 257,
            "actions": 988_102,
            "users": 412,
            "subjects": 301_556,
            "agencies": 11,
            "units": 37,
            "first": "2024-02-01",
            "last": "2025-09-30",
            "quality": {
                "time": {"filled": 1_204_331, "empty": 0, "redacted": 0},
                "user": {"filled": 1_204_331, "empty": 0, "redacted": 0},
                "reason": {"filled": 950_000, "empty": 254_331, "redacted": 0},
                "plate": {"filled": 204_331, "empty": 700_000, "redacted": 300_000},
                "case_number": {"filled": 331, "empty": 1_204_000, "redacted": 0},
            },
        },
        "incidents": {
            "reported": len(found),
            "statistical": statistical,
            "rules": len(found) - statistical,
            "by_kind": {},
            "by_category": {},
        },
        "fdr": 0.1,
        "tested": 12_345,
        "expected_false_alarms": 0.4 if found else 0.0,
        "detectors": ran + [{"name": n, "title": t, "why_not": w, **off} for n, t, w in abstained],
        "explanations": [
            {
                "name": "case",
                "title": "An open case",
                "could_run": False,
                "why_not": _TABLE_CASES,
                "cleared": 0,
            },
            {
                "name": "call",
                "title": "A call for service",
                "could_run": True,
                "why_not": None,
                "cleared": 8_112,
            },
        ],
        "rules": _RULES,
        "rejects": {"time: not a date": 20, HOSTILE[0]: 4},
        "agencies": [
            _agency("CAFBI0000", []),
            _agency("MESA COUNTY SO", [("unauthorized purpose", 38, 11, 38), ("record keeping", 0, 0, 0)]),
            _agency("NORTHGATE PD", [("personal use", 25, 1, 25), ("curiosity", 25, 2, 1)]),
            _agency(HOSTILE[0], [("harvesting", 6789, 24, 6123)]),
        ],
        "federal": [
            {"agency": agency, "component": component, "immigration": component == "ERO", "class": name}
            | {"look_ups": n, "case_number": n // 4, "explained": n // 10, "reason": n // 2, "redacted": 0}
            | {"bare": n // 3}
            for agency, component in (("CAFBI0000", None), ("CAICE0900", "ERO"), (HOSTILE[1], None))
            for name, n in (("any", 90 + 300 * (component == "ERO")), ("driver", 60), ("wants", 30))
        ],
        "federal_access": [
            {"agency": "CAICE0900", "component": "ERO", "users": 9, "access_from": "2015-07-01", "before": 0}
            | {"access_to": "2025-02-28", "after": 31, "exempt": 12},
            {"agency": "CAFBI0000", "component": None, "users": 1, "access_from": None, "before": None}
            | {"access_to": None, "after": None, "exempt": 0},
        ],
        "federal_purposes": [
            {"agency": "CAICE0900", "purpose": None, "look_ups": 300, "case_number": 2, "bare": 9}
            | {"meaning": None},
            {"agency": "CAICE0900", "purpose": HOSTILE[0], "look_ups": 90, "case_number": 2, "bare": 9}
            | {"meaning": None},
            {"agency": "CAICE0900", "purpose": "C", "look_ups": 80, "case_number": 2, "bare": 9}
            | {"meaning": "criminal justice"},
        ],
        "federal_on_behalf": [
            {"agency": agency, "how": "attention", "look_ups": 20, "users": 1, "case_number": 0}
            | {"explained": 3}
            for agency in (HOSTILE[1], None)
        ],
        "warnings": ["12 rows carry a time after the end of the log's own period."],
        "reason_classes": {
            "police work": 610_000,
            "vague": 200_000,
            "missing": 254_331,
            "immigration enforcement": 41,
        },
        "hours": [9, 7, 5, 4, 4, 6, 14, 30, 44, 52, 55, 51, 48, 50, 53, 51, 47, 44, 40, 36, 31, 26, 19, 13],
        "limits": [
            "Requests made by word of mouth, and queries made in somebody else's open session.",
            "A lawful query followed by an unlawful disclosure.",
            "A reason that reads as true and is not.",
            "Access through other systems, which keep other logs.",
            "“No case found” is not “no case”.",
        ],
        "demo": True,
    }


def _agency(name: str, entries: list[tuple[str, int, int, int]]) -> dict[str, Any]:
    """Figures of an agency; entries: category, events, persons, subjects."""
    return {
        "agency": name,
        "time_zone": None,
        "queries": 40_000,
        "users": 60,
        "months": {"2024-02": 8_000, "2024-03": 9_000, "2024-05": 7_000} if entries else None,
        "hours": [9 - abs(9 - hour) // 2 for hour in range(24)] if entries else None,
        "entries": len(entries),
        "categories": [
            {
                "category": category,
                "entries": 1,
                "events": events,
                "persons": persons,
                "subjects": subjects,
                "days": min(events, 20),
                "largest_share": 1 / persons if persons else None,
                "shape": {0: None, 1: "isolated", 2: "between"}.get(persons, "widespread"),
            }
            for category, events, persons, subjects in entries
        ],
        "units": [{"unit": HOSTILE[1], "events": 25, "persons": 1, "queries": 1200}] if entries else [],
    }


def result(*, empty: bool = False) -> ScanResult:
    """The invented result; with `empty`, the same scan with nothing for review."""
    found = () if empty else incidents()
    rows = evidence(incidents())
    rejects = pl.DataFrame(
        {
            "file": ["queries-2025.csv", "-x.csv"],
            "row": [17, 3],
            "column": ["time", None],
            "reason": ["not a date", HOSTILE[2]],
        }
    )
    manifest = {
        "inputs": [{"name": "queries-2025.csv", "sha256": "0" * 64}],
        "counts": {"rows_read": 1_204_612},
    }
    asked = _requests("CAICE0900", "u-0007", 40)
    return ScanResult(found, rows.clear() if empty else rows, rejects, summary(found), manifest, asked)


def asked() -> Asked:
    """Who looked one invented person up, some of it with hostile texts."""
    first = datetime(2025, 3, 3, 17, 5, tzinfo=UTC)
    rows = [
        {
            "source": "queries-2025.csv",
            "row": k + 1,
            "event_id": None,
            "time": first + timedelta(hours=19 * k),
            "user": f"u-{k % 3}",
            "agency": None if k % 5 == 0 else "NORTHGATE PD",
            "unit": "PATROL",
            "asked": "DQ",
            "purpose": "C",
            "reason": text,
            "case_number": None,
            "explained": "case" if k % 4 == 0 else None,
            "beside": "shift",
        }
        for k, text in enumerate(HOSTILE)
    ]
    types = dict.fromkeys(("event_id", "case_number"), pl.String())
    frame = pl.DataFrame(rows, schema_overrides={**types, "time": pl.Datetime("ms", "UTC")})
    titles = (("case", "An open case with this subject"), ("shift", "A shift at that hour"))
    not_tried = (("A call with this subject", "no table `calls` in the context folder"),)
    searched = Searched(80_869, date(2025, 1, 8), date(2025, 6, 5))
    zone, files = "America/Los_Angeles", ("queries-2025.csv",)
    return Asked("s_0f5b060b201a", frame, not_tried, titles, files, zone, searched=searched)


def _requests(agency: str, user: str, count: int) -> pl.DataFrame:
    row = {"agency": agency, "component": "ERO", "file": "queries-2025.csv", "user": user, "purpose": "C"}
    row |= {"reached": "driver, unknown", "message_key": "DQ"}
    first = datetime(2025, 3, 3, 17, 5, tzinfo=UTC)
    rows = [{**row, "row": k, "time": first + timedelta(hours=7 * k)} for k in range(1, count + 1)]
    return pl.DataFrame(rows, schema_overrides={"time": pl.Datetime("ms", "UTC")}).select(REQUESTS.names())


def hostile() -> ScanResult:
    """A result in which every text that may come from a log tries to break out."""
    one = incidents()[4]
    found = tuple(
        replace(
            one,
            rank=rank,
            incident_id=f"I-{rank:04d}",
            summary=text,
            users=(text,),
            subjects=(text,),
            agencies=(text,),
            reasons=((text, 3),),
            findings=(Finding("bursts", text, 0.001, 0.01, None, Peers("queries", text, 9.0, (1.0, 2.0))),),
            tried=(Tried("case", text, False, text, 0),),
            would_clear=(text,),
            cannot_tell=(text,),
            parts=(Part(text, text, 2, 1, 1), Part(None, None, 1, 1, 1)),
        )
        for rank, text in enumerate(HOSTILE, 1)
    )
    rows = pl.DataFrame(
        {
            "incident_id": [one.incident_id for one in found],
            "detector": ["bursts"] * len(found),
            "source": list(HOSTILE),
            "row": range(len(found)),
            "event_id": list(HOSTILE),
            "time": [found[0].first_at] * len(found),
            "user": list(HOSTILE),
            "role": ["explains"] * len(found),
            "explanation": list(HOSTILE),
        }
    )
    rejects = pl.DataFrame(
        {"file": list(HOSTILE), "row": range(len(HOSTILE)), "column": list(HOSTILE), "reason": list(HOSTILE)}
    )
    figures = summary(found)
    figures["title"] = HOSTILE[6] + HOSTILE[7]
    figures["warnings"] = list(HOSTILE)
    figures["limits"] = list(HOSTILE)
    figures["rejects"] = dict.fromkeys(HOSTILE, 1)
    figures["reason_classes"] = dict.fromkeys(HOSTILE, 1)
    figures["log"]["files"] = [{"name": text, "rows": 1} for text in HOSTILE]
    figures["log"]["quality"] = {text: {"filled": 1, "empty": 1, "redacted": 1} for text in HOSTILE}
    figures["log"]["profile_title"] = HOSTILE[0]
    figures["log"]["local_zone"] = HOSTILE[1]
    manifest = {"inputs": [{"name": text} for text in HOSTILE]}
    asked = pl.concat(_requests(text, text, 1) for text in HOSTILE)
    return ScanResult(found, rows, rejects, figures, manifest, asked)
