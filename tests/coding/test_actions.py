"""One human action is many rows; every row counts once; order of rows means nothing."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.coding import CodedLog
from anomaly.coding.merged import SAME_ACTION
from tests.coding.logs import at, coded, frame_of


def test_a_cascade_is_one_action_and_says_what_its_first_row_says() -> None:
    log = coded(
        [
            {
                "time": at(seconds=0),
                "plate": "7ABC123",
                "cascade_id": "c",
                "message_key": "RQ",
                "reason": "stop",
            },
            {"time": at(seconds=9), "license": "D1", "cascade_id": "c", "message_key": "DQ", "reason": None},
            {
                "time": at(seconds=18),
                "license": "D1",
                "cascade_id": "c",
                "message_key": "QW",
                "reason": "auto",
            },
        ]
    )
    assert len(log.events) == 3
    assert len(log.actions) == 1
    assert log.texts["asked"][int(log.actions.asked[0])] == "RQ"
    assert log.texts["reason"][int(log.actions.reason[0])] == "stop"
    assert log.actions.reach[0].bit_count() >= 2  # vehicle and driver data


def test_without_cascades_the_same_subject_within_the_window_is_one_action() -> None:
    edge = SAME_ACTION / 1000
    log = coded(
        [
            {"time": at(seconds=0), "subject": "S1", "message_key": "RQ"},
            {"time": at(seconds=edge), "subject": "S1", "message_key": "DQ"},
            {"time": at(seconds=2 * edge + 0.001), "subject": "S1", "message_key": "QW"},
            {"time": at(seconds=2 * edge + 0.001), "subject": "S2", "message_key": "QW"},
        ]
    )
    assert len(log.actions) == 3


def test_rows_that_name_nobody_stay_apart() -> None:
    log = coded([{"time": at(seconds=k), "subject": None if k else "S1"} for k in range(4)])
    assert len(log.actions) == 4


def test_redacted_users_are_not_one_person() -> None:
    log = coded([{"time": at(seconds=k), "user": "***" if k else "ANN", "subject": "S1"} for k in range(4)])
    assert log.actions.user.tolist() == [0, -1, -1, -1]


def test_duplicates_are_counted_and_read_once() -> None:
    row = {"time": at(), "subject": "S1", "reason": "stop"}
    log = coded(
        [row, {**row, "reason": "other"}, row, {"time": at(1), "subject": "S1", "reason": "stop"}, row]
    )
    assert log.duplicates == 2
    assert len(log.events) == 3
    assert log.events.row.tolist() == [1, 2, 4]


def test_rows_that_differ_in_a_column_no_detector_reads_are_not_duplicates() -> None:
    row = {"time": at(), "subject": "S1", "terminal": "T1"}
    assert coded([row, {**row, "terminal": "T2"}]).duplicates == 0
    assert coded([row, row]).duplicates == 1


def test_a_row_number_of_the_log_tells_rows_apart() -> None:
    row = {"time": at(), "subject": "S1"}
    assert coded([{**row, "event_id": "1"}, {**row, "event_id": "2"}]).duplicates == 0
    assert coded([{**row, "event_id": "1"}, {**row, "event_id": "1"}]).duplicates == 1


def test_a_log_with_the_usual_columns_takes_forty_bytes_an_event() -> None:
    rng = np.random.default_rng(4)
    n = 5000
    log = coded(
        pl.DataFrame(
            {
                "time": [at(minutes=k) for k in range(n)],
                "user": [f"U{u}" for u in rng.integers(0, 50, n)],
                "agency": [f"A{u}" for u in rng.integers(0, 4, n)],
                "unit": [f"T{u}" for u in rng.integers(0, 4, n)],
                "message_key": rng.choice(["RQ", "DQ", "QW", "QH"], n),
                "purpose": rng.choice(["C", "F"], n),
                "reason": [f"case {u}" for u in rng.integers(0, 3000, n)],
                "case_number": [f"24-{u}" for u in rng.integers(0, 3000, n)],
                "license": [f"D{u}" for u in rng.integers(0, 3000, n)],
            }
        )
    )
    assert len(log.events) == n
    assert log.events.bytes_per_event <= 40


def described(log: CodedLog, ids: list[str]) -> dict[str, tuple[object, ...]]:
    """Everything the log says of each row, by the row's own number: words and fellow rows, no codes.

    ids: the number of each data row of the log as it was read.
    """
    events, actions, of_event = log.events, log.actions, log.action_of()
    number = [ids[row - 1] for row in events.row.tolist()]

    def text(name: str, code: int) -> str | None:
        return log.texts[name][code] if code >= 0 else None

    def fellows(codes: np.ndarray, k: int) -> list[str]:
        return sorted(number[j] for j in np.flatnonzero(codes == codes[k])) if codes[k] >= 0 else []

    said: dict[str, tuple[object, ...]] = {}
    for k, own in enumerate(number):
        action = int(of_event[k])
        agency, unit = log.texts.places[actions.place[action]].tolist()
        said[own] = (
            int(events.time[k]),
            text("user", int(events.user[k])),
            text("agency", agency),
            text("unit", unit),
            text("reason", int(actions.reason[action])),
            text("asked", int(actions.asked[action])),
            *(
                int(getattr(actions, name)[action])
                for name in ("time", "reach", "day", "hour", "reason_class")
            ),
            fellows(of_event, k),
            fellows(events.subject, k),
        )
    return said


def maybe(values: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values.split()))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "time": st.integers(0, 40).map(lambda k: at(seconds=20 * k)),
            "user": st.sampled_from(["ANN", "BOB", "***"]),
            "agency": maybe("NPD SPD"),
            "unit": maybe("PATROL RECORDS"),
            "reason": maybe("stop warrant"),
            "message_key": maybe("RQ DQ QH"),
            "subject": maybe("S1 S2 S3"),
            "cascade_id": maybe("c1 c2"),
        }
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, derandomize=True, max_examples=12)
@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_order_of_rows_means_nothing(rows: list[dict[str, str | None]], seed: int) -> None:
    frame = frame_of([{"event_id": str(k), **row} for k, row in enumerate(rows)])
    mixed = frame.sample(fraction=1, shuffle=True, seed=seed)
    one, other = coded(frame), coded(mixed)
    assert described(one, frame["event_id"].to_list()) == described(other, mixed["event_id"].to_list())
    for name in ("user", "agency", "unit", "reason", "asked"):
        assert one.texts[name].to_list() == other.texts[name].to_list()


def one_person(rows: list[dict[str, str | None]]) -> dict[str | None, str]:
    """Who is who: the subjects that one cascade names are one person, and so on through further cascades."""
    named = {str(row["subject"]): {str(row["subject"])} for row in rows if row["subject"]}
    for _ in rows:
        for cascade in {row["cascade_id"] for row in rows} - {None}:
            together = {str(r["subject"]) for r in rows if r["cascade_id"] == cascade and r["subject"]}
            everyone = set().union(*(named[one] for one in together))
            for one in everyone:
                named[one] |= everyone
    return {one: min(others) for one, others in named.items()}


def naive_actions(rows: list[dict[str, str | None]]) -> set[frozenset[int]]:
    """Which rows are one action: straight from the words of docs/contracts.md, with lists."""
    stamped = sorted(
        (
            (datetime.fromisoformat(row["time"] or "").timestamp() * 1000, k, row)
            for k, row in enumerate(rows)
        ),
        key=lambda item: item[:2],
    )
    person = one_person(rows)
    opened: list[tuple[dict[str, str | None], list[int], float]] = []
    for time, k, row in stamped:
        user, subject, cascade = row["user"], person.get(row["subject"]), row["cascade_id"]
        if user == "***":
            subject = None
        home = None
        for n in range(len(opened) - 1, -1, -1):
            last, _, when = opened[n]
            if last["user"] != user:
                continue
            by_cascade = cascade is not None and cascade == last["cascade_id"]
            by_subject = (
                cascade is None
                and last["cascade_id"] is None
                and subject is not None
                and subject == last["subject"]
                and time - when <= SAME_ACTION
            )
            if by_cascade or by_subject:
                home = n
                break
        if home is None:
            opened.append(({"user": user, "subject": subject, "cascade_id": cascade}, [k], time))
        else:
            first, members, _ = opened[home]
            opened[home] = (first, [*members, k], time)
    return {frozenset(members) for _, members, _ in opened}


@settings(deadline=None, derandomize=True, max_examples=25)
@given(rows=ROWS)
def test_actions_are_those_of_the_naive_twin(rows: list[dict[str, str | None]]) -> None:
    log = coded(frame_of([{"event_id": str(k), **row} for k, row in enumerate(rows)]))
    members: dict[int, set[int]] = {}
    for event, action in enumerate(log.action_of().tolist()):
        members.setdefault(action, set()).add(int(log.events.row[event]) - 1)
    assert {frozenset(m) for m in members.values()} == naive_actions(rows)
    of = log.actions
    by_user = list(zip((of.user < 0).tolist(), of.user.tolist(), of.time.tolist(), strict=True))
    assert by_user == sorted(by_user)


@pytest.mark.parametrize("chosen", [[], [0], [0, 1, 2]])
def test_events_of_actions_come_in_order(chosen: list[int]) -> None:
    log = coded([{"time": at(minutes=k // 2, seconds=k), "subject": f"S{k // 2}"} for k in range(6)])
    events, owner = log.events_of(np.array(chosen, np.int32))
    assert events.tolist() == [e for a in chosen for e in (2 * a, 2 * a + 1)]
    assert owner.tolist() == [a for a in chosen for _ in range(2)]
