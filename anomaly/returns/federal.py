"""The federal agencies one by one, and the rule under which everyone files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from anomaly.policy import Rule, load_policy
from anomaly.report import words
from anomaly.returns.agencies import AgencyReturn
from anomaly.returns.make import Return

KIND = "federal"  # of the table `agencies`, in any case
DECIDES_NOTHING = (
    "Sanctions, or an audit of the year, are for whoever grants the access to decide (EFF, CLETS Misuse Data "
    "2018, recommended to begin suspending a federal office that had not filed, and to audit what its "
    "department used); here stands only who has not filed."
)


@dataclass(frozen=True)
class Federal:
    """One federal agency in words. investigations, violations: `not given` in a report, `–` without one."""

    agency: AgencyReturn
    investigations: str
    violations: str


def federal(it: Return) -> list[Federal]:
    """Return the federal agencies, by name."""
    return [
        Federal(one, _given(one, "investigations"), _given(one, "violations"))
        for one in it.agencies
        if one.agency.kind == KIND
    ]


def summed_up(ones: list[Federal]) -> str:
    """Say how many federal agencies there are, how many filed zero, and of what they opened."""
    filed = [one.agency.report.filing.counts["investigations"] for one in ones if one.agency.report]
    given = [count for count in filed if count is not None]
    said = [
        words.count(len(ones), "federal agency", "federal agencies"),
        *(
            f"{n:,} {what}"
            for status, what in (
                ("filed", "reported misuse"),
                ("zero", "filed zero"),
                ("no_figure", "filed without the number of violations"),
                ("by_parent", "filed by a parent agency"),
                ("no_access", "without access in the year"),
                ("awaited", "not filed yet"),
                ("missing", "not filed"),
            )
            if (n := sum(one.agency.status == status for one in ones))
        ),
    ]
    told = f"{', '.join(said[1:])}."
    if given:
        told += f" {words.opening(words.count(sum(given), 'investigation'))} opened."
    if blank := len(filed) - len(given):
        told += f" {blank:,} of {words.count(len(filed), 'report')} {'does' if blank == 1 else 'do'} not say "
        told += "how many investigations were opened."
    return f"{said[0]}: {told}"


@cache
def filing_rule() -> Rule:
    """Return the rule that a year is reported, and what those risk who do not."""
    return load_policy().rule("misuse-report")


def rule_in_words() -> str:
    """Say the rule, whose it is and where it stands."""
    rule = filing_rule()
    return f"{rule.title} ({rule.jurisdiction}): {rule.text} Source: {rule.source}."


def to_json(it: Return) -> dict[str, Any]:
    """Return the federal agencies and the rule under their contracted names."""
    rule = filing_rule()
    return {
        "federal": [
            {
                "agency": one.agency.agency.agency,
                "status": one.agency.status,
                "late": one.agency.late,
                "investigations": one.agency.report.filing.counts["investigations"]
                if one.agency.report
                else None,
                "violations": one.agency.violations,
            }
            for one in federal(it)
        ],
        "filing_rule": rule.model_dump(include={"id", "title", "text", "source", "jurisdiction"}),
    }


def _given(one: AgencyReturn, name: str) -> str:
    if one.report is None:
        return "–"
    count = one.report.filing.counts[name]
    return "not given" if count is None else words.number(count)
