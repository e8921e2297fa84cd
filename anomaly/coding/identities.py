"""Which keys are one person's, by what ties them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import distinct
from anomaly.coding.hashes import Codes

# Other keys directly beside one key. Nobody of a county of 1.5 M rows had more than two; a licence number in
# a tenth of its rows, as if typed for "unknown", had 62,346: half of the county became one person, of whom
# the tables told 22 GB.
MOST_TIED = 32


def identities(left: Codes, right: Codes, person: NDArray[np.bool_]) -> Codes:
    """Say which subject codes are one person's.

    left, right: (m,) int32 tied codes; person: (s,) bool, True for keys that name a person, False for plates
    and VINs. Returns (s,) int32: the code that stands for each. A household shares a car: a vehicle joins a
    person only when all its ties lead to that one person, otherwise it stays a subject of its own and does
    not make two people one. A key tied to more than MOST_TIED others is nobody's, and ties nothing.
    """
    count = len(person)
    if not len(left):
        return np.arange(count, dtype=np.int32)
    hub = _hubs(left, right, person)
    if hub.any():
        kept = ~(hub[left] | hub[right])
        left, right = left[kept], right[kept]
    both = person[left] & person[right]
    neither = ~person[left] & ~person[right]
    same = both | neither
    root = kernels.unite(left[same], right[same], count)
    vehicle = np.where(person[left], right, left)[~same]
    owner = np.where(person[left], left, right)[~same]
    vehicle, owner = root[vehicle], root[owner]
    lowest = np.full(count, count, np.int32)
    highest = np.full(count, -1, np.int32)
    np.minimum.at(lowest, vehicle, owner)
    np.maximum.at(highest, vehicle, owner)
    owned = (highest >= 0) & (lowest == highest)
    of_vehicle = np.where(owned, highest, np.arange(count, dtype=np.int32))
    return of_vehicle[root].astype(np.int32)


def _hubs(left: Codes, right: Codes, person: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the keys tied to more than MOST_TIED different others, (s,) bool; of a vehicle, other vehicles.

    left, right, person: as of `identities`.
    """
    count = len(person)
    busy = np.bincount(left, minlength=count) + np.bincount(right, minlength=count) > MOST_TIED
    hub = np.zeros(count, np.bool_)
    if busy.any():
        one, other = np.append(left, right), np.append(right, left)
        counts = busy[one] & (person[one] | ~person[other])
        pairs = distinct(one[counts].astype(np.int64) << 32 | other[counts])
        hub = np.bincount(pairs >> 32, minlength=count) > MOST_TIED
    return hub
