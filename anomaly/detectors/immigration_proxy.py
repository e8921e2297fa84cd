"""Look-ups made for a federal immigration agency."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding import CodedLog, Groups, roster_of
from anomaly.coding.gather import distinct
from anomaly.context import Context
from anomaly.detectors.contract import Signals, Standing, detector
from anomaly.detectors.federal import federal_of
from anomaly.detectors.purposes import Marks, at_codes, beyond_history, in_force, strength_of
from anomaly.detectors.since import split_some
from anomaly.detectors.tally import those
from anomaly.policy import MATTERS, REASON_CLASSES

IMMIGRATION = REASON_CLASSES.index("immigration")
CRIMINAL = MATTERS.index("criminal")
NUMBER = r"\d{4}"  # four digits in a row, as a case number has


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
    of_crime = (
        log.matters == CRIMINAL
    )  # before other texts are read: of these the policy remembers a few columns
    federal = federal_of(users, context)
    of_any = _agents(users, context, federal.immigration)
    of_removal = _agents(users, context, federal.removal) | (~of_any & _names_agency(log, "on_behalf_of"))
    named_there = _names_agency(log, "attention")
    some, counted = those(users, partial(_named, agents=of_any | of_removal, named_there=named_there))
    owner, reason, asked_for = some.owner, some["reason"], some["on_behalf_of"]
    told = named_there[log.actions.attention[users.actions(some.places)]]
    stated = some["reason_class"] == IMMIGRATION
    for_agent = of_any[asked_for]
    numbered = (some["case_number"] >= 0) | _of_texts(
        log, reason, lambda texts: texts.str.contains(NUMBER).to_numpy()
    )
    every, with_number = (
        np.bincount(owner[kept], minlength=len(users)) for kept in (for_agent, for_agent & numbered)
    )
    on_cases = numbered | (2 * with_number > every)[owner]
    named = {
        "on behalf of": of_removal[asked_for] | (for_agent & (~on_cases | stated)),
        "attention": told,
        "reason": _of_texts(log, reason, log.policy.names_agency) & stated,
    }
    known, unknown = beyond_history(some)
    broken = in_force(some, "ppp-2019-immigration") & ~federal.any[some["agency"]]
    broken &= (known | unknown) & np.any(list(named.values()), axis=0)
    broken &= ~of_crime[reason] | stated | ~numbered
    is_open = broken & counted
    actor, actions = split_some(users, some.places[is_open], some.places[broken])
    certain = np.bincount(owner[is_open & known], minlength=len(users))[actor] > 0
    events = np.bincount(owner[is_open], minlength=len(users))
    fields = {field: distinct(owner[is_open & by]) for field, by in named.items()}
    return Signals.of_rule(
        actor,
        strength_of(events[actor], np.where(certain, 0.9, 0.6)),
        actions,
        len(users),
        measures={
            "events": events[actor],
            "subjects": [len(distinct(log.actions.subject[rows])) for rows in actions],
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
    texts = log.texts[field]
    return np.append(log.policy.names_agency(texts) if len(texts) else np.zeros(0, np.bool_), np.False_)


def _named(part: Groups, agents: Marks, named_there: Marks) -> Marks:
    """Mark what may be asked for an agency: on behalf of an agent, by the attention field, or by the reason.

    agents: (o + 1,) bool by code of `on_behalf_of`; named_there: (t + 1,) bool by code of `attention`.
    """
    chosen: Marks = part["reason_class"] == IMMIGRATION
    chosen = chosen | at_codes(agents, part["on_behalf_of"])
    if named_there.any():
        chosen |= named_there[part.log.actions.attention[part.actions(slice(None))]]
    return chosen


def _of_texts(
    log: CodedLog, codes: NDArray[np.int32], told: Callable[[pl.Series], NDArray[np.bool_]]
) -> NDArray[np.bool_]:
    """Return what is told of some reasons, (k,) int32 codes -> (k,) bool, False for none; each read once."""
    used, at = np.unique(codes, return_inverse=True)
    answers = np.zeros(len(used), np.bool_)
    if (used >= 0).any():
        answers[used >= 0] = told(log.texts["reason"].gather(used[used >= 0]))
    return answers[at]


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
