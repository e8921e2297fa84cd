"""Immigration purpose on data that is not criminal history."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.since import milliseconds, split
from anomaly.policy import REACH_CLASSES, REASON_CLASSES

IMMIGRATION = REASON_CLASSES.index("immigration")
UNKNOWN = np.uint16(1 << REACH_CLASSES.index("unknown"))


@detector(
    group="user",
    needs=("reason",),
    uses=("attention", "message_key", "system"),
    clears=("test record",),
    category="immigration enforcement",
    rule="ppp-2019-immigration",
    weight=0.9,
    practice=True,
    says="{user} stated an immigration purpose on {events} look-ups between {first} and {last}; {reached}. "
    "California's rules forbid using anything but criminal history for immigration enforcement.",
)
def immigration_purpose(users: Groups, context: Context) -> Signals:
    """A look-up states an immigration purpose, and asks for data that is not criminal history.

    Why: California's CLETS policy (February 2019) and AB 1747 (2020) forbid it; reasons such as
        "immigration", "ICE ERO" stood in thousands of plate searches (404 Media, 2025).
    Null: None: a rule. A look-up counts when the reason or the attention field names immigration enforcement,
        the message asks for anything but criminal history, and the rule was in force.
    Also fires on: A reason that names immigration because the subject is a victim or a witness; a joint task
    force on other crime.
    Clears: A query for criminal history only (exempt by Gov. Code 7284.6(b)); a judicial warrant; a
    task-force order; a test record.
    Evades: Writing "investigation"; asking under another agency's case number.
    """
    policy = users.log.policy
    stated = users["reason_class"] == IMMIGRATION
    if users.has("attention"):
        stated |= users["attention_class"] == IMMIGRATION
    reach = users["reach"]
    forbidden = np.uint16(sum(1 << i for i, other in enumerate(policy.is_non_criminal_history) if other))
    known = (reach & forbidden) != 0
    unknown = (reach == 0) | ((reach & UNKNOWN) != 0)
    since = milliseconds(policy.rule("ppp-2019-immigration").effective_from)
    named = stated & (users["time"] >= since)
    broken = named & (known | unknown)
    about = named & (
        known | unknown | ((reach & ~forbidden) != 0)
    )  # queries for criminal history stand beside, as exempt
    actor, actions = split(users, broken & users.counted, about & (broken | ~users.counted))
    certain = np.bincount(users.owner[broken & known], minlength=len(users))[actor] > 0
    events = np.bincount(users.owner[broken & users.counted], minlength=len(users))
    return Signals.of_rule(
        actor,
        np.where(certain, 0.9, 0.6),
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
