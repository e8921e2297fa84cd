"""Applicants for a job, a home or a school place checked as if that were criminal justice."""

from __future__ import annotations

import numpy as np

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, detector
from anomaly.detectors.more_than_peers import beside_peers, standing_of, together
from anomaly.detectors.purposes import about, distinct_subjects, pending, purposes_for
from anomaly.detectors.since import split

NOT_CRIMINAL = ("employment", "civil", "licensing")


@detector(
    group="user",
    needs=("purpose", "subject"),
    uses=("agency", "unit", "reason"),
    clears=("case", "call", "permit", "test record", "service account"),
    practice=True,
    category="unauthorized purpose",
    rule="purpose-code",
    says="{user} asked about {subjects} people who apply for a job, a home, a school place or a permit"
    "{said}, under purpose {purposes} between {first} and {last} ({events} look-ups of {asked} people asked "
    "about so); others of {peers} do in {usual} of 1,000.",
)
def applicants(users: Groups, context: Context, *, days: Days = 180, least_subjects: int = 5) -> Signals:
    """People who apply for something are checked under a purpose meant for crime.

    Why: California's policy names checks for school residency and jobs among the misuse (EFF, May 2019); each
        such program has a purpose code of its own (J, H, I, F) or a fingerprint channel (NIEM).
    Null: Users of the own unit, and of units of its name, come as often on people with an application of the
        last 180 days, or state employment, civil matters or licensing as the reason, among all whom they ask
        about under a purpose that is for none of these (beta-binomial, the user left out). Those whom a
        reason calls so are counted by themselves too; of both counts and both comparisons the p-value is the
        harmonic mean. Each person counts once; fewer than five are no program.
    Also fires on: A clerk at a counter who meets applicants all day; a log that writes one purpose for
    everything.
    Clears: Purpose J, H, I or F; an open case or a call with that person; a statute that gives the authority.
    Evades: An applicant who is in no table, under a reason that says nothing.
    """
    stated = (users["purpose"] >= 0) & ~purposes_for(users.log, *NOT_CRIMINAL)[users["purpose"]]
    said = about(users, *NOT_CRIMINAL)
    known = said | pending(users, context, days)
    # Dispatchers meet applicants by chance, 33 in 1,000: 18 whom the reasons called so drowned among them.
    counts = [known, said] if (known & ~said).any() and said.any() else [known]
    n = distinct_subjects(users, stated)
    each = [distinct_subjects(users, stated & one & users.counted) for one in counts]
    beside = [beside_peers(users, context, k, n, least_subjects) for k in each]
    which = np.argmin([one.p for one in beside], axis=0)
    p = together([one.p for one in beside])
    actor = np.flatnonzero(p <= WEAKEST).astype(np.int32)
    k = np.choose(which, each)
    wrong = stated & (counts[0] if len(counts) == 1 else np.choose(which[users.owner], counts))
    open_ones = wrong & users.counted
    listed = p <= WEAKEST
    _, actions = split(users, open_ones & np.repeat(listed, np.diff(users.starts)), wrong)
    told = [users.log.actions.purpose[rows] for rows in actions]
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((beside[0].group >= 0).sum()),
        measures={
            "subjects": k[actor],
            "asked": n[actor],
            "events": np.bincount(users.owner[open_ones], minlength=len(users))[actor],
            "purposes": [", ".join(users.log.texts["purpose"].gather(np.unique(codes))) for codes in told],
            "usual": np.choose(which, [one.usual for one in beside])[actor],
            "said": [", as the reasons say" if by else "" for by in which[actor].tolist()],
            "peers": [beside[which[user]].peers[user] for user in actor.tolist()],
        },
        standing=standing_of(each[0], n, beside[0], "% of people asked about who apply for something"),
    )
