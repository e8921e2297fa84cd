"""Rows in order: by time, user after user, action after action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import kernels
from anomaly.coding.gather import gather, moved, read_only
from anomaly.coding.hashes import Codes
from anomaly.coding.merged import collapsed

Columns = dict[str, NDArray[Any]]


def in_time_order(columns: Columns) -> int:
    """Put the rows of all columns in time order, and leave out those that repeat an earlier one.

    `digest` leaves the columns. Returns how many rows were left out.
    """
    time = columns["time"]
    if np.any(time[1:] < time[:-1]):
        take(columns, np.argsort(time, kind="stable").astype(np.int32))
    whole = np.array([0, len(time)])
    twice = kernels.written_twice(whole, columns["time"], columns.pop("digest"))
    count = int(twice.sum())
    if count:
        take(columns, np.flatnonzero(~twice).astype(np.int32))
    return count


def by_user(columns: Columns, n_users: int) -> None:
    """Put rows, which are in time order, user after user, redacted users last.

    Rows go where they belong, and are not fetched from where they are: users are few enough for the ends of
    their rows to stay in the cache, a third of the time. A column goes where one as wide has been: fresh
    memory took longer than the moving.
    """
    places = np.empty(len(columns["user"]), np.int32)
    kernels.destinations(columns["user"], n_users, places)
    left: dict[int, list[NDArray[Any]]] = defaultdict(list)

    def put(column: NDArray[Any]) -> NDArray[Any]:
        rooms = left[column.itemsize]
        there = moved(column, places, rooms.pop() if rooms else None)
        rooms.append(column)
        return there

    _each(columns, put)


def by_action(columns: Columns, n_users: int, n_subjects: int) -> Codes | None:
    """Put the rows of each action side by side; returns where those of each begin, see `Actions.events`.

    `cascade` leaves the columns.
    """
    of_row = collapsed(columns, n_users, n_subjects)
    columns.pop("cascade", None)
    if of_row is None:
        return None
    starts, order = kernels.group(read_only(of_row), int(of_row.max()) + 1)
    if np.any(of_row[1:] < of_row[:-1]):
        take(columns, order)
    return starts.astype(np.int32)


def take(columns: Columns, rows: Codes) -> None:
    """Take rows of each column."""
    _each(columns, partial(gather, order=rows), len(rows))


def _each(columns: Columns, put: Callable[[NDArray[Any]], NDArray[Any]], count: int | None = None) -> None:
    """Put each column in another order, two columns at a time: all at once would hold the log twice.

    count: of the rows that are left, None for all.
    """

    def of(name: str) -> None:
        column = columns[name]
        alike = len(column) > 0 and column[0] == column[-1] and bool((column == column[0]).all())
        columns[name] = column[:count] if alike else put(column)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(of, list(columns)))
