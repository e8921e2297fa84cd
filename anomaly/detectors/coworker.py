"""Look-ups of colleagues."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups, own_keys
from anomaly.coding.gather import gather
from anomaly.context import Context
from anomaly.detectors.acquaintance import as_applicants
from anomaly.detectors.comebacks import comebacks
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.nulls import rate_tail
from anomaly.detectors.peers import peering


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "purpose", "case_number", "reason"),
    tables=("users",),
    clears=EXPLAIN_WHOM,
    category="personal use",
    says="{user} looked up {whom} between {first} and {last}; {usual}.",
)
def coworker(users: Groups, context: Context, *, min_days: Days = 2, gap: Minutes = 30) -> Signals:
    """A user comes back to one colleague's record, or goes through many colleagues'.

    Why: Officers of Minnesota viewed a colleague's record some 1,000 times, many at night; officers of 25
        Florida agencies did so to one who had stopped a colleague (Human Rights Watch on a trial in
        Minneapolis, 2019; Legal News, 2014).
    Null: Users come back to a colleague as often as their peers do to any subject whom as many others met,
        with a case number or without (hurdle law, the user left out; users without peers by the law of each
        unit, and the largest p-value counts); colleagues are as large a part of the people a user meets as of
        those the peers meet (beta-binomial; users of units too small to compare are not tested). Each pair of
        user and colleague met, and each user, is one chance.
    Also fires on: An officer who is the victim or a witness; a desk that checks applicants or tests accounts.
    Clears: A call or case with that colleague; purpose J, with an application on file where these are given;
    a test record.
    Evades: One look; asking somebody of another county. What many users do to one colleague, `critics` sees.
    """
    peers, wide = peering(users, context, least=3), peering(users, context)
    everybody, listed, own = _people(users, context)
    others = everybody != own[users.owner]
    about = others & gather(np.append(listed, np.False_), everybody)
    clear = others & users.counted & ~as_applicants(users, context)

    found = comebacks(users, peers, everybody, clear, gap)
    back = np.flatnonzero(listed[found.subject] & found.comparable[found.user] & (found.days >= min_days))
    p_back = found.tail(back)
    back, p_back = back[p_back <= WEAKEST], p_back[p_back <= WEAKEST]

    looker = users.owner[found.met]
    met = np.bincount(looker, minlength=len(users))
    looker = looker[listed[everybody[found.met]]]
    colleagues = np.bincount(looker, minlength=len(users))
    group = np.where(wide.same_work & (met > 0), wide.code, np.int32(-1)).astype(np.int32)
    p_many = rate_tail(colleagues, met, group)
    many = np.flatnonzero((p_many <= WEAKEST) & (colleagues >= min_days))

    user = np.concatenate([found.user[back], many]).astype(np.int32)
    target = np.concatenate([found.subject[back], np.full(len(many), -1)]).astype(np.int32)
    third = found.tail(back, np.full(len(back), 3))
    return Signals.of_chance(
        user,
        np.concatenate([p_back, p_many[many]]),
        tuple(
            users.actions(_of(users, u, t, about, everybody))
            for u, t in zip(user.tolist(), target.tolist(), strict=True)
        ),
        int(found.comparable[looker].sum()) + int((group >= 0).sum()),
        target=target,
        measures={
            "whom": [f"one colleague on {n} different days" for n in found.days[back].tolist()]
            + [f"{colleagues[u]} different colleagues" for u in many.tolist()],
            "usual": [
                f"users of {peers.names[peers.code[u]]} come back to a subject for a third day in "
                f"{1000 * one:.1f} of 1,000 cases"
                for u, one in zip(found.user[back].tolist(), third.tolist(), strict=True)
            ]
            + [_compared(u, colleagues, met, group, wide.names) for u in many.tolist()],
        },
        left_out=wide.left_out,
        standing=Standing(
            "different colleagues looked up",
            np.where(group >= 0, colleagues.astype(float), np.nan),
            group,
            wide.names,
        ),
    )


def _of(
    users: Groups, user: int, target: int, about: NDArray[np.bool_], everybody: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Return the places of a user's look-ups of one colleague, or of all, -1. Both (m,) -> (k,) int64."""
    begin, end = users.starts[user : user + 2]
    some = about[begin:end]
    return np.asarray(
        begin + np.flatnonzero(some if target < 0 else some & (everybody[begin:end] == target)), np.int64
    )


def _people(
    users: Groups, context: Context
) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.int32]]:
    """Say whom each look-up is about: all keys of one row of the roster, a car too, are one person.

    Returns (m,) int32 codes, -1 nobody; (s,) bool, who is on the roster; (g,) int32, the user, -2 unknown.
    """
    keys = own_keys(users.log, context).sort("row", "subject")
    first = keys.group_by("row", maintain_order=True).agg(person=pl.col("subject").first())
    one = keys.join(first, on="row", maintain_order="left").unique(
        "subject", keep="first", maintain_order=True
    )
    count = len(users.log.subjects)
    person = np.append(np.arange(count, dtype=np.int32), np.int32(-1))
    person[one["subject"].to_numpy()] = one["person"].to_numpy()
    listed = np.zeros(count, np.bool_)
    listed[one["person"].to_numpy()] = True
    own = np.full(len(users), -2, np.int32)
    holders = one.filter(pl.col("user") >= 0)
    own[holders["user"].to_numpy()] = holders["person"].to_numpy()
    return gather(person, users["subject"]), listed, own


def _compared(
    user: int,
    colleagues: NDArray[np.int64],
    met: NDArray[np.int64],
    group: NDArray[np.int32],
    names: tuple[str, ...],
) -> str:
    """Say what part of the people looked up are colleagues, for the user and for the peers."""
    others = group == group[user]
    others[user] = False
    usual = colleagues[others].sum() / max(met[others].sum(), 1)
    return (
        f"of {met[user]:,} people looked up that is {100 * colleagues[user] / met[user]:.1f} %, against "
        f"{100 * usual:.1f} % among the others of {names[group[user]]}"
    )
