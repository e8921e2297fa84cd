"""Whose car it is, where several people share one."""

from __future__ import annotations

import numpy as np
import polars as pl

from anomaly.coding.actions import CodedLog

SHARED = 8  # people whom one car answers; a hired car is nobody's. DESIGN


def drivers_of(log: CodedLog) -> pl.DataFrame:
    """List who came back when a car was run that is a subject of its own (`identities`): columns person, car
    (codes), distinct.
    """
    person, of_action = log.subjects.person, log.actions.subject
    cars = np.flatnonzero(~np.append(person, np.True_)[of_action]).astype(np.int32)
    events, action = log.events_of(cars)
    whom = np.append(log.subjects.root, np.int32(-1))[log.events.subject[events]]
    some = np.append(person, np.False_)[whom]
    pairs = pl.DataFrame({"person": whom[some], "car": of_action[action[some]]}).unique()
    return pairs.filter(pl.len().over("car") <= SHARED)
