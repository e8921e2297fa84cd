"""The classes of the policy, in the order that gives each its integer code."""

from __future__ import annotations

from typing import Literal, get_args

ReasonClass = Literal[
    "immigration",
    "personal",
    "protest",
    "test",
    "system",
    "case_number",
    "police",
    "vague",
    "missing",
    "other",
]
Matter = Literal[
    "none", "traffic", "licensing", "employment", "civil", "records", "criminal", "person", "immigration"
]
Mark = Literal["agency", "bulletin", "program"]
ReachClass = Literal[
    "criminal_history",
    "driver",
    "vehicle",
    "wants",
    "immigration",
    "person",
    "property",
    "administrative",
    "unknown",
]

REASON_CLASSES: tuple[ReasonClass, ...] = get_args(ReasonClass)
REACH_CLASSES: tuple[ReachClass, ...] = get_args(ReachClass)
MATTERS: tuple[Matter, ...] = get_args(Matter)
MARKS: tuple[Mark, ...] = get_args(Mark)

# Classes that terms decide, first match wins; the rest follow from what remains of the text.
TERM_CLASSES: tuple[ReasonClass, ...] = ("immigration", "personal", "protest", "test", "system", "police")
# Of them, those that count against somebody.
ACCUSING: tuple[ReasonClass, ...] = ("immigration", "personal", "protest")
