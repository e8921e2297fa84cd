"""Whom a user looked up, each person once, and the kinds of look-up that are judged by themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import KEY_KINDS, Groups, Some
from anomaly.coding.gather import read_only
from anomaly.detectors.purposes import is_any
from anomaly.policy import REACH_CLASSES, REASON_CLASSES

# What tells why this user asked for this person; that a test or a permit is stated tells nothing.
EXPLAIN_WHOM = (
    *("case", "call", "case of the unit", "partner", "party", "booking", "for an officer"),
    *("bulletin", "stated bulletin", "permit", "test record", "stated test record"),
    "training day",
    *("service account", "batch message"),
)
OF_CARS = [KEY_KINDS.index("plate"), KEY_KINDS.index("vin")]
BY_NAME_ALONE = KEY_KINDS.index("name only")
SAYS_LITTLE = [REASON_CLASSES.index("missing"), REASON_CLASSES.index("vague")]
DRIVER = np.uint16(1 << REACH_CLASSES.index("driver"))


def once_each(users: Groups, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the first place of each pair of user and subject among the chosen ones, (m,) bool -> (k,) int64
    ascending.
    """
    subject = np.where(chosen, users["subject"], np.int32(-1))
    subject = read_only(subject)
    return np.flatnonzero(kernels.first_meetings(users.starts, subject, len(users.log.subjects)))


def count_met(
    part: Groups, rows: NDArray[np.int64], cells: NDArray[np.uint8], n_cells: int
) -> NDArray[np.int32]:
    """Count whom each user of a part met in some look-ups, each person once in each kind of look-up.

    rows: (k,) int64, places of these look-ups, ascending; cells: (k,) uint8, by what they are told apart.
    Returns (kinds, g, n_cells) int32.
    """
    kinds = list(kinds_of_lookup(part).values())
    bits = np.zeros(len(kinds[0]), np.uint8)
    for place, chosen in enumerate(kinds):
        bits |= chosen.view(np.uint8) * np.uint8(1 << place)  # a shift takes twenty times as long
    starts = np.searchsorted(rows, part.starts)
    person = kernels.first_alike(starts, part["subject"][rows].astype(np.int64))
    return kernels.tally_once(starts, person, bits[rows], cells, len(kinds), n_cells)


def kinds_of_lookup(users: Groups | Some) -> dict[str, NDArray[np.bool_]]:
    """Return, in words, the kinds of look-up that misuse is often made of, with (m,) bool for each.

    Dozens of look-ups drown among hundreds of ordinary ones; they stand out among those of their own kind.
    The first kind is all of them. The detector declares subject, and may declare reason, case_number and
    message_key.
    """
    kind, columns = users["kind"], users.log.columns
    kinds = {
        "in all": np.ones(len(kind), np.bool_),
        "by name or number": ~is_any(kind, OF_CARS),
        "by a name alone": kind == BY_NAME_ALONE,
    }
    if "reason" in columns:
        kinds["with no reason or a vague one"] = is_any(users["reason_class"], SAYS_LITTLE)
    if "case_number" in columns:
        kinds["under a case number"] = users["case_number"] >= 0
    if "message_key" in columns:
        kinds["in the drivers' records alone"] = users["reach"] == DRIVER
    return kinds


def kinds_told(users: Groups) -> list[str]:
    """Name the kinds that `kinds_of_lookup` tells apart in a log."""
    return list(kinds_of_lookup(Some(users, np.zeros(0, np.int64))))
