"""Answers a switch gives by itself: which rows one query set off, in a log that does not say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes

# A switch answers a plate with the owner's licence and warrants within 18 s (JusticeONE, "Reading your NCIC
# audit log results").
MOMENT = 20_000
SAME_WORDS = ("reason", "attention", "case_number", "terminal")
# Of an agency's queries of one form are followed so. A plate has no owner on file in one of four: 68 % of a
# synthetic county's were followed by the licence within the moment, of those that no switch answered 0.05 %.
MOSTLY = 0.5
OFTEN = 100  # queries of a form that show whether they are
KINDS = 16  # more than there are kinds of keys, and of rows without one

Pairs = tuple[Codes, Codes]
NO_PAIRS: Pairs = (np.zeros(0, np.int32), np.zeros(0, np.int32))


def moments(columns: Mapping[str, NDArray[Any]], kind: NDArray[np.uint8]) -> Pairs:
    """Pair neighbouring rows of one user within MOMENT, on keys of two kinds, whose words do not differ.

    columns: time, user, subject (n,) and those of SAME_WORDS that the log has, each user's in time order;
    kind: (s,) uint8 of each subject. Returns rows, (m,) int32 each. A word that one of the two rows lacks
    differs from nothing: a message carries the fields of its key (only some have an attention field), and a
    switch fills in less than a person.
    """
    if not len(kind) or kind.min() == kind.max():
        return NO_PAIRS
    left, right = kernels.moments(columns["user"], columns["time"], columns["subject"], kind, MOMENT)
    for name in SAME_WORDS:
        if name in columns:
            one, other = columns[name][left], columns[name][right]
            same = (one == other) | (one < 0) | (other < 0)
            left, right = left[same], right[same]
    return left, right


def answers(
    columns: Mapping[str, NDArray[Any]], agency: Codes, kind: NDArray[np.uint8], pairs: Pairs
) -> NDArray[np.bool_]:
    """Say which of the pairs of `moments`, (m,), are a query and what the switch sent after it by itself.

    columns: of the log, (n,) each; agency: (p,) int32 of each place, -1 for none. A query's form is what
    was asked, with which kind of key. Where MOSTLY of an agency's queries of one form, OFTEN of them or more,
    have the same form after them within the moment, that is the switch's doing.
    """
    left, right = pairs
    if not len(left):
        return np.zeros(0, np.bool_)
    subject, asked = columns["subject"], columns.get("asked")
    form = gather(np.append(kind, np.uint8(KINDS - 1)), subject).astype(np.int64)
    if asked is not None:
        form += (asked.astype(np.int64) + 1) * KINDS
    width = int(form.max()) + 1
    form += (gather(np.append(agency, np.int32(-1)), columns["place"]).astype(np.int64) + 1) * width
    queries = np.bincount(form)
    one, other = form[left], form[right] % width
    times = pl.DataFrame({"one": one, "other": other}).select(pl.len().over("one", "other")).to_series()
    many = queries[one]
    return (many >= OFTEN) & (times.to_numpy() >= MOSTLY * many)


def chained(pairs: Pairs, count: int) -> Codes:
    """Number the chains that pairs of rows make, (count,) int32, -1 for rows in none.

    pairs: in order, a row at most once on either side: a plate, the licence after it, then the warrants.
    """
    left, right = pairs
    chain = np.full(count, -1, np.int32)
    if len(left):
        number = np.cumsum(np.append(True, left[1:] != right[:-1]), dtype=np.int32) - 1
        chain[left] = number
        chain[right] = number
    return chain
