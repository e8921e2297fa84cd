"""Which pairs of user and subject are alike: by who else meets the subject, and by what work is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import gather
from anomaly.detectors.case_work import CaseWork, Places
from anomaly.detectors.pairs import MOST, Pairs, Seen, sum_each
from anomaly.policy import REASON_CLASSES

# Days on which others looked a subject up, or of other work, in steps of three: whom many meet is judged
# among such subjects.
STEPS = (1, 3, 9, 27)
NUMBERED = len(STEPS) + 1  # the kinds before bear no number, and nothing explains any of the pair's look-ups
WORKED = 2 * NUMBERED  # here begin those under a number that the user gives for others, too, on more days
EXPLAINED = WORKED + len(STEPS)  # than something explains look-ups of the pair; and here those it is fewer
KINDS = EXPLAINED + len(STEPS)
CASE_NUMBER = REASON_CLASSES.index("case_number")


@dataclass(frozen=True)
class Told:
    """What is known of look-ups beside how often they repeat.

    counted: (m,) bool, those that nothing explains; days: (s,) int32, of each subject, by all users.
    """

    users: Groups
    pairs: Pairs
    work: CaseWork
    counted: NDArray[np.bool_]
    days: NDArray[np.int32]

    @cached_property
    def numbered_rows(self) -> NDArray[np.bool_]:
        """Return `numbered` of `Pairs.rows`, (r,) bool."""
        return self.numbered(self.pairs.rows)

    @cached_property
    def others_rows(self) -> NDArray[np.int16]:
        """Return `CaseWork.others` of `Pairs.rows`, (r,) int16."""
        return self.work.others[self.pairs.rows]

    def numbered(self, rows: Places) -> NDArray[np.bool_]:
        """Return whether some look-ups bear a number, or say that there is one. (k,) bool."""
        return np.asarray(self.work.stated(rows) | (self.users["reason_class"][rows] == CASE_NUMBER))


class Once(NamedTuple):
    """Of each user, those whom the user looked up once, (g, KINDS) and (g,) int64.

    every: all, by kind; counted: those that nothing explains; for_one, for_others: those that something
    explains, under a number given for them alone, and for others, too; unknown: those that nothing explains,
    under a number that no table knows, given for them alone, and for others, too, (g, 2).
    """

    every: NDArray[np.int64]
    counted: NDArray[np.int64]
    for_one: NDArray[np.int64]
    for_others: NDArray[np.int64]
    unknown: NDArray[np.int64]


def looked_up_once(told: Told) -> Once:
    """Count what was looked up once, part of the users after part."""
    step = _step(told.days - 1)
    tell = partial(_once, told, step)
    parts = told.users.each(tell)
    return Once(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _once(told: Told, step: NDArray[np.int8], part: Groups) -> Once:
    """Tell `Once` of a part; step: (s,) int8, of a look-up of each subject beside those of others."""
    rows = slice(part.begin, part.begin + int(part.starts[-1]))
    alone, others = told.pairs.alone[rows], told.work.others[rows]
    more = others > 0
    kind = gather(step, told.pairs.subjects[rows]).view(np.uint8)
    kind += np.uint8(NUMBERED) * told.numbered(rows)
    worked = np.flatnonzero(more)
    kind[worked] = WORKED - 1 + _step(others[worked])

    counted = told.counted[rows]
    if counted.all():
        every = kernels.tally(part.starts, np.where(alone, kind, np.uint8(KINDS)), KINDS + 1)[:, :KINDS]
        none = np.zeros(len(part), np.int64)
        return Once(every, every, none, none, np.zeros((len(part), 2), np.int64))
    kind += np.uint8(KINDS) * counted
    both = kernels.tally(part.starts, np.where(alone, kind, np.uint8(2 * KINDS)), 2 * KINDS + 1)
    stated = alone & told.work.stated(rows) & ~counted
    unknown = alone & counted & told.work.unknown(rows)
    return Once(
        both[:, :KINDS] + both[:, KINDS:-1],
        both[:, KINDS:-1],
        sum_each(part.starts, stated & ~more),
        sum_each(part.starts, stated & more),
        np.column_stack([sum_each(part.starts, unknown & of) for of in (~more, more)]),
    )


class Kinds(NamedTuple):
    """Pairs told apart.

    back: (k,) int64, the places in `Pairs` of those with two days or more, by their first look-up that
    counts; kind: (k,) int8, theirs; exactly: (g, KINDS, 16) int32, of each user the pairs of each kind with
    1 ... 15 days, and with 16 or more.
    """

    back: NDArray[np.int64]
    kind: NDArray[np.int8]
    exactly: NDArray[np.int32]


def kinds_of_pairs(
    told: Told, seen: Seen, chosen: NDArray[np.bool_], once: NDArray[np.int64], beside: NDArray[np.int32]
) -> Kinds:
    """Tell pairs of user and subject apart by what else is known of them.

    seen: what the chosen look-ups tell, (r,) bool of `Pairs.rows`; once: (g, KINDS), the pairs with one
    look-up; beside: (p,) int32, days on which something explains look-ups of each pair.
    """
    pairs = told.pairs
    once_more = np.flatnonzero(seen.days == 1)
    first = seen.first[once_more]
    if_once = _kind(
        told.days[pairs.subject[once_more]] - 1,
        told.numbered_rows[first],
        told.others_rows[first],
        beside[once_more],
    )
    back = np.flatnonzero(seen.days > 1)
    back = back[np.argsort(pairs.rows[seen.first[back]], kind="stable")]  # they nearly stand so
    n_days, n_rows = seen.days[back], seen.looked[back]
    others = pairs.each(np.where(chosen, told.others_rows, np.int16(0)))[back]
    kind = _kind(
        told.days[pairs.subject[back]] - n_days,
        2 * pairs.each(chosen & told.numbered_rows)[back] >= n_rows,
        np.rint(others / n_rows).astype(np.int64),
        beside[back],
    )
    exactly = np.zeros((len(told.users), KINDS, MOST), np.int32)
    np.add.at(exactly, (pairs.user[back], kind, np.minimum(n_days, MOST) - 1), 1)
    np.add.at(exactly[:, :, 0], (pairs.user[once_more], if_once), 1)
    exactly[:, :, 0] += once
    return Kinds(back, kind, exactly)


def _kind(
    days_of_others: NDArray[np.integer],
    numbered: NDArray[np.bool_],
    others: NDArray[np.integer],
    beside: NDArray[np.int32],
) -> NDArray[np.int8]:
    alone = NUMBERED * numbered + _step(days_of_others)
    work = _step(others + beside) - 1
    kind = np.where(others > beside, WORKED + work, np.where(beside > 0, EXPLAINED + work, alone))
    return kind.astype(np.int8)


def _step(days: NDArray[np.integer]) -> NDArray[np.int8]:
    """Say how many of STEPS are reached, (k,) -> (k,) int8; numpy.digitize takes nine times as long."""
    reached: NDArray[np.int8] = np.digitize(np.arange(STEPS[-1] + 1), STEPS).astype(np.int8)
    return gather(reached, np.minimum(days, STEPS[-1]))
