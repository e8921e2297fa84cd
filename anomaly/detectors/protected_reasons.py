"""A reason that names protest, abortion or a protected class."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups, Some
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.purposes import strength_of
from anomaly.detectors.since import split_some
from anomaly.detectors.tally import Marks, those
from anomaly.policy import REASON_CLASSES

PROTEST = REASON_CLASSES.index("protest")


@detector(
    group="user",
    needs=("reason",),
    uses=("agency", "networks", "subject"),
    clears=("case", "call", "partner", "party", "test record"),
    practice=True,
    category="unauthorized purpose",
    rule="alpr-purpose",
    weight=0.9,
    says="{user} gave protest, abortion or a protected class as the reason of {events} look-ups of "
    "{subjects} people or cars between {first} and {last}, which no case or call explains{wide}.",
)
def protected_reasons(users: Groups, context: Context, *, least_days: Days = 3) -> Signals:
    """The stated reason is an assembly, an abortion or belonging to a protected class.

    Why: More than 50 agencies searched cameras with reasons about protests, one for a woman who "had an
        abortion", over 6,809 networks; more than 80 used words against Roma (EFF, 2025).
    Null: None: a rule. A look-up counts when its reason is of the policy's class "protest", which has an
        offence, a traffic plan and other innocent neighbours taken out. A search that reaches more networks
        than three in four of the log's counts by itself; others where they were made on three days or more:
        cars are run at a march, which is over in a day or two.
    Also fires on: A crime at the event; a word that is another agency's case identifier (Fairfax said so).
    Clears: An open case or a call with that person or car; an operation of that day, most of whose look-ups
        calls explain.
    Evades: "Event", "investigation".
    """
    log = users.log
    broken, counted = those(users, _protest)
    usual, far = _usual_reach(users) if len(broken.places) else (0, 0)
    owner, open_ones = broken.owner, counted & ~_of_an_operation(broken, counted)
    events, far_ones = (
        np.bincount(owner[some], minlength=len(users))
        for some in (open_ones, open_ones & (broken["networks"] > far))
    )
    on_days = distinct(owner[open_ones].astype(np.int64) << 32 | broken["day"][open_ones])
    chosen = (far_ones > 0) | (np.bincount(on_days >> 32, minlength=len(users)) >= least_days)
    actor, actions = split_some(users, broken.places[open_ones & chosen[owner]], broken.places)
    most = np.array([log.actions.networks[rows].max() for rows in actions], np.int64)
    wide = far_ones[actor] > 0
    return Signals.of_rule(
        actor,
        strength_of(events[actor], np.where(wide, 0.9, 0.7)),
        actions,
        len(users),
        measures={
            "events": events[actor],
            "subjects": [len(distinct(log.actions.subject[rows])) for rows in actions],
            "wide": [
                f"; one reached {n:,} networks, where the middle search of this log reaches {usual:,}"
                if is_wide
                else ""
                for n, is_wide in zip(most.tolist(), wide.tolist(), strict=True)
            ],
        },
        standing=Standing(
            "look-ups with such a reason",
            events.astype(float),
            np.zeros(len(users), np.int32),
            ("the users in the log",),
        ),
    )


def _protest(part: Groups) -> Marks:
    return np.asarray(part["reason_class"] == PROTEST)


def _usual_reach(users: Groups) -> tuple[int, int]:
    """Return how many networks the middle search of the log reaches, and how many three in four do."""
    networks = users["networks"]
    reached = networks[networks >= 0]
    usual, far = (int(x) for x in np.quantile(reached, [0.5, 0.75])) if len(reached) else (0, 0)
    return usual, far


def _of_an_operation(broken: Some, counted: Marks) -> Marks:
    """Return (k,) bool: most look-ups of that agency and day with such a reason are explained: the others are
    of the same operation, and their paperwork is missing.
    """
    day = broken["agency"].astype(np.int64) << 32 | broken["day"]
    _, at, every = np.unique(day, return_inverse=True, return_counts=True)
    explained = np.bincount(at, ~counted, len(every))
    found: Marks = (2 * explained > every)[at]
    return found
