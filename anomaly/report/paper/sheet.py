"""One incident for paper: the words and pictures of its dossier, ready to be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from anomaly.incidents.model import Incident, Part
from anomaly.report import neutral, words
from anomaly.report.dossier import Argument, Dossier
from anomaly.report.paper.palette import for_paper

_PARTS = 8  # users of an entry
Sheet = Mapping[str, Any]


def sheet(dossier: Dossier) -> Sheet:
    """Return what `templates/dossier.typ` sets: texts, and pictures as `for_paper` gives them."""
    one = dossier.incident
    pictured = next((each for each in dossier.arguments if each.picture), None)
    monitoring = one.category == "oversight"
    return {
        "rank": one.rank,
        "category": words.opening(one.category),
        "kind": words.KINDS[one.kind],
        "standing": "monitoring, a suspicion about nobody" if monitoring else "suspected, for review",
        "summary": neutral.shorten(one.summary, 400),
        "facts": _facts(dossier),
        "timeline": for_paper(dossier.timeline) if dossier.timeline else None,
        "unit": f"{'Rows' if dossier.unit == 'hour' else 'Events'} by {dossier.unit}",
        "explained": one.explained_share > 0,
        "peers": _peers(pictured) if pictured else None,
        # Paper has room for one picture of peers, the strongest finding's; the others say it in a sentence.
        "arguments": [
            _argument(
                each,
                one.summary,
                said=each is not pictured,
                again=each.rule in [earlier.rule for earlier in dossier.arguments[:i]],
            )
            for i, each in enumerate(dossier.arguments)
        ],
        "detectors": ", ".join(one.detectors),
        "tried": _tried(one, dossier.n_rows),
        "would_clear": [neutral.shorten(text, 300) for text in one.would_clear],
        "cannot_tell": [neutral.shorten(text, 300) for text in one.cannot_tell],
        "parts": [_part(each) for each in one.parts[:_PARTS]] if len(one.parts) > 1 else [],
        "more_parts": f"and {words.count(others, 'other user')}, in `incidents.json`."
        if len(one.parts) > 1 and (others := (one.n_users or 0) - _PARTS) > 0
        else None,
        "reasons": [[neutral.shorten(text, 80) or "(empty)", words.number(n)] for text, n in one.reasons[:6]],
        "more_reasons": max(len(one.reasons) - 6, 0),
        "zone": str(dossier.local),
        "rows": [_row(row, dossier.local) for row in dossier.rows],
        "n_rows": dossier.n_rows,
        "rows_said": words.number(dossier.n_rows),
        "incident_id": one.incident_id,
    }


def _facts(dossier: Dossier) -> list[tuple[str, str]]:
    one, n = dossier.incident, dossier.n_rows
    note = f" ({dossier.zone_note})" if dossier.zone_note else ""
    subjects = _named(one.n_subjects, one.subjects, 2) if one.n_subjects else "not shown in this log"
    return [
        ("User" if one.n_users == 1 else "Users", _named(one.n_users, one.users, 4)),
        ("Subject" if one.n_subjects == 1 else "Subjects", subjects),
        (
            "Agency" if len(one.agencies) == 1 else "Agencies",
            words.join([neutral.shorten(name, 60) for name in one.agencies], 3)
            if one.agencies
            else "not named in this log",
        ),
        ("When", words.span(one.first_at, one.last_at, dossier.local) + note),
        ("Events", f"{words.number(one.n_events)} on {words.count(one.n_days, 'day')}"),
        ("Explained", f"{words.share(one.explained_share)} of {words.count(n, 'row')}" if n else "–"),
        ("Score", f"{one.score:.2f}"),
        ("Chance", "a rule: no chance model" if one.q_value is None else f"q {words.chance(one.q_value)}"),
    ]


def _named(n: int | None, names: Sequence[str], most: int) -> str:
    named = words.join([neutral.shorten(name, 60) for name in names], most)
    if n is None or n <= 1:
        return named
    return f"{n:,}: {named}" if names else f"{n:,}"


def _peers(argument: Argument) -> dict[str, Any]:
    peers, picture = argument.finding.peers, argument.picture
    assert peers is not None
    assert picture is not None
    return {
        **for_paper(picture),
        "statistic": words.opening(neutral.shorten(peers.statistic, 100)),
        "group": neutral.shorten(peers.group, 100) + ("; logarithmic axis" if argument.logarithmic else ""),
        "reading": argument.standing,
    }


def _argument(argument: Argument, summary: str, *, said: bool, again: bool) -> dict[str, Any]:
    """What a finding says, unless the summary says it already; where it stands among peers, if `said`; its
    rule, unless that stands there `again`.
    """
    finding, rule = argument.finding, argument.rule
    by = [neutral.shorten(argument.title, 200)]
    if finding.p_value is not None:
        q = f", q\u00a0{words.chance(finding.q_value)}" if finding.q_value is not None else ""
        by.append(f"p\u00a0{words.chance(finding.p_value)}{q}")
    if rule and again:
        by.append(f"the same rule: {rule['title']}")
    statistic = words.opening(neutral.shorten(finding.peers.statistic, 100)) if finding.peers else ""
    return {
        "sentence": neutral.shorten(finding.sentence, 400) if finding.sentence != summary else None,
        "by": " · ".join(by),
        "standing": f"{statistic}: {argument.standing}" if said and argument.standing else None,
        "rule": quoted(rule) if rule and not again else None,
    }


def quoted(rule: Mapping[str, str]) -> dict[str, str]:
    """Return a rule as a sheet quotes it, with its dates or that none is given."""
    return {name: rule[name] for name in ("title", "text", "source")} | {"dated": words.dated(rule)}


def _tried(one: Incident, n_rows: int) -> dict[str, Any]:
    """What each explanation cleared: those that cover something by themselves, the rest together.

    Of all its rows: `n_events` leaves out those that something explains.
    """
    covers = [each for each in one.tried if each.could_run and each.cleared]
    return {
        "covers": [
            [each.title, f"covers {words.number(each.cleared)} of {words.count(n_rows, 'row')}"]
            for each in covers
        ],
        "none": [each.title for each in one.tried if each.could_run and not each.cleared],
        "off": [
            [
                neutral.shorten(each.title, 200),
                f"could not be tried: {neutral.shorten(each.why_not or '', 200)}",
            ]
            for each in one.tried
            if not each.could_run
        ],
    }


def _part(each: Part) -> list[str]:
    return [
        neutral.shorten(each.user or "redacted", 40),
        neutral.shorten(each.agency or "–", 40),
        *map(words.number, (each.events, each.days, each.subjects or None)),
    ]


def _row(row: Mapping[str, Any], local: tzinfo) -> list[str]:
    at: datetime | None = row["time"]
    by = neutral.shorten(row["explanation"] or "yes", 40) if row["role"] == "explains" else "–"
    return [
        at.astimezone(local).strftime("%Y-%m-%d %H:%M:%S") if at else "–",
        neutral.shorten(row["user"] or "–", 40),
        neutral.shorten(row["source"] or "–", 60),
        words.number(row["row"]),
        by,
    ]
