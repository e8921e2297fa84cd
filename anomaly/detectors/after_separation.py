"""Use of an account after its holder left."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

from anomaly.coding import Groups
from anomaly.coding.local import DAY
from anomaly.context import Context
from anomaly.detectors.contract import Days, Signals, Standing, detector
from anomaly.detectors.purposes import marked_at
from anomaly.detectors.since import first_since, places_between, split_some
from anomaly.detectors.tally import those

PAY_PERIOD = 14  # days by which a roster may lag behind who sits at the desk; UNV


@detector(
    group="user",
    tables=("users",),
    clears=("on duty", "call", "test record"),
    category="access control",
    rule="david-separation",
    weight=0.95,
    says="The account {user} was used {events} times between {first} and {last}, though its holder "
    "left on {left}.",
)
def after_separation(users: Groups, context: Context, *, grace: Days = 1) -> Signals:
    """An account is used after its holder's employment ended.

    Why: Minnesota's auditor found some 20 accounts of former employees in use; Florida requires removal
        within five working days (CBS Minnesota on the Legislative Auditor, 2013; the DAVID memorandum).
    Null: None: a rule. A look-up counts when its local day lies more than `grace` days past the day of
        separation, and before any later day of hiring by more than two weeks: whoever was given the account
        may have begun a pay period before the roster knew.
    Also fires on: A rehired or reserve officer, a roster that lags, an account number given to somebody else.
    Clears: A shift or call of that login, for somebody was at work under it; a corrected roster; the record
        of the account's new holder.
    Evades: A colleague's open session.
    """
    roster = context["users"].select("user", "hired", "separated").filter(pl.col("separated").is_not_null())
    # A person rehired has a later day of hiring, on the same row or on another.
    hired = context["users"].group_by("user").agg(rehired=pl.col("hired").max())
    left = (
        pl.DataFrame({"user": users.labels()})
        .join(
            roster.group_by("user").agg(pl.col("separated").max()),
            on="user",
            how="left",
            maintain_order="left",
        )
        .join(hired, on="user", how="left", maintain_order="left")
        .with_columns(again=pl.when(pl.col("rehired") > pl.col("separated")).then("rehired"))
    )
    separated = left["separated"].to_physical().fill_null(2**31 - 1).to_numpy().astype(np.int64)
    again = left["again"].to_physical().fill_null(2**31 - 1).to_numpy().astype(np.int64)
    user = np.flatnonzero(left["separated"].is_not_null().to_numpy())
    # A local day begins less than a day before that of UTC.
    since = first_since(users, user, (separated[user] + grace) * DAY)
    some, counted = those(users, partial(marked_at, places=places_between(since, users.starts[user + 1])))
    owner, day = some.owner, some["day"]
    late = (day > separated[owner] + grace) & (day < again[owner] - PAY_PERIOD) & counted
    late &= some["time"] < users.log.policy.rule("david-separation").span()[1]
    events = np.bincount(owner[late], minlength=len(users))
    actor, actions = split_some(users, some.places[late], some.places[late])
    return Signals.of_rule(
        actor,
        0.9,
        actions,
        len(users),
        measures={
            "events": events[actor],
            "left": [
                str(np.datetime64(int(separated[a]) * DAY, "ms").astype("datetime64[D]")) for a in actor
            ],
        },
        standing=Standing(
            "look-ups after separation",
            np.where(left["separated"].is_not_null().to_numpy(), events.astype(float), np.nan),
            np.zeros(len(users), np.int32),
            ("the users with a day of separation",),
        ),
    )
