"""Strings become integers, rows become actions, actions become groups: the only place where a frame becomes
arrays.
"""

from anomaly.coding.actions import Actions, CodedLog, finish, understood
from anomaly.coding.drivers import drivers_of
from anomaly.coding.events import READ, EventCoder, Events
from anomaly.coding.gather import blocks, counted
from anomaly.coding.grouping import ONE_AGENCY, Grouping, place_labels
from anomaly.coding.groups import Groups, Some
from anomaly.coding.keys import FEMALE, KEY_KINDS, MALE, key_rank, subject_keys
from anomaly.coding.partial import Partial, PieceCoder, WholeCoder
from anomaly.coding.roster import Roster, own_keys, own_writings, roster_of

__all__ = [
    "FEMALE",
    "KEY_KINDS",
    "MALE",
    "ONE_AGENCY",
    "READ",
    "Actions",
    "CodedLog",
    "EventCoder",
    "Events",
    "Grouping",
    "Groups",
    "Partial",
    "PieceCoder",
    "Roster",
    "Some",
    "WholeCoder",
    "blocks",
    "counted",
    "drivers_of",
    "finish",
    "key_rank",
    "own_keys",
    "own_writings",
    "place_labels",
    "roster_of",
    "subject_keys",
    "understood",
]
