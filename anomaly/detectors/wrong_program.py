"""A unit uses the criminal justice purpose for a program that has its own channel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog, Groups, Some
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.purposes import (
    MISSING,
    VAGUE,
    Marks,
    about,
    at_codes,
    distinct_of,
    distinct_subjects,
    is_any,
    marked_at,
    pending,
    purposes_for,
)
from anomaly.detectors.tally import count, split_marked

FIREARMS = r"(?i)ccw|firearm|gun|carry|weapon"  # kinds of permits
MOST = 0.5
ENOUGH = 4  # look-ups for each person of a unit: of most units so many show that there are people enough
INNOCENT = ("case", "call", "permit", "test record", "service account")


@detector(
    group="unit",
    needs=("purpose", "subject"),
    uses=("agency", "unit", "reason", "message_key", "system"),
    clears=(*INNOCENT, "authorized"),
    category="unauthorized purpose",
    rule="clets-ccw",
    weight=0.95,
    says="{users} of {unit} checked {subjects} people who apply for a permit under another purpose code "
    "than the program's ({purposes}), in {events} look-ups between {first} and {last}: {share} % of "
    "those whom it asked about so, {authority}. A procedure to correct and a unit to "
    "retrain, not a list of people.",
)
def wrong_program(units: Groups, context: Context, *, days: Days = 180, least_subjects: int = 10) -> Signals:
    """A unit checks the applicants of its licensing program as if that were criminal justice.

    Why: 6,789 of the 7,275 violations that California counted for 2023 were one sheriff's checks of people
        who applied to carry a firearm, and were answered with retraining (EFF, January 2025); 38 of 2018 were
        of one police department (EFF's figures of 2018). A specific rule bars it.
    Null: None: a rule about units. A look-up counts when its purpose is not one of licensing's, no
        authorization allows the unit that purpose for such data, and the person has applied to carry a
        firearm in the last 180 days, or the reason states licensing. The unit is listed when these are ten
        people or more, and most of all whom it asked about without authority; or when it states licensing of
        ten people or more, and of most of those of whom it states something: a program, not applicants who
        come up in other work.
    Also fires on: A program whose procedure the state approved; a log that writes one purpose for everything.
    Clears: The lawful channel (purpose F); an authorization of the unit; an open case or a call with that
        person.
    Evades: Applicants who are in no table, under reasons that say nothing; a desk with much other work
        (`applicants` counts for each user).
    """
    lawful = purposes_for(units.log, "licensing")
    marked = partial(_marks, lawful=lawful, applied=pending(units, context, days, FIREARMS))
    tell = partial(_counts, marked=marked, least=least_subjects)
    k, n, told, telling, events = np.concatenate(units.each(tell), axis=1)
    said = told / np.maximum(telling, 1)
    share = np.maximum(k / np.maximum(n, 1), np.where(told >= least_subjects, said, 0.0))
    actor, actions = split_marked(
        units, (k >= least_subjects) & (share > MOST), partial(_about, marked=marked)
    )
    log = units.log
    known = _with_authorizations(log, context)
    purposes = [distinct(log.actions.purpose[rows]) for rows in actions]
    users = [len(distinct(log.actions.user[rows])) for rows in actions]
    return Signals.of_rule(
        actor,
        np.where(known[actor], 0.95, 0.8),
        actions,
        len(units),
        measures={
            "users": ["1 user" if count == 1 else f"{count} users" for count in users],
            "subjects": k[actor],
            "events": events[actor],
            "purposes": [", ".join(log.texts["purpose"].gather(codes)) for codes in purposes],
            "share": np.round(100 * share[actor]),
            "authority": [
                "which its authorizations do not allow"
                if known[a]
                else "as far as no authorization of the unit is known"
                for a in actor.tolist()
            ],
        },
        standing=Standing(
            "% of people asked about without authority who apply for a permit",
            np.where(n >= least_subjects, np.round(100 * share, 1), np.nan),
            np.zeros(len(units), np.int32),
            ("the units in the log",),
        ),
    )


def _marks(part: Groups, lawful: Marks, applied: NDArray[np.int64]) -> tuple[Marks, Marks, Marks]:
    """Mark, (m,) bool each, the look-ups under a purpose that is not the program's, those of them for the
    program, and those whose reason says so.

    lawful: (p + 1,) bool by purpose code; applied: places of all look-ups of people with an application.
    """
    named = (part["purpose"] >= 0) & ~at_codes(lawful, part["purpose"])
    stated = about(part, "licensing")
    return named, named & (marked_at(part, applied) | stated), stated


def _counts(
    part: Groups, marked: Callable[[Groups], tuple[Marks, Marks, Marks]], least: int
) -> NDArray[np.int64]:
    """Count, (5, g) int64: the people asked about without authority and for the program, all of those without
    authority, those of whom a reason states licensing, and something; and look-ups for the program. Where
    none are for the program, of all those `least` are enough.
    """
    named, program, stated = marked(part)
    without = named & part.counted
    events = program & without
    if events.any():
        # A reason that says nothing says nothing of a program either: by reasons, those are left out. One
        # reason that is left of a redacted log was "100 % of those that say something", beside applicants of
        # other work.
        telling = without & ~is_any(part["reason_class"], [MISSING, VAGUE]) & stated.any()
        people = [distinct_subjects(part, some) for some in (events, without, telling & stated, telling)]
        return np.concatenate([people, count(part, (events,))])
    counts = np.zeros((5, len(part)), np.int64)
    counts[1] = _some_people(part, np.flatnonzero(without), least)
    return counts


def _some_people(part: Groups, places: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Count the people whom each group asked about at some places, (g,) int64: all, or `least` and more."""
    starts = np.searchsorted(places, part.starts)
    sizes = np.diff(starts)
    few = np.minimum(sizes, ENOUGH * least)
    first = np.repeat(starts[:-1] - np.cumsum(few) + few, few) + np.arange(few.sum())
    people = distinct_of(Some(part, places[first]))
    undecided = (people < least) & (few < sizes)
    return distinct_of(Some(part, places)) if undecided.any() else people


def _about(part: Groups, marked: Callable[[Groups], tuple[Marks, Marks, Marks]]) -> tuple[Marks, Marks]:
    _, program, _ = marked(part)
    return program & part.counted, program


def _with_authorizations(log: CodedLog, context: Context) -> NDArray[np.bool_]:
    """Return (p,) bool by place: the authorizations have a line for it, its agency or any unit."""
    places = [log.texts.named(name, log.texts.places[:, i]) for i, name in enumerate(("agency", "unit"))]
    if "authorizations" not in context:
        return np.zeros(len(log.texts.places), np.bool_)
    lines = set(context["authorizations"].select("agency", "unit").iter_rows())
    return np.array(
        [
            not lines.isdisjoint({(agency, unit), (agency, None), (None, unit), (None, None)})
            for agency, unit in zip(*places, strict=True)
        ],
        np.bool_,
    )
