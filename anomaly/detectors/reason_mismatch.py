"""A criminal history under the words of a traffic stop."""

from __future__ import annotations

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Signals, detector
from anomaly.detectors.more_than_peers import more_than_peers
from anomaly.detectors.purposes import Marks, about, reaches


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
    Null: Users of the own unit, and of units of its name, ask for criminal history in as large a part of
        their look-ups under traffic reasons (beta-binomial, the user left out): some stops escalate.
    Also fires on: Stops that became arrests; an officer who types the first reason all day long.
    Clears: An open case, or a call or stop with that person, in the dispatch record; a test record.
    Evades: "Investigation"; a few among many stops.
    """
    statistic = "% of look-ups under traffic reasons that ask for criminal history"
    return more_than_peers(users, context, _marks, statistic)


def _marks(part: Groups) -> tuple[Marks, Marks]:
    traffic = about(part, "traffic")
    return traffic & reaches(part, "criminal_history"), traffic
