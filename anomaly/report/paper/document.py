"""The report on paper: the same words and figures as the page, in the order of a document that is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report import neutral, words
from anomaly.report.dossier import dossiers
from anomaly.report.limits import limits
from anomaly.report.paper.institutions import agencies_sheet, federal_sheet
from anomaly.report.paper.palette import for_paper
from anomaly.report.paper.sheet import sheet
from anomaly.report.paper.typeset import typeset
from anomaly.report.rendering import TITLE, marking
from anomaly.report.tables import EVIDENCE, conform
from anomaly.report.timeline import hours
from anomaly.report.zones import Zones, zones_of
from anomaly.telling import TOTAL, Tell, silent

_SILENT = 8  # detectors that abstained, on the first page; all stand under "What was checked"
_SHOWN = 20  # files


def report(result: ScanResult, *, budget: int, tell: Tell = silent) -> bytes:
    """Return the whole report as a PDF. budget: how many incidents, by rank, get a dossier."""
    summary = result.summary
    zones = zones_of(summary)
    incidents = sorted(result.incidents, key=lambda one: one.rank)
    shown = incidents[: max(budget, 0)]
    tell(TOTAL, len(shown))
    tell("drawing dossiers", 0)
    sheets = [sheet(one) for one in dossiers(shown, conform(result.evidence, EVIDENCE), summary, tell)]
    data = {
        **heading(result),
        "front": _front(summary),
        "list": [_entry(one, zones, one.rank <= len(shown)) for one in incidents],
        "left": words.count(len(incidents) - len(shown), "more entry stands", "more entries stand")
        if len(incidents) > len(shown)
        else None,
        "dossiers": sheets,
        "agencies": agencies_sheet(summary),
        "federal": federal_sheet(result, zones),
        "detectors": [_detector(one) for one in summary["detectors"]],
        "explanations": [_explanation(one) for one in summary["explanations"]],
        "data": _data(summary, zones.shown),
        "limits": [
            [one.title, [neutral.shorten(text, 400) for text in one.lines]] for one in limits(summary)
        ],
    }
    # one call of typst's, which does not say how far it is
    tell(f"setting {words.count(len(sheets), 'dossier')} on paper", 0)
    return typeset("report.typ", data, made_on(summary))


def heading(result: ScanResult) -> dict[str, Any]:
    """Return what every document of a scan says of it: title, what it is, who made it, who may have it."""
    summary = result.summary
    return {
        "title": neutral.shorten(summary["title"], 160),
        "kicker": TITLE,
        "foot": f"{neutral.shorten(summary['title'], 70)} · {TITLE.lower()}, not a finding",
        "demo": bool(summary.get("demo")),
        "version": summary["version"],
        "marking": words.opening(marking(result)),
    }


def made_on(summary: Mapping[str, Any]) -> date:
    """Return the date that a document bears: the last day of the log, which is the same in every run."""
    last = summary["log"]["last"]
    return date.fromisoformat(last[:10]) if last else date(1970, 1, 1)


def chance_alone(summary: Mapping[str, Any]) -> str:
    """Say how many entries chance alone would give, and what no chance model speaks about."""
    found, fdr, tested = summary["incidents"], words.share(summary["fdr"]), words.number(summary["tested"])
    if found["statistical"]:
        rest = words.count(found["statistical"], "entry rests", "entries rest")
        text = (
            f"{rest} on a chance model. At the chosen cut, a false discovery rate of {fdr} "
            f"over {tested} tests, "
            f"{words.expected(summary['expected_false_alarms'])} of them "
            f"{'is' if found['statistical'] == 1 else 'are'} expected to be chance."
        )
    else:
        text = (
            f"{tested} tests were made; at the chosen cut, a false discovery rate of {fdr}, "
            "none stands out from chance."
        )
    if found["rules"]:
        rest = words.count(found["rules"], "entry rests", "entries rest")
        text += f" {rest} on a written rule, which has no chance model."
    return text


def scope(summary: Mapping[str, Any]) -> str:
    """Say what was scanned: 80,869 queries by 160 users, Jan 8, 2024 to Jun 5, 2024."""
    log = summary["log"]
    when = f", {words.day(log['first'])} to {words.day(log['last'])}" if log["first"] else ""
    return (
        f"{words.count(log['rows_scanned'], 'query', 'queries')} by {words.count(log['users'], 'user')}{when}"
    )


def _front(summary: Mapping[str, Any]) -> dict[str, Any]:
    log, found = summary["log"], summary["incidents"]["reported"]
    silent = [one for one in summary["detectors"] if not one["ran"]]
    return {
        "found": f"{words.count(found, 'entry', 'entries')} for review"
        if found
        else "Nothing stood out for review",
        "of": f"in {scope(summary)}.",
        "chance": chance_alone(summary),
        "figures": [
            ("Rows read", words.number(log["rows_read"])),
            ("Users", words.number(log["users"])),
            ("Subjects", words.number(log["subjects"]) if log["subjects"] else "not shown"),
            ("Agencies", words.number(log["agencies"]) if log["agencies"] else "not named"),
            ("For review", words.number(found)),
        ],
        "warnings": [neutral.shorten(text, 300) for text in summary["warnings"]],
        "silent": [[one["title"], one["why_not"]] for one in silent[:_SILENT]],
        "more_silent": max(len(silent) - _SILENT, 0),
    }


def _entry(one: Incident, zones: Zones, shown: bool) -> dict[str, Any]:
    kind, events = words.KINDS[one.kind], words.count(one.n_events, "event")
    span = words.span(one.first_at, one.last_at, zones.of(one.agencies))
    note = f" ({zone})" if (zone := zones.note(one.agencies)) else ""
    when = f"{words.count(one.n_days, 'day')} · {span}{note}"
    return {
        "rank": one.rank,
        "summary": neutral.shorten(one.summary, 400),
        "category": one.category,
        "small": f"{kind} · {events} on {when}",
        "score": f"{one.score:.2f}",
        "part": one.score,
        "chance": words.chance(one.q_value) if one.q_value is not None else "rule",
        "shown": shown,
    }


def _detector(one: Mapping[str, Any]) -> dict[str, Any]:
    outcome = "ran" if one["ran"] else f"abstained: {one['why_not']}"
    counts = [words.number(one[name]) for name in ("tested", "signals", "reported")] if one["ran"] else []
    return {
        "title": one["title"],
        "category": one["category"],
        "outcome": outcome,
        "left_out": one.get("left_out") or "",
        "counts": counts,
    }


def _explanation(one: Mapping[str, Any]) -> list[str]:
    if one["could_run"]:
        return [one["title"], "tried", words.number(one["cleared"])]
    return [one["title"], f"could not be tried: {one['why_not']}", "–"]


def _data(summary: Mapping[str, Any], zone: str) -> dict[str, Any]:
    log, counts = summary["log"], summary.get("hours") or []
    reasons = summary.get("reason_classes") or {}
    most = max([1, *reasons.values()])
    files, rejects = log["files"], summary.get("rejects") or {}
    left = sum(file["rows"] for file in files[_SHOWN:])
    more = [[f"and {len(files) - _SHOWN} more, in manifest.json", words.number(left)]]
    return {
        "sum": [
            [words.number(log["rows_read"]), "rows read"],
            [words.number(log["rows_scanned"]), "scanned"],
            [words.number(log["rows_rejected"]), "rejected"],
            [words.number(log["duplicates"]), "duplicate" if log["duplicates"] == 1 else "duplicates"],
        ],
        "profile": log["profile_title"],
        "times": f"Times in the log are in {log['time_zone']}; this report shows {zone}. Rows that one human "
        f"action caused count once: {words.count(log['actions'], 'action')} in all.",
        "hours": for_paper(hours(counts)) if any(counts) else None,
        "reasons": [
            [neutral.shorten(name, 60), words.number(n), n / most] for name, n in _most_first(reasons)
        ],
        "files": [[neutral.shorten(file["name"], 120), words.number(file["rows"])] for file in files[:_SHOWN]]
        + (more if len(files) > _SHOWN else []),
        "quality": [_filled(name, log["quality"][name]) for name in sorted(log["quality"])],
        "rejects": [[neutral.shorten(reason, 200), words.number(n)] for reason, n in _most_first(rejects)],
    }


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _filled(name: str, q: Mapping[str, int]) -> dict[str, Any]:
    every = max(1, q["filled"] + q["empty"] + q["redacted"])
    filled, redacted = q["filled"] / every, q["redacted"] / every
    return {
        "name": neutral.shorten(name, 60),
        "filled": filled,
        "redacted": redacted,
        "said": [words.share(filled), words.share(redacted) if redacted else "–"],
    }
