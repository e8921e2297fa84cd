"""Look-ups of people whom the user lives with or is related to."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups, own_keys, roster_of
from anomaly.context import Context
from anomaly.detectors.acquaintance import (
    CROWD,
    among,
    as_applicants,
    chance_to_meet,
    different,
    of_pairs,
    returns,
)
from anomaly.detectors.contract import Days, Share, Signals, Standing, detector
from anomaly.detectors.hurdle import Law
from anomaly.detectors.laws import poisson, poisson_tail
from anomaly.detectors.peers import peering

PLENTY = 5  # days
MOST = 8  # people of one circle whom work brings up; more are counted as certain
AT_HOME = "same address"


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "purpose", "address_key"),
    clears=(
        "case",
        "call",
        "partner",
        "for an officer",
        "permit",
        "test record",
        "training day",
        "service account",
    ),
    category="personal use",
    rule="clets-official-business",
    weight=0.9,
    says="{user} looked up {people} of the own circle ({relations}) on {days} different days between {first} "
    "and {last}, {open_share} % of it unexplained; work alone brings up any of them for {usual} of 1,000 "
    "such users.",
)
def household(users: Groups, context: Context, *, min_days: Days = 2, chance: Share = 0.01) -> Signals:
    """A user looks up a former partner, a relative or somebody of the own household, on several days.

    Why: An officer of Kirkland looked up an ex-husband, one of Edmonds the parents; romantic partners are
        among the forms of misuse that California names (The Columbian, 2016; EFF, 2025).
    Null: None: a rule. Unexplained look-ups on `min_days` days of people who stand in `relations` with the
        user, or live at the user's address by the log or by the roster; five days weigh in full. It does not
        count where work alone would do it for more than `chance` of users: as often as colleagues of the
        agency meet these people, and as often as the unit comes back to anybody.
    Also fires on: A relative who is a genuine party: a victim, a driver in a collision.
    Clears: A call or an open case with that person, an application for employment in criminal justice, a
    supervisor's request.
    Evades: Stopping after one day; a person whom no table ties to the user.
    """
    ties = _ties(users, context)
    if not len(ties):
        return Signals.none(because="no table ties a user to a subject of this log (`relations`, addresses)")
    user, subject = ties["user"].to_numpy(), ties["subject"].to_numpy()
    theirs = of_pairs(users, user, subject)
    clear = users.counted & ~as_applicants(users, context)
    open_ = theirs[clear[theirs]]
    days, people = different(users, "day", open_), different(users, "subject", open_)
    rate = -np.log1p(-np.minimum(chance_to_meet(users, clear, user, subject), 1 - 1e-9))
    expected = np.bincount(user, weights=rate, minlength=len(users)).astype(float)
    law = returns(users, peering(users, context, least=3), users["subject"], clear).law
    often = np.flatnonzero(days >= min_days)
    alone = by_chance(law, often, days[often], expected[often])
    actor = often[alone <= chance].astype(np.int32)
    share = days / np.maximum(different(users, "day", theirs), 1)
    tied = np.isin(np.arange(len(users)), user)
    return Signals.of_rule(
        actor,
        np.minimum(days[actor] / PLENTY, 1.0) * share[actor],
        tuple(users.actions(among(users, u, theirs)) for u in actor.tolist()),
        int(tied.sum()),
        measures={
            "people": ["one person" if people[u] == 1 else f"{people[u]} people" for u in actor],
            "relations": _relations(users, ties, open_, actor),
            "days": days[actor],
            "open_share": np.round(100 * share[actor]),
            "usual": np.round(1000 * -np.expm1(-expected[actor]), 1),
        },
        standing=Standing(
            "days on people of the own circle",
            np.where(tied, days.astype(float), np.nan),
            np.zeros(len(users), np.int32),
            ("the users of whose circle somebody is in the log",),
        ),
    )


def by_chance(
    law: Law, user: NDArray[np.intp], days: NDArray[np.int64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """P(so many days or more on the circle), when work brings up `expected` of its people, by Poisson's law,
    and the user comes back to each as to anybody. All (k,).
    """
    p = np.zeros(len(user))
    for k, (who, total) in enumerate(zip(user.tolist(), days.tolist(), strict=True)):
        tail = law.tail(np.full(total, who), np.arange(1, total + 1))
        exactly = np.append(0.0, tail[:-1] - tail[1:])  # 0 ... total - 1 days on one person
        fewer, below = np.append(1.0, np.zeros(total - 1)), np.ones(MOST + 1)
        for people in range(1, MOST + 1):
            fewer = np.convolve(fewer, exactly)[:total]
            below[people] = fewer.sum()
        p[k] = poisson(np.arange(MOST + 1), expected[k]) @ (1 - below)
    return np.minimum(1.0, p + poisson_tail(MOST + 1, expected))


def _ties(users: Groups, context: Context) -> pl.DataFrame:
    """List who is somebody to whom: user, subject (codes), relation; never the user."""
    own = own_keys(users.log, context)
    roster = roster_of(users.log, context)
    parts = []
    if "relations" in context:
        table = context["relations"]
        parts.append(
            pl.DataFrame(
                {
                    "user": users.log.texts.lookup("user", table["user"]),
                    "subject": users.log.subjects.lookup(table["subject"]),
                    "relation": table["relation"].str.replace_all("_", " ").str.to_lowercase(),
                }
            ).filter(pl.col("relation") != "self")
        )
    lives = pl.DataFrame({"user": np.arange(len(users), dtype=np.int32), "address": roster.address})
    lives = lives.filter(pl.col("address") != 0, pl.len().over("address") <= CROWD)
    subjects = users.log.subjects
    known = pl.DataFrame({"subject": subjects.root, "address": subjects.address})
    colleagues = own.filter((pl.col("user") >= 0) & (pl.col("key") != "plate")).join(lives, on="user")
    living = pl.concat([known, colleagues.select("subject", "address")]).filter(pl.col("address") != 0)
    homes = living.unique().filter(pl.len().over("address") <= CROWD)
    parts.append(lives.join(homes, on="address").select("user", "subject", relation=pl.lit(AT_HOME)))
    ties = pl.concat(parts).filter((pl.col("user") >= 0) & (pl.col("subject") >= 0))
    return (
        ties.join(own.select("user", "subject"), on=["user", "subject"], how="anti")
        .unique(["user", "subject"], keep="first", maintain_order=True)
        .sort("user", "subject")
    )


def _relations(
    users: Groups, ties: pl.DataFrame, open_: NDArray[np.int64], actor: NDArray[np.int32]
) -> list[str]:
    """Name the relations of the people whom each user looked up."""
    seen = pl.DataFrame({"user": users.owner[open_], "subject": users["subject"][open_]}).unique()
    said = seen.join(ties, on=["user", "subject"]).group_by("user").agg(pl.col("relation").unique().sort())
    names = dict(said.iter_rows())
    return [", ".join(names[u]) for u in actor.tolist()]
