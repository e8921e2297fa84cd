"""Look-ups made for a federal immigration agency."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, Groups, roster_of
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.federal import federal_agencies
from anomaly.detectors.purposes import about, beyond_history, in_force, strength_of
from anomaly.detectors.since import split
from anomaly.policy import REASON_CLASSES

IMMIGRATION = REASON_CLASSES.index("immigration")


@detector(
    group="user",
    needs=("agency",),
    uses=("on_behalf_of", "attention", "reason", "case_number", "message_key", "system"),
    clears=("case", "test record"),
    practice=True,
    category="immigration enforcement",
    rule="ppp-2019-immigration",
    weight=0.9,
    says="{user} made {events} look-ups of {subjects} people or cars between {first} and {last} that name a "
    "federal immigration agency as the one who asks ({how}), for data other than criminal history.",
)
def immigration_proxy(users: Groups, context: Context) -> Signals:
    """A local user asks on behalf of a federal immigration agency.

    Why: More than 100 plate searches of one month in California were run for ICE or the Border Patrol by
        local police (CalMatters, June 2025); in Danville, Illinois, reasons read "ICE", "ICE+ERO" (404 Media,
        2025).
    Null: None: a rule. A look-up by a user who is not of a federal agency counts when the person for whom it
        is made, the attention field or the reason names a federal immigration agency or one of its users, it
        asks for anything but criminal history, and the rule was in force. A case number beside a crime, or
        beside the name of somebody whose agency has other tasks too (HSI, CBP), is no such look-up unless the
        reason says immigration; nor is one without a number where most that the user made for such people
        carry one: a task force's.
    Also fires on: A joint task force whose main purpose is not immigration; deconfliction of two
        investigations; an attention line that names who was told, not who asked.
    Clears: An open case with that subject to which the user is assigned; a memorandum of the task force and
        its report under Gov. Code 7284.6(c); a test record.
    Evades: Naming nobody; a false criminal reason; a favour by telephone.
    """
    log = users.log
    federal = federal_agencies(log, context)
    stated = users["reason_class"] == IMMIGRATION
    of_any = _agents(users, context, federal.immigration)
    of_removal = _agents(users, context, federal.removal) | (~of_any & _names_agency(log, "on_behalf_of"))
    numbered = (users["case_number"] >= 0) | _with_number(log)[users["reason"]]
    asked_for = users["on_behalf_of"]
    on_cases = numbered | _mostly(users, of_any[asked_for], numbered)
    named = {
        "on behalf of": of_removal[asked_for] | (of_any[asked_for] & (~on_cases | stated)),
        "attention": _names_agency(log, "attention")[
            log.actions.attention[users.actions(np.arange(users.starts[-1]))]
        ],
        "reason": _names_agency(log, "reason")[users["reason"]] & stated,
    }
    known, unknown = beyond_history(users)
    asked = in_force(users, "ppp-2019-immigration") & ~federal.any[users["agency"]] & (known | unknown)
    asked &= ~about(users, "criminal") | stated | ~numbered
    broken = asked & np.any(list(named.values()), axis=0)
    actor, actions = split(users, broken & users.counted, broken)
    certain = np.bincount(users.owner[broken & known & users.counted], minlength=len(users))[actor] > 0
    events = np.bincount(users.owner[broken & users.counted], minlength=len(users))
    fields = {field: np.unique(users.owner[broken & users.counted & by]) for field, by in named.items()}
    return Signals.of_rule(
        actor,
        strength_of(events[actor], np.where(certain, 0.9, 0.6)),
        actions,
        len(users),
        measures={
            "events": events[actor],
            "subjects": [len(np.unique(log.actions.subject[rows])) for rows in actions],
            "how": [", ".join(field for field, who in fields.items() if a in who) for a in actor.tolist()],
        },
        standing=Standing(
            "look-ups for a federal immigration agency",
            events.astype(float),
            np.zeros(len(users), np.int32),
            ("the users in the log",),
        ),
    )


def _names_agency(log: CodedLog, field: str) -> NDArray[np.bool_]:
    """Return (t + 1,) bool by code of a text field: it names a federal immigration agency; False for none."""
    return np.append(log.policy.names_agency(log.texts[field]), np.False_)


def _with_number(log: CodedLog) -> NDArray[np.bool_]:
    """Return (r + 1,) bool by reason code: the text holds four digits in a row, as a case number does."""
    return np.append(log.texts["reason"].str.contains(r"\d{4}").to_numpy(), np.False_)


def _mostly(users: Groups, some: NDArray[np.bool_], marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (m,) bool, by user: most of some look-ups of that user are marked. some, marked: (m,) bool."""
    every, those = (np.bincount(users.owner[kept], minlength=len(users)) for kept in (some, some & marked))
    most: NDArray[np.bool_] = (2 * those > every)[users.owner]
    return most


def _agents(users: Groups, context: Context, agencies: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (o + 1,) bool by code of `on_behalf_of`: one of these agencies, or a user of one.

    agencies: (a + 1,) bool by agency code.
    """
    log = users.log
    home = users.home
    theirs = agencies[np.where(home >= 0, log.texts.places[home, 0], -1)]
    theirs = theirs | agencies[roster_of(log, context).agency]
    agents = set(log.texts["user"].filter(pl.Series(theirs)))
    agents |= set(log.texts["agency"].filter(pl.Series(agencies[:-1])))
    if "users" in context:  # agents who are in the roster and not in the log
        roster = context["users"]
        listed = agencies[log.texts.lookup("agency", roster["agency"])]
        agents |= set(roster["user"].filter(pl.Series(listed)))
    return np.append(log.texts["on_behalf_of"].is_in(sorted(agents)).to_numpy(), np.False_)
