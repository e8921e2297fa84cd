"""Two people who belong together, looked up again and again by one user."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.acquaintance import CROWD, of_pairs, returns
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.hurdle import law_of_peers
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.peers import peering

MOST = 16  # days told apart


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "address_key"),
    clears=EXPLAIN_WHOM,
    category="personal use",
    says="{user} came back to two people who belong together ({tie}), to each on {days} days or more between "
    "{first} and {last}; of 1,000 such couples to both of whom users of {peers} come back, {usual} bring "
    "them back for a third day each.",
)
def linked_pair(users: Groups, context: Context, *, min_days: Days = 3, gap: Minutes = 30) -> Signals:
    """A user comes back to two people who belong together, and no case says why.

    Why: A Milwaukee officer is charged with running the plates of a former partner and of that person's new
        partner, 55 and 124 times in two months (Urban Milwaukee, 2026).
    Null: Couples whom a user came back to: at one address, in one case or call, in the user's own relations,
        or looked up on the same day, twice. The days on the less looked-up of the two
        follow the law of the couples of the unit's peers, the user left out (negative binomial). Users of
        units too small to compare are not tested.
    Also fires on: Domestic violence: the victim and the respondent, for months; a landlord's dispute.
    Clears: An open case or a call with both.
    Evades: One of the two only, which `repeated_lookups` sees; two whom nothing in log or tables ties.
    """
    peers = peering(users, context, least=3)
    found = returns(users, peers, users["subject"], users.counted, gap)
    back = found.days >= 2
    user, subject, days = found.user[back], found.subject[back], found.days[back]
    couples = _couples(users, context, user, subject)
    if not couples.height:
        return Signals.none()
    seen = pl.DataFrame({"user": user, "one": subject, "days": days})
    rows = (
        couples.join(seen, on=["user", "one"])
        .join(seen.rename({"one": "other", "days": "days_other"}), on=["user", "other"])
        .with_columns(both=pl.min_horizontal("days", "days_other"))
        .sort("user", "both", "one", "other", descending=[False, True, False, False])
    )
    rows = rows.filter(_apart(rows))
    who, both = rows["user"].to_numpy(), rows["both"].to_numpy()
    at_least = np.zeros((len(users), MOST), np.int64)
    np.add.at(at_least, (who, np.minimum(both, MOST) - 1), 1)
    at_least = at_least[:, ::-1].cumsum(axis=1)[:, ::-1]
    law = law_of_peers(at_least, at_least, np.ones(len(users)), np.maximum(peers.code, 0), peers.kin)
    p = law.tail(who, both)
    comparable = peers.same_work[who]
    listed = np.flatnonzero((p <= WEAKEST) & comparable & (both >= min_days))
    third = law.tail(who[listed], np.full(len(listed), 3))
    most = np.zeros(len(users))
    np.maximum.at(most, who, both.astype(float))
    return Signals.of_chance(
        who[listed].astype(np.int32),
        p[listed],
        tuple(
            users.actions(of_pairs(users, np.full(2, u), np.array([a, b])))
            for u, a, b in rows[listed.tolist()].select("user", "one", "other").iter_rows()
        ),
        int(comparable.sum()),
        measures={
            "tie": rows["tie"].gather(listed).to_list(),
            "days": both[listed],
            "peers": [peers.names[peers.code[u]] for u in who[listed]],
            "usual": np.round(1000 * third, 1),
        },
        left_out=peers.left_out,
        standing=Standing("most days on both of a couple", most, peers.code, peers.names),
    )


def _apart(couples: pl.DataFrame) -> pl.Series:
    """Mark the couples of which each person stands in one, the first: four people of one case are two
    couples, not six.
    """
    taken: set[tuple[int, int]] = set()
    kept = []
    for user, one, other in couples.select("user", "one", "other").iter_rows():
        free = not {(user, one), (user, other)} & taken
        kept.append(free)
        if free:
            taken |= {(user, one), (user, other)}
    return pl.Series(kept, dtype=pl.Boolean)


def _couples(
    users: Groups, context: Context, user: NDArray[np.int32], subject: NDArray[np.int32]
) -> pl.DataFrame:
    """List the couples among whom each user came back to: user, one, other (codes, one < other), tie."""
    pairs = pl.DataFrame({"user": user, "subject": subject})
    parts = [_together(users, pairs)]
    for words, ties in _ties(users, context):
        tied = pairs.join(ties, on="subject")
        if "of" in ties.columns:
            tied = tied.filter(pl.col("of") == pl.col("user"))
        parts.append(_paired(tied.select("user", "subject", "key"), ["user", "key"], words))
    return pl.concat(parts).unique(["user", "one", "other"], keep="first", maintain_order=True)


def _paired(rows: pl.DataFrame, by: list[str], words: str, also: Sequence[str] = ()) -> pl.DataFrame:
    """Pair the subjects that share a key; a crowd pairs nobody. also: columns of `by` that are kept."""
    small = rows.unique().filter(pl.len().over(by) <= CROWD)
    pairs = small.join(small, on=by, suffix="_other").filter(pl.col("subject") < pl.col("subject_other"))
    columns = ("user", *also, "one", "other")
    named = pairs.rename({"subject": "one", "subject_other": "other"}).select(columns)
    return named.unique().sort(columns).with_columns(tie=pl.lit(words))


def _ties(users: Groups, context: Context) -> list[tuple[str, pl.DataFrame]]:
    """List what ties subjects: words, and a table of subject (code) and key; `of`: true for that user."""
    lookup = users.log.subjects.lookup
    ties = []
    address = users.log.subjects.address
    if users.has("address_key") and (address != 0).any():
        known = np.flatnonzero(address != 0)
        root = users.log.subjects.root[known]
        ties.append(("one address", pl.DataFrame({"subject": root, "key": address[known]})))
    for words, table, key in (
        ("one case", "case_people", "case_number"),
        ("one call", "call_people", "call_id"),
    ):
        if table in context:
            people = context[table]
            ties.append((words, pl.DataFrame({"subject": lookup(people["subject"]), "key": people[key]})))
    if "relations" in context:
        related = context["relations"]
        of = users.log.texts.lookup("user", related["user"])
        codes = lookup(related["subject"])
        ties.append(("both tied to the user", pl.DataFrame({"subject": codes, "key": of, "of": of})))
    small = (
        (words, table.unique().filter(pl.col("subject") >= 0).filter(pl.len().over("key") <= CROWD))
        for words, table in ties
    )
    return [(words, table) for words, table in small if table.height]


def _together(users: Groups, pairs: pl.DataFrame) -> pl.DataFrame:
    """List the couples both of whom were looked up on one day, on two days or more; a day with a crowd of
    people who are come back to tells nothing.
    """
    mine = of_pairs(users, pairs["user"].to_numpy(), pairs["subject"].to_numpy()) & users.counted
    seen = pl.DataFrame(
        {"user": users.owner[mine], "subject": users["subject"][mine], "key": users["day"][mine]}
    )
    days = _paired(seen, ["user", "key"], "looked up together", ["key"])
    return (
        days.group_by("user", "one", "other", "tie")
        .len()
        .filter(pl.col("len") >= 2)
        .drop("len")
        .sort("user", "one", "other")
    )
