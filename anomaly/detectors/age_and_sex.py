"""Look-ups of one sex and nearly one age beyond what the unit's work brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import FEMALE, MALE, Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.bands import BANDS, STEP, STEPS, YOUNGEST, Floats, fullest
from anomaly.detectors.contract import WEAKEST, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM, count_met, kinds_of_lookup, kinds_told
from anomaly.detectors.peers import peering

WORDS = {FEMALE: "female", MALE: "male"}
FEWEST = 100  # users whose smallest p-values tell how many tests there are: a twentieth part of them is five


@detector(
    group="user",
    needs=("subject", "sex", "dob"),
    uses=("agency", "unit", "reason", "case_number", "message_key"),
    clears=(*EXPLAIN_WHOM, "stated program"),
    category="personal use",
    weight=0.9,
    says="Of the {people} people whom {user} looked up {how}, and whom nothing explains, {many} are {sex} "
    "and {youngest} to {oldest} years old; for users of {peers} it is {usual} in 100.",
)
def age_and_sex(users: Groups, context: Context, *, least_people: int = 10) -> Signals:
    """A user looks up people of one sex and nearly one age far more than peers of the unit do.

    Why: One city employee's 25 misuses were look-ups of young women, and officers elsewhere asked for
        women by name (Electronic Frontier Foundation, "CLETS Misuse Data 2018"; Monroe News, 2016).
    Null: Every person counts once. In each band of 6, 12 or 24 years of one sex, the people whom nothing
        explains follow the mix of the peers, filled up with that of the whole log, with the peers' spread
        (beta-binomial, the user left out). The smallest p-value of all bands and of the kinds of look-up
        (all; by name or number; by a name alone; with no reason or a vague one; under a case number; in the
        drivers' records alone) counts, times how many there are; as bands and kinds overlap, times as many
        as the smallest p-values of all users tell, and as there are bands apart at least.
    Also fires on: Detectives of missing juveniles or trafficking in a log without units; a school officer.
    Clears: The unit's own mix; a case, a call, a bulletin; a stated programme that goes through a
        register.
    Evades: Asking for people of all ages besides; names without a date of birth.
    """
    peers = peering(users, context)
    kinds = kinds_told(users)
    told = np.concatenate(users.each(_told) or [_told(users)], axis=1)
    best = np.ones(len(users))
    found = np.zeros((len(users), 5), np.int64)  # kind, band, people, those in it, of 1,000 peers' people
    tested = np.zeros(len(users), np.bool_)
    shown = np.full(len(users), np.nan)
    for place, held in enumerate(told):
        people = held.sum(axis=(1, 2))
        rows = np.flatnonzero((people > 0) & peers.same_work & (peers.code >= 0))
        enough = people[rows] >= least_people
        full = fullest(held[rows], peers.code[rows], enough)
        rows = rows[enough]
        tested[rows] = True
        better = full.p < best[rows]
        who, band = rows[better], full.band[better]
        best[who] = full.p[better]
        inside = BANDS.count(held[who])[np.arange(len(who)), band]
        found[who] = np.stack(
            [np.full(len(who), place), band, people[who], inside, 1000 * full.usual[better]], axis=1
        )
        if place == 0:
            shown[rows] = 100 * full.most / people[rows]
    if not tested.any():
        return Signals.none(because="too few people of known sex and age, or no unit has 8 users to compare")
    p = _of_several(best, tested, len(BANDS) * len(kinds), int(BANDS.apart.sum()))
    actor = np.flatnonzero(p <= WEAKEST).astype(np.int32)
    kind, band, people, inside, usual = found[actor].T
    return Signals.of_chance(
        actor,
        p[actor],
        _actions(users, actor, kind, band),
        int(tested.sum()),
        measures={
            "people": people,
            "how": [kinds[k] for k in kind.tolist()],
            "many": inside,
            "sex": [WORDS[s] for s in BANDS.sex[band].tolist()],
            "youngest": YOUNGEST + STEP * BANDS.low[band],
            "oldest": YOUNGEST + STEP * BANDS.high[band] - 1,
            "usual": usual / 10,
            "peers": [peers.names[peers.code[u]] for u in actor],
        },
        left_out=peers.left_out,
        standing=Standing("% of the people in one band of ages of one sex", shown, peers.code, peers.names),
    )


def _told(part: Groups) -> NDArray[np.int32]:
    """Count whom each user met in each kind of look-up by sex and step, (kinds, g, 2, STEPS) int32."""
    rows = np.flatnonzero(part.counted & (part["sex"] > 0) & (part["born"] > 0))
    step = _steps(part["time"][rows], part["born"][rows])
    known = (step >= 0) & (step < STEPS)
    rows = rows[known]
    cells = (part["sex"][rows].view(np.uint8) - np.uint8(FEMALE)) * np.uint8(STEPS) + step[known].astype(
        np.uint8
    )
    held = count_met(part, rows, cells, len(WORDS) * STEPS)
    return held.reshape(*held.shape[:2], len(WORDS), STEPS)


def _steps(time: NDArray[np.int64], born: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return the step of ages that somebody was in, (k,) int64. time: (k,) ms; born: (k,) years."""
    year = 1970 + (time // DAY / 365.2425).astype(np.int64)
    step: NDArray[np.int64] = (year - born - YOUNGEST) // STEP
    return step


def _actions(
    users: Groups, actor: NDArray[np.int32], kind: NDArray[np.int64], band: NDArray[np.int64]
) -> tuple[NDArray[np.int32], ...]:
    """Return the look-ups of one kind and of people in one band of some users. (k,) each."""
    some = users.some(np.isin(np.arange(len(users)), actor))
    every, sex, born = list(kinds_of_lookup(some).values()), some["sex"], some["born"]
    step = np.where(born > 0, _steps(some["time"], born), -1)
    begins = np.searchsorted(some.places, users.starts)
    actions = []
    for u, k, b in zip(actor.tolist(), kind.tolist(), band.tolist(), strict=True):
        mine = slice(begins[u], begins[u + 1])
        about = every[k][mine] & (sex[mine] == BANDS.sex[b])
        about &= (step[mine] >= BANDS.low[b]) & (step[mine] < BANDS.high[b])
        actions.append(users.actions(some.places[mine][about]))
    return tuple(actions)


def _of_several(least: Floats, tested: NDArray[np.bool_], tests: int, apart: int) -> Floats:
    """P(the smallest of several p-values so small), when the tests overlap. (g,) -> (g,) float64.

    least: (g,) float64, each user's smallest of `tests` p-values; tested: (g,) bool; apart: how many of the
    tests share nobody. Of m independent tests a twentieth part of the users have a smallest p-value below
    1 - 0.95^(1/m) (Sidak 1967), which tells m (after Dudbridge & Gusnanto 2008, Genet. Epidemiol. 32). Here
    384 tests counted as 64 to 74, and nobody innocent of 23,000 users was below a thousandth before. Misusers
    can only make m larger. Weaker p-values count more tests: above a twentieth m is what a fifth part of the
    users tells, if that is more. In logs of fewer than `FEWEST` users m is the number of tests.
    """

    def p_of(level: float) -> Floats:
        m = float(tests)
        if tested.sum() >= FEWEST:
            part = float(np.quantile(least[tested], level))
            m = min(m, max(apart, np.log(1 - level) / np.log1p(-min(max(part, 1e-12), 0.5))))
        return np.where(tested, -np.expm1(m * np.log1p(-np.minimum(least, 1 - 1e-12))), 1.0)

    p = p_of(0.05)
    return np.where(p <= 0.05, p, np.maximum(p, p_of(WEAKEST)))
