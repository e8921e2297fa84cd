"""Immigration status asked for with nobody in custody."""

from __future__ import annotations

from functools import partial

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Signals, detector
from anomaly.detectors.federal import federal_of
from anomaly.detectors.more_than_peers import more_than_peers
from anomaly.detectors.purposes import Marks, at_codes, reaches


@detector(
    group="user",
    needs=("message_key",),
    uses=("agency", "unit"),
    clears=("case", "call", "booking", "party", "permit", "test record"),
    practice=True,
    category="immigration enforcement",
    rule="iaq-custody",
    says="{user} sent {events} immigration status queries (IAQ) between {first} and {last} that no case or "
    "call explains, of {asked} look-ups in all; others of {peers} send {usual} in 1,000.",
)
def immigration_query(users: Groups, context: Context) -> Signals:
    """Immigration status is asked for where nobody is known to be in custody or under investigation.

    Why: The query to the federal centre (IAQ) is for a person thought to be foreign who is under
        investigation or arrest, or for a buyer of firearms (Nlets IAQ; Missouri's MULES manual). No case is
        public.
    Null: Users of the own unit, and of units of its name in all agencies, send such queries for as large a
        part of their look-ups (beta-binomial, the user left out): a jail asks about those it books. Both what
        nothing explains and all that is asked must be more than theirs, the larger p-value counts: a clerk
        whose bookings are in no table asks no more than the others. Users of federal agencies, and of units
        too small to compare, are left out.
    Also fires on: An officer posted to the jail; a detective of human trafficking; firearms eligibility.
    Clears: A booking, a case or a call with that person; an application for a firearm under purpose F.
    Evades: A booking number of somebody else; asking the jail to ask.
    """
    federal = federal_of(users, context).any
    statistic = "% of look-ups that ask for immigration status"
    return more_than_peers(users, context, partial(_marks, federal=federal), statistic, in_all=True)


def _marks(part: Groups, federal: Marks) -> tuple[Marks, Marks]:
    others = np.ones(int(part.starts[-1]), np.bool_)
    if federal.any():
        others = ~at_codes(federal, part["agency"])
    return reaches(part, "immigration") & others, others
