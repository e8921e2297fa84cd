"""Minnesota's third rule: users who looked up one sex out of proportion."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.evaluate.baselines.minnesota.chance import surprise
from anomaly.evaluate.baselines.queries import Queries
from anomaly.evaluate.baselines.ranking import by_user
from anomaly.evaluate.listing import Abstained, Listing


def one_sex(log: Queries) -> Listing | Abstained:
    """Rank users by how far the share of women among their look-ups is from that of their peers, either way.

    Source: Minnesota Office of the Legislative Auditor, 2013: 9 % of users. Strongest form: beside the unit's
    own share instead of one half, because most police work meets more men than women, and some units the
    opposite.
    """
    name = "Minnesota: one sex"
    lacking = log.lacks("sex")
    if lacking:
        return Abstained(name, lacking)
    told = log.actions.drop_nulls("sex").select("user", woman=pl.col("sex") == "F")
    users = told["user"].to_numpy()
    count = len(log.users)
    n = np.bincount(users, minlength=count).astype(np.float64)
    women = np.bincount(users[told["woman"].to_numpy()], minlength=count).astype(np.float64)
    group = log.peers.code + 1
    of_peers = np.bincount(group, weights=n)[group] - n
    women_of_peers = np.bincount(group, weights=women)[group] - women
    expected = (women_of_peers + 0.5) / (of_peers + 1.0)
    some = n > 0
    score = np.zeros(count)
    score[some] = surprise(women[some], n[some], expected[some])
    return by_user(name, log, score)
