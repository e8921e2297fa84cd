"""Applicants for a job, a home or a school place checked as if that were criminal justice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, detector
from anomaly.detectors.more_than_peers import beside_peers, standing_of, together
from anomaly.detectors.purposes import (
    Marks,
    about,
    at_codes,
    distinct_subjects,
    marked_at,
    pending,
    purposes_for,
)
from anomaly.detectors.tally import count, split_marked

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
    marked = partial(
        _marks,
        lawful=purposes_for(users.log, *NOT_CRIMINAL),
        applied=pending(users, context, days),
    )
    tell = partial(_counts, marked=marked)
    n, *people, known, said, unsaid, ever_said = np.concatenate(users.each(tell), axis=1)
    # Dispatchers meet applicants by chance, 33 in 1,000: 18 whom the reasons called so drowned among them.
    each = people if unsaid.any() and ever_said.any() else people[:1]
    beside = [beside_peers(users, context, k, n, least_subjects) for k in each]
    which = np.argmin([one.p for one in beside], axis=0)
    p = together([one.p for one in beside])
    k = np.choose(which, each)
    actor, actions = split_marked(users, p <= WEAKEST, partial(_about, marked=marked, which=which))
    purposes = users.log.texts["purpose"].to_list()
    told = [distinct(users.log.actions.purpose[rows]).tolist() for rows in actions]
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((beside[0].group >= 0).sum()),
        measures={
            "subjects": k[actor],
            "asked": n[actor],
            "events": np.choose(which, [known, said])[actor],
            "purposes": [", ".join(purposes[code] for code in codes) for codes in told],
            "usual": np.choose(which, [one.usual for one in beside])[actor],
            "said": [", as the reasons say" if by else "" for by in which[actor].tolist()],
            "peers": [beside[which[user]].peers(user) for user in actor.tolist()],
        },
        standing=standing_of(each[0], n, beside[0], "% of people asked about who apply for something"),
    )


def _marks(part: Groups, lawful: Marks, applied: NDArray[np.int64]) -> tuple[Marks, Marks, Marks]:
    """Mark, (m,) bool each, the look-ups under a purpose that is for crime, those of people who are known to
    apply for something, and those whose reason says so.

    lawful: (p + 1,) bool by purpose code; applied: places of all look-ups of people with an application.
    """
    stated = (part["purpose"] >= 0) & ~at_codes(lawful, part["purpose"])
    said = about(part, *NOT_CRIMINAL)
    return stated, said | marked_at(part, applied), said


def _counts(part: Groups, marked: Callable[[Groups], tuple[Marks, Marks, Marks]]) -> NDArray[np.int64]:
    """Count, (7, g) int64: the people asked about under such a purpose, those of them whom nothing explains
    and who apply, as tables or reasons say, or as reasons do; such look-ups, twice; and all look-ups of whom
    tables alone say so, and whom reasons do.
    """
    stated, known, said = marked(part)
    wrong = stated & part.counted
    each = wrong & known, wrong & said
    people = [distinct_subjects(part, some) for some in (stated, *each)]
    return np.concatenate([people, count(part, (*each, known & ~said, said))])


def _about(
    part: Groups,
    marked: Callable[[Groups], tuple[Marks, Marks, Marks]],
    which: NDArray[np.intp],
) -> tuple[Marks, Marks]:
    """Mark what a signal counts, and all that it is about. which: (g,) 1 for users judged by reasons."""
    stated, known, said = marked(part)
    by_reasons = np.repeat(which[part.first : part.first + len(part)] == 1, np.diff(part.starts))
    wrong = stated & np.where(by_reasons, said, known)
    return wrong & part.counted, wrong
