"""A federal immigration agency reads records that California closes to it."""

from __future__ import annotations

from functools import partial

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.federal import federal_of
from anomaly.detectors.purposes import about, beyond_history, in_force
from anomaly.detectors.since import split_some
from anomaly.detectors.tally import Marks, those
from anomaly.policy import REASON_CLASSES

IMMIGRATION = REASON_CLASSES.index("immigration")


@detector(
    group="agency",
    needs=("agency",),
    uses=("message_key", "system", "reason", "attention"),
    clears=("case", "test record"),
    category="immigration enforcement",
    rule="ab1747",
    weight=0.9,
    says="{agency}, a federal agency that enforces immigration law, made {events} look-ups of data other "
    "than criminal history between {first} and {last} with no open case behind them: {stated} state an "
    "immigration purpose{removal}. It made {others} more such look-ups, which nothing connects with it.",
)
def federal_access(agencies: Groups, context: Context) -> Signals:
    """A federal agency that enforces immigration law reads records other than criminal history, for that.

    Why: ICE reached California's licence records directly (NBC San Diego, 2018); AB 1747 closes all but
        criminal history to immigration enforcement since 2020, whoever asks.
    Null: None: a rule, on evidence. A look-up counts when the agency is federal and enforces immigration law
        (component of the agencies table, or its name), it asks for anything but criminal history, the rule
        was in force, and either the reason or the attention field states immigration enforcement, or the
        agency has no other task (ERO) and no crime is stated. What the agency asks besides is a matter of
        oversight, not of suspicion.
    Also fires on: A criminal case whose reason uses the words of immigration law; a removal officer lent to a
    task force.
    Clears: An open case with that subject to which the user is assigned; a stated criminal statute with a
    case number; a test record.
    Evades: "Investigation"; a copied case number; a local colleague who asks.
    """
    if not len(agencies.log.texts["asked"]):
        return Signals.none(because="no `message_key` and no `system` say what was asked")
    federal = federal_of(agencies, context)
    count = len(agencies)
    theirs, counted = those(agencies, partial(_of_some, chosen=federal.immigration))
    owner = theirs.owner
    closed = beyond_history(theirs)[0] & in_force(theirs, "ab1747")
    stated = (theirs["reason_class"] == IMMIGRATION) | (theirs["attention_class"] == IMMIGRATION)
    broken = closed & (stated | (federal.removal[owner] & ~about(theirs, "criminal")))
    actor, actions = split_some(agencies, theirs.places[broken & counted], theirs.places[broken])
    events, said = (np.bincount(owner[some & counted], minlength=count) for some in (broken, broken & stated))
    every = np.bincount(owner[closed], minlength=count)
    return Signals.of_rule(
        actor,
        np.where(said[actor] > 0, 0.9, 0.8),
        actions,
        len(agencies),
        measures={
            "events": events[actor],
            "stated": said[actor],
            "others": (every - events)[actor],
            "removal": [
                ", and the agency's task is removal" if federal.removal[a] else "" for a in actor.tolist()
            ],
        },
        standing=Standing(
            "look-ups of closed data for immigration enforcement",
            np.where(federal.immigration[:count], events.astype(float), np.nan),
            np.zeros(count, np.int32),
            ("the federal immigration agencies in the log",),
        ),
    )


def _of_some(part: Groups, chosen: Marks) -> Marks:
    return np.repeat(chosen[part.first : part.first + len(part)], np.diff(part.starts))
