"""Look-ups of the own record."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding import Groups, own_keys, roster_of
from anomaly.context import Context
from anomaly.detectors.acquaintance import (
    among,
    as_applicants,
    chance_to_meet,
    different,
    of_pairs,
    returns,
)
from anomaly.detectors.contract import Days, Share, Signals, Standing, detector
from anomaly.detectors.household import by_chance
from anomaly.detectors.peers import peering

PLENTY = 5  # days


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "purpose", "reason"),
    tables=("users",),
    clears=("case", "call", "permit", "test record", "training day", "stated test"),
    category="personal use",
    rule="clets-official-business",
    weight=0.25,
    says="{user} looked up the own {what} on {days} different days between {first} and {last}; "
    "{others} of the {listed} users whom the roster knows did so on {least} days or more (of the car alone, "
    "twice as many).",
)
def self_lookup(users: Groups, context: Context, *, min_days: Days = 2, chance: Share = 0.01) -> Signals:
    """A user looks up the own record, on more than one day.

    Why: More than a third of Minnesota's users looked themselves up; a Jacksonville clerk's 25 private
        searches of eight people began so (Pioneer Press on the Minnesota Legislative Auditor, 2013; News4Jax,
        2017). By itself it weighs little, and one such look-up is not listed.
    Null: None: a rule. The own licence, or name with date of birth, or car, was asked for on `min_days` days;
        a day of the car alone weighs half, because a household shares it. It does not count where work
        alone would do it for more than `chance` of users, as often as colleagues meet this person and come
        back to anybody; a car that no row ties to its owner is one more person.
    Also fires on: Trying a new terminal or a new screen with the one record that is at hand; a namesake born
    on the same day.
    Clears: A test record, a reason that says test or training, a call or case the user is a party of, an
    application for employment in criminal justice.
    Evades: Asking a colleague; a name without the date of birth.
    """
    keys = own_keys(users.log, context).filter(pl.col("user") >= 0)
    clear = users.counted & ~as_applicants(users, context)
    certain = keys.filter(pl.col("key") != "plate")
    mine = of_pairs(users, keys["user"].to_numpy(), keys["subject"].to_numpy())
    record = of_pairs(users, certain["user"].to_numpy(), certain["subject"].to_numpy())
    record, open_ = (rows[clear[rows]] for rows in (record, mine))
    days = different(users, "day", open_)
    of_record = different(users, "day", record)
    weight = of_record + 0.5 * (days - of_record)
    often = np.flatnonzero(weight >= min_days)
    user, subject = keys["user"].to_numpy(), keys["subject"].to_numpy()
    rate = -np.log1p(-np.minimum(chance_to_meet(users, clear, user, subject), 1 - 1e-9))
    expected = np.bincount(user, weights=rate, minlength=len(users)).astype(float)
    law = returns(users, peering(users, context, least=3), users["subject"], clear).law
    alone = by_chance(law, often, days[often], expected[often])
    actor = often[alone <= chance].astype(np.int32)
    listed = roster_of(users.log, context).listed
    known = int(listed.sum())
    return Signals.of_rule(
        actor,
        np.minimum(weight[actor] / PLENTY, 1.0),
        tuple(users.actions(among(users, u, mine)) for u in actor.tolist()),
        known,
        measures={
            "days": days[actor],
            "what": ["record" if of_record[u] else "car" for u in actor],
            "others": np.full(len(actor), len(actor)),
            "listed": np.full(len(actor), known),
            "least": np.full(len(actor), min_days),
        },
        standing=Standing(
            "days on the own record",
            np.where(listed, days.astype(float), np.nan),
            np.zeros(len(users), np.int32),
            ("the users whom the roster knows",),
        ),
    )
