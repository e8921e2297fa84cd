"""The single fact that would clear most of what is open: read from the tables, and honest about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anomaly.explain import MissingFact, Records, missing_fact
from tests.coding.logs import coded
from tests.explain.test_templates import CALLS, CASES, ZONE, row, written
from tests.explain.test_weaker import PERMITS, Rows, Tables

ALL = ("case", "call", "bulletin", "permit", "on duty")
DAYS = [row(f"03-{day:02}T12:00", user="BOB") for day in (4, 6, 8, 12)]


def fact(folder: Path, tables: Tables, rows: Rows, honoured: tuple[str, ...] = ALL) -> MissingFact | None:
    """Name the missing fact, the same in the whole tables and in what of them concerns the rows."""
    log = coded(rows, ZONE)
    records = Records(log, written(folder, tables))
    found = missing_fact(records, log.action_of(), honoured)
    narrowed = records.narrowed(np.unique(log.action_of()))
    assert missing_fact(narrowed, log.action_of(), honoured) == found
    return found


def test_a_case_that_is_somebody_elses(tmp_path: Path) -> None:
    assert fact(tmp_path, CASES, DAYS) == MissingFact(
        "case",
        "If case 24-1 had been assigned to the user, 3 of 4 open rows would be cleared: it names the subject "
        "and was open on those days, but is assigned to somebody else.",
        3,
        4,
        near=True,
    )


def test_a_case_that_was_closed(tmp_path: Path) -> None:
    rows = [row(f"03-{day}T12:00") for day in (12, 13, 20)]
    found = fact(tmp_path, CASES, rows)
    assert found
    assert found.sentence == (
        "If case 24-1 had still been open, all 3 open rows would be cleared: it names the subject and is "
        "assigned to the user, but was closed before."
    )


@pytest.mark.parametrize(
    ("number", "because"),
    [
        ("24-1", "the rows name it and it was open, but it does not name the subject"),
        ("24-77", "the rows name it, and no case has that number"),
    ],
)
def test_a_number_that_names_nobody(tmp_path: Path, number: str, because: str) -> None:
    rows = [row(f"03-0{day}T12:00", license="D7", case_number=number) for day in (5, 6)]
    found = fact(tmp_path, CASES, rows)
    assert found
    assert found.sentence == (
        f"If case {number} had named the subject, both open rows would be cleared: {because}."
    )


def test_calls_to_which_others_were_sent(tmp_path: Path) -> None:
    found = fact(tmp_path, CALLS, [row("03-04T10:10", user="BOB")])
    assert found
    assert found.sentence == (
        "If the user had been sent to the call with the subject in those hours, the one open row would be "
        "cleared: it names the subject, but others were sent."
    )


def test_calls_about_others(tmp_path: Path) -> None:
    found = fact(tmp_path, CALLS, [row("03-04T10:10", license="D7"), row("03-04T10:20", license="D8")])
    assert found
    assert found.sentence == (
        "If the call to which the user was sent in those hours had concerned the subjects, both open rows "
        "would be cleared: it names others or nobody."
    )


def test_a_bulletin_that_had_lapsed(tmp_path: Path) -> None:
    tables: Tables = {
        "bulletins": [
            {"subject": "license:D1", "issued": "2024-03-01 12:00:00", "expires": "2024-03-02 12:00:00"}
        ]
    }
    found = fact(tmp_path, tables, DAYS)
    assert found
    assert (found.explanation, found.rows, found.near) == ("bulletin", 4, True)
    later = fact(tmp_path, tables, [row("05-06T12:00")])
    assert later
    assert (later.explanation, later.near) == ("case", False)


def test_an_applicant_under_another_purpose(tmp_path: Path) -> None:
    found = fact(tmp_path, PERMITS, [row(f"03-0{day}T12:00", purpose="C") for day in (5, 6)])
    assert found
    assert found.sentence == (
        "If the look-ups had been made under a purpose that is lawful for applications (ccw), both open rows "
        "would be cleared: the subject had applied to the agency."
    )


def test_what_clears_too_little_is_no_answer(tmp_path: Path) -> None:
    rows = [*DAYS[:1], *(row(f"05-{day:02}T12:00", user="BOB") for day in range(1, 5))]
    found = fact(tmp_path, CASES, rows)
    assert found
    assert found.sentence == (
        "What would clear all 5 open rows, on those 5 days (the tables hold nothing near): a case, report or "
        "warrant that names the subject and was open on those days, and the user's assignment to it."
    )


def test_only_what_is_honoured_is_named(tmp_path: Path) -> None:
    found = fact(tmp_path, CASES, DAYS, ("on duty", "test record"))
    assert found
    assert found.sentence == (
        "What would clear all 4 open rows, on those 4 days (not tried, no table `shifts` in the context "
        "folder): a shift, overtime, court or call-out record for these hours."
    )
    assert fact(tmp_path, CASES, DAYS, ("test record",)) is None


def test_nothing_open_has_no_missing_fact(tmp_path: Path) -> None:
    log = coded(DAYS, ZONE)
    records = Records(log, written(tmp_path, CASES))
    assert missing_fact(records, np.zeros(0, np.int32), ALL) is None


def test_rows_without_a_subject_are_told_plainly(tmp_path: Path) -> None:
    rows = [row("03-06T12:00", user="BOB", license=None)]
    found = fact(tmp_path, CASES | CALLS | PERMITS, rows)
    assert found
    assert not found.near
