"""The public edition on paper: what its page says, in a short document; what is withheld is said to be so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anomaly.incidents.model import ScanResult
from anomaly.report import neutral, words
from anomaly.report.federal import Use, by_agency
from anomaly.report.paper.document import made_on
from anomaly.report.paper.institutions import counts_of, note_of
from anomaly.report.paper.typeset import typeset
from anomaly.report.rendering import TITLE

_WITHHELD = "not shown"


def public_report(edition: ScanResult) -> bytes:
    """Return a public edition (`anomaly.report.public`) as a PDF."""
    summary = edition.summary
    told, log = summary["public"], summary["log"]
    threshold = told["threshold"]

    def count(n: int | None) -> str:
        return f"fewer than {threshold}" if n is None else words.number(n)

    title = "Suspected misuse, for review"
    data = {
        "title": title,
        "kicker": f"{TITLE} · public edition",
        "foot": f"{title} · public edition, not a finding",
        "marking": f"Public edition · for review, not a finding · counts under {threshold} withheld",
        "demo": bool(summary.get("demo")),
        "version": summary["version"],
        "threshold": threshold,
        "found": _found(told["found"], threshold),
        "of": _scope(log),
        "chance": _chance(summary, count),
        "figures": [
            ("Queries", count(log["rows_scanned"])),
            ("Users", count(log["users"])),
            ("Subjects", "not in the log" if log["subjects"] == 0 else count(log["subjects"])),
            ("Agencies", "not named" if log["agencies"] == 0 else count(log["agencies"])),
            ("For review", count(told["found"])),
        ],
        "withheld": [words.opening(one) for one in told["withheld"]],
        "listed": told["listed"],
        "groups": [_group(one, threshold) for one in told["groups"]],
        "months": _bars(told["months"], words.month_of) if told["listed"] and told["groups"] else [],
        "federal": [_federal(use) for use in by_agency(summary)],
        "sum": [
            [count(log["rows_scanned"]), "scanned"],
            [count(log["rows_rejected"]), "rejected"],
            [count(log["duplicates"]), "duplicates"],
        ],
        "rows_read": words.number(log["rows_read"]) if log["rows_read"] is not None else None,
        "actions": f"Rows that one human action caused count once: {count(log['actions'])} actions in all. "
        f"Hours are those of {log['local_zone']}.",
        "hours": _bars(told["hours"], words.hours_of),
        "reasons": _bars(told["reasons"], words.spoken),
        "quality": [
            {
                "name": name,
                "filled": q["filled"],
                "redacted": q["redacted"],
                "said": [words.share(q["filled"]), words.share(q["redacted"])],
            }
            for name, q in sorted((told["quality"] or {}).items())
        ],
        "detectors": [_detector(one, count) for one in summary["detectors"]],
        "explanations": [
            [one["title"], "tried", count(one["cleared"])]
            if one["could_run"]
            else [one["title"], f"could not be tried: {one['why_not']}", "–"]
            for one in summary["explanations"]
        ],
        "limits": list(told["limits"]),
    }
    return typeset("public.typ", data, made_on(summary))


def _found(found: int | None, threshold: int) -> str:
    if found is None:
        return f"Fewer than {threshold} entries for review"
    return f"{words.count(found, 'entry', 'entries')} for review" if found else "Nothing stood out for review"


def _scope(log: Mapping[str, Any]) -> str:
    when = f", {words.months(log['first'], log['last'])}" if log["first"] else ""
    queries, users = words.count(log["rows_scanned"], "query", "queries"), words.count(log["users"], "user")
    return f"in {queries} by {users}{when}."


def _chance(summary: Mapping[str, Any], count: Callable[[int | None], str]) -> str:
    """Say how much of the list is chance, as far as that may be told."""
    found, fdr, tested = summary["incidents"], words.share(summary["fdr"]), count(summary["tested"])
    if summary["public"]["found"] == 0:
        return (
            f"{tested} tests were made; at the chosen cut, a false discovery rate of {fdr}, none stands out "
            "from chance."
        )
    if found["statistical"] == 0:
        return (
            f"{tested} tests were made, and none of them stands out from chance; the entries rest on a "
            "written rule, which has no chance model."
        )
    alarms = summary["expected_false_alarms"]
    text = (
        f"Of the entries that rest on a chance model, {words.expected(alarms)} are "
        f"expected to be chance (a false discovery rate of {fdr} over some {tested} tests)"
    )
    if found["statistical"] is not None:
        text += f": {words.number(found['statistical'])} do"
    if found["rules"] != 0:
        text += "; the others rest on a written rule, which has no chance model"
    return f"{text}."


def _group(one: Mapping[str, Any], threshold: int) -> dict[str, Any]:
    agency = neutral.shorten(one["agency"], 80) if one["agency"] else None
    if one["institution"]:
        name = (agency or "An agency that is not named") + (", a unit of it" if one["kind"] == "unit" else "")
        typically, why = "", "Why it is listed"
        chance = "a rule: no chance model"
    else:
        whom = words.KINDS[one["kind"]] if one["kind"] else "one person or a small unit"
        name = f"{words.count(one['entries'], 'entry', 'entries')}, each about {whom}"
        name += f" of {agency}" if agency else ""
        typically, why = ", typically", f"Found in {threshold} or more of them"
        chance = "not the same for all"
    facts = [
        ("When", words.months(one["first"], one["last"])),
        (f"Look-ups{typically}", words.between(*one["look_ups"])),
        (f"Days{typically}", words.between(*one["days"])),
    ]
    if one["users"]:
        facts.append(("Users", words.between(*one["users"])))
    if one["score"]:
        facts.append(("Score", f"{one['score']:.1f} or more"))
    facts.append(("Chance", f"q\u00a0{words.chance(one['q'])} or less" if one["q"] is not None else chance))
    return {
        "category": words.opening(one["category"] or words.either(one["among"]) or "category not shown"),
        "name": name,
        "facts": facts,
        "why": why,
        "titles": list(one["titles"]),
    }


def _federal(use: Use) -> dict[str, Any]:
    """An agency whose marks are withheld has look-ups only."""
    counts = [words.number(use.every.look_ups)] + [_WITHHELD] * 4
    reached = ", ".join(f"{each.name} {words.number(each.look_ups)}" for each in use.classes)
    return {
        "name": neutral.shorten(use.agency, 60),
        "note": note_of(use) + (f"; reached {reached}" if reached else ""),
        "counts": counts if use.every.bare is None else counts_of(use.every),
    }


def _bars(cells: Mapping[str, int | None] | None, name: Callable[[str], str]) -> list[list[Any]]:
    """Name, count and share of the largest, 0 … 1; None for a share that is withheld."""
    most = max([1, *(n for n in (cells or {}).values() if n is not None)])
    return [
        [name(key), _WITHHELD if n is None else words.number(n), None if n is None else n / most]
        for key, n in (cells or {}).items()
    ]


def _detector(one: Mapping[str, Any], count: Callable[[int | None], str]) -> dict[str, Any]:
    ran = one["ran"]
    return {
        "title": one["title"],
        "category": one["category"],
        "outcome": "ran" if ran else f"abstained: {one['why_not']}",
        "left_out": "",
        "counts": [count(one[name]) for name in ("tested", "signals", "reported")] if ran else [],
    }
