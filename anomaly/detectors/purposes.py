"""What the detectors of purposes share: what a look-up reached, what its reason was about, who applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding import CodedLog, Groups, Some
from anomaly.coding.events import SYSTEM
from anomaly.coding.gather import gather, read_only
from anomaly.context import Context
from anomaly.detectors.peers import LEAST_PEERS, peering
from anomaly.policy import MATTERS, REACH_CLASSES, REASON_CLASSES

Marks = NDArray[np.bool_]
HISTORY = 1 << REACH_CLASSES.index("criminal_history")
MISSING, VAGUE, OTHER = (REASON_CLASSES.index(name) for name in ("missing", "vague", "other"))
NOT_A_PERSON = [REASON_CLASSES.index(name) for name in ("system", "test")]
UNKNOWN = np.uint16(1 << REACH_CLASSES.index("unknown"))


def reaches(groups: Groups | Some, name: str) -> Marks:
    """Return (m,) bool: the look-up asked for data of this class of REACH_CLASSES."""
    found: Marks = (groups["reach"] >> REACH_CLASSES.index(name)) & 1 != 0
    return found


def beyond_history(groups: Groups | Some) -> tuple[Marks, Marks]:
    """Return where a look-up asked for data that the law closes to immigration enforcement, and where that
    is not known: (m,) bool twice.
    """
    closed = np.uint16(
        sum(1 << i for i, other in enumerate(groups.log.policy.is_non_criminal_history) if other)
    )
    reach = groups["reach"]
    known = (reach & closed) != 0
    return known, ~known & ((reach == 0) | ((reach & UNKNOWN) != 0))


def in_force(groups: Groups | Some, rule: str) -> Marks:
    """Return (m,) bool: the look-up was made on a day on which the rule applied."""
    begin, end = groups.log.policy.rule(rule).span()
    first, last = groups.log.span
    if first >= begin and last < end:
        return np.ones(len(groups.places) if isinstance(groups, Some) else int(groups.starts[-1]), np.bool_)
    return (groups["time"] >= begin) & (groups["time"] < end)


def is_any(classes: NDArray[np.uint8], of: Sequence[int]) -> Marks:
    """Return (m,) bool: the class, (m,) uint8, is one of a few: a tenth of the time of `numpy.isin`."""
    found: Marks = classes == of[0]
    for one in of[1:]:
        found |= classes == one
    return found


def about(groups: Groups | Some, *matters: str) -> Marks:
    """Return (m,) bool: the stated reason is about one of these matters."""
    codes = [MATTERS.index(name) for name in matters]
    return at_codes(is_any(groups.log.matters, codes), groups["reason"])


def at_codes(table: Marks, codes: NDArray[np.int32]) -> Marks:
    """Take a mark for each code, (t + 1,) and (m,) -> (m,), the last for -1."""
    return gather(table, codes) if table.any() else np.zeros(len(codes), np.bool_)


def purposes_for(log: CodedLog, *matters: str) -> Marks:
    """Return (p + 1,) bool by purpose code: the policy allows it for one of these matters; the last is False,
    for no purpose.
    """
    codes = [code for code, one in log.policy.purposes.items() if set(one.matters) & set(matters)]
    return np.append(log.texts["purpose"].str.to_uppercase().is_in(codes).to_numpy(), np.False_)


def same_work(users: Groups, context: Context) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Compare users of units of one name wherever they are; where no unit is known, as `peering` does.

    Returns the group of each user, (g,) int32, -1 where too few do the same work, and the name of each group.
    A whole unit that shares a habit is still compared with its sisters in other agencies.
    """
    found = users.once(("same work", id(context)), lambda: (_same_work(users, context), context))
    return found[0]


def _same_work(users: Groups, context: Context) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    peers = peering(users, context)
    wide = np.bincount(peers.kin, minlength=1)[peers.kin] >= LEAST_PEERS
    unit = users.log.texts.named("unit", users.log.texts.places[users.home, 1]).str.to_uppercase()
    named = [
        f"units named {name}" if alike and name else peers.names[at]
        for alike, name, at in zip(wide.tolist(), unit, peers.code.tolist(), strict=True)
    ]
    labels, group = np.unique(named, return_inverse=True)
    comparable = (peers.code >= 0) & (wide | peers.same_work)
    return np.where(comparable, group, -1).astype(np.int32), tuple(labels.tolist())


def usual_rate(
    k: NDArray[np.int64], n: NDArray[np.int64], group: NDArray[np.int32], users: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return how many in 1,000 the others of each user's group have, (u,) float64.

    k, n: (g,) successes and trials; group: (g,) int32; users: (u,) int32.
    """
    of_group = [np.bincount(group + 1, weights=part)[group[users] + 1] - part[users] for part in (k, n)]
    return np.asarray(np.round(1000 * of_group[0] / np.maximum(of_group[1], 1), 1), float)


def plate_readers(groups: Groups) -> Marks:
    """Return (m,) bool: a search of plate readers, by the system asked or by the networks it reached."""
    vehicle = REACH_CLASSES.index("vehicle")
    systems = [
        text.startswith(SYSTEM) and groups.log.policy.reach_of_system(text.removeprefix(SYSTEM)) == vehicle
        for text in groups.log.texts["asked"]
    ]
    reached: Marks = groups["networks"] >= 0
    return reached | at_codes(np.array([*systems, False]), groups["asked"])


def pending(groups: Groups, context: Context, days: int, kinds: str = "") -> NDArray[np.int64]:
    """Return the places, (k,) int64 ascending, of look-ups of subjects who had applied for a permit at most
    so many days before.

    kinds: a pattern for the kind of permit; any where empty. An application without a date counts on any day.
    None without the permits table.
    """
    if "permits" not in context:
        return np.zeros(0, np.int64)
    table = context["permits"]
    if kinds:
        table = table.filter(pl.col("kind").str.contains(kinds))
    applied = pl.DataFrame(
        {"subject": groups.log.subjects.lookup(table["subject"]), "applied": table["applied"].to_physical()}
    ).filter(pl.col("subject") >= 0)
    known = np.zeros(len(groups.log.subjects) + 1, np.bool_)
    known[applied["subject"].to_numpy()] = True
    rows = np.concatenate(groups.each(partial(_of_known, known=known)))
    looked = pl.DataFrame({"subject": groups.at("subject", rows), "day": groups.at("day", rows), "row": rows})
    waited = pl.col("day") - pl.col("applied")
    found = looked.join(applied, on="subject").filter(
        pl.col("applied").is_null() | waited.is_between(0, days)
    )
    return found["row"].unique().sort().to_numpy()


def _of_known(part: Groups, known: Marks) -> NDArray[np.int64]:
    return part.begin + np.flatnonzero(at_codes(known, part["subject"]))


def marked_at(part: Groups, places: NDArray[np.int64]) -> Marks:
    """Mark, (m,) bool, what of a part stands at some places of the whole, (k,) int64 ascending."""
    marks = np.zeros(int(part.starts[-1]), np.bool_)
    begin, end = np.searchsorted(places, [part.begin, part.begin + len(marks)])
    marks[places[begin:end] - part.begin] = True
    return marks


def distinct_subjects(groups: Groups, chosen: Marks) -> NDArray[np.int64]:
    """Count the different subjects of each group's chosen look-ups, (g,) int64. chosen: (m,) bool."""
    if not chosen.any():
        return np.zeros(len(groups), np.int64)
    subject = np.where(chosen, groups["subject"], np.int32(-1))
    return kernels.distinct_of_many(groups.starts, read_only(subject)).astype(np.int64)


def distinct_of(chosen: Some) -> NDArray[np.int64]:
    """Count the different subjects of each group's look-ups among some, (g,) int64."""
    starts = np.searchsorted(chosen.places, chosen.groups.starts)
    return kernels.distinct_of_many(starts, read_only(chosen["subject"])).astype(np.int64)


@dataclass(frozen=True)
class Reasons:
    """How look-ups that need a reason are reasoned, (m,) bool each.

    needed: criminal history alone needs none (AB 1747), nor what a program or a test wrote; a redacted reason
    was given. poor, missing: of these, the text says nothing, or there is none.
    """

    needed: Marks
    poor: Marks
    missing: Marks


def said_elsewhere(groups: Groups | Some) -> Marks:
    """Return (m,) bool: a case number or a telling attention field stands beside the reason; some systems
    keep the reason there.
    """
    elsewhere: Marks = groups["case_number"] >= 0
    elsewhere |= ~is_any(groups["attention_class"], [MISSING, VAGUE, OTHER])
    return elsewhere


def reasons_of(groups: Groups) -> Reasons:
    """Read the reasons of a log: the detector declares reason and message_key, and for `said_elsewhere`
    case_number and attention.
    """
    reason = groups["reason_class"]
    needed = in_force(groups, "ab1747-reason") & (groups["reach"] != HISTORY)
    needed &= ~is_any(reason, NOT_A_PERSON)
    if groups.log.hidden_reasons.any():
        needed &= ~at_codes(groups.log.hidden_reasons, groups["reason"])
    poor = needed & is_any(reason, [MISSING, VAGUE])
    return Reasons(needed, poor, poor & (reason == MISSING))


def strength_of(events: NDArray[np.int64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how plainly a rule is broken, (k,) float64: each further look-up halves the doubt left."""
    return most * (1 - 0.5 ** events.astype(float))
