"""Which single fact, if the tables held it, would clear most of what is open in an incident."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anomaly.coding.gather import distinct
from anomaly.explain.contract import Explanation
from anomaly.explain.near import Open, nearest
from anomaly.explain.records import Records
from anomaly.explain.templates import EXPLANATIONS

# Where no record comes near, the first of these that is honoured is named: a reviewer can ask for it.
ASKED_FOR = ("case", "on duty", "call", "permit", "authorized", "bulletin", "role")


@dataclass(frozen=True)
class MissingFact:
    """A fact that would clear open rows.

    explanation: the one it would complete; sentence: in plain words; rows: how many of the open rows it would
    clear; of: how many there are; near: the tables hold a record that comes near it.
    """

    explanation: str
    sentence: str
    rows: int
    of: int
    near: bool


def missing_fact(
    records: Records, of_action: NDArray[np.int32], honoured: Collection[str]
) -> MissingFact | None:
    """Name the single fact that would clear most of the open rows of an incident.

    of_action: (r,) int32, the action of each open row; honoured: explanations of the incident's detectors.
    First what the tables nearly say, where it would clear half of the rows or more: a case that names the
    subject and is another's, one that was closed, calls to which others were sent, a bulletin that had
    lapsed, an application asked about under another purpose. Where nothing comes near, the kind of record
    that would clear every row. None where nothing is open, or where only a list of test subjects or of
    accounts would clear it.
    """
    of = len(of_action)
    if not of:
        return None
    found = [one for one in nearest(Open(records, of_action)) if one.explanation in honoured]
    best = max(found, key=lambda one: one.rows, default=None)
    if best and 2 * best.rows >= of:
        cleared = f"{best.rows:,} of {of:,} open rows" if best.rows < of else _all(of)
        sentence = f"If {best.fact}, {cleared} would be cleared: {best.because}."
        return MissingFact(best.explanation, sentence, best.rows, of, near=True)
    by_name = {one.name: one for one in EXPLANATIONS}
    for name in ASKED_FOR:
        if name in honoured:
            return MissingFact(name, _nothing_near(records, by_name[name], of_action), of, of, near=False)
    return None


def _nothing_near(records: Records, one: Explanation, of_action: NDArray[np.int32]) -> str:
    untried = one.why_not(records)
    reason = f"not tried, {untried}" if untried else "the tables hold nothing near"
    count = len(distinct(records.log.actions.day[of_action]))
    on = "that day" if count == 1 else f"those {count:,} days"
    return f"What would clear {_all(len(of_action))}, on {on} ({reason}): {one.looks_for}."


def _all(of: int) -> str:
    return {1: "the one open row", 2: "both open rows"}.get(of, f"all {of:,} open rows")
