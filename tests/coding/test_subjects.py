"""Who was looked up: which keys are one person's, and which never may be."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest

from anomaly.coding import CodedLog
from anomaly.coding.identities import MOST_TIED
from anomaly.coding.keys import surnames
from tests.coding.logs import at, coded

PLATE, JANE, JOHN = "7ABC123", "SMITH,JANE", "SMITH,JOHN"


def people(log: CodedLog) -> list[int]:
    """Subject of each action, renumbered in order of appearance; -1 for nobody."""
    order: dict[int, int] = {}
    return [order.setdefault(s, len(order)) if s >= 0 else -1 for s in log.actions.subject.tolist()]


def test_plate_on_monday_and_name_on_friday_are_one_person_when_a_cascade_ties_them() -> None:
    log = coded(
        [
            {"time": at(0), "plate": PLATE, "cascade_id": "c1"},
            {"time": at(0, seconds=9), "name": JANE, "dob": "1990-04-12", "cascade_id": "c1"},
            {"time": at(1), "plate": PLATE, "cascade_id": "c2"},
            {"time": at(4), "name": JANE, "dob": "1990-04-12", "cascade_id": "c3"},
            {"time": at(4, 60), "name": JOHN, "dob": "1988-01-02", "cascade_id": "c4"},
        ]
    )
    assert people(log) == [0, 0, 0, 1]


def test_one_row_with_two_keys_ties_them() -> None:
    log = coded(
        [
            {"time": at(0), "license": "D1234567", "plate": PLATE},
            {"time": at(1), "plate": PLATE},
            {"time": at(4), "license": "D1234567"},
            {"time": at(5), "plate": "8XYZ999"},
        ]
    )
    assert people(log) == [0, 0, 0, 1]


def test_ties_chain_through_a_third_key() -> None:
    log = coded(
        [
            {"time": at(0), "license": "D1", "sid": "A100", "name": None, "dob": None},
            {"time": at(1), "sid": "A100", "name": JANE, "dob": "1990-04-12"},
            {"time": at(2), "license": "D1"},
            {"time": at(3), "name": JANE, "dob": "1990-04-12"},
        ]
    )
    assert people(log) == [0, 0, 0, 0]


def test_a_household_car_does_not_make_two_people_one() -> None:
    log = coded(
        [
            {"time": at(0), "license": "D1", "plate": PLATE},
            {"time": at(1), "license": "D2", "plate": PLATE},
            {"time": at(2), "plate": PLATE},
            {"time": at(3), "license": "D1"},
            {"time": at(4), "license": "D2"},
        ]
    )
    assert people(log) == [0, 1, 2, 0, 1]


def test_a_household_car_in_cascades_does_not_make_two_people_one() -> None:
    log = coded(
        [
            {"time": at(0), "plate": PLATE, "cascade_id": "a"},
            {"time": at(0, seconds=5), "license": "D1", "cascade_id": "a"},
            {"time": at(1), "plate": PLATE, "cascade_id": "b"},
            {"time": at(1, seconds=5), "license": "D2", "cascade_id": "b"},
            {"time": at(2), "license": "D1", "cascade_id": "c"},
            {"time": at(3), "license": "D2", "cascade_id": "d"},
            {"time": at(4), "plate": PLATE, "cascade_id": "e"},
        ]
    )
    subjects = log.events.subject.tolist()
    d1, d2, car = subjects[4], subjects[5], subjects[6]
    assert len({d1, d2, car}) == 3


def test_two_cars_of_one_person_are_that_person() -> None:
    log = coded(
        [
            {"time": at(0), "license": "D1", "plate": "1AAA111"},
            {"time": at(1), "license": "D1", "plate": "2BBB222"},
            {"time": at(2), "plate": "1AAA111"},
            {"time": at(3), "plate": "2BBB222"},
        ]
    )
    assert people(log) == [0, 0, 0, 0]


@pytest.mark.parametrize("hidden", ["***", "REDACTED", "[redacted]", "", " "])
def test_a_redacted_value_is_nobody_and_ties_nobody(hidden: str) -> None:
    rows = [{"time": at(day), "plate": hidden, "license": f"D{day}"} for day in range(5)]
    rows += [{"time": at(10 + day), "plate": hidden, "license": hidden} for day in range(5)]
    log = coded(rows)
    assert people(log) == [0, 1, 2, 3, 4, -1, -1, -1, -1, -1]


def test_a_name_with_a_redacted_birthday_is_no_named_person() -> None:
    """Namesakes: the name alone ties no licence to another."""
    log = coded(
        [
            {"time": at(0), "name": JANE, "dob": "***", "license": "D1"},
            {"time": at(1), "name": JANE, "dob": "***", "license": "D2"},
            {"time": at(2), "name": JANE, "dob": "1990-04-12", "license": None},
            {"time": at(3), "name": JANE, "dob": "1971-09-30", "license": None},
        ]
    )
    assert people(log) == [0, 1, 2, 3]


def test_spelling_of_a_key_does_not_matter() -> None:
    log = coded(
        [
            {"time": at(0), "plate": "7ABC123", "name": None, "dob": None},
            {"time": at(1), "plate": "7abc-123", "name": None, "dob": None},
            {"time": at(2), "plate": "7 ABC 123", "name": None, "dob": None},
            {"time": at(3), "plate": None, "name": "Smith, Jane", "dob": "04/12/1990"},
            {"time": at(4), "plate": None, "name": "SMITH,JANE", "dob": "1990-04-12"},
        ]
    )
    assert people(log) == [0, 0, 0, 1, 1]


def test_plates_of_different_kinds_of_key_do_not_meet() -> None:
    log = coded(
        [{"time": at(0), "plate": "A1", "license": None}, {"time": at(1), "plate": None, "license": "A1"}]
    )
    assert people(log) == [0, 1]


def test_lookup_finds_every_key_of_a_person_and_nobody_else() -> None:
    log = coded(
        [
            {"time": at(0), "license": "D1", "plate": PLATE},
            {"time": at(1), "license": "D2", "plate": None},
        ]
    )
    keys = pl.Series([f"plate:{PLATE}", "license:D1", "license:D2", "license:D3", None, ""])
    found = log.subjects.lookup(keys).tolist()
    first, second = log.actions.subject.tolist()
    assert found == [first, first, second, -1, -1, -1]


def test_neighbouring_numbers_are_neighbours_even_when_their_owner_is_known() -> None:
    """A run through plates stays a run when some of the cars are tied to licences elsewhere in the log."""
    plates = [{"time": at(0, minutes=5 * k), "plate": f"4KLM{100 + k}"} for k in range(8)]
    owners = [
        {"time": at(1, k), "plate": f"4KLM{100 + k}", "license": f"D{900 - 7 * k}"} for k in range(0, 8, 3)
    ]
    log = coded([*plates, *owners])
    serials = log.column("serial")[:8]
    assert np.diff(serials).tolist() == [1] * 7


def told_apart(rows: list[dict[str, str | None]]) -> list[tuple[object, ...]]:
    """Of each action its user, the keys of the rows about its subject, and whether it has a serial number."""
    log = coded(rows)
    named: dict[int, set[str | None]] = {}
    for code, row in zip(log.events.subject.tolist(), log.events.row.tolist(), strict=True):
        said = rows[row - 1]
        named.setdefault(code, set()).update(said[k] for k in ("plate", "license", "name") if said.get(k))
    users = log.texts["user"].gather(log.actions.user).to_list()
    numbered = (log.column("serial") >= 0).tolist()
    return sorted(
        (user, sorted(map(str, named[s])), has)
        for user, s, has in zip(users, log.actions.subject.tolist(), numbered, strict=True)
    )


def test_the_subject_of_a_cascade_in_one_second_does_not_hang_on_the_order_of_rows() -> None:
    """A household car is a subject of its own; a cascade of car and driver is about one of the two."""
    rows: list[dict[str, str | None]] = [
        {"time": at(0), "user": "ANN", "plate": PLATE, "cascade_id": "a"},
        {"time": at(0), "user": "ANN", "license": "D1", "cascade_id": "a"},
        {"time": at(1), "user": "BOB", "plate": PLATE, "cascade_id": "b"},
        {"time": at(1), "user": "BOB", "license": "D2", "cascade_id": "b"},
    ]
    assert told_apart(rows) == told_apart(rows[::-1])


def test_the_number_of_a_subject_does_not_hang_on_the_order_of_rows() -> None:
    rows: list[dict[str, str | None]] = [
        {"time": at(0), "license": "D1", "name": JANE, "dob": "1990-04-12"},
        {"time": at(1), "license": None, "name": JANE, "dob": "1990-04-12"},
    ]
    assert told_apart(rows) == told_apart(rows[::-1])


@pytest.mark.parametrize("seed", range(5))
def test_the_code_of_a_subject_does_not_hang_on_the_order_of_rows(seed: int) -> None:
    """What breaks ties by code, as a list of couples does, must not depend on how a log was cut or sorted."""
    rows: list[dict[str, str | None]] = [
        {"time": at(day), "user": user, "license": f"D{(day + 3 * place) % 7}", "plate": f"{place}ABC{day}"}
        for day in range(4)
        for place, user in enumerate(("ANN", "ANN", "BOB"))
    ]
    rows[3]["license"] = rows[7]["plate"] = rows[8]["license"] = None
    codes, serials = [], []
    for order in rows, [rows[k] for k in np.random.default_rng(seed).permutation(len(rows))]:
        log = coded(order)
        said = {
            (tuple(order[r - 1].items()), s) for r, s in zip(log.events.row, log.events.subject, strict=True)
        }
        codes.append(said)
        serials.append(log.subjects.serial.tolist())
    assert codes[0] == codes[1]
    assert serials[0] == serials[1]


def test_a_context_table_may_spell_a_key_as_people_do() -> None:
    log = coded(
        [
            {"time": at(0), "plate": "7ABC123", "name": None, "dob": None},
            {"time": at(1), "plate": None, "name": "SMITH,JANE", "dob": "1990-04-12"},
        ]
    )
    plate, jane = log.actions.subject.tolist()
    written = pl.Series(["plate:7abc-123", "plate:7 ABC 123", "name:Smith, Jane|1990-04-12", "7ABC123"])
    assert log.subjects.lookup(written).tolist() == [plate, plate, jane, -1]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_a_cascades_rows_at_one_moment_does_not_matter(order: tuple[int, ...]) -> None:
    """A switch that writes licence, plate, name within one second used to make three people of one."""
    keys = [{"plate": "7ABC123"}, {"license": "D1"}, {"name": "A,B", "dob": "1990-01-01"}]
    log = coded([{"time": at(0), "cascade_id": "c", **keys[k]} for k in order])
    assert len(set(log.subjects.root[log.events.subject].tolist())) == 1


def test_a_number_beside_everybody_is_nobodys() -> None:
    """A licence as if typed for "unknown" made half a county one person, and a scan of it took 22 GB."""

    def asked(of: int) -> list[dict[str, str]]:
        rows = []
        for k in range(of):
            rows += [
                {"time": at(k), "license": "0000000", "cascade_id": f"c{k}"},
                {"time": at(k, seconds=3), "name": f"P{k},ANN", "dob": "1990-01-01", "cascade_id": f"c{k}"},
                {"time": at(k, 60), "name": f"P{k},ANN", "dob": "1990-01-01"},
            ]
        return rows

    assert set(people(coded(asked(MOST_TIED)))) == {0}
    assert len(set(people(coded(asked(MOST_TIED + 1))))) == MOST_TIED + 2


def test_a_trailer_behind_many_cars_makes_them_no_one_vehicle() -> None:
    rows = [
        {"time": at(k, seconds=s), "plate": plate, "cascade_id": f"c{k}"}
        for k in range(MOST_TIED + 1)
        for s, plate in enumerate(("4TRAILER", f"8CAR{k:03}"))
    ]
    assert len(set(coded(rows).subjects.root.tolist())) == MOST_TIED + 2


def moments(
    *keys: dict[str, str], days: int = 2, first: int = 0, gap: float = 9, **words: str
) -> list[dict[str, str]]:
    """Rows of one moment on each of some days, `gap` seconds apart, with the same words."""
    return [
        {"time": at(first + day, seconds=gap * place), **words, **key}
        for day in range(days)
        for place, key in enumerate(keys)
    ]


LICENCE, OTHER, JANES = {"license": "D1"}, {"license": "D2"}, {"name": JANE, "dob": "1990-04-12"}


def how_many(rows: list[dict[str, str]]) -> int:
    """How many different subjects the rows of a log have."""
    return len(set(coded(rows).events.subject.tolist()))


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        (moments({"plate": PLATE}, LICENCE, JANES), 1),
        (moments({"plate": PLATE}, LICENCE, JANES, days=1), 3),
        (moments({"plate": PLATE}, LICENCE, gap=21), 2),  # too long apart
        (moments({"plate": PLATE}, LICENCE, days=3) + moments({"plate": PLATE}, OTHER, days=1, first=5), 3),
        (moments(LICENCE, OTHER, days=9), 2),  # two people asked for one after the other
    ],
    ids=["again and again", "once", "later", "a passenger", "of one kind"],
)
def test_keys_seen_together_again_and_again_are_one_persons(rows: list[dict[str, str]], people: int) -> None:
    assert how_many(rows) == people


def test_only_rows_with_the_same_words_are_one_moment() -> None:
    same = moments({"plate": PLATE}, LICENCE, reason="traffic stop", case_number="24-1")
    assert how_many(same) == 1
    assert how_many([row | {"reason": f"stop {n}"} for n, row in enumerate(same)]) == 2
    assert how_many([row | {"user": "AB"[n % 2]} for n, row in enumerate(same)]) == 2


def test_moments_do_not_depend_on_the_order_of_rows() -> None:
    rows = moments({"plate": PLATE}, LICENCE, JANES, gap=0) + moments(
        OTHER, {"plate": "8XYZ999"}, first=5, gap=5
    )
    orders = [rows, rows[::-1], rows[3:] + rows[:3], rows[::2] + rows[1::2]]
    assert [how_many(order) for order in orders] == [2, 2, 2, 2]


def test_what_the_logs_own_subjects_look_like_does_not_matter() -> None:
    """A bare `plate:7abc-123` is a number of the log's own: only who writes it as it stands finds it."""
    log = coded(
        [
            {"time": at(0), "subject": "plate:7ABC123", "plate": None},
            {"time": at(1), "subject": "S1", "plate": "8XYZ999"},
        ]
    )
    first, second = log.actions.subject.tolist()
    written = pl.Series(["plate:7ABC123", "plate:8xyz-999", "S1", "license:S1", "plate:S1", "8XYZ999"])
    assert log.subjects.lookup(written).tolist() == [first, second, second, -1, -1, -1]


def test_what_a_key_says_by_itself() -> None:
    """Signs that stand for any, initials, a name in the alphabet, and a number within its series."""
    written = ["SMITH,J", "S,JANE", "SMITH,JAN*", "Smith , Jane", "ÖZ,ANNE|X", "SMITH"]
    log = coded([{"time": at(day), "name": name, "dob": "1990-04-12"} for day, name in enumerate(written)])
    assert log.column("partial").tolist() == [True, True, True, False, False, False]
    assert np.argsort(log.column("letters")).tolist() == [4, 1, 5, 0, 2, 3]
    same = log.column("surname") == surnames(pl.Series(["smith,any"]))[0]
    assert same.tolist() == [True, False, True, True, False, False]
    assert (log.column("serial") & 0xFFFFFFFF).tolist() == [12] * 6
    assert log.column("born").tolist() == [1990] * 6
