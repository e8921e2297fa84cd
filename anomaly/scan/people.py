"""How many people stand behind a name: who is few is known by it, and a public edition must not say it."""

from __future__ import annotations

import numpy as np

from anomaly.coding import CodedLog, blocks, counted


def users_of_agencies(log: CodedLog) -> dict[str, int]:
    """Count the different users of each agency of a log, by agency; a user of two agencies counts in both."""
    user, agency = log.actions.user, log.actions.agency
    home = np.full(len(log.texts["user"]) + 1, -1, np.int32)  # the last place is that of no user
    for who, where in zip(blocks(user), blocks(agency), strict=True):
        home[who] = where
    # Nearly everybody has one agency: only the rows elsewhere have to be told apart.
    away = [
        np.unique(np.stack([who[other], where[other]], axis=1), axis=0)
        for who, where in zip(blocks(user), blocks(agency), strict=True)
        if (other := (home[who] != where) & (who >= 0)).any()
    ]
    count = len(log.texts["agency"])
    users = counted(home[:-1], count)
    if away:
        users += counted(np.unique(np.concatenate(away), axis=0)[:, 1], count)
    return {str(name): n for name, n in zip(log.texts["agency"].to_list(), users.tolist(), strict=True) if n}
