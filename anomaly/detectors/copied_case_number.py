"""Case numbers that stand for look-ups they have nothing to do with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Days, Share, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest, with_measures

SHARED = 3  # users; a number that this many type is a common case, a desk's or a project's
NUMBER = r"[A-Z0-9](?:[A-Z0-9]|[-/.][A-Z0-9])*"
STANDING, OPENLY = 0.95, 0.15  # of the user's time, of the look-ups; UNV
DIGITS = 4  # fewer are a penal code or a beat


@detector(
    group="user",
    needs=("case_number", "subject"),
    uses=("reason", "agency", "unit"),
    clears=("case", "call", "test record", "stated test", "program's text", "service account"),
    category="personal use",
    weight=0.7,
    says="{user}, compared with {peers}, {seen}; under the number {number} alone stand {subjects} people "
    "on {days} days.",
)
def copied_case_number(
    users: Groups, context: Context, *, usual_days: Days = 5, least_listed: Share = 0.9
) -> Signals:
    """One case number, month after month, over new people, or a number that is no case's.

    Why: In the audit of who had opened a murdered woman's files, several officers had given false reasons
        (The Guardian on the Metropolitan Police, 2024); a number that is typed from memory is the easiest.
    Null: A case meets its people early: the share of a user's days with somebody new under a number that
        come after the number's `usual_days` first such days, and (where the `cases` table has at least a
        share `least_listed` of the agency's numbers) the share of the user's numbers that it lacks, vary
        among peers of the unit by a beta-binomial law, the user left out. Twice the smaller of the two
        p-values counts. Numbers that three or more users type are not tested.
    Also fires on: One detective's long case with ever new witnesses; a bulk number of a warrants desk that
        is not registered; an agency whose table lags.
    Clears: The case's people, where the table names them; a registered number of the user that names nobody;
    without a register, a number nobody else types that most of the user's look-ups bear all the time.
    Evades: A new true number every day; the same few people under one number.
    """
    number = numbers_of(users)
    number[_bulk(users, context, number)] = -1
    number[users["subject"] < 0] = -1
    met = _uses(users, number)
    habits = [_late(users, met, usual_days)]
    if "cases" in context:
        habits.append(_unknown(users, met, context, least_listed))
    statistic = f"days with somebody new under a number after its first {usual_days}"
    signals = strangest(users, peering(users, context), habits, statistic)
    return with_measures(signals, **_commonest(users, number, signals))


@dataclass(frozen=True)
class Uses:
    """Who typed which number when: the p pairs of number and user, in that order.

    rows: (k,) int32, places in the order of the users, by pair and time; starts: (p + 1,) int64, pair j has
    rows[starts[j]:starts[j + 1]]; number, user: (p,) int32.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    number: NDArray[np.int32]
    user: NDArray[np.int32]

    def any(self, marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mark the pairs, (p,) bool, that have a marked row, (k,) bool."""
        return np.diff(np.append(0, np.cumsum(marked))[self.starts]) > 0


def _uses(users: Groups, number: NDArray[np.int32]) -> Uses:
    """Sort the look-ups that have a number. number: (m,) int32, -1 for none."""
    starts, rows = kernels.group(number, len(users.log.texts["case_number"]))
    user = users.owner[rows]
    opens = np.ones(len(rows) + 1, np.bool_)
    np.not_equal(user[1:], user[:-1], out=opens[1:-1])
    opens[starts] = True
    begins = np.flatnonzero(opens)
    return Uses(rows, begins, number[rows[begins[:-1]]], user[begins[:-1]])


def numbers_of(users: Groups) -> NDArray[np.int32]:
    """Return the case number of each action in group order, (m,) int32, -1 for none: from its own field, or
    the first that the reason holds and that somebody typed into that field.
    """
    log = users.log
    texts = log.texts["case_number"]
    like = pl.col("text").str.count_matches(r"\d") >= DIGITS
    number = np.append(pl.DataFrame({"text": texts}).select(like).to_series().to_numpy(), np.False_)
    own = users["case_number"]
    own = np.where(number[own], own, np.int32(-1))
    if not users.has("reason"):
        return own
    said = pl.DataFrame({"text": log.texts["reason"]}).with_row_index("reason")
    token = said.select("reason", pl.col("text").str.to_uppercase().str.extract_all(NUMBER)).explode("text")
    code = log.texts.lookup("case_number", token["text"])
    reason, code = token["reason"].to_numpy()[number[code]], code[number[code]]
    first = np.diff(reason.astype(np.int64), prepend=-1) > 0
    of_reason = np.full(len(said) + 1, -1, np.int32)
    of_reason[reason[first]] = code[first]
    return np.where(own >= 0, own, of_reason[users["reason"]])


def _bulk(users: Groups, context: Context, number: NDArray[np.int32]) -> NDArray[np.int64]:
    """Find the look-ups, (k,) int64 places, under a registered number of the user's own that names nobody;
    without a register, under a number that looks like one.
    """
    if not {"cases", "case_people", "case_officers"} <= set(context.files()):
        return _standing(users, number)
    alone = context["case_officers"].join(context["case_people"], on="case_number", how="anti")
    alone = alone.join(context["cases"], on="case_number", how="semi")
    user, case = (users.log.texts.lookup(name, alone[name]) for name in ("user", "case_number"))
    named = np.zeros(len(users.log.texts["case_number"]) + 1, np.bool_)
    named[case] = True
    rows = np.flatnonzero(named[number] & (number >= 0))
    mine = users.owner[rows].astype(np.int64) << 32 | number[rows]
    return rows[np.isin(mine, (user.astype(np.int64) << 32 | case)[(user >= 0) & (case >= 0)])]


def _standing(users: Groups, number: NDArray[np.int32]) -> NDArray[np.int64]:
    """Find the look-ups, (k,) int64 places, under a number that the user alone types, from the first days to
    the last, for most of the numbered look-ups and a good part of all: a setting of the desk. Who copies a
    number takes somebody's, for a few look-ups among many, and has numbers of the own work beside it.
    """
    of_number = np.bincount(number + 1, minlength=1)
    main = kernels.commonest(users.starts, number, len(users.log.texts["case_number"]))
    rows = np.flatnonzero((number >= 0) & (number == main[users.owner]))
    user, begin = np.unique(users.owner[rows], return_index=True)
    under = np.diff(begin, append=len(rows))
    numbered = np.bincount(users.owner[number >= 0], minlength=len(users))[user]
    first, last = users.starts[user], users.starts[user + 1] - 1
    time = users["time"]
    used = time[rows[begin + under - 1]] - time[rows[begin]]
    standing = (of_number[main[user] + 1] == under) & (2 * under > numbered)
    standing &= (used >= STANDING * (time[last] - time[first])) & (under >= OPENLY * (last - first + 1))
    theirs: NDArray[np.int64] = rows[np.repeat(standing, under)]
    return theirs


def _late(users: Groups, met: Uses, usual: Days) -> Rate:
    """Find the days on which somebody new is looked up under a number that has had its usual days of them."""
    day = users["day"][met.rows]
    day -= day.min(initial=0)
    # A number most of whose people its case names is that case's, though the table may lack a few of them.
    subject, is_open = users["subject"][met.rows], users.counted[met.rows]
    new, days, open_days = kernels.additions(met.starts, subject, day, is_open, len(users.log.subjects))
    late = np.maximum(open_days - np.int32(usual), 0)
    many = np.bincount(met.number[late > 0], minlength=len(users.log.texts["case_number"])) >= SHARED
    days[many[met.number]] = late[many[met.number]] = 0
    marked = np.zeros(users.starts[-1], np.bool_)
    marked[met.rows[new & np.repeat(late > 0, np.diff(met.starts))]] = True
    words = "kept adding people to a number long in use on {times} of {chances} days with new people"
    times, chances = (_per_user(users, met, part) for part in (late, days))
    return Rate(words, marked, times, chances)


def _unknown(users: Groups, met: Uses, context: Context, least: Share) -> Rate:
    """Find the numbers that the table does not have, in agencies that it nearly covers."""
    texts = users.log.texts["case_number"]
    known = texts.is_in(context["cases"]["case_number"].unique().implode()).to_numpy()[met.number]
    known = np.repeat(known, np.diff(met.starts))
    agency = users["agency"][met.rows] if users.has("agency") else np.zeros(len(met.rows), np.int32)
    size = max(len(users.log.texts["agency"]), 1) + 1
    total = np.bincount(agency + 1, minlength=size)
    listed = np.bincount(agency[known] + 1, minlength=size)
    covered = (listed >= least * total)[agency + 1]
    strange = covered & ~known & users.counted[met.rows]
    marked = np.zeros(users.starts[-1], np.bool_)
    marked[met.rows[strange]] = True
    words = "typed numbers that no case has, {times} of {chances}"
    times, chances = (_per_user(users, met, met.any(rows)) for rows in (strange, covered))
    return Rate(words, marked, times, chances)


def _per_user(
    users: Groups, uses: Uses, counts: NDArray[np.integer] | NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Add up, for each user, what the pairs have. counts: (p,) -> (g,) int64."""
    return np.bincount(uses.user, counts, len(users)).astype(np.int64)


def _commonest(users: Groups, number: NDArray[np.int32], signals: Signals) -> dict[str, list[object]]:
    """Return the commonest number of each signal, and how many people and days stand under it."""
    found: dict[str, list[object]] = {"number": [], "subjects": [], "days": []}
    for user, actions in zip(signals.actor.tolist(), signals.actions, strict=True):
        begin, end = users.starts[user : user + 2]
        rows = begin + np.searchsorted(users.actions(np.arange(begin, end)), actions)
        codes, counts = np.unique(number[rows], return_counts=True)
        under = rows[number[rows] == codes[counts.argmax()]]
        found["number"].append(users.log.texts["case_number"][int(codes[counts.argmax()])])
        found["subjects"].append(len(np.unique(users["subject"][under])))
        found["days"].append(len(np.unique(users["day"][under])))
    return found
