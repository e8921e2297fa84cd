"""Which places meet a subject, and whose users come back: told of part after part of a log."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import CodedLog, Groups
from anomaly.coding.gather import gather
from anomaly.coding.local import DAY

Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Visits:
    """What places, agencies or units, had to do with subjects; look-ups that something explains left out.

    seen: (g,) int32, the places that met each subject beside its home, -1 where nobody did. Home is the place
    that looked most; among equals one that came back, so that none is made up. back: (g,) int32, those that
    came back, at_home: (g,) bool, whether the home did.
    rows: (k,) int64, places of the look-ups of subjects to which others came back, ascending; again: (k,)
    bool, of a user who came back; away: (k,) bool, not from the home.
    usual: (parts, u) int32, how often each user looked from the first place; moved: (j,) int64, for each
    look-up from another, place * u + user.
    """

    seen: NDArray[np.int32]
    back: NDArray[np.int32]
    at_home: Marks
    rows: NDArray[np.int64]
    again: Marks
    away: Marks
    usual: NDArray[np.int32]
    moved: NDArray[np.int64]


def visits_to(subjects: Groups, by: str, first: NDArray[np.int32], apart: int) -> Visits:
    """Tell of one subject or more, by "agency" or "place", who came back `apart` days or more later. first:
    see `first_places`.
    """
    parts = subjects.each(partial(_told, by=by, first=first, apart=apart * DAY))
    each = (np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Visits))
    return Visits(*each)


def paces(visits: Visits, first: NDArray[np.int32]) -> tuple[NDArray[np.int64], dict[int, NDArray[np.int64]]]:
    """Return how often each user looked, (u,) int64, and of each place how often each of its users did, by
    user.
    """
    number = visits.usual.sum(axis=0, dtype=np.int64)
    count, users = len(number), np.flatnonzero(number)
    moved, times = np.unique(visits.moved, return_counts=True)
    pairs = np.append(first[users].astype(np.int64) * count + users, moved)
    order = np.argsort(pairs)
    pairs, each = pairs[order], np.append(number[users], times)[order]
    places, begin = np.unique(pairs // count, return_index=True)
    made = np.bincount(pairs % count, each, count).astype(np.int64)
    return made, dict(zip(places.tolist(), np.split(each, begin[1:]), strict=True))


def _told(part: Groups, by: str, first: NDArray[np.int32], apart: int) -> Visits:
    users, count = part["user"], len(first)
    place = np.where(part.counted & (users >= 0), part[by], np.int32(-1))
    nobody = np.where(place >= 0, users, np.int32(-1))
    n_places = _n_places(part.log, by)
    met, looked = kernels.distinct(part.starts, place, n_places)
    seen, back, at_home = met - 1, np.zeros(len(met), np.int32), np.zeros(len(met), np.bool_)
    # Nobody comes back who did not look twice: of few subjects more is read.
    twice = looked > kernels.distinct(part.starts, nobody, count)[0]
    some = part.some(twice)
    its_place = place[some.places]
    starts = np.append(0, np.cumsum(np.diff(part.starts)[twice]))
    again = kernels.came_back(starts, some["time"], nobody[some.places], apart, count)
    home, at_home[twice], _, back[twice] = kernels.homes(starts, its_place, again, n_places)
    sizes = np.diff(starts)
    kept = np.repeat(back[twice] > 0, sizes) & (its_place >= 0)
    usual = place == gather(first, users)
    usual &= place >= 0
    moved = np.flatnonzero(~usual & (place >= 0))
    return Visits(
        seen=seen,
        back=back,
        at_home=at_home,
        rows=part.begin + some.places[kept],
        again=again[kept],
        away=(its_place != np.repeat(home, sizes))[kept],
        usual=np.bincount(users[usual], minlength=count).astype(np.int32)[None],
        moved=place[moved].astype(np.int64) * count + users[moved],
    )


def first_places(log: CodedLog, by: str) -> NDArray[np.int32]:
    """Return the place of each user's first action, (u,) int32; actions stand user after user."""
    users = np.arange(len(log.texts["user"]), dtype=np.uint32)
    begin = np.searchsorted(log.actions.user.view(np.uint32), users)  # -1, the last, is the largest of these
    place: NDArray[np.int32] = getattr(log.actions, by)
    return place[np.minimum(begin, len(place) - 1)]


def _n_places(log: CodedLog, by: str) -> int:
    return len(log.texts["agency"] if by == "agency" else log.texts.places)
