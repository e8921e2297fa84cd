"""Immigration purpose on data that is not criminal history."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.federal import federal_of
from anomaly.detectors.purposes import beyond_history, in_force, strength_of
from anomaly.detectors.since import split_some
from anomaly.detectors.tally import Marks, those
from anomaly.policy import REASON_CLASSES

IMMIGRATION = REASON_CLASSES.index("immigration")


@detector(
    group="user",
    needs=("reason",),
    uses=("agency", "attention", "message_key", "system"),
    clears=("test record",),
    practice=True,
    category="immigration enforcement",
    rule="ppp-2019-immigration",
    weight=0.9,
    says="{user} stated an immigration purpose on {events} look-ups between {first} and {last}; {reached}. "
    "California's rules forbid using anything but criminal history for immigration enforcement.",
)
def immigration_purpose(users: Groups, context: Context) -> Signals:
    """A look-up states an immigration purpose, and asks for data that is not criminal history.

    Why: California's CLETS policy (February 2019) and AB 1747 (2020) forbid it; reasons such as
        "immigration", "ICE ERO" stood in thousands of plate searches (404 Media, 2025).
    Null: None: a rule. A look-up counts when the reason or the attention field names immigration enforcement,
        the message asks for anything but criminal history, and the rule was in force. Users of federal
        agencies are `federal_access`'s.
    Also fires on: A reason that names immigration because the subject is a victim or a witness; a joint task
    force on other crime.
    Clears: A query for criminal history only (exempt by Gov. Code 7284.6(b)); a judicial warrant; a
    task-force order; a test record.
    Evades: Writing "investigation"; asking under another agency's case number.
    """
    named, counted = those(users, _stated)
    known, unknown = beyond_history(named)
    broken = in_force(named, "ppp-2019-immigration") & (known | unknown)
    broken &= ~federal_of(users, context).any[named["agency"]]
    owner = named.owner
    actor, actions = split_some(users, named.places[broken & counted], named.places[broken])
    certain = np.bincount(owner[broken & known], minlength=len(users))[actor] > 0
    events = np.bincount(owner[broken & counted], minlength=len(users))
    return Signals.of_rule(
        actor,
        strength_of(events[actor], np.where(certain, 0.9, 0.6)),
        actions,
        len(users),
        measures={
            "events": events[actor],
            "reached": [
                "they reached data other than criminal history"
                if sure
                else "what data they reached is not in this log"
                for sure in certain
            ],
        },
        standing=Standing(
            "look-ups with an immigration purpose",
            events.astype(float),
            np.zeros(len(users), np.int32),
            ("the users in the log",),
        ),
    )


def _stated(part: Groups) -> Marks:
    stated: Marks = part["reason_class"] == IMMIGRATION
    return stated | (part["attention_class"] == IMMIGRATION) if part.has("attention") else stated
