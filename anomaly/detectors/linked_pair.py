"""Two people who belong together, looked up again and again by one user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.acquaintance import CROWD
from anomaly.detectors.case_work import numbers_given
from anomaly.detectors.comebacks import Comebacks, comebacks
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.hurdle import law_of_peers
from anomaly.detectors.laws import hypergeometric_tail
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.pairs import MOST, count_each
from anomaly.detectors.peers import Peering, peering

BY_CHANCE = 0.05  # days together that chance alone brings about as often as this tie nobody


@detector(
    group="user",
    needs=("subject",),
    uses=("agency", "unit", "address_key", "case_number", "reason"),
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
        or looked up on the same day, twice and more often than chance would have it (hypergeometric). The
        days on the less looked-up of the two follow the law of the couples of the unit's peers, the user left
        out, those under case numbers that of all such couples (negative binomial); and neither was come back
        to for more days than such people alone are, whatever ties the two. The larger p-value counts. Users
        of units too small to compare are not tested.
    Also fires on: Domestic violence: the victim and the respondent, for months; a landlord's dispute.
    Clears: An open case or a call with both.
    Evades: One of the two only, which `repeated_lookups` sees; two whom nothing in log or tables ties.
    """
    peers = peering(users, context, least=3)
    found = comebacks(users, peers, users["subject"], users.counted, gap)
    couples = _couples(users, context, found)
    if not couples.height:
        return Signals.none()
    seen = pl.DataFrame(
        {"user": found.user, "one": found.subject, "days": found.days, "case": found.numbered}
    ).with_row_index("pair")
    rows = (
        couples.join(seen, on=["user", "one"])
        .join(seen.rename({"one": "other"}), on=["user", "other"], suffix="_other")
        .with_columns(
            both=pl.min_horizontal("days", "days_other"), case=pl.col("case") | pl.col("case_other")
        )
        .sort("user", "both", "one", "other", descending=[False, True, False, False])
    )
    rows = rows.filter(_apart(rows))
    who, both, case, *pairs = (
        rows[name].to_numpy() for name in ("user", "both", "case", "pair", "pair_other")
    )
    p, third = _by_couples(who, both, case, peers)
    alone = (found.tail(each, both) / found.tail(each, np.full(len(each), 2)) for each in pairs)
    p = np.maximum(p, np.minimum(*alone))
    comparable = peers.same_work[who]
    listed = np.flatnonzero((p <= WEAKEST) & comparable & (both >= min_days))
    most = np.zeros(len(users))
    np.maximum.at(most, who, both.astype(float))
    return Signals.of_chance(
        who[listed].astype(np.int32),
        p[listed],
        tuple(
            users.actions(np.sort(np.concatenate(found.look_ups(np.array(both_of)))))
            for both_of in rows[listed.tolist()].select("pair", "pair_other").iter_rows()
        ),
        int(comparable.sum()),
        measures={
            "tie": rows["tie"].gather(listed).to_list(),
            "days": both[listed],
            "peers": [peers.names[peers.code[u]] for u in who[listed]],
            "usual": np.round(1000 * third[listed], 1),
        },
        left_out=peers.left_out,
        standing=Standing("most days on both of a couple", most, peers.code, peers.names),
    )


def _by_couples(
    who: NDArray[np.int32], both: NDArray[np.int64], case: NDArray[np.bool_], peers: Peering
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P(both on so many days), and on three, by the law of couples under case numbers, and of others.

    who: (k,) int32; both: (k,) int64 days, 2 at least; case: (k,) bool. Returns two (k,) float64.
    """
    count = len(peers.code)
    everyone = np.zeros(count, np.int32)
    p, third = np.ones(len(who)), np.ones(len(who))
    for kind, group, kin in ((case, everyone, everyone), (~case, np.maximum(peers.code, 0), peers.kin)):
        mine = np.flatnonzero(kind)
        at_least = np.zeros((count, MOST), np.int64)
        np.add.at(at_least, (who[mine], np.minimum(both[mine], MOST) - 1), 1)
        at_least = at_least[:, ::-1].cumsum(axis=1)[:, ::-1]
        law = law_of_peers(at_least, at_least, np.ones(count), group, kin)
        law = replace(law, again=np.ones(count))  # a couple is one that was come back to
        p[mine] = law.tail(who[mine], both[mine])
        third[mine] = law.tail(who[mine], np.full(len(mine), 3))
    return p, third


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


def _couples(users: Groups, context: Context, found: Comebacks) -> pl.DataFrame:
    """List the couples among whom each user came back to: user, one, other (codes, one < other), tie."""
    pairs = pl.DataFrame({"user": found.user, "subject": found.subject})
    parts = [_together(users, found)]
    for words, ties in _ties(users, context, found.subject):
        tied = pairs.join(ties, on="subject")
        if "of" in ties.columns:
            tied = tied.filter(pl.col("of") == pl.col("user"))
        parts.append(_paired(tied.select("user", "subject", "key"), ["user", "key"], words))
    return pl.concat(parts).unique(["user", "one", "other"], keep="first", maintain_order=True)


def _paired(rows: pl.DataFrame, by: list[str], words: str, also: Sequence[str] = ()) -> pl.DataFrame:
    """Pair the subjects that share a key; a crowd pairs nobody. also: columns of `by` that are kept."""
    small = rows.unique().filter(pl.len().over(by).is_between(2, CROWD))
    pairs = small.join(small, on=by, suffix="_other").filter(pl.col("subject") < pl.col("subject_other"))
    columns = ("user", *also, "one", "other")
    named = pairs.rename({"subject": "one", "subject_other": "other"}).select(columns)
    return named.unique().sort(columns).with_columns(tie=pl.lit(words))


def _ties(users: Groups, context: Context, met: NDArray[np.int32]) -> list[tuple[str, pl.DataFrame]]:
    """List what ties subjects: words, and a table of subject (code) and key; `of`: true for that user.

    met: (k,) int32, the subjects of whom two are sought: what has but one of them ties nobody.
    """
    lookup = users.log.subjects.lookup
    ties = []
    address, root = users.log.subjects.address, users.log.subjects.root
    if users.has("address_key") and (address != 0).any():
        known = np.flatnonzero((address != 0) & (root == np.arange(len(root))))
        ties.append(("one address", pl.DataFrame({"subject": root[known], "key": address[known]})))
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
    asked = np.zeros(len(root) + 1, np.bool_)
    asked[met] = True
    small = (
        (
            words,
            table.with_columns(asked=asked[table["subject"].to_numpy()])
            .filter(pl.col("asked").sum().over("key") >= 2)
            .drop("asked")
            .unique()
            .filter(pl.col("subject") >= 0)
            .filter(pl.len().over("key") <= CROWD),
        )
        for words, table in ties
    )
    return [(words, table) for words, table in small if table.height]


def _together(users: Groups, found: Comebacks) -> pl.DataFrame:
    """List the couples both of whom were looked up on one day, on two days or more, and on more than chance
    would bring together; a day with a crowd of people who are come back to tells nothing.

    Two people of two cases, 13 and 15 days each, meet on two of a user's 150 days as likely as not: the
    overlap is judged as if the days of each were drawn from the user's (hypergeometric). Where most look-ups
    of each bear a number, and not the same, they are of two cases.
    """
    mine = found.counted_look_ups()
    seen = pl.DataFrame(
        {"user": users.owner[mine], "subject": users["subject"][mine], "key": users["day"][mine]}
    ).unique()
    worked = np.concatenate(users.each(_days_worked))
    own = seen.group_by("user", "subject").len("days")
    couples = (
        _paired(seen, ["user", "key"], "looked up together", ["key"])
        .group_by("user", "one", "other", "tie")
        .len("together")
        .filter(pl.col("together") >= 2)
        .join(own.rename({"subject": "one"}), on=["user", "one"])
        .join(own.rename({"subject": "other"}), on=["user", "other"], suffix="_other")
        .sort("user", "one", "other")
    )
    together, one, other, user = (
        couples[name].to_numpy().astype(np.int64) for name in ("together", "days", "days_other", "user")
    )
    chance = hypergeometric_tail(together, worked[user], one, other)
    tied = couples.filter(pl.Series(chance <= BY_CHANCE, dtype=pl.Boolean))
    number = _main_numbers(users, mine)
    theirs = tied.join(number.rename({"subject": "one"}), on=["user", "one"], how="left").join(
        number.rename({"subject": "other"}), on=["user", "other"], how="left", suffix="_other"
    )
    of_two_cases = pl.col("number").ne(pl.col("number_other")).fill_null(value=False)
    return theirs.filter(~of_two_cases).select("user", "one", "other", "tie").sort("user", "one", "other")


def _days_worked(part: Groups) -> NDArray[np.int64]:
    """Count the days of each user of a part, (g,) int64."""
    opened = np.append(True, np.diff(part["day"]) != 0)[: part.starts[-1]]
    opened[part.starts[:-1][np.diff(part.starts) > 0]] = True
    return count_each(part.starts, opened)


def _main_numbers(users: Groups, rows: NDArray[np.int32]) -> pl.DataFrame:
    """Find the case number that most look-ups of a pair bear: user, subject, number. rows: (k,) int64."""
    given = pl.DataFrame(
        {
            "user": users.owner[rows],
            "subject": users["subject"][rows],
            "number": numbers_given(users)[0][rows],
        }
    )
    counted = given.group_by("user", "subject", "number").len("times")
    most = counted.filter(2 * pl.col("times") > pl.col("times").sum().over("user", "subject"))
    return most.filter(pl.col("number") >= 0).select("user", "subject", "number")
