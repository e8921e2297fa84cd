"""One person whom users of several agencies keep coming back to."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

import kernels
from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.nulls import rate_tail

LENT = 20  # meetings; a log that tells of fewer knows little of returns
MEETINGS = np.geomspace(0.1, 1e4, 100)  # of all users with one subject


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
        a subject as often as all subjects show; of those that do, as many come back as for anybody (beta-
        binomial, the subject left out), and users meet the subject again, a week being one meeting, as often
        as somebody whom so many of those places' users met at all (Poisson, each user as often as that user
        looks anybody up): the larger p-value counts, as in a small town everybody knows some people. The two
        p-values, of meeting and of coming back, are put together by Fisher's product. In a log of one agency
        its units stand for agencies. Where `public_subjects` are given, half of the weight is theirs: a
        listed person is judged among the listed (Genovese, Roeder & Wasserman 2006).
    Also fires on: A wanted person without a bulletin; someone who lives across county lines and is known to
    every patrol.
    Clears: A case, call or bulletin with that person; a threat that was reported.
    Evades: One look by each; one agency alone, when `repeated_lookups` sees each user by himself.
    """
    log = subjects.log
    by_agency = len(log.texts["agency"]) > 1
    place = subjects["agency" if by_agency else "place"]
    place = np.where(subjects.counted & (subjects["user"] >= 0), place, np.int32(-1))
    nobody = np.where(place >= 0, subjects["user"], np.int32(-1))
    rows = kernels.came_back(subjects.starts, subjects["time"], nobody, apart * DAY, len(log.texts["user"]))
    # Home is the place that looked most; among equals one that came back, so that none is made up.
    n_places = max(len(log.texts["agency"]), len(log.texts.places))
    home, at_home, seen, back = kernels.homes(subjects.starts, place, rows, n_places)
    met = np.flatnonzero(seen > 0)
    if not len(met):
        return Signals.none()
    others = _tail_of_others(seen[met])
    returned = _tail_of_returns(back[met], seen[met], float(at_home[home >= 0].mean()))
    weight = np.ones(len(met))
    listed = np.zeros(len(subjects), np.bool_)
    if "public_subjects" in context:
        codes = log.subjects.lookup(context["public_subjects"]["subject"])
        listed[codes[codes >= 0]] = True
    if listed[met].any():
        weight = 2 * np.where(listed[met], listed[met].mean(), 1.0)
    found = (np.minimum(1.0, weight * _together(others, returned)) <= WEAKEST) & (back[met] > 0)
    away = (place >= 0) & (place != np.repeat(home, np.diff(subjects.starts)))
    meetings = _tail_of_meetings(subjects, place, away & rows, away, met[found], apart)
    returned[found] = np.maximum(returned[found], meetings)
    p = np.minimum(1.0, weight * _together(others, returned))
    found &= p <= WEAKEST
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


def _tail_of_meetings(
    subjects: Groups,
    place: NDArray[np.int32],
    again: NDArray[np.bool_],
    away: NDArray[np.bool_],
    chosen: NDArray[np.int64],
    apart: int,
) -> NDArray[np.float64]:
    """P(so many meetings beyond the first of each user), (c,) float64, for some subjects to whom one of the
    other places came back. place: (m,) int32, -1 for look-ups that do not count; chosen: (c,) int64.

    again, away: (m,) bool, the look-ups from other places, of users who came back and of all. The meetings of
    a user follow Poisson's law, at a rate proportional to all the user's look-ups, such that the places'
    users who meet the subject at all are as many as did.
    """
    users, day = subjects["user"], subjects["day"]
    counts = place >= 0
    made = np.bincount(users[counts] + 1)[1:]
    paces = _paces(place[counts], users[counts], len(made))
    reached: dict[tuple[int, ...], NDArray[np.float64]] = {}
    p = np.ones(len(chosen))
    for k, s in enumerate(chosen.tolist()):
        rows = subjects.starts[s] + np.flatnonzero(away[subjects.starts[s] : subjects.starts[s + 1]])
        met, back = np.unique(users[rows]), rows[again[rows]]
        block = users[back].astype(np.int64) << 32 | day[back] // apart
        extra = len(np.unique(block)) - len(np.unique(users[back]))
        places = tuple(np.unique(place[rows]).tolist())
        pace = np.concatenate([paces[one] for one in places])
        if places not in reached:
            reached[places] = -np.expm1(-MEETINGS[:, None] * pace / pace.sum()).sum(axis=1)
        rate = np.interp(len(met), reached[places], MEETINGS) / pace.sum() * made[met]
        p[k] = stats.poisson.sf(extra - 1, (rate / -np.expm1(-rate) - 1).sum())
    return p


def _paces(place: NDArray[np.int32], users: NDArray[np.int32], count: int) -> dict[int, NDArray[np.int64]]:
    """Return, for each place, how often each of its users looked there, by user. (m,) both; users < count."""
    pair = place.astype(np.int64) * count + users
    every = int(place.max(initial=-1) + 1) * count
    if every <= len(pair):
        number = np.bincount(pair)
        pairs = np.flatnonzero(number)
        number = number[pairs]
    else:  # numpy.unique took nine times as long
        tallied = pl.Series("pair", pair).value_counts().sort("pair")
        pairs, number = tallied["pair"].to_numpy(), tallied["count"].to_numpy().astype(np.int64)
    places, begin = np.unique(pairs // count, return_index=True)
    return dict(zip(places.tolist(), np.split(number, begin[1:]), strict=True))
