"""What a scan cannot tell, could not check and may have wrong: one source for the page and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anomaly.report import words
from anomaly.report.zones import zones_of

_OF_TIME = ("time", "local time")  # how reasons begin for which a clock is to blame
_NAMED = 12  # redacted columns in a sentence


@dataclass(frozen=True)
class Limit:
    """One kind of limit. key: its place on a page; lines: names of columns and files between backticks."""

    key: str
    title: str
    lines: tuple[str, ...]


def limits(summary: Mapping[str, Any]) -> list[Limit]:
    """Return the limits of a scan, in the order in which they are read; summary: summary.json."""
    return [
        Limit("never", "What a log cannot show", tuple(summary["limits"])),
        Limit("unchecked", "What this scan could not check", tuple(_unchecked(summary))),
        Limit("unread", "What could not be read", tuple(_unread(summary))),
        Limit("clocks", "Clocks", tuple(_clocks(summary))),
        Limit("redacted", "What is redacted", tuple(_redacted(summary["log"]["quality"]))),
        Limit("errors", "Errors to expect", tuple(_errors(summary["incidents"], summary))),
    ]


def _unchecked(summary: Mapping[str, Any]) -> Iterator[str]:
    detectors, explanations = summary["detectors"], summary["explanations"]
    silent = sum(not one["ran"] for one in detectors)
    if silent:
        yield (
            f"{words.count(silent, 'detector')} of {len(detectors):,} abstained; what was checked tells why, "
            "one by one."
        )
    else:
        yield "No detector abstained."
    if partly := sum(bool(one.get("left_out")) for one in detectors):
        yield (
            f"{words.count(partly, 'detector')} ran on a part of the log only; what was left out is named "
            f"beside {'it' if partly == 1 else 'each'}."
        )
    if untried := sum(not one["could_run"] for one in explanations):
        yield (
            f"{words.count(untried, 'innocent explanation')} of {len(explanations):,} could not be tried: "
            "what they would clear stands in the list."
        )
    else:
        yield f"Each of the {len(explanations):,} explanations this program knows could be tried."
    yield from summary["warnings"]


def _unread(summary: Mapping[str, Any]) -> Iterator[str]:
    log = summary["log"]
    if n := log["rows_rejected"]:
        share = words.share(n / max(log["rows_read"], 1))
        yield (
            f"{words.count(n, 'row')}, {share} of all, could not be read and {_was(n)} left out; "
            "each is named in `rejects.csv`."
        )
    else:
        yield "Every row could be read."
    if n := log["duplicates"]:
        say = "says" if n == 1 else "say"
        yield f"{words.count(n, 'row')} {say} what another row says, and {_was(n)} left out."


def _clocks(summary: Mapping[str, Any]) -> Iterator[str]:
    log, zones = summary["log"], zones_of(summary)
    yield f"Times without a zone are read as {log['time_zone']}; hours and days are judged in {zones.shown}."
    rejects = summary.get("rejects") or {}
    n = sum(count for reason, count in rejects.items() if reason.startswith(_OF_TIME))
    if n:
        why = "it is missing, cannot be read, or cannot be true"
        yield f"{words.count(n, 'row')} {_was(n)} left out for the time: {why}."
    else:
        yield "No row was left out for its time."
    yield "A clock that ran wrong all along cannot be seen: hours and days move, counts stay as they are."


def _redacted(quality: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    hidden = {name: q["redacted"] / sum(q.values()) for name, q in sorted(quality.items()) if q["redacted"]}
    if not hidden:
        yield "No value is redacted."
        return
    told = [f"`{name}` ({words.share(part)} of its rows)" for name, part in hidden.items()]
    yield (
        f"Values are redacted in {words.join(told, _NAMED)}: what is hidden is neither counted for nor "
        "against anybody."
    )


def _errors(found: Mapping[str, Any], summary: Mapping[str, Any]) -> Sequence[str]:
    if found["statistical"]:
        chance = (
            f"Of the {words.count(found['statistical'], 'entry', 'entries')} with a chance model, "
            f"{words.expected(summary['expected_false_alarms'])} "
            f"{'is' if found['statistical'] == 1 else 'are'} expected to be chance, if the model holds: "
            "work that differs from that of all peers looks like an exception too."
        )
    else:
        chance = "No entry rests on a chance model."
    return (
        chance,
        "An entry that rests on a rule is wrong where a table is wrong or late: a leave that was cancelled, "
        "a date of departure, a call that was booked elsewhere.",
        "Much misuse is in no list: of known misuse in invented logs a part is missed even with every table "
        "(docs/scorecard.md of this program has the figures), and a log with few columns shows less.",
    )


def _was(n: int) -> str:
    return "was" if n == 1 else "were"
