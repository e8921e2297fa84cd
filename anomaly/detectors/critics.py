"""One person whom users of several agencies keep coming back to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.nulls import rate_tail

LENT = 20  # meetings; a log that tells of fewer knows little of returns


@detector(
    group="subject",
    needs=("subject",),
    uses=("agency", "unit"),
    clears=EXPLAIN_WHOM,
    category="curiosity",
    weight=0.9,
    says="{n_users} users came back to one subject after {apart} days or more, between {first} and "
    "{last}{listed}: {n_places} of the {seen} {places} that met the subject; beside the one that meets a "
    "subject most, {usual} of 1,000 do.",
)
def critics(subjects: Groups, context: Context, *, apart: Days = 7) -> Signals:
    """Users of several agencies keep looking up one person, for months, and no case says why.

    Why: A Miami-Dade journalist and a Jacksonville activist, the latter 200 times in five years, were looked
        up by officers; so was a policewoman by dozens of colleagues of many departments (AP, 2016; News4Jax,
        2017; Human Rights Watch on a trial in Minneapolis, 2019).
    Null: An agency comes back to a subject when one of its users looks again, `apart` days or more later; the
        agency that looks most often is left out, since people are known at home. So many other agencies meet
        a subject as often as all subjects show; of those that do, as many come back as for anybody
        (beta-binomial, the subject left out); the two p-values are put together by Fisher's product. In a log
        of one agency its units stand for agencies. Where `public_subjects` are given, half of the weight is
        theirs: a listed person is judged among the listed (Genovese, Roeder & Wasserman 2006).
    Also fires on: A wanted person without a bulletin; someone who lives across county lines and is known to
    every patrol.
    Clears: A case, call or bulletin with that person; a threat that was reported.
    Evades: One look by each; one agency alone, when `repeated_lookups` sees each user by himself.
    """
    log = subjects.log
    by_agency = len(log.texts["agency"]) > 1
    place = subjects["agency" if by_agency else "place"]
    seen, back, at_home, rows = _places(subjects, place, apart)
    met = np.flatnonzero(seen > 0)
    if not len(met):
        return Signals.none()
    p = _together(_tail_of_others(seen[met]), _tail_of_returns(back[met], seen[met], at_home))
    listed = np.zeros(len(subjects), np.bool_)
    if "public_subjects" in context:
        codes = log.subjects.lookup(context["public_subjects"]["subject"])
        listed[codes[codes >= 0]] = True
    if listed[met].any():
        p = np.minimum(1.0, 2 * p * np.where(listed[met], listed[met].mean(), 1.0))
    found = (p <= WEAKEST) & (back[met] > 0)
    actor = met[found].astype(np.int32)
    usual = 1000 * back[met].sum() / seen[met].sum()
    parts = [slice(subjects.starts[s], subjects.starts[s + 1]) for s in actor]
    words = "agencies" if by_agency else "units"
    return Signals.of_chance(
        actor,
        p[found],
        tuple(subjects.actions(np.arange(part.start, part.stop)) for part in parts),
        len(met),
        target=actor,
        measures={
            "n_users": [len(np.unique(subjects["user"][part][rows[part]])) for part in parts],
            "apart": np.full(len(actor), apart),
            "n_places": back[actor] + 1,
            "seen": seen[actor] + 1,
            "places": np.full(len(actor), words),
            "listed": [", who stands in the list of people in the news" if listed[s] else "" for s in actor],
            "usual": np.full(len(actor), np.round(usual, 1)),
        },
        standing=Standing(
            f"{words} that came back, beside the first",
            np.where(seen > 0, back.astype(float), np.nan),
            np.zeros(len(subjects), np.int32),
            (f"the subjects whom two {words} looked up",),
        ),
    )


def _together(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put independent p-values together: P(a product of two is as small) (Fisher 1932)."""
    product = np.maximum(p * q, 1e-300)
    return np.asarray(np.minimum(1.0, product * (1 - np.log(product))))


def _tail_of_others(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """P(so many or more) as often as subjects have it, this one included. (s,) -> (s,)."""
    largest = np.sort(counts)
    return (len(counts) - np.searchsorted(largest, counts)) / len(counts)


def _tail_of_returns(back: NDArray[np.int64], seen: NDArray[np.int64], at_home: float) -> NDArray[np.float64]:
    """P(so many of the places that met a subject come back), (s,) each. A log in which few subjects are met
    in two places borrows how often they come back at home, which is more.
    """
    lent = (np.arange(LENT) < np.ceil(LENT * at_home)).astype(np.int64)
    once = np.ones(LENT, np.int64)
    k, n = np.append(back, lent), np.append(seen, once)
    return rate_tail(k, n, np.zeros(len(k), np.int32))[: len(back)]


def _places(
    subjects: Groups, place: NDArray[np.int32], apart: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], float, NDArray[np.bool_]]:
    """Count, for each subject, the places beside the one that looked most, and those of them that came back.

    place: (m,) int32, -1 unknown; apart: days. Returns two (g,) int64; the share of subjects to whom
    the place that looked most came back; and (m,) bool: the look-ups of users who came back.
    """
    counted = np.flatnonzero(subjects.counted & (subjects["user"] >= 0) & (place >= 0))
    owner = subjects.owner[counted].astype(np.int64)
    pair, which = np.unique(owner << 32 | subjects["user"][counted], return_inverse=True)
    time = subjects["time"][counted]
    first = np.full(len(pair), np.iinfo(np.int64).max)
    last = np.full(len(pair), np.iinfo(np.int64).min)
    np.minimum.at(first, which, time)
    np.maximum.at(last, which, time)
    again = (last - first >= apart * DAY)[which]
    spot, at, looks = np.unique(owner << 32 | place[counted], return_inverse=True, return_counts=True)
    returned = np.zeros(len(spot), np.bool_)
    returned[at[again]] = True
    # Home is the place that looked most; among equals one that came back, so that none is made up.
    of = spot >> 32
    order = np.lexsort((~returned, -looks, of))
    away = np.ones(len(spot), np.bool_)
    home = order[np.diff(of[order], prepend=-1) > 0]
    away[home] = False
    rows = np.zeros(len(place), np.bool_)
    rows[counted[again]] = True
    count = len(subjects)
    seen, back = (np.bincount(of[kept], minlength=count) for kept in (away, away & returned))
    return seen, back, float(returned[home].mean()) if len(home) else 0.0, rows
