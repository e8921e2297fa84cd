"""Explanations from the dispatch record: calls for service and stops, whom they concerned, who was sent."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.covers import ALIKE, OWN, Spans
from anomaly.explain.cases import worked
from anomaly.explain.contract import Covered, explanation
from anomaly.explain.joins import MINUTE, mask_of, spans_of
from anomaly.explain.records import Records

# DESIGN: a dispatcher looks ahead, a report is written after.
BEFORE, AFTER = 15 * MINUTE, 60 * MINUTE
AROUND = 120 * MINUTE


def around(calls: pl.DataFrame, before: int = BEFORE, after: int = AFTER) -> pl.DataFrame:
    """Add begin and end (ms UTC) to calls: their time, and what belongs to it before and after."""
    return calls.with_columns(begin=pl.col("start") - before, end=pl.col("end") + after)


def shifts(records: Records) -> Spans:
    """Return the shifts by user, two hours around them included."""
    return records.kept("shifts", lambda: spans_of(around(records.shifts, AROUND, AROUND), ("user",)))


def on_shift(records: Records) -> Covered:
    """Mark actions in a shift of the user, two hours around it included."""
    return records.once("shift", lambda: records.covered(shifts(records), by=("user",), clock="time"))


def attended(records: Records) -> Spans:
    """Return the calls by subject and user sent, from before each until after it."""
    by = ("subject", "user")
    return records.kept("attended", lambda: spans_of(around(records.attended("start", "end")), by))


def who_was_sent(records: Records) -> NDArray[np.uint8]:
    """Say of each action, (a,) uint8, whether a call with its subject was then the user's own or the
    unit's.
    """
    return records.once("sent", lambda: records.closest(attended(records), "time"))


@explanation(
    "call",
    answers="whom",
    needs=("subject",),
    tables=("calls", "call_people", "call_units"),
    looks_for="a call for service or a stop with this subject within the hour, in the dispatch record",
)
def call(records: Records) -> Covered:
    """A call with this subject, to which the user was sent.

    From 15 minutes before the call until an hour after it: a dispatcher looks ahead, a report is written
    after.

    Limits: A stop that was made in order to ask is a call like any other.
    """
    return np.equal(who_was_sent(records), OWN)


@explanation(
    "partner",
    answers="whom",
    needs=("subject",),
    tables=("calls", "call_people", "call_units", "shifts"),
    looks_for="whether the user helped a colleague of the same unit who was on a call with this subject",
)
def partner(records: Records) -> Covered:
    """A call with this subject, to which a colleague of the unit was sent.

    Somebody else of the user's unit was sent, the user was on shift, and it is from 15 minutes before the
    call until an hour after it.

    Limits: Weaker than a call of one's own: whoever was on shift in a large unit can follow a colleague's
    call out of curiosity.
    """
    return np.equal(who_was_sent(records), ALIKE) & on_shift(records)


@explanation(
    "party",
    answers="whom",
    needs=("subject",),
    tables=("calls", "call_people"),
    looks_for="a call or report of the agency in those days in which the subject was victim or witness",
)
def party(records: Records) -> Covered:
    """A call or a new case of the user's agency with this subject, that day or the day before.

    Limits: Weak: it shows that the agency had met the subject, not that this user had to ask. Curiosity
    follows events too.
    """
    met = records.called("agency", "first", "last")
    spans = [met.select("subject", "agency", begin="first", end=pl.col("last") + 1)]
    if "cases" in records.context and "case_people" in records.context:
        spans.append(records.cases.select("subject", "agency", "begin", end=pl.col("begin") + 1))
    return records.covered(pl.concat(spans), by=("subject", "agency"), clock="day")


@explanation(
    "call nearby",
    answers="when",
    tables=("calls", "call_units"),
    looks_for="a call or a stop to which the user was sent at that time, even if it names nobody",
)
def call_nearby(records: Records) -> Covered:
    """A call at that time, to which the user was sent and whose people are not listed.

    From 15 minutes before the call until 15 minutes after it.

    Limits: It says what the user was doing at that hour and why plates were run, never why one person was
    looked up.
    """
    return records.covered(around(records.unnamed, BEFORE, BEFORE), by=("user",), clock="time")


@explanation(
    "on duty",
    answers="when",
    tables=("shifts",),
    looks_for="a shift, overtime, court or call-out record for these hours",
)
def on_duty(records: Records) -> Covered:
    """A shift or overtime entry at that hour, two hours around it included.

    Limits: It explains the hour, not the look-up: misuse is made on duty too.
    """
    return on_shift(records)


@explanation(
    "for an officer",
    answers="whom",
    needs=("subject", "on_behalf_of"),
    tables=("calls", "call_people", "call_units"),
    looks_for="the radio record of the officer's request, and the officer's call or case with this subject",
)
def for_an_officer(records: Records) -> Covered:
    """A query for an officer who was on a call with this subject, or had an open case with it.

    The officer is the one named in `on_behalf_of`, and another than the user; the tables tie the officer to
    the subject.

    Limits: Whether the officer asked, only the radio record can tell.
    """
    actions, (rows, asker) = records.log.actions, asked_by_another(records)
    keys = actions.subject[rows], asker
    mask = attended(records).cover(keys, actions.time[rows])
    if {"cases", "case_people", "case_officers"} <= set(records.context.files()):
        mask |= worked(records).cover(keys, actions.day[rows])
    return mask_of(rows[mask], len(actions))


@explanation(
    "stated for an officer",
    answers="what",
    needs=("on_behalf_of",),
    tables=("shifts",),
    looks_for="the radio record of the officer's request",
)
def stated_for_an_officer(records: Records) -> Covered:
    """A query that names, as the one asked for, another user of the agency who was on shift then.

    Limits: Anybody can write a colleague's name: it clears how much and for whom a desk asks, never one
    person looked up.
    """
    actions, (rows, asker) = records.log.actions, asked_by_another(records)
    agency, own = records.people["agency"].to_numpy()[asker], actions.agency[rows]
    mask = (agency == own) & (own >= 0) & shifts(records).cover([asker], actions.time[rows])
    return mask_of(rows[mask], len(actions))


def asked_by_another(records: Records) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the actions made for a known user who is not the one who made them, and that user, (k,) both."""
    actions, askers = records.log.actions, records.askers
    rows = np.flatnonzero(records.marked(lambda rows: askers[actions.on_behalf_of[rows]] >= 0))
    asker = askers[actions.on_behalf_of[rows]]
    another = asker != actions.user[rows]
    return rows[another], asker[another]
