"""Strings become integers, rows become actions, actions become groups: the only place where a frame becomes
arrays.
"""

from anomaly.coding.actions import Actions, CodedLog, finish
from anomaly.coding.events import READ, EventCoder, Events
from anomaly.coding.groups import ONE_AGENCY, Grouping, Groups, place_labels
from anomaly.coding.subjects import key_rank, subject_keys

__all__ = [
    "ONE_AGENCY",
    "READ",
    "Actions",
    "CodedLog",
    "EventCoder",
    "Events",
    "Grouping",
    "Groups",
    "finish",
    "key_rank",
    "place_labels",
    "subject_keys",
]
