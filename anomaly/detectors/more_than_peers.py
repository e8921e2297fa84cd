"""The test that detectors of purposes share: a user does something in more of the look-ups than peers do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import WEAKEST, Signals, Standing
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.purposes import same_work, usual_rate
from anomaly.detectors.since import split


def more_than_peers(
    users: Groups, context: Context, done: NDArray[np.bool_], among: NDArray[np.bool_], statistic: str
) -> Signals:
    """Signal the users of whose look-ups `among`, (m,) bool, more are `done`, (m,) bool, than chance gives.

    Only what nothing explains is counted as done; the signal is about all that is. statistic: the share in
    words. Measures: events, asked, usual, peers. See `rate_tail` for the null.
    """
    owner, count = users.owner, len(users)
    k = np.bincount(owner[done & users.counted], minlength=count)
    n = np.bincount(owner[among], minlength=count)
    group, labels = same_work(users, context)
    group = np.where(n > 0, group, -1).astype(np.int32)
    p = rate_tail(k, n, group)
    actor = np.flatnonzero((k > 0) & (p <= WEAKEST)).astype(np.int32)
    _, actions = split(users, done & users.counted & np.isin(owner, actor), done)
    return Signals.of_chance(
        actor,
        p[actor],
        actions,
        int((group >= 0).sum()),
        measures={
            "events": k[actor],
            "asked": n[actor],
            "usual": usual_rate(k, n, group, actor),
            "peers": [labels[code] for code in group[actor]],
        },
        standing=Standing(
            statistic,
            np.where(group >= 0, np.round(100 * k / np.maximum(n, 1), 2), np.nan),
            group,
            labels,
        ),
    )
