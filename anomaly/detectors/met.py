"""Whom a user looked up, each person once, and the kinds of look-up that are judged by themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding import KEY_KINDS, Groups
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
    subject.flags.writeable = False  # kernels compile once, for what is read only
    return np.flatnonzero(kernels.first_meetings(users.starts, subject, len(users.log.subjects)))


def kinds_of_lookup(users: Groups) -> dict[str, NDArray[np.bool_]]:
    """Return, in words, the kinds of look-up that misuse is often made of, with (m,) bool for each.

    Dozens of look-ups drown among hundreds of ordinary ones; they stand out among those of their own kind.
    The first kind is all of them. The detector declares subject, and may declare reason, case_number and
    message_key.
    """
    kind = users["kind"]
    kinds = {
        "in all": np.ones(len(kind), np.bool_),
        "by name or number": ~np.isin(kind, OF_CARS),
        "by a name alone": kind == BY_NAME_ALONE,
    }
    if users.has("reason"):
        kinds["with no reason or a vague one"] = np.isin(users["reason_class"], SAYS_LITTLE)
    if users.has("case_number"):
        kinds["under a case number"] = users["case_number"] >= 0
    if users.has("message_key"):
        kinds["in the drivers' records alone"] = users["reach"] == DRIVER
    return kinds
