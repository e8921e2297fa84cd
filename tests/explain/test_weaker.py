"""The weaker explanations: what a colleague, a list, a role or others' words clear, and what they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from anomaly.explain import Records
from tests.coding.logs import coded
from tests.explain.test_templates import BY_NAME, CALLS, CASES, ZONE, row, written

Tables = dict[str, list[dict[str, str]]]
Rows = Sequence[dict[str, str | None]]
Cover = Callable[[str, Tables, Rows], list[bool]]

UNITS = {
    "users": [
        {"user": "ANN", "agency": "NPD", "unit": "PATROL", "role": "officer"},
        {"user": "BOB", "agency": "NPD", "unit": "PATROL", "role": "officer"},
        {"user": "CAT", "agency": "NPD", "unit": "TRAFFIC", "role": "officer"},
        {"user": "DEE", "agency": "SPD", "unit": "PATROL", "role": "officer"},
        {"user": "EVE", "agency": "NPD", "unit": "COMM CENTER", "role": "dispatcher II"},
    ]
}
SHIFTS = {
    "shifts": [
        {"user": user, "start": "2024-03-04 08:00:00", "end": "2024-03-04 16:00:00"}
        for user in ("ANN", "BOB", "DEE")
    ]
}


@pytest.fixture
def cover(tmp_path: Path) -> Cover:
    def covered(name: str, tables: Tables, rows: Rows) -> list[bool]:
        log, context = coded(rows, ZONE), written(tmp_path, tables)
        records = Records(log, context)
        assert BY_NAME[name].why_not(records) is None
        mask = BY_NAME[name].function(records)
        by_row = dict(zip(log.events.row.tolist(), mask[log.action_of()].tolist(), strict=True))
        return [by_row[k] for k in sorted(by_row)]

    return covered


def test_a_partner_is_of_the_unit_and_on_shift(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", user="BOB"),
        row("03-04T10:10", user="BOB", license="D2"),
        row("03-04T13:10", user="BOB"),  # the call is over
        row("03-04T10:11", user="CAT"),  # of another unit
        row("03-04T10:12", user="DEE", agency="SPD"),  # of a unit with the same name elsewhere
        row("03-04T10:13"),  # the one who was sent has the stronger explanation
    ]
    assert cover("partner", CALLS | UNITS | SHIFTS, rows) == [True, *[False] * 5]
    off = {"shifts": [one for one in SHIFTS["shifts"] if one["user"] != "BOB"]}
    assert cover("partner", CALLS | UNITS | off, rows) == [False] * 6


def test_without_a_roster_the_unit_is_where_a_user_works(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", user="BOB", unit="PATROL"),
        row("03-04T10:11", user="CAT", unit="TRAFFIC"),
        row("03-05T09:00", unit="PATROL"),
    ]
    assert cover("partner", CALLS | SHIFTS, rows) == [True, False, False]
    nowhere = [{**one, "unit": None} for one in rows]
    assert cover("partner", CALLS | SHIFTS, nowhere) == [False] * 3


def test_a_case_of_the_unit_is_a_colleagues(cover: Cover) -> None:
    rows = [
        row("03-06T12:00"),  # assigned: the case itself explains it
        row("03-06T12:00", user="BOB"),
        row("03-12T12:00", user="BOB"),  # closed
        row("03-06T12:00", user="CAT"),
        row("03-06T12:00", user="BOB", license="D2"),
    ]
    assert cover("case of the unit", CASES | UNITS, rows) == [False, True, False, False, False]


def test_a_party_is_known_to_the_agency_for_a_day(cover: Cover) -> None:
    calls = {**CALLS, "calls": [{**CALLS["calls"][0], "agency": "NPD"}]}
    rows = [
        row("03-03T23:00"),
        row("03-04T00:30", user="BOB"),
        row("03-05T23:00", user="BOB"),
        row("03-06T00:30", user="BOB"),
        row("03-04T12:00", user="DEE", agency="SPD"),
        row("03-04T12:00", user="BOB", license="D2"),
    ]
    assert cover("party", calls, rows) == [False, True, True, False, False, False]
    assert cover("party", CALLS, rows) == [False] * 6  # a call of no agency is nobody's


def test_a_booking_is_a_kind_of_case_or_call(cover: Cover) -> None:
    rows = [row("03-06T12:00", user="BOB"), row("03-12T12:00", user="BOB")]
    for kind, held in (("Booking", True), ("in-custody arrest", True), ("bookstore theft", False)):
        cases = {**CASES, "cases": [{**CASES["cases"][0], "kind": kind}]}
        assert cover("booking", cases, rows) == [held, False], kind
    arrest = {**CALLS, "calls": [{**CALLS["calls"][0], "kind": "arrest"}]}
    assert cover("booking", CASES | arrest, [row("03-04T20:00"), row("03-07T20:00")]) == [True, False]


def test_a_call_without_people_explains_the_hour(cover: Cover) -> None:
    tables = {name: CALLS[name] for name in ("calls", "call_units")}
    rows = [
        row("03-04T10:10", license="D7"),
        row("03-04T10:50", license="D8"),
        row("03-04T10:10", user="BOB", license="D9"),
    ]
    assert cover("call nearby", tables, rows) == [True, False, False]
    assert cover("call nearby", CALLS, rows) == [False] * 3  # its people are listed: others are not explained


PERMITS = {
    "permits": [
        {"subject": "license:D1", "kind": "ccw", "agency": "NPD", "applied": "2024-03-04"},
        {"subject": "license:D2", "kind": "employment", "agency": "NPD", "applied": "2024-03-04"},
    ]
}


def test_an_application_clears_under_its_own_purpose(cover: Cover) -> None:
    rows = [
        row("03-05T12:00", purpose="F"),
        row("03-03T12:00", purpose="F"),  # not applied yet
        row("03-05T13:00", purpose="C"),
        row("03-05T12:00", purpose="F", license="D2"),  # no firearm was applied for
        row("03-05T14:00", purpose="J", license="D2"),
        row("03-05T15:00", purpose="F", agency="SPD"),
        row("03-05T16:00", purpose=None),
    ]
    assert cover("permit", PERMITS, rows) == [True, False, False, False, True, False, False]


def test_an_authorization_must_hold_for_all_that_was_asked(cover: Cover) -> None:
    tables = {
        "authorizations": [
            {"agency": "NPD", "unit": "LICENSING", "purpose": "F", "class": "Criminal history"},
            {"agency": "SPD", "unit": "", "purpose": "", "class": "driver"},
        ]
    }
    licensing = {"unit": "LICENSING", "purpose": "F"}
    rows = [
        row("03-05T12:00", message_key="QH", **licensing),
        row("03-05T13:00", message_key="DQ", **licensing),
        row("03-05T14:00", message_key="QH", unit="LICENSING", purpose="C"),
        row("03-05T15:00", message_key="QH", unit="PATROL", purpose="F"),
        row("03-05T12:00", message_key="DQ", user="DEE", agency="SPD", unit=None, purpose="C"),
        row("03-05T12:30", message_key="DQ", user="DEE", agency="SPD", unit="JAIL", purpose=None),
        row("03-05T14:00", message_key="NOSUCH", **licensing),
    ]
    assert cover("authorized", tables, rows) == [True, False, False, False, True, True, False]


def test_a_query_for_an_officer_needs_the_officers_own_tie(cover: Cover) -> None:
    asked = {"user": "EVE", "on_behalf_of": "ANN"}
    rows = [
        row("03-04T10:10", **asked),  # Ann is on the call
        row("03-04T10:10", license="D2", **asked),
        row("03-06T12:00", **asked),  # Ann's case
        row("03-06T13:00", user="EVE", on_behalf_of="BOB"),
        row("03-04T10:11", user="ANN", on_behalf_of="ANN"),  # for oneself is not for another
        row("03-04T10:20", user="EVE"),
    ]
    assert cover("for an officer", CALLS, rows) == [True, False, False, False, False, False]
    assert cover("for an officer", CALLS | CASES, rows) == [True, False, True, False, False, False]


def test_an_officer_who_never_queries_can_still_be_asked_for(cover: Cover) -> None:
    rows = [row("03-04T10:10", user="EVE", on_behalf_of="ANN")]
    assert cover("for an officer", CALLS, rows) == [True]


def test_a_colleagues_name_alone_is_only_stated(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", user="EVE", on_behalf_of="BOB"),
        row("03-04T20:10", user="EVE", on_behalf_of="BOB"),  # off shift
        row("03-04T10:10", user="EVE", on_behalf_of="DEE", license="D2"),  # of another agency
        row("03-04T10:10", user="EVE", on_behalf_of="7 Adam 12", license="D3"),
    ]
    assert cover("stated for an officer", UNITS | SHIFTS, rows) == [True, False, False, False]


def test_a_desk_has_a_role(cover: Cover) -> None:
    rows = [row("03-04T10:10", user=user) for user in ("ANN", "EVE", "ZOE")]
    assert cover("role", UNITS, rows) == [False, True, False]


def bolo(user: str, day: int, reason: str = "BOLO 187 susp", **more: str) -> dict[str, str | None]:
    return row(f"03-{day:02}T10:10", user=user, unit=f"UNIT {user}", reason=reason, **more)


def test_a_stated_bulletin_needs_two_of_other_units(cover: Cover) -> None:
    rows = [bolo("ANN", 4), bolo("BOB", 5), bolo("CAT", 6)]
    assert cover("stated bulletin", {}, rows) == [True] * 3
    assert cover("stated bulletin", {}, rows[:2]) == [False] * 2
    assert cover("stated bulletin", {}, [*rows[:2], bolo("CAT", 20)]) == [False] * 3  # long after
    assert cover("stated bulletin", {}, [*rows[:2], bolo("CAT", 6, license="D2")]) == [False] * 3
    assert cover("stated bulletin", {}, [*rows[:2], bolo("CAT", 6, reason="traffic stop")]) == [False] * 3
    friends = [{**one, "unit": "PATROL"} for one in rows]
    assert cover("stated bulletin", {}, friends) == [False] * 3


def registrants(days: tuple[int, ...], sex: str = "M", count: int = 20) -> list[dict[str, str | None]]:
    return [
        row(f"03-{day:02}T10:{k:02}", license=f"R{k}", reason="290 compliance", sex=sex)
        for day in days
        for k in range(count)
    ]


def test_a_stated_program_goes_through_a_list_of_men(cover: Cover) -> None:
    assert all(cover("stated program", {}, registrants((4, 20))))
    assert not any(cover("stated program", {}, registrants((4, 20), count=19)))
    assert not any(cover("stated program", {}, registrants((4, 20), sex="F")))
    again = [row(f"03-{day:02}T10:10", license="R1", reason="290 compliance", sex="M") for day in range(5, 9)]
    assert not any(cover("stated program", {}, [*registrants((4,)), *again]))  # after one of them


def test_a_stated_program_is_the_units_or_has_a_number(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", user=user, unit="PATROL", reason="kidnapping") for user in ("ANN", "BOB", "CAT")
    ]
    assert cover("stated program", {}, rows) == [True] * 3
    assert cover("stated program", {}, rows[:2]) == [False] * 2
    numbered = [row("03-04T10:10", reason="AMBER ALERT 24-01234")]
    assert cover("stated program", {}, numbered) == [True]
    assert cover("stated program", CASES, numbered) == [False]  # a table could name the case


def test_what_two_agencies_call_a_test_is_a_test_record(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", reason="test"),
        row("03-05T10:10", user="DEE", agency="SPD", reason="TEST"),
        row("03-06T10:10", user="BOB", reason="investigation"),
    ]
    assert cover("stated test record", {}, rows) == [True] * 3
    assert cover("stated test record", {}, [rows[0], rows[2]]) == [False] * 2
    others = [row(f"03-{day:02}T10:10", user="BOB", reason="investigation") for day in (7, 8)]
    assert cover("stated test record", {}, [*rows, *others]) == [False] * 5  # most ask for another reason


def test_a_training_day_is_what_four_say_or_do(cover: Cover) -> None:
    def trains(user: str, day: int = 4, **more: str) -> dict[str, str | None]:
        return row(f"03-{day:02}T10:10", user=user, **{"reason": "training", **more})

    rows = [trains(user) for user in ("ANN", "BOB", "CAT", "DEE")]
    assert cover("training day", {}, rows) == [True] * 4
    assert cover("training day", {}, rows[:3]) == [False] * 3
    assert cover("training day", {}, [*rows[:3], trains("DEE", day=5)]) == [False] * 4
    assert cover("training day", {}, [*rows[:3], trains("DEE", agency="SPD")]) == [False] * 4
    listed = {"test_subjects": [{"subject": "license:T1"}]}
    ran = [*rows[:3], trains("DEE", reason="class", license="T1")]
    assert cover("training day", listed, ran) == [True, True, True, False]  # it clears those who say so


def test_candidates_join_two_tables(cover: Cover) -> None:
    rows = [
        row("03-04T22:00", user="BOB"),
        row("03-20T10:00"),
        row("05-20T10:00"),
        row("03-06T10:00", user="CAT"),
        row("03-06T10:00", user="DEE", agency="SPD"),
    ]
    assert cover("unit's call that day", CALLS | UNITS, rows) == [True, False, False, False, False]
    assert cover("user's earlier call", CALLS, rows) == [False, True, False, False, False]
    assert cover("case of the agency", CASES, rows) == [True, False, False, True, False]
    assert cover("case of any agency", CASES, rows) == [True, False, False, True, True]
    assert cover("user's closed case", CASES, rows) == [False, True, True, False, False]
    assert cover("applicant, any purpose", PERMITS, rows) == [True, True, True, True, False]


def test_an_address_of_a_call_is_a_candidate(cover: Cover) -> None:
    rows = [
        row("03-04T10:10", address_key="A1"),
        row("03-04T10:20", license="D2", address_key="A1"),
        row("03-04T10:30", license="D3", address_key="A2"),
        row("03-04T10:40", license="D4"),
    ]
    assert cover("address of a call", CALLS, rows) == [True, True, False, False]
