"""Joins of two tables that no detector honours: what an agency's own data could clear besides."""

from __future__ import annotations

import polars as pl

from anomaly.explain.calls import around
from anomaly.explain.contract import Covered, Explanation, explanation
from anomaly.explain.joins import FOREVER
from anomaly.explain.records import Records

FOLLOW_UP = 30  # days; DESIGN: reports are finished within weeks
AFTER_CLOSING = 90  # days; DESIGN: court and property follow a closed case


@explanation(
    "unit's call that day",
    answers="whom",
    needs=("subject",),
    tables=("calls", "call_people", "call_units"),
)
def call_of_the_unit(records: Records) -> Covered:
    """A call that day with this subject, to which somebody of the user's unit was sent.

    Limits: The hour may be long before or after.
    """
    spans = records.attended("first", "last").rename({"first": "begin", "last": "end"})
    return records.covered(spans, by=("subject", "unit"), clock="day")


@explanation(
    "user's earlier call",
    answers="whom",
    needs=("subject",),
    tables=("calls", "call_people", "call_units"),
)
def earlier_call(records: Records) -> Covered:
    """A call with this subject, to which the user was sent in the thirty days before.

    Limits: People whom an officer met at work and liked are looked up in these days as well.
    """
    spans = records.attended("first", "last").with_columns(begin="first", end=pl.col("last") + FOLLOW_UP)
    return records.covered(spans, by=("subject", "user"), clock="day")


@explanation(
    "case of the agency",
    answers="whom",
    needs=("subject",),
    tables=("cases", "case_people"),
)
def case_of_the_agency(records: Records) -> Covered:
    """An open case of the user's agency with this subject, whoever is assigned.

    Limits: A large agency has an open case about many people.
    """
    return records.covered(records.cases, by=("subject", "agency"), clock="day")


@explanation("case of any agency", answers="whom", needs=("subject",), tables=("cases", "case_people"))
def case_of_any_agency(records: Records) -> Covered:
    """An open case with this subject, of any agency.

    Limits: The user need not know of it.
    """
    return records.covered(records.cases, by=("subject",), clock="day")


@explanation(
    "user's closed case",
    answers="whom",
    needs=("subject",),
    tables=("cases", "case_people", "case_officers"),
)
def closed_case(records: Records) -> Covered:
    """A case with this subject, assigned to the user and closed in the ninety days before.

    Limits: Nobody says what was still to be done.
    """
    spans = records.worked.with_columns(begin="end", end=pl.col("end") + AFTER_CLOSING)
    return records.covered(spans.filter(pl.col("begin") < FOREVER), by=("subject", "user"), clock="day")


@explanation("applicant, any purpose", answers="whom", needs=("subject",), tables=("permits",))
def applicant(records: Records) -> Covered:
    """An application of this subject to the user's agency, whatever the purpose code.

    Limits: Under the wrong purpose this is misuse, not an explanation.
    """
    spans = records.permits.with_columns(begin=pl.col("applied").fill_null(-FOREVER), end=pl.lit(FOREVER))
    return records.covered(spans, by=("subject", "agency"), clock="day")


@explanation(
    "address of a call",
    answers="whom",
    needs=("subject", "address_key"),
    tables=("calls", "call_people", "call_units"),
)
def address_of_a_call(records: Records) -> Covered:
    """A call to which the user was sent, with somebody who lives at this subject's address.

    Limits: It holds for large buildings as well.
    """
    met = around(records.attended("start", "end"))
    spans = met.with_columns(home=pl.Series(records.homes[met["subject"].to_numpy()]))
    return records.covered(spans, by=("home", "user"), clock="time")


CANDIDATES: tuple[Explanation, ...] = (
    call_of_the_unit,
    earlier_call,
    case_of_the_agency,
    case_of_any_agency,
    closed_case,
    applicant,
    address_of_a_call,
)
