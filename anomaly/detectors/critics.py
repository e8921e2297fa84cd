"""One person whom users of several agencies keep coming back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups, counted
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Days, Signals, Standing, detector
from anomaly.detectors.laws import poisson_tail
from anomaly.detectors.lookers import places_of
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.since import cut
from anomaly.detectors.visits import Visits, paces, visits_to

LENT = 20  # meetings; a log that tells of fewer knows little of returns
MEETINGS = np.geomspace(0.1, 1e4, 100)  # of all users with one subject
AT_ONCE = 256  # sets of places, each with all of its users


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
    if not subjects.starts[-1]:
        return Signals.none()
    by = "agency" if by_agency else "place"
    visits = visits_to(subjects, by, apart)
    seen, back = visits.seen, visits.back
    tested = int((seen > 0).sum())
    if not tested:
        return Signals.none()
    came = np.flatnonzero(back > 0).astype(np.int32)
    often = counted(seen, int(seen.max()) + 1)
    often[0] = 0
    others, returned = _tail_of_others(often)[seen[came]], _tail_of_returns(visits, often, came)
    weight = np.ones(len(came))
    listed = np.zeros(len(subjects), np.bool_)
    if "public_subjects" in context:
        codes = log.subjects.lookup(context["public_subjects"]["subject"])
        listed[codes[codes >= 0]] = True
    of_listed = int((listed & (seen > 0)).sum())
    if of_listed:
        weight = 2 * np.where(listed[came], of_listed / tested, 1.0)
    found = np.minimum(1.0, weight * _together(others, returned)) <= WEAKEST
    if found.any():
        meetings = _tail_of_meetings(subjects, by, visits, came[found], apart)
        returned[found] = np.maximum(returned[found], meetings)
    p = np.minimum(1.0, weight * _together(others, returned))
    found &= p <= WEAKEST
    actor = came[found]
    words = "agencies" if by_agency else "units"
    values = back.astype(float)
    values[seen <= 0] = np.nan
    return Signals.of_chance(
        actor,
        p[found],
        cut(subjects.actions(places_of(subjects.starts, actor)), np.diff(subjects.starts)[actor]),
        tested,
        target=actor,
        measures={
            "n_users": _users_back(subjects, visits, actor),
            "apart": np.full(len(actor), apart),
            "n_places": back[actor] + 1,
            "seen": seen[actor] + 1,
            "places": np.full(len(actor), words),
            "listed": [", who stands in the list of people in the news" if listed[s] else "" for s in actor],
            "usual": np.full(
                len(actor), np.round(1000 * int(back.sum()) / int(often @ np.arange(len(often))), 1)
            ),
        },
        standing=Standing(
            f"{words} that came back, beside the first",
            values,
            np.zeros(len(subjects), np.int32),
            (f"the subjects whom two {words} looked up",),
        ),
    )


def _together(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put independent p-values together: P(a product of two is as small) (Fisher 1932)."""
    product = np.maximum(p * q, 1e-300)
    return np.asarray(np.minimum(1.0, product * (1 - np.log(product))))


def _tail_of_others(often: NDArray[np.int64]) -> NDArray[np.float64]:
    """P(so many or more) for each number of places, as often as subjects that others met have it, (m + 1,)
    int64 -> (m + 1,) float64.
    """
    more: NDArray[np.int64] = np.cumsum(often[::-1])[::-1]
    return np.asarray(more / more[0], float)


def _tail_of_returns(
    visits: Visits, often: NDArray[np.int64], came: NDArray[np.int32]
) -> NDArray[np.float64]:
    """P(so many of the places that met a subject come back), (c,) float64, for the subjects to which others
    came back. A log in which few subjects are met in two places borrows how often they come back at home,
    which is more. often: (m + 1,) int64, how many subjects so many other places met.
    """
    never = often - np.bincount(visits.seen[came], minlength=len(often))
    at_home = visits.at_home.sum() / (visits.seen >= 0).sum()
    lent = (np.arange(LENT) < np.ceil(LENT * at_home)).astype(np.int64)
    seen = np.flatnonzero(never)
    k = np.concatenate([visits.back[came], np.zeros(len(seen)), lent]).astype(np.int64)
    n = np.concatenate([visits.seen[came], seen, np.ones(LENT)]).astype(np.int64)
    alike = np.concatenate([np.ones(len(came)), never[seen], np.ones(LENT)]).astype(np.int64)
    return rate_tail(k, n, np.zeros(len(k), np.int32), alike, most=1.0)[: len(came)]


def _rows_of(
    subjects: Groups, rows: NDArray[np.int64], chosen: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find those of some places, ascending, that are of some subjects, subject after subject: which of the
    places, and of which of the subjects. (r,) int64, (c,) int32 -> (k,) int64 both.
    """
    begin, end = (np.searchsorted(rows, subjects.starts[chosen + one]) for one in (0, 1))
    of = np.repeat(np.arange(len(chosen)), end - begin)
    return np.arange(len(of)) + (begin - np.cumsum(end - begin) + end - begin)[of], of


def _users_back(subjects: Groups, visits: Visits, chosen: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the users who came back to each of some subjects, (c,) int32 -> (c,) int64."""
    rows = visits.rows[visits.again]
    at, of = _rows_of(subjects, rows, chosen)
    return np.bincount(_each_once(of, subjects.at("user", rows[at]))[0], minlength=len(chosen))


def _each_once(
    of: NDArray[np.int64], code: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each pair of two codes once, ascending. (k,) both -> (p,) int64 both."""
    pairs = distinct(of << 32 | code)
    return pairs >> 32, pairs & 0xFFFFFFFF


def _tail_of_meetings(
    subjects: Groups,
    by: str,
    visits: Visits,
    chosen: NDArray[np.int32],
    apart: int,
) -> NDArray[np.float64]:
    """P(so many meetings beyond the first of each user), (c,) float64, for some subjects to whom one of the
    other places came back, (c,) int32.

    The meetings of a user follow Poisson's law, at a rate proportional to all the user's look-ups, such that
    the places' users who meet the subject at all are as many as did.
    """
    made, of_place = paces(subjects, by, visits)
    away = visits.rows[visits.away]
    at, of = _rows_of(subjects, away, chosen)
    rows, again, count = away[at], visits.again[visits.away][at], len(chosen)
    users, block = subjects.at("user", rows), subjects.at("day", rows) // apart
    who, met = _each_once(of, users)
    meetings = np.lexsort((block[again], users[again], of[again]))
    back = np.stack([of, users, block])[:, again][:, meetings]
    new = np.append(True, (np.diff(back) != 0).any(axis=0))[: back.shape[1]]
    extra, of_users = (np.bincount(one, minlength=count) for one in (back[0][new], _each_once(*back[:2])[0]))
    n_met, (whose, place) = np.bincount(who, minlength=count), _each_once(of, subjects.at(by, rows))
    places = (tuple(one.tolist()) for one in cut(place, np.bincount(whose, minlength=count)))
    number: dict[tuple[int, tuple[int, ...]], int] = {}
    alike = [number.setdefault(one, len(number)) for one in zip(n_met.tolist(), places, strict=True)]
    each = list(number)
    parts = [each[begin : begin + AT_ONCE] for begin in range(0, len(each), AT_ONCE)]
    pace_of = np.concatenate([_pace_to_reach(part, of_place) for part in parts])[alike]
    rate = pace_of[who] * made[met]
    expected = np.bincount(who, rate / -np.expm1(-rate) - 1, count)
    return poisson_tail(extra - of_users, expected)


def _pace_to_reach(
    wanted: Sequence[tuple[int, tuple[int, ...]]], of_place: Mapping[int, NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return at which rate for each look-up so many users are reached, (k,) float64: by interpolation between
    MEETINGS. wanted: how many users, of which places; of_place: how often each user of a place looked.
    """
    n = np.array([users for users, _ in wanted], float)
    pace = [np.concatenate([of_place[one] for one in places]) for _, places in wanted]
    sizes = np.array([len(one) for one in pace])
    of, every = np.repeat(np.arange(len(n)), sizes), np.concatenate(pace)
    total = np.bincount(of, every)
    begins, share = np.cumsum(sizes) - sizes, every / total[of]

    def reached(at: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.add.reduceat(-np.expm1(-MEETINGS[at][of] * share), begins)

    low, high = np.zeros(len(n), np.int64), np.full(len(n), len(MEETINGS))
    while (low < high).any():  # all are halved at once
        middle = np.minimum((low + high) // 2, len(MEETINGS) - 1)
        fewer = (low < high) & (reached(middle) <= n)
        low, high = np.where(fewer, middle + 1, low), np.where(fewer, high, np.minimum(middle, high))
    before = np.clip(low - 1, 0, len(MEETINGS) - 2)
    least, most = reached(before), reached(before + 1)
    part = np.where(low < len(MEETINGS), np.clip((n - least) / np.maximum(most - least, 1e-300), 0, 1), 1)
    meetings: NDArray[np.float64] = MEETINGS[before] + part * (MEETINGS[before + 1] - MEETINGS[before])
    return meetings / total
