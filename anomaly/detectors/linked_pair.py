"""Two people who belong together, looked up again and again by one user."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups, drivers_of
from anomaly.coding.gather import distinct, read_only
from anomaly.coding.hashes import hashes_of
from anomaly.context import Context
from anomaly.detectors.acquaintance import CROWD
from anomaly.detectors.case_work import numbers_given
from anomaly.detectors.comebacks import Comebacks, comebacks
from anomaly.detectors.contract import WEAKEST, Days, Minutes, Signals, Standing, detector
from anomaly.detectors.hurdle import law_of_peers
from anomaly.detectors.laws import hypergeometric_tail
from anomaly.detectors.lookers import places_of
from anomaly.detectors.met import EXPLAIN_WHOM
from anomaly.detectors.pairs import MOST, Pairs, sum_each
from anomaly.detectors.peers import Peering, peering

BY_CHANCE = 0.05  # days together that chance alone brings about as often as this tie nobody
TIES = ("looked up together", "one address", "one case", "one call", "both tied to the user")


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
    couples, tie = _couples(users, context, found)
    if not len(tie):
        return Signals.none()
    both, case = found.days[couples].min(axis=0), np.logical_or(*found.numbered[couples])
    one, other = found.subject[couples]
    order = np.lexsort((other, one, -both, found.user[couples[0]]))
    order = order[np.array(_apart(*couples[:, order].tolist()))]
    couples, both, case = couples[:, order], both[order], case[order]
    who = found.user[couples[0]]
    p, third = _by_couples(who, both, case, peers)
    comparable = peers.same_work[who]
    listed = np.flatnonzero((p <= WEAKEST) & comparable & (both >= min_days))
    days = np.stack([both[listed], np.full(len(listed), 2)], axis=1)
    alone = (found.tail(each[listed], days).T for each in couples)
    p[listed] = np.maximum(p[listed], np.minimum(*(more / back for more, back in alone)))
    listed = listed[p[listed] <= WEAKEST]
    most = np.zeros(len(users))
    np.maximum.at(most, who, both.astype(float))
    return Signals.of_chance(
        who[listed],
        p[listed],
        tuple(
            np.sort(np.concatenate(of)) for of in zip(*map(found.actions, couples[:, listed]), strict=True)
        ),
        int(comparable.sum()),
        measures={
            "tie": [TIES[words] for words in tie[order][listed].tolist()],
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


def _apart(one: list[int], other: list[int]) -> list[int]:
    """Choose the couples of which each person stands in one, the first: four people of one case are two
    couples, not six.
    """
    taken: set[int] = set()
    kept = []
    for place, couple in enumerate(zip(one, other, strict=True)):
        if couple[0] not in taken and couple[1] not in taken:
            kept.append(place)
            taken.update(couple)
    return kept


def _couples(
    users: Groups, context: Context, found: Comebacks
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the couples among whom each user came back to, (2, k) places in `found`, the subject of the
    smaller code first; and what ties each, (k,) int64, the first of TIES. Somebody and the car that this
    person shares with others are no two people.
    """
    pairs = pl.DataFrame({"user": found.user, "subject": found.subject}).with_row_index("pair")
    parts = [_together(users, found)]
    for words, ties in _ties(users, context, found.subject):
        tied = pairs.join(ties, on="subject")
        if "of" in ties.columns:
            tied = tied.filter(pl.col("of") == pl.col("user"))
        parts.append(_paired(tied.select("user", "subject", "key", "pair"), words))
    couples = pl.concat(parts).unique(["one", "other"], keep="first", maintain_order=True)
    driven, subject = drivers_of(users.log), found.subject[couples.select("one", "other").to_numpy()]
    keys = np.sort(driven.to_numpy(), axis=1).astype(np.int64) @ [1 << 32, 1]
    couples = couples.filter(~np.isin(np.sort(subject, axis=1).astype(np.int64) @ [1 << 32, 1], keys))
    return couples.select("one", "other").to_numpy().T, couples["tie"].to_numpy()


def _paired(rows: pl.DataFrame, words: int) -> pl.DataFrame:
    """Pair the subjects of one user that share a key; a crowd pairs nobody."""
    by = ["user", "key"]
    small = rows.unique().filter(pl.len().over(by).is_between(2, CROWD))
    pairs = small.join(small, on=by, suffix="_other").filter(pl.col("subject") < pl.col("subject_other"))
    named = pairs.select(
        pl.col("pair").cast(pl.Int64).alias("one"), pl.col("pair_other").cast(pl.Int64).alias("other")
    )
    return named.unique().with_columns(tie=pl.lit(words, pl.Int64))


def _ties(users: Groups, context: Context, met: NDArray[np.int32]) -> list[tuple[int, pl.DataFrame]]:
    """List what ties subjects: the place of the words in TIES, and a table of subject (code) and key; `of`:
    true for that user.

    met: (k,) int32, the subjects of whom two are sought: what has but one of them ties nobody.
    """
    lookup = users.log.subjects.lookup
    ties = []
    address, root = users.log.subjects.address, users.log.subjects.root
    if users.has("address_key") and (address != 0).any():
        known = np.flatnonzero((address != 0) & (root == np.arange(len(root))))
        ties.append((1, pl.DataFrame({"subject": root[known], "key": address[known]})))
    for words, table, key in (
        (2, "case_people", "case_number"),
        (3, "call_people", "call_id"),
    ):
        if table in context:
            listed = context[table].filter(pl.Series(_seem_shared(context[table][key])))
            ties.append((words, pl.DataFrame({"subject": lookup(listed["subject"]), "key": listed[key]})))
    if "relations" in context:
        related = context["relations"]
        of = users.log.texts.lookup("user", related["user"])
        codes = lookup(related["subject"])
        ties.append((4, pl.DataFrame({"subject": codes, "key": of, "of": of})))
    asked = np.zeros(len(root) + 1, np.bool_)
    asked[met] = True
    small = []
    for words, tie in ties:
        people = tie.filter(pl.col("subject") >= 0)
        sought = people.filter(asked[people["subject"].to_numpy()]).group_by("key").len()
        several = people.join(sought.filter(pl.col("len") >= 2), on="key", how="semi").unique()
        small.append((words, several.filter(pl.len().over("key") <= CROWD)))
    return [(words, table) for words, table in small if table.height]


def _seem_shared(keys: pl.Series) -> NDArray[np.bool_]:
    """Mark the keys, (n,) String -> (n,) bool, that another row has, too, and few others: to find just those
    takes ten times as long, 0.2 s for a million calls.
    """
    bits = min((2 * len(keys)).bit_length(), 22)
    place, row = (
        (hashes_of(keys) >> np.uint64(64 - bits)).astype(np.int32),
        np.arange(len(keys), dtype=np.int32),
    )
    last, shared = np.zeros(1 << bits, np.int32), np.zeros(1 << bits, np.bool_)
    last[place] = row
    shared[place[last[place] != row]] = True
    return np.asarray(shared[place])


def _together(users: Groups, found: Comebacks) -> pl.DataFrame:
    """List the couples both of whom were looked up on one day, on two days or more, and on more than chance
    would bring together; a day with a crowd of people who are come back to tells nothing.

    Two people of two cases, 13 and 15 days each, meet on two of a user's 150 days as likely as not: the
    overlap is judged as if the days of each were drawn from the user's (hypergeometric). Where most look-ups
    of each bear a number, and not the same, they are of two cases.
    """
    pairs, place = found.told.pairs, np.zeros(len(found.told.pairs), np.int64)
    came_back = np.zeros(len(pairs), np.bool_)
    came_back[found.back], place[found.back] = True, np.arange(len(found.back))
    counts = found.told.counted[pairs.rows] & np.repeat(came_back, np.diff(pairs.starts))
    one, other, together, own = kernels.on_same_days(pairs.user, pairs.starts, pairs.day, counts, CROWD, 2)
    worked = np.concatenate(users.each(_days_worked))
    chance = hypergeometric_tail(together, worked[pairs.user[one]], own[one], own[other])
    tied = np.stack([one, other])[:, chance <= BY_CHANCE]
    number = _main_numbers(users, pairs, tied, counts)
    of_two_cases = (number[0] != number[1]) & (number >= 0).all(axis=0)
    tied = tied[:, ~of_two_cases]
    crossed = pairs.subject[tied[0]] > pairs.subject[tied[1]]
    tied[:, crossed] = tied[::-1, crossed]
    return pl.DataFrame({"one": place[tied[0]], "other": place[tied[1]]}).with_columns(
        tie=pl.lit(0, pl.Int64)
    )


def _days_worked(part: Groups) -> NDArray[np.int64]:
    """Count the days of each user of a part, (g,) int64."""
    opened = np.append(True, np.diff(part["day"]) != 0)[: part.starts[-1]]
    opened[part.starts[:-1][np.diff(part.starts) > 0]] = True
    return sum_each(part.starts, opened)


def _main_numbers(
    users: Groups, pairs: Pairs, tied: NDArray[np.int32], counts: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Find the case number that most look-ups of a pair bear, (2, k) int32, -1 for none. tied: (2, k) int32,
    pairs; counts: (r,) bool, the look-ups of `Pairs.rows` that count.
    """
    some = distinct(tied)
    places = places_of(pairs.starts, some)
    places = places[counts[places]]
    numbers, count = numbers_given(users)
    given = numbers[pairs.rows[places]]
    given = read_only(given)
    starts = np.searchsorted(places, np.append(pairs.starts[some], len(pairs.rows)))
    number = kernels.commonest(starts, given, count)
    bear = sum_each(starts, given == np.repeat(number, np.diff(starts)))
    return np.where(2 * bear > np.diff(starts), number, np.int32(-1))[np.searchsorted(some, tied)]
