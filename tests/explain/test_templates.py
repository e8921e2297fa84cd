"""Each innocent explanation clears what it should, and not its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from anomaly.coding import CodedLog
from anomaly.context import Context, load_context
from anomaly.explain import EXPLANATIONS, Explanation, Records, try_all
from anomaly.explain.candidates import CANDIDATES
from tests.coding.logs import coded

ZONE = "America/Los_Angeles"
EVERY = (*EXPLANATIONS, *CANDIDATES)
BY_NAME = {one.name: one for one in EVERY}
CASES = {
    "cases": [
        {
            "case_number": "24-1",
            "agency": "NPD",
            "opened": "2024-03-04 16:00:00",
            "closed": "2024-03-10 08:00:00",
        }
    ],
    "case_people": [{"case_number": "24-1", "subject": "license:D1"}],
    "case_officers": [{"case_number": "24-1", "user": "ANN"}],
}
CALLS = {
    "calls": [{"call_id": "C1", "start": "2024-03-04 10:00:00", "end": "2024-03-04 10:30:00"}],
    "call_people": [{"call_id": "C1", "subject": "license:D1"}],
    "call_units": [{"call_id": "C1", "user": "ANN"}],
}


def row(time: str, **more: str | None) -> dict[str, str | None]:
    usual = {
        "user": "ANN",
        "agency": "NPD",
        "license": "D1",
        "case_number": None,
        "reason": "stop",
        "message_key": "DQ",
    }
    return {"time": f"2024-{time}:00", **usual, **more}


@pytest.fixture
def covered(tmp_path: Path) -> object:
    """Return a function: what an explanation covers of some rows, given some tables."""

    def cover(
        name: str, tables: dict[str, list[dict[str, str]]], rows: Sequence[dict[str, str | None]]
    ) -> list[bool]:
        log, context = coded(rows, ZONE), written(tmp_path, tables)
        records = Records(log, context)
        assert BY_NAME[name].why_not(records) is None
        mask = BY_NAME[name].function(records)
        assert (mask.dtype, mask.shape) == (np.bool_, (len(log.actions),))
        by_row = dict(zip(log.events.row.tolist(), mask[log.action_of()].tolist(), strict=True))
        return [by_row[k] for k in sorted(by_row)]

    return cover


def written(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Context:
    if not tables:
        return Context()
    for name, lines in tables.items():
        pl.DataFrame(lines).write_csv(folder / f"{name}.csv")
    return load_context(folder, ZONE)


def test_an_open_case_clears_its_officers_on_its_days(covered) -> None:  # type: ignore[no-untyped-def]
    rows = [
        row("03-03T23:59"),  # the day before it opened
        row("03-04T08:00"),  # the day it opened, before the hour
        row("03-10T23:59"),  # the day it closed
        row("03-11T00:05"),  # the day after
        row("03-06T12:00", user="BOB"),  # not assigned
        row("03-06T12:00", license="D2"),  # nobody of the case
        row("03-06T13:00", user="BOB", case_number="24-1"),  # names it
        row("03-06T12:00", user="BOB", license="D2", case_number="24-1"),  # a copied number
        row("03-12T12:00", user="BOB", case_number="24-1"),  # names it after it closed
    ]
    assert covered("case", CASES, rows) == [False, True, True, False, False, False, True, False, False]


def test_without_assignments_a_case_clears_its_agency(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {name: CASES[name] for name in ("cases", "case_people")}
    rows = [row("03-06T12:00", user="BOB"), row("03-06T12:00", user="CAT", agency="SPD")]
    assert covered("case", tables, rows) == [True, False]


def test_a_case_without_an_agency_clears_nobody_of_no_agency(covered) -> None:  # type: ignore[no-untyped-def]
    """Missing is not equal to missing."""
    tables = {
        "cases": [{"case_number": "24-1", "agency": "", "opened": "2024-03-04 16:00:00", "closed": ""}],
        "case_people": CASES["case_people"],
    }
    rows = [row("03-06T12:00", agency=None), row("03-06T12:00", user="BOB", agency="NPD")]
    assert covered("case", tables, rows) == [False, False]


def test_a_case_still_open_has_no_end(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {**CASES, "cases": [{**CASES["cases"][0], "closed": ""}]}
    assert covered("case", tables, [row("09-06T12:00"), row("03-01T12:00")]) == [True, False]


def test_a_case_knows_the_subject_under_another_key(covered) -> None:  # type: ignore[no-untyped-def]
    """The case names a licence; the officer ran the plate, which a row ties to it."""
    rows = [row("03-06T12:00", plate="7ABC123"), row("03-07T12:00", license=None, plate="7ABC123")]
    assert covered("case", CASES, rows) == [True, True]


def test_a_call_clears_the_unit_that_was_sent_within_the_hour(covered) -> None:  # type: ignore[no-untyped-def]
    rows = [
        row("03-04T08:00"),  # two hours before
        row("03-04T09:46"),  # dispatched
        row("03-04T11:29"),  # the report
        row("03-04T12:30"),  # two hours after
        row("03-04T10:10", user="BOB"),
        row("03-04T10:10", license="D2"),
        row("03-05T10:10"),  # the same hour of the next day
    ]
    assert covered("call", CALLS, rows) == [False, True, True, False, False, False, False]


def test_a_shift_clears_its_user_and_two_hours_around(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {"shifts": [{"user": "ANN", "start": "2024-03-04 18:00:00", "end": "2024-03-05 06:00:00"}]}
    rows = [
        row("03-04T15:59"),
        row("03-04T16:00", license="D2"),  # another subject: another action
        row("03-05T08:00"),
        row("03-05T08:01", license="D2"),
        row("03-05T00:00", user="BOB"),
    ]
    assert covered("on duty", tables, rows) == [False, True, True, False, False]


def test_a_bulletin_clears_anyone_while_it_is_in_force(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {
        "bulletins": [
            {"subject": "license:D1", "issued": "2024-03-04 12:00:00", "expires": "2024-03-06 12:00:00"}
        ]
    }
    rows = [
        row("03-03T12:00"),
        row("03-04T00:10", user="BOB"),
        row("03-06T23:50", user="CAT"),
        row("03-07T00:10"),  # expired
        row("03-05T12:00", license="D2"),
    ]
    assert covered("bulletin", tables, rows) == [False, True, True, False, False]


def test_test_records_clear_only_themselves(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {"test_subjects": [{"subject": "license:D1"}, {"subject": "license:D9"}]}
    assert covered("test record", tables, [row("03-04T09:00"), row("03-04T09:00", license="D2")]) == [
        True,
        False,
    ]


def test_a_stated_test_is_what_the_reason_says(covered) -> None:  # type: ignore[no-untyped-def]
    rows = [
        row(f"03-04T09:0{k}", reason=r, license=f"D{k}")
        for k, r in enumerate(("Administrative test", "stop", None))
    ]
    assert covered("stated test", {}, rows) == [True, False, False]


def test_service_accounts_and_batch_messages(covered) -> None:  # type: ignore[no-untyped-def]
    rows = [row("03-04T09:00", user="svc"), row("03-04T09:00"), row("03-04T09:30", message_key="QWB")]
    assert covered("service account", {"service_accounts": [{"user": "svc"}]}, rows) == [True, False, False]
    assert covered("batch message", {}, rows) == [False, False, True]


@pytest.mark.parametrize("one", EXPLANATIONS, ids=lambda one: one.name)
def test_what_cannot_be_tried_says_why(one: Explanation) -> None:
    log = coded([{"time": "2024-03-04T09:00:00", "user": "ANN"}], ZONE)
    reason = one.why_not(Records(log, Context()))
    assert reason
    assert any(f"`{name}`" in reason for name in (*one.needs, *one.tables))
    tried = try_all(log, Context())
    assert tried.why_not[one.name] == reason
    assert not tried.by((one.name,)).any()


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_says_what_it_is(one: Explanation) -> None:
    assert one.title.endswith(".")
    assert one.limits.endswith(".")
    assert one.looks_for or one in CANDIDATES
    assert one.tables or one.needs


def test_names_are_distinct_and_fit_the_bits() -> None:
    assert len(BY_NAME) == len(EVERY) <= 32


def test_what_rests_on_a_users_own_words_says_so() -> None:
    """Without a table, an explanation rests on what was written: its name, or what it needs, shows it."""
    words = {one.name for one in EXPLANATIONS if not one.tables}
    assert words == {
        *("stated bulletin", "stated program", "stated test record", "stated test"),
        *("training day", "program's text", "batch message"),
    }


def test_tables_about_strangers_clear_nobody(covered) -> None:  # type: ignore[no-untyped-def]
    """Imperfect tables: cases without people, calls without units, strangers to the log, lines twice."""
    tables = {
        "cases": [*CASES["cases"], {**CASES["cases"][0], "case_number": "24-2"}],
        "case_people": [
            {"case_number": "24-9", "subject": "license:D1"},
            {"case_number": "24-1", "subject": "license:D7"},
        ],
        "case_officers": [{"case_number": "24-1", "user": "ZOE"}] * 2,
        "calls": CALLS["calls"] * 2,
        "call_people": CALLS["call_people"] * 2,
        "call_units": [{"call_id": "C1", "user": "ZOE"}, {"call_id": "C2", "user": "ANN"}],
    }
    rows = [row("03-04T10:10"), row("03-06T10:10", case_number="24-1")]
    assert covered("case", tables, rows) == [False, False]
    assert covered("call", tables, rows) == [False, False]


def test_a_call_that_ends_before_it_starts_clears_nothing(covered) -> None:  # type: ignore[no-untyped-def]
    tables = {
        **CALLS,
        "calls": [{"call_id": "C1", "start": "2024-03-04 22:00:00", "end": "2024-03-04 10:30:00"}],
    }
    assert covered("call", tables, [row("03-04T15:00"), row("03-04T10:10")]) == [False, False]


def naive(log: CodedLog, names: Sequence[str], context: Context) -> list[bool]:
    masks = [one.function(Records(log, context)) for one in EXPLANATIONS if one.name in names]
    return [any(bool(mask[k]) for mask in masks) for k in range(len(log.actions))]


def test_bits_tell_explanations_apart(tmp_path: Path) -> None:
    tables = {**CASES, **CALLS, "service_accounts": [{"user": "svc"}]}
    rows = [
        row("03-04T10:10"),
        row("03-06T10:10"),
        row("03-20T10:10"),
        row("03-20T10:10", user="svc"),
        row("03-20T11:10", user="svc", message_key="QWB", reason="test"),
    ]
    log, context = coded(rows, ZONE), written(tmp_path, tables)
    tried = try_all(log, context)
    for names in (("case",), ("call",), ("case", "call"), ("service account", "stated test"), ()):
        assert tried.by(names).tolist() == naive(log, names, context)
    last = len(log.actions) - 1
    assert tried.names(last, BY_NAME) == ["stated test", "service account", "batch message"]
    assert tried.names(last, ("case", "stated test")) == ["stated test"]


def test_a_case_covers_a_shared_car_of_somebody_it_names(covered) -> None:  # type: ignore[no-untyped-def]
    def runs(plate: str, driver: str | None, cascade: str) -> list[dict[str, str | None]]:
        car = row(f"03-06T12:{cascade}", license=None, plate=plate, message_key="RQ", cascade_id=cascade)
        came = row(f"03-06T12:{cascade[0]}1", license=driver, plate=None, cascade_id=cascade)
        return [car, came] if driver else [car]

    rows = [
        *runs("7ABC123", "D1", "10"),
        *runs("7ABC123", "D2", "20"),  # the other driver: the car is the case's all the same
        *runs("7ABC123", None, "30"),
        *runs("8XYZ999", "D3", "40"),
        *runs("8XYZ999", "D4", "50"),  # nobody of the case drives this one
        row("03-06T13:00", license="D2", plate=None, cascade_id="60"),  # nor is the other driver in it
    ]
    assert covered("case", CASES, rows) == [True] * 5 + [False] * 5


def test_a_case_names_a_user_by_a_key_that_the_log_never_saw(covered) -> None:  # type: ignore[no-untyped-def]
    one = {"name": "FOX,BO", "dob": "1980-02-03", "license": "D1", "plate": "7ABC123"}
    roster = [{"user": "BOB", **one}, {"user": "ZOE", **one, "name": "FOX,ZOE", "license": "D7"}]
    rows = [
        row("03-06T12:00", license=None, name="FOX,BO", dob="1980-02-03", plate=None),
        row("03-06T13:00", license=None, name=None, dob=None, plate="7ABC123"),
        row("03-06T14:00", license=None, name="FOX,ZOE", dob="1980-02-03", plate=None),
    ]
    assert covered("case", CASES | {"users": roster}, rows) == [True, True, False]
    assert covered("case", CASES | {"users": roster[1:]}, rows) == [False, False, False]
