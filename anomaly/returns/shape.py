"""Of what shape an agency's violations are: the same number may be one person's habit or a unit's practice.

A police department's 38 violations in 2018 were background checks for permits, a routine of its staff; the 25
of another were one employee's (EFF, CLETS Misuse Data 2018: "small problem but widespread", "big problem but
isolated").
"""

from __future__ import annotations

from anomaly.returns.filings import Filing

MANY = 5  # employees: DESIGN; five do not fall into the same thing one by one as easily as two or three
MOSTLY = 0.5  # of the violations under one category: DESIGN

WORDS = {
    "single": "one violation",
    "isolated": "isolated: one employee, more than one violation",
    "several": f"2 to {MANY - 1} employees",
    "widespread": f"widespread: {MANY} or more employees",
    "unknown": "shape not known: the filing does not say how many employees",
}


def shape_of(filing: Filing) -> str | None:
    """Return the shape of the violations a filing reports, one of `WORDS`; None where it reports none."""
    violations, employees = filing.counts["violations"], filing.counts["employees"]
    if not violations:
        return None
    if violations == 1:
        return "single"
    if not employees:  # 0 engaged in two violations is a field that somebody filled without counting
        return "unknown"
    return "isolated" if employees == 1 else "widespread" if employees >= MANY else "several"


def practice_of(filing: Filing) -> tuple[str, int] | None:
    """Return the category that holds more than half of the violations, and how many; None where none does."""
    violations = filing.counts["violations"]
    if not violations or not filing.categories:
        return None
    name, most = max(filing.categories.items(), key=lambda one: (one[1], one[0]))
    return (name, most) if most > MOSTLY * violations else None
