"""One human action is many rows: cascades collapse here, before anything is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.events import CODED, SYSTEM, EventCoder, Events, Vocabularies
from anomaly.coding.keys import OF_KEY, OF_PERSON
from anomaly.coding.local import local_days, local_hours, offsets
from anomaly.coding.subjects import Subjects
from anomaly.coding.table import Codes
from anomaly.policy import REACH_CLASSES, Policy
from anomaly.schema import REDACTED

# Rows of one user on one subject within this time are one action: switches answer a plate run with the
# owner's licence and warrants 18 s apart (JusticeONE, "Reading your NCIC audit log results"), and people
# press the key twice.
SAME_ACTION = 120_000


@dataclass(frozen=True)
class Actions:
    """What users did, one element per action, in time order; what an action says is what its earliest row
    says.

    time: (a,) int64 ms UTC; day: (a,) int32 local day number; hour: (a,) int8 local; user, place, agency,
    subject, reason, attention, case_number, terminal, on_behalf_of, purpose, asked: (a,) int32 codes, -1 is
    missing; networks: (a,) int32, -1 is missing. typed: (a,) int32, a key like the one that was typed (same
    kind, serial, letters), see `Subjects`. reach: (a,) uint16, bit c set when a row of the action reached
    data of class REACH_CLASSES[c]. reason_class, attention_class: (a,) uint8 index into REASON_CLASSES.
    of_event: (n,) int32, the action of each event.
    """

    time: NDArray[np.int64]
    day: NDArray[np.int32]
    hour: NDArray[np.int8]
    user: Codes
    place: Codes
    agency: Codes
    subject: Codes
    typed: Codes
    reason: Codes
    attention: Codes
    case_number: Codes
    terminal: Codes
    on_behalf_of: Codes
    networks: Codes
    purpose: Codes
    asked: Codes
    reach: NDArray[np.uint16]
    reason_class: NDArray[np.uint8]
    attention_class: NDArray[np.uint8]
    of_event: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class CodedLog:
    """A whole log as integers: events, the actions they make, and what the codes mean."""

    columns: frozenset[str]  # canonical columns that hold at least one value
    events: Events
    actions: Actions
    texts: Vocabularies
    subjects: Subjects
    duplicates: int
    zone: str  # IANA name of the local zone
    policy: Policy

    @cached_property
    def hidden_reasons(self) -> NDArray[np.bool_]:
        """Return (r + 1,) bool: whether a reason code is that of a redacted one; the last for none."""
        return np.append(self.texts["reason"].is_in(REDACTED).to_numpy(), np.False_)

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of the actions, (a,): one of `Actions`, or what is known of the subject or of the
        key that was typed, see `Subjects`; 0 where nothing is known.
        """
        for columns, codes in ((OF_PERSON, self.actions.subject), (OF_KEY, self.actions.typed)):
            if name in columns:
                return np.append(getattr(self.subjects, name), columns[name])[codes]
        column: NDArray[Any] = getattr(self.actions, name)
        return column

    @cached_property
    def _events_by_action(self) -> tuple[NDArray[Any], NDArray[Any]]:
        return kernels.group(self.actions.of_event, len(self.actions))

    def events_of(self, actions: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the events that make some actions, and the action of each, (k,) int32 both, in order of
        action and time.
        """
        starts, order = self._events_by_action
        sizes = starts[actions + 1] - starts[actions]
        owner = np.repeat(actions, sizes)
        skipped = np.repeat(np.cumsum(sizes) - sizes, sizes)
        return order[starts[owner] + np.arange(len(owner)) - skipped], owner


def finish(
    coder: EventCoder,
    policy: Policy,
    zone: str,
    agency_zones: dict[str, str],
    agencies: pl.Series | None = None,
) -> CodedLog:
    """Turn the drafts of a coder into a coded log: time order, duplicates, identities, local time, actions.

    zone: IANA name of the local zone; agency_zones: agency -> zone, where the context knows better; agencies:
    names of agencies (m,) String that are to have a code though the log may not have them.
    """
    if agencies is not None and "agency" in coder.tables:
        coder.tables["agency"].code(agencies)
    columns, texts = coder.columns_read()
    if np.any(columns["time"][1:] < columns["time"][:-1]):
        _take(columns, np.argsort(columns["time"], kind="stable"))
    duplicates = _leave_out_duplicates(columns)
    subjects = coder.subjects.finish(columns)
    cascade = columns.pop("cascade", None)
    typed = columns["subject"]
    columns["subject"] = np.append(subjects.root, np.int32(-1))[typed]
    columns["offset"] = _offsets(columns, texts, zone, agency_zones)
    optional: dict[str, Any] = {
        name: columns.get(name) for name in (*CODED, "networks") if name not in ("user", "agency", "unit")
    }
    required: dict[str, Any] = {
        name: columns[name] for name in ("time", "offset", "file", "row", "user", "place", "subject")
    }
    events = Events(**required, **optional)
    agency = np.unique(texts.places[:, 0])
    said = texts.texts | {"agency": texts["agency"].gather(agency[agency >= 0])}
    present = {name for name, held in said.items() if not held.is_in(REDACTED).all()} | {"time"}
    present |= {"message_key"} if texts["asked"].str.starts_with(SYSTEM).not_().any() else set()
    present |= {"subject"} if np.any(events.subject >= 0) else set()
    present |= {"networks"} if events.networks is not None and np.any(events.networks >= 0) else set()
    present |= subjects.known()
    actions = _actions(events, typed, cascade, texts, subjects, policy)
    return CodedLog(frozenset(present), events, actions, texts, subjects, duplicates, zone, policy)


def _leave_out_duplicates(columns: dict[str, NDArray[Any]]) -> int:
    """Take rows that repeat an earlier one out of all columns; returns how many they were."""
    whole = np.array([0, len(columns["time"])])
    twice = kernels.written_twice(whole, columns["time"], columns.pop("digest"))
    count = int(twice.sum())
    if count:
        _take(columns, ~twice)
    return count


def _take(columns: dict[str, NDArray[Any]], rows: NDArray[Any]) -> None:
    """Take rows of each column, one column at a time: all at once would hold the log twice."""
    for name in columns:
        columns[name] = columns[name][rows]


def _offsets(
    columns: dict[str, NDArray[Any]], texts: Vocabularies, zone: str, agency_zones: dict[str, str]
) -> NDArray[np.int8]:
    offset = offsets(columns["time"], zone)
    agencies = texts["agency"].to_list()
    for other in sorted(set(agency_zones.values()) - {zone}):
        there = np.array([agency_zones.get(name) == other for name in agencies] + [False])
        rows = np.flatnonzero(there[texts.places[columns["place"], 0]])
        offset[rows] = offsets(columns["time"][rows], other)
    return offset


def _actions(
    events: Events,
    typed: Codes,
    cascade: Codes | None,
    texts: Vocabularies,
    subjects: Subjects,
    policy: Policy,
) -> Actions:
    of_event, opening = _collapsed(events, cascade, len(texts["user"]), len(subjects))
    n_actions = len(opening)

    def said(codes: NDArray[Any] | None) -> Codes:
        if codes is None:
            return np.full(n_actions, -1, np.int32)
        if n_actions == len(events):
            return codes.astype(np.int32, copy=False)
        return kernels.earliest(of_event, events.time, codes.astype(np.int32, copy=False), n_actions)

    def class_of(name: str, codes: Codes) -> NDArray[np.uint8]:
        classes = policy.classify_reasons(texts[name])
        missing = policy.classify_reasons(texts[name].clear(1))
        return np.append(classes, missing)[codes]

    reason, attention, place = said(events.reason), said(events.attention), said(events.place)
    time, offset = events.time[opening], events.offset[opening]
    return Actions(
        time=time,
        day=local_days(time, offset),
        hour=local_hours(time, offset),
        user=said(events.user),
        place=place,
        agency=texts.places[place, 0],
        subject=_subjects(said, subjects, events.subject),
        typed=_typed(said, subjects, typed),
        reason=reason,
        attention=attention,
        case_number=said(events.case_number),
        terminal=said(events.terminal),
        on_behalf_of=said(events.on_behalf_of),
        networks=said(events.networks),
        purpose=said(events.purpose),
        asked=said(events.asked),
        reach=kernels.union(of_event, _reached(events, texts, policy), n_actions),
        reason_class=class_of("reason", reason),
        attention_class=class_of("attention", attention),
        of_event=of_event,
    )


def _collapsed(
    events: Events, cascade: Codes | None, n_users: int, n_subjects: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number the actions in the time order of their first rows.

    Returns the action of each event, (n,) int32, and the first event of each action, (a,) int64.
    """
    starts, order = kernels.group(events.user + np.int32(1), n_users + 1)  # group 0: redacted users
    # Redacted users are not one person.
    told_apart = np.where(events.user < 0, np.int32(-1), events.subject)[order]
    cascade = np.full(len(events), -1, np.int32) if cascade is None else cascade[order]
    n_cascades = int(cascade.max(initial=-1)) + 1
    in_user_order = kernels.collapse(
        starts, events.time[order], told_apart, cascade, n_subjects, n_cascades, SAME_ACTION
    )
    first_event = order[np.diff(np.maximum.accumulate(in_user_order), prepend=-1) > 0]
    opens = np.zeros(len(events), np.bool_)
    opens[first_event] = True
    number = np.cumsum(opens, dtype=np.int32) - np.int32(1)
    of_event = np.empty(len(events), np.int32)
    of_event[order] = number[first_event][in_user_order]
    return of_event, np.flatnonzero(opens)


def _subjects(said: Callable[[Codes], Codes], subjects: Subjects, subject: Codes) -> Codes:
    """Return the subject of each action; where rows of one time name a person and a car, the person."""
    count = len(subjects)
    ranked = np.append(np.arange(count) + np.where(subjects.person, 0, count), -1).astype(np.int32)
    first = said(ranked[subject])
    return np.where(first >= 0, first % max(count, 1), np.int32(-1)).astype(np.int32)


def _typed(said: Callable[[Codes], Codes], subjects: Subjects, typed: Codes) -> Codes:
    """Return a key like the one that each action's earliest row was run with; among rows of one time the one
    with the least serial.

    The key as it was typed, not the person behind it: plates run one after another lead to licences that
    are not.
    """
    numbered = np.where(subjects.serial < 0, np.iinfo(np.int64).max, subjects.serial)
    order = np.lexsort((subjects.letters, subjects.partial, subjects.kind, numbered)).astype(np.int32)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return np.append(order, np.int32(-1))[said(np.append(rank, np.int32(-1))[typed])]


def _reached(events: Events, texts: Vocabularies, policy: Policy) -> NDArray[np.uint16]:
    """Return the class of data that each event asked for, as one bit; no bit where nothing is known."""
    if events.asked is None:
        return np.zeros(len(events), np.uint16)
    asked = texts["asked"]
    classes = policy.reach_of_keys(asked).copy()
    for code in asked.str.starts_with(SYSTEM).arg_true().to_list():
        classes[code] = policy.reach_of_system(asked[code].removeprefix(SYSTEM))
    bits = np.append(np.left_shift(1, classes.astype(np.int64)), 1 << REACH_CLASSES.index("unknown"))
    return bits.astype(np.uint16)[events.asked]
