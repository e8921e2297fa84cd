"""Agencies that did not report the year's misuse, or not in time, or not a figure."""

from __future__ import annotations

from datetime import date

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.filings import Filings, due, filings_of, moments, with_grace

STRENGTH = {"missing": 0.8, "empty": 0.6, "late": 0.4}  # DESIGN: a late report is a report
LEAST_FILERS = 0.5  # of all agencies: a table with fewer is one coordinator's own, not the state's
WORDS = {
    "missing": "no report for {}",
    "empty": "a report without a figure for {}",
    "late": "a late one for {}",
}


@detector(
    group="agency",
    needs=("agency",),
    tables=("filings",),
    category="record keeping",
    rule="misuse-report",
    weight=0.7,
    says="{agency} filed {faults}, of {years} years; each was due on 1 February of the year after.",
)
def missing_filing(agencies: Groups, context: Context, *, grace: Days = 30) -> Signals:
    """An agency did not report its misuse of the year.

    Why: Every California agency reports by 1 February; many, two of the largest among them, did not for
        years, and nobody asked (EFF, 2015); a federal office filed only after it was asked (EFF, June 2019).
    Null: None: a rule. A year counts for an agency that had access in it, from the first year for which it
        filed (or, if it never did, for which anybody did), once `grace` days have passed since the due day. A
        report that came later than that is late; one without any figure is empty. What is known is known as
        of the last day of the log, or of the last filing if that is later. Agencies that never filed are
        listed only where half of all have: else the table is a part of the register.
    Also fires on: A report that was lost on its way; two agencies that merged; a new agency.
    Clears: The receipt; a parent agency that filed for the year; access that began later or had ended.
    Evades: A report of zero, on time.
    """
    filings = filings_of(agencies, context)
    by = {
        (code, year): (at, empty)
        for code, year, at, empty in filings.filed.select("code", "year", "filed_at", "empty").iter_rows()
    }
    complete = len(filings.filed["code"].unique()) >= LEAST_FILERS * max(len(agencies), 1)
    rule = agencies.log.policy.rule("misuse-report")
    over = [year for year in filings.years if with_grace(year, grace) < filings.as_of]
    years = [year for year in over if rule.in_force(due(year))]
    actor, strength, faults, asked, first, last = [], [], [], [], [], []
    n_faults, tested = np.full(len(agencies), np.nan), 0
    for code, access_from, access_to, parent in filings.access.iter_rows():
        own = [year for at, year in by if at == code]
        if not own and not complete:
            continue
        start = min(own) if own else access_from.year + 1 if access_from else years[0] if years else 0
        expected = [
            year for year in years if year >= start and not (access_to and access_to < date(year, 1, 1))
        ]
        if not expected:
            continue
        tested += 1
        found = {
            year: fault for year in expected if (fault := _fault(by, filings, code, parent, year, grace))
        }
        n_faults[code] = len(found)
        if found:
            actor.append(code)
            strength.append(_strength(list(found.values())))
            faults.append(_told(found))
            asked.append(len(expected))
            first.append(due(min(found)))
            last.append(filings.as_of)
    none = tuple(np.zeros(0, np.int32) for _ in actor)
    return Signals.of_rule(
        np.array(actor, np.int32),
        strength,
        none,
        tested,
        measures={"faults": faults, "years": asked},
        standing=Standing(
            "years without a report in time", n_faults, np.zeros(len(agencies), np.int32), ("all agencies",)
        ),
        when=moments(first, last),
    )


def _fault(
    by: dict[tuple[int, int], tuple[date | None, bool]],
    filings: Filings,
    code: int,
    parent: int,
    year: int,
    grace: Days,
) -> str | None:
    """Say what is wrong with the report of a year: missing, empty, late; None for nothing."""
    above, seen = parent, {code}
    while above >= 0 and above not in seen:  # a parent files for the child
        seen.add(above)
        if (above, year) in by:
            return None
        above = int(filings.access["parent"][above])
    if (code, year) not in by:
        return "missing"
    filed_at, empty = by[code, year]
    if empty:
        return "empty"
    return "late" if filed_at and filed_at > with_grace(year, grace) else None


def _strength(faults: list[str]) -> float:
    """Return 1 - product of (1 - strength): faults add up."""
    return float(1 - np.prod([1 - STRENGTH[fault] for fault in faults]))


def _told(found: dict[int, str]) -> str:
    parts = []
    for fault, words in WORDS.items():
        years = [str(year) for year, what in sorted(found.items()) if what == fault]
        if years:
            parts.append(words.format(", ".join(years)))
    return " and ".join(parts)
