"""Rows in order: by time, user after user, action after action."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import gather
from anomaly.coding.hashes import Codes
from anomaly.coding.merged import collapsed

Columns = dict[str, NDArray[Any]]


def in_time_order(columns: Columns) -> int:
    """Put the rows of all columns in time order, and leave out those that repeat an earlier one.

    `digest` leaves the columns. Returns how many rows were left out.
    """
    time = columns["time"]
    if np.any(time[1:] < time[:-1]):
        _take(columns, np.argsort(time, kind="stable").astype(np.int32))
    whole = np.array([0, len(time)])
    twice = kernels.written_twice(whole, columns["time"], columns.pop("digest"))
    count = int(twice.sum())
    if count:
        _take(columns, np.flatnonzero(~twice).astype(np.int32))
    return count


def by_user(columns: Columns, n_users: int) -> None:
    """Put rows, which are in time order, user after user, redacted users last.

    The column `turn`, (n,) int32, says which each row was in time order.
    """
    user = columns["user"]
    _, turn = kernels.group(np.where(user < 0, np.int32(n_users), user), n_users + 1)
    _take(columns, turn)
    columns["turn"] = turn


def by_action(columns: Columns, n_users: int, n_subjects: int) -> Codes | None:
    """Put the rows of each action side by side; returns where those of each begin, see `Actions.events`.

    `cascade` leaves the columns.
    """
    of_row = collapsed(columns, n_users, n_subjects)
    columns.pop("cascade", None)
    if of_row is None:
        return None
    starts, order = kernels.group(of_row, int(of_row.max()) + 1)
    if np.any(of_row[1:] < of_row[:-1]):
        _take(columns, order)
    return starts.astype(np.int32)


def turns(turn: Codes) -> Codes:
    """Order what has different turns, (a,) int32 -> (a,) int32."""
    at = np.full(int(turn.max(initial=-1)) + 1, -1, np.int32)
    at[turn] = np.arange(len(turn), dtype=np.int32)
    return at if len(turn) == len(at) else at[at >= 0]


def _take(columns: Columns, rows: Codes) -> None:
    """Take rows of each column, two columns at a time: all at once would hold the log twice."""

    def take(name: str) -> None:
        column = columns[name]
        alike = len(column) > 0 and column[0] == column[-1] and bool((column == column[0]).all())
        columns[name] = column[: len(rows)] if alike else gather(column, rows)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, list(columns)))
