"""Use of an account while its holder was on leave."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.acquaintance import different
from anomaly.detectors.contract import Hours, Signals, Standing, detector
from anomaly.detectors.since import split

HOUR = 3_600_000
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
    counted = users.counted
    away, inner, working = (np.zeros(len(counted), np.bool_) for _ in range(3))
    kind = np.full(len(users), "kind not given", object)
    for user, begin, end, said, at_work in leave.iter_rows():
        if at_work:
            working[_places(users, user, begin, end)] = True
            continue
        inside = _places(users, user, begin + margin * HOUR, end)
        away[inside] = True
        inner[_places(users, user, begin + 24 * HOUR, end - 24 * HOUR)] = True
        if said and counted[inside].any():
            kind[user] = said
    away &= ~working
    used = away & counted
    actor, actions = split(users, used, away)
    days, within = different(users, "day", used), different(users, "day", used & inner)
    strength = np.where(within >= 2, 1.0, np.where(days < 2, 0.3, np.where(within == 1, 0.8, 0.5)))
    events = np.bincount(users.owner[used], minlength=len(users))
    absent = np.zeros(len(users), np.bool_)
    absent[leave.filter(~pl.col("at_work"))["user"].to_numpy()] = True
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


def _places(users: Groups, user: int, begin: int, end: int) -> slice:
    """Find the places of a user's look-ups from `begin` until before `end`, ms."""
    mine = users["time"][users.starts[user] : users.starts[user + 1]]
    low, high = np.searchsorted(mine, (begin, end))
    return slice(int(users.starts[user] + low), int(users.starts[user] + max(low, high)))


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
