"""Which places meet a subject, and whose users come back: told of part after part of a log."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import CodedLog, Groups, Some, blocks
from anomaly.coding.gather import gather, read_only
from anomaly.coding.local import DAY
from anomaly.detectors.lookers import Lookers, lookers_of, places_of

Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Visits:
    """What places, agencies or units, had to do with subjects; look-ups that something explains left out.

    seen: (g,) int32, the places that met each subject beside its home, -1 where nobody did. Home is the place
    that looked most; among equals one that came back, so that none is made up. back: (g,) int32, those that
    came back, at_home: (g,) bool, whether the home did.
    rows: (k,) int64, places of the look-ups of subjects to which others came back, ascending; again: (k,)
    bool, of a user who came back; away: (k,) bool, not from the home.
    moved: (j,) int64, for each look-up from another place than the user's first, place * u + user; less:
    (parts, u) int32, how many look-ups of each user are not from that; parts where all are have none.
    """

    seen: NDArray[np.int32]
    back: NDArray[np.int32]
    at_home: Marks
    rows: NDArray[np.int64]
    again: Marks
    away: Marks
    less: NDArray[np.int32]
    moved: NDArray[np.int64]


def visits_to(subjects: Groups, by: str, apart: int) -> Visits:
    """Tell of one subject or more, by "agency" or "place", who came back `apart` days or more later."""
    lookers = lookers_of(subjects)
    column: NDArray[np.int32] = getattr(subjects.log.actions, by)
    first = lookers.first(column)
    stay = _all_stay(lookers, column, first)
    parts = subjects.each(partial(_told, by=by, lookers=lookers, first=first, stay=stay, apart=apart * DAY))
    each = (np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Visits))
    return Visits(*each)


def paces(
    subjects: Groups, by: str, visits: Visits
) -> tuple[NDArray[np.int64], dict[int, NDArray[np.int64]]]:
    """Return how often each user looked, (u,) int64, and of each place how often each of its users did, by
    user.
    """
    lookers = lookers_of(subjects)
    first = lookers.first(getattr(subjects.log.actions, by))
    number = np.where(first >= 0, lookers.made - visits.less.sum(axis=0, dtype=np.int64), 0)
    count, users = len(number), np.flatnonzero(number)
    moved, times = np.unique(visits.moved, return_counts=True)
    pairs = np.append(first[users].astype(np.int64) * count + users, moved)
    order = np.argsort(pairs)
    pairs, each = pairs[order], np.append(number[users], times)[order]
    places, begin = np.unique(pairs // count, return_index=True)
    made = np.bincount(pairs % count, each, count).astype(np.int64)
    return made, dict(zip(places.tolist(), np.split(each, begin[1:]), strict=True))


def _all_stay(lookers: Lookers, column: NDArray[np.int32], first: NDArray[np.int32]) -> bool:
    """Say whether every action of each user is from the first place: so it is in most logs."""
    users = lookers.log.actions.user[: lookers.starts[-1]]
    return all(
        (gather(first, of) == there).all()
        for of, there in zip(blocks(users), blocks(column[: len(users)]), strict=True)
    )


def _told(
    part: Groups, by: str, lookers: Lookers, first: NDArray[np.int32], stay: bool, apart: int
) -> Visits:
    users, count = lookers.of(part), len(lookers)
    usual = gather(first, users)
    place = usual if stay else part[by]
    less, moved = np.zeros((0, count), np.int32), np.zeros(0, np.int64)
    counted = part.counted & (users >= 0)
    if not (stay and counted.all()):
        other = counted & (place != usual)
        less = np.bincount(users[other | (~counted & (users >= 0))], minlength=count).astype(np.int32)[None]
        place = np.where(counted, place, np.int32(-1))
        gone = np.flatnonzero(other & (place >= 0))
        moved = place[gone].astype(np.int64) * count + users[gone]
    nobody = users if place.min(initial=0) >= 0 else np.where(place >= 0, users, np.int32(-1))
    place, nobody = read_only(place), read_only(nobody)
    n_places = _n_places(part.log, by)
    met, looked = kernels.distinct(part.starts, place, n_places)
    seen, back, at_home = met - 1, np.zeros(len(met), np.int32), np.zeros(len(met), np.bool_)
    # Nobody comes back who did not look twice: of few subjects more is read.
    twice = looked > kernels.distinct(part.starts, nobody, count)[0]
    some = Some(part, places_of(part.starts, np.flatnonzero(twice)))
    its_place = place[some.places]
    starts = np.append(0, np.cumsum(np.diff(part.starts)[twice]))
    again = kernels.came_back(starts, some["time"], nobody[some.places], apart, count)
    home, at_home[twice], _, back[twice] = kernels.homes(starts, its_place, again, n_places)
    sizes = np.diff(starts)
    kept = np.repeat(back[twice] > 0, sizes) & (its_place >= 0)
    return Visits(
        seen=seen,
        back=back,
        at_home=at_home,
        rows=part.begin + some.places[kept],
        again=again[kept],
        away=(its_place != np.repeat(home, sizes))[kept],
        less=less,
        moved=moved,
    )


def _n_places(log: CodedLog, by: str) -> int:
    return len(log.texts["agency"] if by == "agency" else log.texts.places)
