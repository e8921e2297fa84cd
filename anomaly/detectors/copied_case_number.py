"""Case numbers that stand for look-ups they have nothing to do with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import Groups
from anomaly.coding.gather import distinct, gather
from anomaly.context import Context
from anomaly.detectors.case_numbers import Met, Numbers, met_at, met_under, numbers_of, pair_of, slice_of
from anomaly.detectors.contract import Days, Share, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest, with_measures

SHARED = 3  # users; a number that this many type is a common case, a desk's or a project's
STANDING, OPENLY = 0.95, 0.15  # of the user's time, of the look-ups; UNV


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
    statistic = f"days with somebody new under a number after its first {usual_days}"
    if not len(users):
        return strangest(users, peering(users, context), [], statistic)
    numbers = numbers_of(users)
    under = numbers.of_people(_bulk(users, context, numbers))
    habits = [_late(users, under, usual_days)]
    if "cases" in context:
        habits.append(_unknown(users, under, context, least_listed))
    signals = strangest(users, peering(users, context), habits, statistic)
    return with_measures(signals, **_commonest(users, numbers, signals))


def _bulk(users: Groups, context: Context, numbers: Numbers) -> NDArray[np.int64]:
    """Find the registered numbers of the user's own that name nobody, (b,) pairs of user and number; without
    a register, the numbers that look like one.
    """
    if not {"cases", "case_people", "case_officers"} <= set(context.files()):
        return _standing(users, numbers)
    alone = context["case_officers"].join(context["case_people"], on="case_number", how="anti")
    alone = alone.join(context["cases"], on="case_number", how="semi")
    user, case = (users.log.texts.lookup(name, alone[name]) for name in ("user", "case_number"))
    known = (user >= 0) & (case >= 0)
    return pair_of(user[known], case[known])


def _standing(users: Groups, numbers: Numbers) -> NDArray[np.int64]:
    """Find the numbers that the user alone types, from the first days to the last, for most of the numbered
    look-ups and a good part of all, (b,) pairs: a setting of the desk. Who copies a number takes somebody's,
    for a few look-ups among many, and has numbers of the own work beside it.
    """
    user, number, under = _settings(users, numbers)
    if not len(user):
        return pair_of(user, number)
    at = np.full(len(users.log.texts["case_number"]) + 1, -1, np.int32)
    at[number] = np.arange(len(number))
    typed = np.sum(users.each(partial(_times_typed, numbers=numbers, at=at)), axis=0)
    alone = typed[at[number]] == under
    return pair_of(user[alone], number[alone])


def _settings(users: Groups, numbers: Numbers) -> NDArray[np.int64]:
    """Find what may be settings of desks; of each the user, the number, and how many look-ups, (3, b)."""
    begins, rows = numbers.repeated
    most = np.minimum(numbers.many, 1)
    np.maximum.at(most, users.owner[rows[begins[:-1]]], np.diff(begins))
    openly = (2 * most > numbers.many) & (most >= OPENLY * np.diff(users.starts))
    found = []
    for user in np.flatnonzero(openly).tolist():
        its = slice(users.starts[user], users.starts[user + 1])
        number, time = numbers.of[its], users["time"][its]
        numbered = np.flatnonzero(number >= 0)
        codes, at, counts = np.unique(number[numbered], return_index=True, return_counts=True)
        foremost = np.flatnonzero(counts == counts.max())
        main, under = codes[foremost[at[foremost].argmin()]], int(counts.max())
        mine = np.flatnonzero(number == main)
        if time[mine[-1]] - time[mine[0]] >= STANDING * (time[-1] - time[0]):
            found.append((user, int(main), under))
    return np.array(found, np.int64).reshape(-1, 3).T


def _times_typed(part: Groups, numbers: Numbers, at: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the look-ups under some numbers. at: (n + 1,) int32, where each is counted, -1 for not at all."""
    counted = gather(at, numbers.of[slice_of(part)])
    return np.bincount(counted[counted >= 0], minlength=int(at.max()) + 1)


@dataclass(frozen=True)
class Longest:
    """What is told of numbers long in use.

    days: (g,) int64, of each user, with somebody new under a number that the user gave twice or more. user,
    number, late: (k,) int64, pairs that had more such days than usual, and how many too many. rows, of: (r,)
    int64, places of their look-ups with somebody new, and the number.
    """

    days: NDArray[np.int64]
    user: NDArray[np.int64]
    number: NDArray[np.int32]
    late: NDArray[np.int64]
    rows: NDArray[np.int64]
    of: NDArray[np.int32]


def _longest(part: Groups, numbers: Numbers, usual: Days) -> Longest:
    met = met_at(part, numbers, np.flatnonzero(numbers.is_repeated[slice_of(part)]))
    count = len(met.rows)
    pair = kernels.first_alike(met.starts, met.number.astype(np.int64))
    new, days = _new_days(part, met)
    # A number most of whose people its case names is that case's, though the table may lack a few of them.
    new = new[(np.bincount(pair[days], minlength=count) > usual)[pair[new]]]
    is_open = part.counted[met.rows[new]]
    mostly = 2 * np.bincount(pair[new[is_open]], minlength=count) > np.bincount(pair[new], minlength=count)
    open_days = met.firsts(theirs := new[is_open & mostly[pair[new]]], part["day"][met.rows[theirs]])
    late = np.bincount(pair[open_days], minlength=count) - usual
    long = np.flatnonzero(late > 0)
    new = new[(late > 0)[pair[new]]]
    return Longest(
        met.of_users(days),
        part.first + np.searchsorted(met.starts, long, "right") - 1,
        met.number[long],
        late[long],
        part.begin + met.rows[new],
        met.number[new],
    )


def _new_days(part: Groups, met: Met) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the look-ups that meet somebody new, and the first of these of each day."""
    new = met.firsts(np.arange(len(met.rows)), part["subject"][met.rows])
    return new, met.firsts(new, part["day"][met.rows[new]])


def _late(users: Groups, numbers: Numbers, usual: Days) -> Rate:
    """Find the days on which somebody new is looked up under a number that has had its usual days of them."""
    told = users.each(partial(_longest, numbers=numbers, usual=usual))
    long = Longest(
        *(np.concatenate(each) for each in zip(*(vars(one).values() for one in told), strict=True))
    )
    repeated = np.diff(np.searchsorted(numbers.repeated[1], users.starts))  # by user, if not ascending
    chances = numbers.many - repeated + long.days  # one look-up alone is one day
    shared = np.bincount(long.number, minlength=len(users.log.texts["case_number"]) + 1) >= SHARED
    if shared.any():
        chances -= np.concatenate(users.each(partial(_days_under, numbers=numbers, some=shared)))
    mine = ~shared[long.number]
    times = np.bincount(long.user[mine], long.late[mine], len(users)).astype(np.int64)
    marked = np.zeros(users.starts[-1], np.bool_)
    marked[long.rows[~shared[long.of]]] = True
    words = "kept adding people to a number long in use on {times} of {chances} days with new people"
    return Rate(words, marked, times, chances)


def _days_under(part: Groups, numbers: Numbers, some: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the days of each user, (g,), with somebody new under some numbers, (c + 1,) bool."""
    met = met_at(part, numbers, np.flatnonzero(gather(some, numbers.of[slice_of(part)])))
    return met.of_users(_new_days(part, met)[1])


def _unknown(users: Groups, numbers: Numbers, context: Context, least: Share) -> Rate:
    """Find the numbers that the table does not have, in agencies that it nearly covers."""
    texts = users.log.texts["case_number"]
    known = texts.is_in(context["cases"]["case_number"].unique().implode()).to_numpy()
    listed = np.sum(users.each(partial(_listed, numbers=numbers, known=known)), axis=0)
    covered = listed[1] >= least * listed.sum(axis=0)
    tell = partial(_strange, numbers=numbers, known=known, covered=covered)
    times, chances, rows = (np.concatenate(each) for each in zip(*users.each(tell), strict=True))
    marked = np.zeros(users.starts[-1], np.bool_)
    marked[rows] = True
    return Rate("typed numbers that no case has, {times} of {chances}", marked, times, chances)


def _listed(part: Groups, numbers: Numbers, known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Count the look-ups of each agency, the first for none, under numbers that the table lacks and under
    those it has, (2, a + 1).
    """
    met = met_under(part, numbers)
    agency = part["agency"][met.rows] + 1
    count = len(part.log.texts["agency"]) + 1
    return np.bincount(agency + count * known[met.number], minlength=2 * count).reshape(2, -1)


def _strange(
    part: Groups,
    numbers: Numbers,
    known: NDArray[np.bool_],
    covered: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of each user that the table lacks and all that it could have, (g,) both, and the
    places of the look-ups under the former.
    """
    met = met_under(part, numbers)
    whole = covered[part["agency"][met.rows] + 1]
    lacked = np.flatnonzero(whole & ~known[met.number] & part.counted[met.rows])
    times, chances = (
        met.of_users(met.firsts(some, met.number[some])) for some in (lacked, np.flatnonzero(whole))
    )
    return times, chances, part.begin + met.rows[lacked]


def _commonest(users: Groups, numbers: Numbers, signals: Signals) -> dict[str, list[object]]:
    """Return the commonest number of each signal, and how many people and days stand under it."""
    found: dict[str, list[object]] = {"number": [], "subjects": [], "days": []}
    for actions in signals.actions:
        rows = actions - users.begin
        number = numbers.of[rows]
        codes, counts = np.unique(number, return_counts=True)
        under = rows[number == codes[counts.argmax()]]
        found["number"].append(users.log.texts["case_number"][int(codes[counts.argmax()])])
        found["subjects"].append(len(distinct(users["subject"][under])))
        found["days"].append(len(distinct(users["day"][under])))
    return found
