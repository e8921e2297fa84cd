"""What several users of a unit or an agency did alike: its practice, or one event, and so one incident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import CodedLog, counted
from anomaly.detectors.laws import hypergeometric_tail
from anomaly.incidents.findings import Kept

# What so many users of a unit do alike, and this share of all who were active in it, is its practice.
LEAST_USERS, LEAST_SHARE = 3, 0.25
# Fewer are, where chance would so seldom bring them into one unit; UNV.
SELDOM = 0.01


@dataclass(frozen=True)
class Practice:
    """Signals of one detector about users of one place. kind: unit or agency; name: of it."""

    kind: str
    name: str
    kept: tuple[Kept, ...]


def practices(persons: Sequence[Kept], log: CodedLog) -> tuple[list[Kept], list[Practice]]:
    """Return the signals that stay a person's, and the practices of units, then of agencies.

    Only detectors of a declared practice are read, never one of private conduct. Users did alike when they
    are a quarter of all who were active there; or when three or more of a unit did it in the same weeks
    (their spans share more than half of the days of both), and of all in the log who did it in these weeks so
    many would seldom fall on one place (hypergeometric): three among the hundreds of a large unit are three
    persons. Two, or users of several units, are an event where nobody else in the log did it in these weeks.
    """
    alike: dict[str, list[Kept]] = defaultdict(list)
    for one in persons:
        if one.detector.practice:
            alike[one.detector.name].append(one)
    users = int(np.count_nonzero(counted(log.actions.user, len(log.texts["user"]))))
    taken: set[int] = set()
    found: list[Practice] = []
    for signals in alike.values():
        weeks = np.array([_span(log.actions.day[one.actions]) for one in signals])
        for by, kind in (("place", "unit"), ("agency", "agency")):
            codes = getattr(log.actions, by)
            home: dict[int, list[int]] = defaultdict(list)
            for k, one in enumerate(signals):
                if id(one) not in taken:
                    home[_home(codes[one.actions])].append(k)
            for code in sorted(at for at, ours in home.items() if at >= 0 and len(ours) > 1):
                active = len(np.unique(log.actions.user[codes == code]))
                if len({signals[k].actor for k in home[code]}) >= max(LEAST_USERS, LEAST_SHARE * active):
                    parts = [home[code]]
                else:
                    parts = [
                        part
                        for part, event in _together(home[code], signals, weeks, active, users)
                        if event or (kind == "unit" and len(part) >= LEAST_USERS)
                    ]
                for part in parts:
                    kept = tuple(signals[k] for k in part)
                    taken |= {id(one) for one in kept}
                    found.append(Practice(kind, _named(log, kind, code), kept))
    return [one for one in persons if id(one) not in taken], found


def _together(
    ours: list[int], signals: Sequence[Kept], weeks: NDArray[np.int64], active: int, users: int
) -> Iterator[tuple[list[int], bool]]:
    """Yield which signals of one place, two or more, are of the same weeks and would seldom meet by chance;
    and whether nobody else in the log did it then.

    weeks: (s, 2), first and last day of every signal; active: users of the place; users: of the log.
    """
    left = list(ours)
    while left:
        part = [left.pop(0)]
        for k in part:
            joining = [j for j in left if _same_weeks(weeks[[k]], weeks[[j]])[0]]
            part += joining
            left = [j for j in left if j not in joining]
        then = np.flatnonzero(np.any([_same_weeks(weeks[[k]], weeks) for k in part], axis=0))
        count, everywhere = (len({signals[k].actor for k in some}) for some in (part, then.tolist()))
        if count > 1 and hypergeometric_tail(count, users, everywhere, active)[0] < SELDOM:
            yield sorted(part), count == everywhere


def _span(days: NDArray[np.int32]) -> tuple[int, int]:
    return int(days.min(initial=2**31 - 1)), int(days.max(initial=-(2**31)))


def _same_weeks(one: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which spans, (k, 2), share more than half of all days that they or the one, (1, 2), cover."""
    shared = np.minimum(one[:, 1], others[:, 1]) - np.maximum(one[:, 0], others[:, 0]) + 1
    both = np.maximum(one[:, 1], others[:, 1]) - np.minimum(one[:, 0], others[:, 0]) + 1
    same: NDArray[np.bool_] = 2 * shared > both
    return same


def _home(codes: NDArray[np.int32]) -> int:
    known = codes[codes >= 0]
    return int(np.bincount(known).argmax()) if len(known) else -1


def _named(log: CodedLog, kind: str, code: int) -> str:
    if kind == "agency":
        return str(log.texts["agency"][code])
    agency, unit = log.texts.places[code].tolist()
    names = (
        log.texts["agency"][agency] if agency >= 0 else None,
        log.texts["unit"][unit] if unit >= 0 else None,
    )
    return " · ".join(name for name in names if name)
