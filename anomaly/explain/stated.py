"""Explanations from what the log's own reasons say: anybody can write a reason, so these say what bears them
out.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import FEMALE, Actions
from anomaly.explain.contract import Covered, explanation
from anomaly.explain.joins import mask_of
from anomaly.explain.records import Records
from anomaly.policy import REASON_CLASSES

TEST, PROGRAM = REASON_CLASSES.index("test"), REASON_CLASSES.index("system")
OTHERS = 2  # users of other units who must say the same: one may be a friend
CLASS = 3  # other users of the agency who must say so on the same day: fewer are no class
LIST = 20  # people asked for under one programme: fewer are no list; UNV
# Days of the one most asked for, beyond those of the middle one: a list is gone through evenly; UNV.
AGAIN = 3
# Of the people on it, at most so many women: registers of sexual offences and people on probation are
# of men, and a list of women would be the look-ups of one sex that it is to clear.
WOMEN = 0.25
NUMBER = r"[0-9]{2}-?[0-9]{3,}|[0-9]{5,}"
APART = 7  # days without a word after which a bulletin has lapsed; those of the tables run for days to weeks


@explanation(
    "stated bulletin",
    answers="whom",
    needs=("subject", "reason"),
    looks_for="the bulletin, teletype or broadcast that these reasons speak of",
)
def stated_bulletin(records: Records) -> Covered:
    """A bulletin about this subject, which this reason and those of other units state.

    Two or more users of other units or agencies say so as well, without a gap of more than seven days.

    Limits: Weaker than the bulletin itself: people of several units who agree on a word can write it.
    """
    actions = records.log.actions
    rows = _stating(actions, records.bulletin_reasons)
    said = pl.DataFrame(
        {"row": rows, "subject": actions.subject[rows], "user": actions.user[rows]}
        | {"unit": actions.place[rows]}
        | {"day": actions.day[rows]}
    ).sort("subject", "day", "row")
    fresh = (pl.col("day").diff() > APART) | (pl.col("subject").diff() != 0)
    said = said.with_columns(run=fresh.fill_null(True).cum_sum())
    everyone = said.group_by("run").agg(everyone=pl.col("user").n_unique())
    of_unit = said.group_by("run", "unit").agg(of_unit=pl.col("user").n_unique())
    counted = said.join(everyone, on="run").join(of_unit, on=["run", "unit"])
    borne_out = counted.filter(pl.col("everyone") - pl.col("of_unit") >= OTHERS)["row"]
    return mask_of(borne_out.to_numpy(), len(actions))


@explanation(
    "stated program",
    answers="whom",
    needs=("subject", "reason"),
    looks_for="the list, the operation's order or the case number that these reasons speak of",
)
def stated_program(records: Records) -> Covered:
    """A lawful programme or an abduction that this reason states, and something bears out.

    A case number beside it, where no table of cases could check one; or two other users of the unit who state
    one too; or that the user went through 20 people or more under it, evenly, one in four at most a woman.

    Limits: A list of people somebody made up and calls a register is cleared.
    """
    log, actions = records.log, records.log.actions
    reasons = log.texts["reason"]
    rows = _stating(actions, np.append(log.policy.states_program(reasons), np.False_))
    subject = actions.subject[rows]
    numbered = np.zeros(len(rows), np.bool_)
    if "cases" not in records.context:
        stated, which = np.unique(actions.reason[rows], return_inverse=True)
        numbered = reasons.gather(stated).str.contains(NUMBER).to_numpy()[which]
        if "case_number" in log.columns:
            numbered = numbered | (actions.case_number[rows] >= 0)
    said = pl.DataFrame(
        {"row": rows, "user": actions.user[rows], "unit": actions.place[rows], "subject": subject}
        | {"day": actions.day[rows], "numbered": numbered}
        | {"woman": log.subjects.sex[subject] == FEMALE}
    )
    people = said.group_by("user", "subject").agg(pl.col("day").n_unique(), pl.col("woman").first())
    lists = people.group_by("user").agg(
        people=pl.len(), beyond=pl.col("day").max() - pl.col("day").median(), women=pl.col("woman").mean()
    )
    is_list = (pl.col("people") >= LIST) & (pl.col("beyond") <= AGAIN) & (pl.col("women") <= WOMEN)
    of_unit = pl.col("user").n_unique().over("unit") > OTHERS
    borne_out = said.join(lists, on="user").filter(pl.col("numbered") | of_unit | is_list)["row"]
    return mask_of(borne_out.to_numpy(), len(actions))


@explanation(
    "stated test record",
    answers="whom",
    needs=("subject", "reason"),
    looks_for="the list of test and training records",
)
def stated_test_record(records: Records) -> Covered:
    """A subject that users of two agencies or more ask for as a test: most reasons for it say so.

    Limits: Agencies that agree on a word can make a test record of anybody.
    """
    actions = records.log.actions
    test = np.flatnonzero(actions.reason_class == TEST)
    test = test[(actions.subject[test] >= 0) & (actions.user[test] >= 0)]
    if not len(test):
        return np.zeros(len(actions), np.bool_)
    called_so = np.zeros(len(records.log.subjects) + 1, np.bool_)
    called_so[actions.subject[test]] = True
    rows = np.flatnonzero(called_so[actions.subject])
    rows = rows[actions.user[rows] >= 0]
    asked = pl.DataFrame(
        {"row": rows, "subject": actions.subject[rows], "agency": actions.agency[rows]}
        | {"test": actions.reason_class[rows] == TEST}
    )
    agencies = asked.filter("test").group_by("subject").agg(agencies=pl.col("agency").n_unique())
    asked = asked.join(agencies.filter(pl.col("agencies") >= 2), on="subject")
    records_of_tests = asked.filter(2 * pl.col("test").sum().over("subject") > pl.len().over("subject"))
    return mask_of(records_of_tests["row"].to_numpy(), len(actions))


@explanation(
    "training day",
    answers="what",
    needs=("reason",),
    looks_for="the agency's training calendar for that day",
)
def training_day(records: Records) -> Covered:
    """A reason that says test or training, on a day when three or more others of the agency say so as well.

    Somebody who ran a listed test record that day counts among them.

    Limits: Whoever knows the day can ask about anybody and call it training.
    """
    actions = records.log.actions
    trains = np.equal(actions.reason_class, TEST)
    exercises = trains.copy()
    if "test_subjects" in records.context and "subject" in records.log.columns:
        listed = np.zeros(len(records.log.subjects) + 1, np.bool_)
        listed[records.subjects("test_subjects")["subject"].to_numpy()] = True
        exercises |= records.marked(lambda rows: listed[actions.subject[rows]])
    rows = np.flatnonzero(exercises & (actions.user >= 0))
    of_day = pl.DataFrame(
        {"row": rows, "agency": actions.agency[rows], "day": actions.day[rows]} | {"user": actions.user[rows]}
    )
    together = of_day.with_columns(users=pl.col("user").n_unique().over("agency", "day"))
    mask = mask_of(together.filter(pl.col("users") > CLASS)["row"].to_numpy(), len(actions))
    return mask & trains


@explanation(
    "stated test",
    answers="what",
    needs=("reason",),
    looks_for="a training day, or the set-up of a terminal, at that time",
)
def stated_test(records: Records) -> Covered:
    """A reason that says test or training.

    Limits: Anybody can write that: it clears odd hours and volume, never what was asked about whom.
    """
    return np.equal(records.log.actions.reason_class, TEST)


@explanation(
    "program's text",
    answers="what",
    needs=("reason",),
    looks_for="whether the vendor's program runs such a search by itself",
)
def programs_text(records: Records) -> Covered:
    """A reason that a vendor's program wrote, as it does for searches it offers or runs itself.

    Limits: A person can copy it.
    """
    return np.equal(records.log.actions.reason_class, PROGRAM)


def _stating(actions: Actions, says: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the actions of a known user about a known subject whose reason says so; says: (r + 1,) bool, of
    each reason code, the last for none.
    """
    rows = np.flatnonzero(says[actions.reason]) if says.any() else np.zeros(0, np.int64)
    return rows[(actions.subject[rows] >= 0) & (actions.user[rows] >= 0)]
