"""One human action is many rows: cascades collapse here, before anything is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from anomaly.coding.employed import employed
from anomaly.coding.events import CODED, SYSTEM, EventCoder, Events, Vocabularies
from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes
from anomaly.coding.keys import OF_KEY, OF_PERSON
from anomaly.coding.local import days_and_hours, offsets
from anomaly.coding.merged import Merged
from anomaly.coding.ordered import Ordered, put_in_order
from anomaly.coding.subjects import Subjects
from anomaly.policy import REACH_CLASSES, REASON_CLASSES, Policy
from anomaly.schema import REDACTED

# What is known of subjects and keys, and the column of the actions that has their codes.
OF_SUBJECT = dict.fromkeys(OF_PERSON, "subject") | dict.fromkeys(OF_KEY, "typed")

MISSING_REASON = np.uint8(REASON_CLASSES.index("missing"))


@dataclass(frozen=True)
class Actions:
    """What users did, one element per action, user after user, each in time order, redacted users last; what
    an action says is what its earliest row says.

    time: (a,) int64 ms UTC; day: (a,) int32 local day number; hour: (a,) int8 local; user, place, agency,
    subject, reason, attention, case_number, terminal, on_behalf_of: (a,) int32 codes; purpose, asked: (a,)
    int16 codes, int32 where the log has no such column; networks: (a,) int32; -1 is missing. typed: (a,)
    int32, a key like the one that was typed (same kind, serial, letters), see `Subjects`. reach: (a,) uint16,
    bit c set when a row of the action reached data of class REACH_CLASSES[c]. reason_class, attention_class:
    (a,) uint8 index into REASON_CLASSES. events: (a + 1,) int32, action k is events[k]:events[k + 1]; None
    when each is one event.
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
    purpose: NDArray[np.signedinteger]
    asked: NDArray[np.signedinteger]
    reach: NDArray[np.uint16]
    reason_class: NDArray[np.uint8]
    attention_class: NDArray[np.uint8]
    events: Codes | None

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
    def span(self) -> tuple[int, int]:
        """Return the time of the first action and of the last, ms UTC; 0 twice for a log without any."""
        time = self.actions.time
        return (int(time.min()), int(time.max())) if len(time) else (0, 0)

    @cached_property
    def hidden_reasons(self) -> NDArray[np.bool_]:
        """Return (r + 1,) bool: whether a reason code is that of a redacted one; the last for none."""
        return np.append(self.texts["reason"].is_in(REDACTED).to_numpy(), np.False_)

    @cached_property
    def matters(self) -> NDArray[np.uint8]:
        """Return (r + 1,) uint8: what a reason code is about, index into MATTERS; the last, 255, for none."""
        of_texts = self.policy.matter_of_reasons(self.texts["reason"])
        return np.append(of_texts, 255).astype(np.uint8)

    def of_subject(self, name: str) -> NDArray[Any]:
        """Return what is known of each subject or key, by a name of OF_SUBJECT; the last for none."""
        return self.subjects.of_key[name]

    def column(self, name: str, actions: NDArray[np.integer] | slice = slice(None)) -> NDArray[Any]:
        """Return a column of some actions, (k,): one of `Actions`, or what is known of the subject or of the
        key that was typed, see `Subjects`; 0 where nothing is known.
        """
        codes: NDArray[Any] = getattr(self.actions, OF_SUBJECT.get(name, name))[actions]
        return self.of_subject(name)[codes] if name in OF_SUBJECT else codes

    def events_of(self, actions: Codes) -> tuple[Codes, Codes]:
        """Return the events that make some actions, and the action of each, (k,) int32 both, in order of
        action and time.
        """
        starts = self.actions.events
        if starts is None:
            return actions, actions
        sizes = starts[actions + 1] - starts[actions]
        events = np.repeat(starts[actions] - np.cumsum(sizes) + sizes, sizes)
        return (events + np.arange(len(events))).astype(np.int32), np.repeat(actions, sizes)

    def action_of(self, events: NDArray[np.integer] | slice = slice(None)) -> Codes:
        """Return the action that some events belong to, or all, (k,) int32."""
        actions, starts = np.arange(len(self.actions), dtype=np.int32), self.actions.events
        of_all: Codes = actions if starts is None else np.repeat(actions, np.diff(starts))
        return of_all[events]


def finish(
    coder: EventCoder,
    policy: Policy,
    zone: str,
    agency_zones: dict[str, str],
    agencies: pl.Series | None = None,
    roster: pl.DataFrame | None = None,
    keep: Callable[[Ordered], None] | None = None,
) -> CodedLog:
    """Turn the drafts of a coder into a coded log: order, duplicates, identities, then `understood`.

    keep: told of the log in order, before anything is known of it.
    """
    columns, texts = coder.columns_read()
    with ThreadPoolExecutor(1) as beside:  # texts are read while rows are put in order
        classes = beside.submit(_classes, policy, texts)
        ordered = put_in_order(columns, texts, coder.subjects)
        if keep:
            keep(ordered)
        return _understood(ordered, policy, classes.result(), zone, agency_zones, agencies, roster)


def understood(
    ordered: Ordered,
    policy: Policy,
    zone: str,
    agency_zones: dict[str, str],
    agencies: pl.Series | None = None,
    roster: pl.DataFrame | None = None,
) -> CodedLog:
    """Say what a log in order means: local time, reasons, data that was asked for, actions.

    ordered: its columns are taken over. zone: IANA name of the local zone; agency_zones: agency -> zone,
    where the context knows better; agencies: names of agencies (m,) String that are to have a code
    though the log may not have them; roster: user, agency and unit, for a log that lacks either.
    """
    of_text = _classes(policy, ordered.texts)
    return _understood(ordered, policy, of_text, zone, agency_zones, agencies, roster)


def _understood(
    ordered: Ordered,
    policy: Policy,
    classes: Mapping[str, NDArray[np.uint8]],
    zone: str,
    agency_zones: dict[str, str],
    agencies: pl.Series | None,
    roster: pl.DataFrame | None,
) -> CodedLog:
    columns, subjects, texts = ordered.columns, ordered.subjects, ordered.texts
    if roster is not None and not (len(texts["agency"]) and len(texts["unit"])):
        texts, columns["place"] = employed(columns["user"], columns["place"], texts, roster)
    texts = texts if agencies is None else _with_agencies(texts, agencies)
    columns["offset"] = _offsets(columns, texts, zone, agency_zones)
    kept: dict[str, Any] = {one.name: columns.pop(one.name, None) for one in fields(Events)}
    events = Events(**kept)
    agency = np.unique(texts.places[:, 0])
    said = texts.texts | {"agency": texts["agency"].gather(agency[agency >= 0])}
    present = {name for name, held in said.items() if not held.is_in(REDACTED).all()} | {"time"}
    present |= {"message_key"} if texts["asked"].str.starts_with(SYSTEM).not_().any() else set()
    present |= {"subject"} if np.any(events.subject >= 0) else set()
    present |= {"networks"} if "networks" in columns and np.any(columns["networks"] >= 0) else set()
    present |= subjects.known()
    actions = _actions(events, columns, ordered.starts, ordered.typed, texts, subjects, policy, classes)
    return CodedLog(frozenset(present), events, actions, texts, subjects, ordered.duplicates, zone, policy)


def _with_agencies(texts: Vocabularies, agencies: pl.Series) -> Vocabularies:
    """Give further agencies a code: the order of the places, which are sorted by name, stays."""
    if "agency" not in texts.texts or not len(agencies):
        return texts
    known = texts["agency"]
    whole = pl.concat([known, agencies]).unique().sort()
    rank = np.append(whole.search_sorted(known).to_numpy().astype(np.int32), np.int32(-1))
    places = np.stack([rank[texts.places[:, 0]], texts.places[:, 1]], axis=1)
    return Vocabularies(texts.texts | {"agency": whole}, places)


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


def _classes(policy: Policy, texts: Vocabularies) -> dict[str, NDArray[np.uint8]]:
    """Classify the texts of the columns that give reasons, (m + 1,) uint8 each; the last for none."""

    def of(texts: pl.Series) -> NDArray[np.uint8]:
        of_texts = policy.classify_reasons(texts) if len(texts) else np.zeros(0, np.uint8)
        return np.append(of_texts, MISSING_REASON)

    return {name: of(texts[name]) for name in ("reason", "attention")}


def _actions(
    events: Events,
    columns: dict[str, NDArray[Any]],
    starts: Codes | None,
    typed: Codes,
    texts: Vocabularies,
    subjects: Subjects,
    policy: Policy,
    of_text: Mapping[str, NDArray[np.uint8]],
) -> Actions:
    """columns: what only actions say, (n,) each, which leave as they are read; of_text: the class of each
    text, and of none, by column.
    """
    said = Merged(events, starts)
    plain = ["networks", *(name for name in CODED if name not in ("user", "agency", "unit", "asked"))]
    with ThreadPoolExecutor(2) as pool:
        subject = pool.submit(said.first, events.subject, partial(_people_first, subjects))
        as_typed = pool.submit(said.first, typed, partial(_in_order, subjects))
        reach = pool.submit(lambda: said.united(_reached(events, texts, policy)))
        local = pool.submit(lambda: days_and_hours(said.time, said.opening(events.offset)))
        codes = {name: pool.submit(said.first, getattr(events, name)) for name in ("user", "place", "asked")}
        codes |= {name: pool.submit(said.first, columns.pop(name, None)) for name in plain}
    held = {name: one.result() for name, one in codes.items()}
    day, hour = local.result()
    return Actions(
        **held,
        time=said.time,
        day=day,
        hour=hour,
        agency=gather(np.ascontiguousarray(texts.places[:, 0]), held["place"]),
        subject=subject.result(),
        typed=as_typed.result(),
        reach=reach.result(),
        reason_class=gather(of_text["reason"], held["reason"]),
        attention_class=gather(of_text["attention"], held["attention"]),
        events=starts,
    )


def _people_first(subjects: Subjects, codes: Codes) -> Codes:
    """Rank subjects, (k,) codes -> (k,): of a person and a car at one time, the person counts."""
    return codes + np.where(subjects.person[codes], 0, len(subjects)).astype(np.int32)


def _in_order(subjects: Subjects, codes: Codes) -> Codes:
    """Rank keys as they were typed, (k,) codes -> (k,) int32: the least serial first.

    The key as it was typed, not the person behind it: plates run one after another lead to licences that
    are not.
    """
    serial = subjects.serial[codes]
    numbered = np.where(serial < 0, np.iinfo(np.int64).max, serial)
    of = (subjects.letters[codes], subjects.partial[codes], subjects.kind[codes], numbered)
    rank = np.empty(len(codes), np.int32)
    rank[np.lexsort(of)] = np.arange(len(codes), dtype=np.int32)
    return rank


def _reached(events: Events, texts: Vocabularies, policy: Policy) -> NDArray[np.uint16]:
    """Return the class of data that each event asked for, as one bit; no bit where nothing is known."""
    if events.asked is None:
        return np.zeros(len(events), np.uint16)
    asked = texts["asked"]
    classes = policy.reach_of_keys(asked).copy()
    for code in asked.str.starts_with(SYSTEM).arg_true().to_list():
        classes[code] = policy.reach_of_system(asked[code].removeprefix(SYSTEM))
    bits = np.append(np.left_shift(1, classes.astype(np.int64)), 1 << REACH_CLASSES.index("unknown"))
    return gather(bits.astype(np.uint16), events.asked)
