"""Habits counted as so many of so many: a user's against those of peers, the strangest of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.detectors.contract import WEAKEST, Signals, Standing
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import Peering


@dataclass(frozen=True)
class Rate:
    """One habit: what was seen (with `{times}` and `{chances}`), the rows that show it, (m,) bool, and how
    often of how many chances each user did it, (g,) int64 both.
    """

    words: str
    rows: NDArray[np.bool_]
    times: NDArray[np.int64]
    chances: NDArray[np.int64]


def strangest(users: Groups, peers: Peering, habits: Sequence[Rate], statistic: str) -> Signals:
    """Compare each user's habits with the peers' (`rate_tail`); the least p-value counts, times their number.

    Users of units too small to compare are not tested. Measures: `seen`, the habits that stand out, with the
    rate of the others. statistic: of the first habit, in words.
    """
    code = np.where(peers.same_work, peers.code, np.int32(-1)).astype(np.int32)
    if not (code >= 0).any():
        return Signals.none(because="no unit has 8 users to compare")
    each = np.array([rate_tail(one.times, one.chances, code) for one in habits])
    p = np.minimum(len(habits) * each.min(axis=0), 1.0)
    tested = (code >= 0) & (np.sum([one.chances for one in habits], axis=0) > 0)
    said = [_said(one, code) for one in habits]
    actor = np.flatnonzero(tested & (p <= WEAKEST)).astype(np.int32)
    actions, seen = [], []
    for user in actor.tolist():
        plain = [k for k, chance in enumerate(each[:, user].tolist()) if chance <= WEAKEST]
        part = slice(users.starts[user], users.starts[user + 1])
        rows = np.any([habits[k].rows[part] for k in plain], axis=0)
        actions.append(users.actions(users.starts[user] + np.flatnonzero(rows)))
        seen.append(" and ".join(said[k](user) for k in plain))
    first = habits[0]
    return Signals.of_chance(
        actor,
        p[actor],
        tuple(actions),
        int(tested.sum()),
        measures={"seen": seen, "peers": [peers.names[c] for c in code[actor]]},
        left_out=peers.left_out,
        standing=Standing(
            statistic,
            np.where(tested & (first.chances > 0), first.times.astype(float), np.nan),
            code,
            peers.names,
        ),
    )


def _said(one: Rate, code: NDArray[np.int32]) -> Callable[[int], str]:
    """Return what tells a habit of one user, beside the others of the group. code: (g,) int32, the groups."""
    times, chances = (np.bincount(code + 1, each) for each in (one.times, one.chances))

    def say(user: int) -> str:
        n, of = int(one.times[user]), int(one.chances[user])
        usual = 100 * int(times[code[user] + 1] - n) / max(int(chances[code[user] + 1] - of), 1)
        words = one.words.format(times=f"{n:,}", chances=f"{of:,}")
        return f"{words} (the others: {usual:.2g} %)"

    return say


def with_measures(signals: Signals, **more: Sequence[Any]) -> Signals:
    """Add measures to signals."""
    measures: Mapping[str, Any] = {**signals.measures, **more}
    return Signals(**{**vars(signals), "measures": measures})
