"""Explanations from the case files: who was in an open case, and whose case it was."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.covers import ALIKE, OWN, Spans
from anomaly.explain.contract import Covered, explanation
from anomaly.explain.joins import spans_of
from anomaly.explain.records import Records

CUSTODY = r"(?i)\b(booked|bookings?|arrest|custod|jail|inmate|intake|detention|incarcerat)"


@explanation(
    "case",
    answers="whom",
    needs=("subject",),
    tables=("cases", "case_people"),
    looks_for="a case, report or warrant that names the subject and was open on those days, and "
    "the user's assignment to it",
)
def case(records: Records) -> Covered:
    """An open case with this subject.

    The subject stands in a case that was open on that local day, and the user is assigned to it, or the query
    names its number. Where no assignments are given, the case must be of the user's agency. A case number
    alone clears nothing: numbers are copied.

    Limits: A detective may be curious about a person of an own case, and a user who knows the number of a
    case that truly names the subject can write it.
    """
    cases = records.cases
    if "case_officers" in records.context:
        mask = np.equal(whose_case(records), OWN)
    else:
        mask = records.covered(cases, by=("subject", "agency"), clock="day")
    numbered = cases.with_columns(case_number="number")
    return mask | records.covered(numbered, by=("subject", "case_number"), clock="day")


def worked(records: Records) -> Spans:
    """Return the days on which cases were open, by subject and user assigned."""
    return records.kept("worked", lambda: spans_of(records.worked, ("subject", "user")))


def whose_case(records: Records) -> NDArray[np.uint8]:
    """Say of each action, (a,) uint8, whether an open case with its subject was the user's own or the
    unit's.
    """
    return records.once("case", lambda: records.closest(worked(records), "day"))


@explanation(
    "case of the unit",
    answers="whom",
    needs=("subject",),
    tables=("cases", "case_people", "case_officers"),
    looks_for="whether the user worked on a case of a colleague in the same unit that names the subject",
)
def case_of_the_unit(records: Records) -> Covered:
    """An open case with this subject, assigned to somebody else of the user's unit.

    Limits: Weaker than a case of one's own: it shows that the unit had reason to ask, not that this user had.
    A unit of three hundred is hardly a unit.
    """
    return np.equal(whose_case(records), ALIKE)


@explanation(
    "booking",
    answers="whom",
    needs=("subject",),
    tables=("cases", "case_people"),
    looks_for="an arrest, booking or custody record of the subject on those days",
)
def booking(records: Records) -> Covered:
    """An arrest, booking or custody record of this subject that was open on that day.

    The kind of the case, or of a call of that day, says so.

    Limits: Whoever holds the subject, and whoever asks: it shows custody, not that custody was the user's
    business.
    """
    held = [records.cases.filter(_custody(records.cases)).select("subject", "begin", "end")]
    if "calls" in records.context and "call_people" in records.context:
        custody = _custody(records.calls).alias("custody")
        met = records.called(custody, "first", "last").filter("custody")
        held.append(met.select("subject", begin="first", end=pl.col("last") + 1))
    return records.covered(pl.concat(held), by=("subject",), clock="day")


def _custody(lines: pl.DataFrame) -> pl.Expr:
    """Tell the lines whose kind is one of custody; kinds are few, and read once each."""
    kinds = lines["kind"].unique()
    return pl.col("kind").is_in(kinds.filter(kinds.str.contains(CUSTODY)).implode())
