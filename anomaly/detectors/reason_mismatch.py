"""A criminal history under the words of a traffic stop."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.purposes import about, reaches, same_work, usual_rate
from anomaly.detectors.since import split


@detector(
    group="user",
    needs=("reason", "message_key"),
    uses=("agency", "unit"),
    clears=("case", "call", "booking", "partner", "party", "test record", "service account"),
    practice=True,
    category="unauthorized purpose",
    rule="clets-official-business",
    says="{user} asked for criminal histories {events} times between {first} and {last} under reasons about "
    "traffic or a car, of {asked} look-ups under such reasons; others of {peers} do in {usual} of 1,000.",
)
def reason_mismatch(users: Groups, context: Context) -> Signals:
    """The reason is about traffic, the question is for a criminal record.

    Why: A stop needs a licence and a registration; some agencies bar criminal history from cars altogether
        (California's prison department, operations manual 47030.5). A reason that does not fit what was asked
        is the plainest sign of a false one.
    Null: Users of units of one name ask for criminal history in as large a part of their look-ups under
        traffic reasons (beta-binomial, the user left out): some stops escalate.
    Also fires on: Stops that became arrests; an officer who types the first reason all day long.
    Clears: An open case, or a call or stop with that person, in the dispatch record; a test record.
    Evades: "Investigation"; a few among many stops.
    """
    traffic = about(users, "traffic")
    history = traffic & reaches(users, "criminal_history")
    owner, count = users.owner, len(users)
    k = np.bincount(owner[history & users.counted], minlength=count)
    n = np.bincount(owner[traffic], minlength=count)
    group, labels = same_work(users, context)
    group = np.where(n > 0, group, -1).astype(np.int32)
    p = rate_tail(k, n, group)
    actor = np.flatnonzero((k > 0) & (p <= WEAKEST)).astype(np.int32)
    _, actions = split(users, history & users.counted & np.isin(owner, actor), history)
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((group >= 0).sum()),
        measures={
            "events": k[actor],
            "asked": n[actor],
            "usual": usual_rate(k, n, group, actor),
            "peers": [labels[code] for code in group[actor]],
        },
        standing=Standing(
            "% of look-ups under traffic reasons that ask for criminal history",
            np.where(group >= 0, np.round(100 * k / np.maximum(n, 1), 2), np.nan),
            group,
            labels,
        ),
    )
