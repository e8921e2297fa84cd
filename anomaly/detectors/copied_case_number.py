"""Case numbers that stand for look-ups they have nothing to do with."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.contract import Days, Share, Signals, detector
from anomaly.detectors.peers import peering
from anomaly.detectors.rates import Rate, strangest, with_measures

SHARED = 3  # users; a number that this many type is a common case, a desk's or a project's
NUMBER = r"[A-Z0-9](?:[A-Z0-9]|[-/.][A-Z0-9])*"
STANDING, OPENLY = 0.95, 0.25  # of the user's time, of the look-ups; UNV
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
    users: Groups, context: Context, *, usual_days: Days = 3, least_listed: Share = 0.9
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
    number = np.where(_bulk(users, context, number), np.int32(-1), number)
    habits = [_late(users, number, usual_days)]
    if "cases" in context:
        habits.append(_unknown(users, number, context, least_listed))
    statistic = f"days with somebody new under a number after its first {usual_days}"
    signals = strangest(users, peering(users, context), habits, statistic)
    return with_measures(signals, **_commonest(users, number, signals))


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
    token = token.with_columns(code=pl.Series(log.texts.lookup("case_number", token["text"])))
    found = token.filter(like, pl.col("code") >= 0).unique("reason", keep="first", maintain_order=True)
    of_reason = np.full(len(said) + 1, -1, np.int32)
    of_reason[found["reason"].to_numpy()] = found["code"].to_numpy()
    return np.where(own >= 0, own, of_reason[users["reason"]])


def _bulk(users: Groups, context: Context, number: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Mark the actions, (m,) bool, under a registered number of the user's own that names nobody; without a
    register, under a number that looks like one.
    """
    if not {"cases", "case_people", "case_officers"} <= set(context.files()):
        return _standing(users, number)
    alone = context["case_officers"].join(context["case_people"], on="case_number", how="anti")
    alone = alone.join(context["cases"], on="case_number", how="semi")
    user, case = (users.log.texts.lookup(name, alone[name]) for name in ("user", "case_number"))
    own = user.astype(np.int64) << 32 | case
    mine = users.owner.astype(np.int64) << 32 | np.maximum(number, 0)
    return np.isin(mine, own[(user >= 0) & (case >= 0)]) & (number >= 0)


def _standing(users: Groups, number: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Mark the actions, (m,) bool, under a number that the user alone types, from the first days to the last,
    for most of the numbered look-ups and a good part of all: a setting of the desk. Who copies a number takes
    somebody's, for a few look-ups among many, and has numbers of the own work beside it.
    """
    rows = np.flatnonzero(number >= 0)
    seen = pl.DataFrame({"user": users.owner[rows], "number": number[rows], "time": users["time"][rows]})
    time = pl.Series(np.append(users["time"], 0))
    whole = pl.DataFrame(
        {
            "user": np.arange(len(users), dtype=np.int32),
            "lasted": time.gather(users.starts[1:] - 1) - time.gather(users.starts[:-1]),
            "made": np.diff(users.starts),
        }
    )
    numbers = seen.group_by("user", "number").agg(
        under=pl.len(), used=pl.col("time").max() - pl.col("time").min()
    )
    own = (
        numbers.filter(pl.len().over("number") == 1, 2 * pl.col("under") > pl.col("under").sum().over("user"))
        .join(whole, on="user")
        .filter(pl.col("used") >= STANDING * pl.col("lasted"), pl.col("under") >= OPENLY * pl.col("made"))
        .select(key=pl.col("user").cast(pl.Int64) * 2**32 + pl.col("number"))
    )
    mine = users.owner.astype(np.int64) << 32 | np.maximum(number, 0)
    return np.isin(mine, own["key"].to_numpy()) & (number >= 0)


def _late(users: Groups, number: NDArray[np.int32], usual: Days) -> Rate:
    """Find the days on which somebody new is looked up under a number that has had its usual days of them."""
    rows = np.flatnonzero((number >= 0) & (users["subject"] >= 0))
    seen = pl.DataFrame(
        {
            "row": rows,
            "user": users.owner[rows],
            "number": number[rows],
            "subject": users["subject"][rows],
            "day": users["day"][rows],
            "open": users.counted[rows],
        }
    )
    fresh = seen.unique(["user", "number", "subject"], keep="first", maintain_order=True)
    # A number most of whose people its case names is that case's, though the table may lack a few of them.
    fresh = fresh.with_columns(pl.col("open") & (pl.col("open").mean().over("user", "number") > 0.5))
    days = fresh.group_by("user", "number", "day", maintain_order=True).agg(pl.col("open").any())
    nth = pl.col("open").cum_sum().over("user", "number")
    days = days.with_columns(late=pl.col("open") & (nth > usual))
    many = pl.col("user").filter("late").n_unique().over("number") >= SHARED
    days = days.filter(~many)
    late = days.filter("late").select("user", "number", "day")
    marked = np.zeros(len(number), np.bool_)
    about = fresh.join(late, on=["user", "number"], how="semi")
    marked[about["row"].to_numpy()] = True
    words = "kept adding people to a number long in use on {times} of {chances} days with new people"
    return Rate(words, marked, _per_user(users, late), _per_user(users, days))


def _unknown(users: Groups, number: NDArray[np.int32], context: Context, least: Share) -> Rate:
    """Find the numbers that the table does not have, in agencies that it nearly covers."""
    texts = users.log.texts["case_number"]
    known = np.append(texts.is_in(context["cases"]["case_number"].unique().implode()).to_numpy(), np.True_)
    numbered = (number >= 0) & (users["subject"] >= 0)
    agency = users["agency"] if users.has("agency") else np.zeros(len(number), np.int32)
    size = max(len(users.log.texts["agency"]), 1) + 1
    total = np.bincount(agency[numbered] + 1, minlength=size)
    listed = np.bincount(agency[numbered & known[number]] + 1, minlength=size)
    covered = (listed >= least * total)[agency + 1]
    rows = numbered & covered
    strange = rows & ~known[number] & users.counted

    def numbers(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        pairs = pl.DataFrame({"user": users.owner[chosen], "number": number[chosen]})
        return _per_user(users, pairs.unique())

    words = "typed numbers that no case has, {times} of {chances}"
    return Rate(words, strange, numbers(strange), numbers(rows))


def _per_user(users: Groups, rows: pl.DataFrame) -> NDArray[np.int64]:
    return np.bincount(rows["user"].to_numpy(), minlength=len(users)).astype(np.int64)


def _commonest(users: Groups, number: NDArray[np.int32], signals: Signals) -> dict[str, list[object]]:
    """Return the commonest number of each signal, and how many people and days stand under it."""
    row_of = np.empty(len(users.log.actions), np.int64)
    row_of[users.actions(np.arange(len(number)))] = np.arange(len(number))
    found: dict[str, list[object]] = {"number": [], "subjects": [], "days": []}
    for actions in signals.actions:
        rows = row_of[actions]
        codes, counts = np.unique(number[rows], return_counts=True)
        under = rows[number[rows] == codes[counts.argmax()]]
        found["number"].append(users.log.texts["case_number"][int(codes[counts.argmax()])])
        found["subjects"].append(len(np.unique(users["subject"][under])))
        found["days"].append(len(np.unique(users["day"][under])))
    return found
