"""Who filed and what is on record, as lists for paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anomaly.report import neutral, words
from anomaly.returns.agencies import STATUSES, AgencyReturn
from anomaly.returns.compared import agreeing, compared
from anomaly.returns.federal import DECIDES_NOTHING, rule_in_words
from anomaly.returns.make import Return

_NAMES, _LINES = 60, 200
_NOBODY = "Nobody, of the agencies that are known."


def filing(it: Return) -> list[dict[str, Any]]:
    """Return count, status and the agencies of it, as lines or as names in a row."""
    missing, awaited, late = it.with_status("missing"), it.with_status("awaited"), it.late
    lines = [
        f"{name_of(one)}{' (federal)' if one.agency.kind == 'federal' else ''}: no report about {it.year} "
        f"had come by {words.day(it.as_of)}."
        for one in missing
    ]
    told = [_status("not filed", lines=lines, n=len(lines), before="" if lines else _NOBODY)]
    if lines:
        told[0]["note"] = f"{rule_in_words()} {DECIDES_NOTHING}"
    if awaited:
        told.append(_status("not filed yet", awaited, before=f"In time until {words.day(it.last_day)}: "))
    told.append(
        _status(
            "filed late", lines=[_late(one) for one in late], n=len(late), before="" if late else "Nobody."
        )
    )
    zero = it.with_status("zero")
    told.append(_status("filed zero", zero, before="" if zero else "Nobody."))
    misuse = it.with_status("filed")
    told.append(_status("reported misuse", misuse, before="" if misuse else "Nobody."))
    for status, said in (
        ("no_figure", "filed without the number of violations"),
        ("by_parent", "filed by a parent agency"),
        ("no_access", f"without access in {it.year}"),
    ):
        if ones := it.with_status(status):
            told.append(_status(said, ones))
    return told


def record(it: Return) -> dict[str, Any] | None:
    """Return the agencies whose record says otherwise than they filed, and those whose record does not."""
    if not it.on_record:
        return None
    return {
        "of": words.count(len(it.on_record), "agency", "agencies"),
        "apart": [
            {
                "name": name_of(one),
                "status": said_of(it, one),
                "lines": [[line.label, line.filed or "–", line.record, line.apart or "–"] for line in lines],
            }
            for one, lines in compared(it.on_record)
        ],
        "agreeing": _status("", agreeing(it.on_record)),
    }


def _status(
    said: str,
    ones: Sequence[AgencyReturn] = (),
    *,
    lines: Sequence[str] = (),
    n: int | None = None,
    before: str = "",
) -> dict[str, Any]:
    over = [f"and {len(lines) - _LINES:,} more, in return.csv"] if len(lines) > _LINES else []
    return {
        "n": words.number(len(ones) if n is None else n),
        "said": said,
        "lines": [*lines[:_LINES], *over],
        "before": before,
        "note": "",
        "names": [name_of(one) for one in ones[:_NAMES]],
        "more": f" and {len(ones) - _NAMES:,} more, in return.csv" if len(ones) > _NAMES else "",
    }


def _late(one: AgencyReturn) -> str:
    first = one.report.first_at if one.report else None
    if one.violations is None:
        said = "no number of violations"
    else:
        said = "zero" if one.status == "zero" else words.count(one.violations, "violation")
    return f"{name_of(one)}: {words.day(first)}, {said}"


def said_of(it: Return, one: AgencyReturn) -> str:
    """Say where an agency stands with its report."""
    return STATUSES[one.status].format(words.day(it.last_day)) + (", late" if one.late else "")


def name_of(one: AgencyReturn) -> str:
    """Return an agency's name, not too long for a line."""
    return neutral.shorten(one.agency.name, 80)
