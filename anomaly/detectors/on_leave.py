"""Use of an account while its holder was on leave."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.coding.local import DAY, HOUR
from anomaly.context import Context
from anomaly.detectors.acquaintance import different
from anomaly.detectors.contract import Hours, Signals, Standing, detector
from anomaly.detectors.purposes import marked_at
from anomaly.detectors.since import first_since, places_between, split_some
from anomaly.detectors.tally import those

# Kinds of leave during which people work: at a desk, in a course, in court, on loan, by arrangement.
AT_WORK = (
    r"(?i)\b(light|modif|restricted|limited|alternat|desk|training|course|academy|conference|court|detail\b|loan"
    r"|telework|remote|work(ing)? from|on.?call|stand.?by|authori[sz]ed)"
)


@detector(
    group="user",
    tables=("leave",),
    clears=("on duty", "test record", "service account"),
    category="access control",
    rule="leave",
    weight=0.9,
    says="The account {user} was used {events} times on {days} days between {first} and {last}, while "
    "its holder was on leave ({kind}).",
)
def on_leave(users: Groups, context: Context, *, margin: Hours = 12) -> Signals:
    """An account is used while its holder is on leave or suspended.

    Why: Nobody works for the agency on leave or under suspension, so no look-up then has an official purpose;
        what remains is private use, or somebody else's hand (patterns of misuse, no published case).
    Null: None: a rule. A look-up counts when it lies within an entry of the `leave` table, `margin` hours
        after its start (a night shift ends on the first day of a leave), before its end. One day, or only
        days at the edges of a leave, weighs less: leave is cut short and rosters lag.
    Also fires on: A leave that was cancelled and not corrected; a call-out; court on a day off.
    Clears: A kind of leave that is work (light or modified duty, training, court); a shift or overtime entry
    for those hours.
    Evades: A colleague's open session.
    """
    leave = _leaves(users, context)
    user, begin, end, at_work = (leave[name].to_numpy() for name in ("user", "start", "end", "at_work"))
    ends = first_since(users, user, end)
    low = first_since(users, user, np.where(at_work, begin, begin + margin * HOUR))
    inner = places_between(*(first_since(users, user, at)[~at_work] for at in (begin + DAY, end - DAY)))
    inside, counted = those(users, partial(marked_at, places=places_between(low[~at_work], ends[~at_work])))
    working = np.isin(inside.places, places_between(low[at_work], ends[at_work]))
    away, used = inside.places[~working], inside.places[~working & counted]
    actor, actions = split_some(users, used, away)
    before, until = (np.searchsorted(inside.places[counted], at) for at in (low, ends))
    kind = _kinds(leave, before, until, len(users))
    days, within = (different(users, "day", some) for some in (used, used[np.isin(used, inner)]))
    strength = np.where(within >= 2, 1.0, np.where(days < 2, 0.3, np.where(within == 1, 0.8, 0.5)))
    events = np.bincount(users.owner[used], minlength=len(users))
    absent = np.zeros(len(users), np.bool_)
    absent[user[~at_work]] = True
    return Signals.of_rule(
        actor,
        strength[actor],
        actions,
        int(absent.sum()),
        measures={"events": events[actor], "days": days[actor], "kind": kind[actor].tolist()},
        standing=Standing(
            "look-ups on leave",
            np.where(absent, events.astype(float), np.nan),
            np.zeros(len(users), np.int32),
            ("the users with leave in the table",),
        ),
    )


def _kinds(
    leave: pl.DataFrame, low: NDArray[np.int64], high: NDArray[np.int64], count: int
) -> NDArray[np.object_]:
    """Say on what kind of leave each user was at a look-up, the latest that is said, (count,) of str.

    low, high: (k,) how many look-ups that count lie before the leave, and before its end.
    """
    kind = np.full(count, "kind not given", object)
    used = leave.filter(pl.Series(high > low, dtype=pl.Boolean) & ~pl.col("at_work"), pl.col("kind") != "")
    kind[used["user"].to_numpy()] = used["kind"].to_list()
    return kind


def _leaves(users: Groups, context: Context) -> pl.DataFrame:
    """List the leaves of users of the log: user (code), start and end (ms), kind, at_work."""
    table = context["leave"]
    return (
        table.with_columns(user=pl.Series(users.log.texts.lookup("user", table["user"])))
        .filter(pl.col("user") >= 0)
        .select(
            "user",
            pl.col("start").to_physical().cast(pl.Int64),
            pl.col("end").to_physical().cast(pl.Int64),
            "kind",
            at_work=pl.col("kind").fill_null("").str.contains(AT_WORK),
        )
        .sort("user", "start", "end", "kind")
    )
