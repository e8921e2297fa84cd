"""Whose case it is, how full the tables are, and who is compared with whom, told on a few rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from anomaly.coding import Groups
from anomaly.context import Context
from anomaly.detectors.case_work import case_work, numbers_given
from anomaly.detectors.linked_pair import linked_pair
from anomaly.detectors.pairs import pairs_of
from anomaly.detectors.repeated_lookups import repeated_lookups
from anomaly.detectors.unstated_reasons import unstated_reasons
from tests.detectors.bench import Bench

DAYS = [f"2024-03-{day:02d}" for day in range(1, 32)]


def look(user: str, day: str, subject: str, **more: Any) -> dict[str, Any]:
    return {
        "time": f"{day}T12:00:00",
        "user": user,
        "agency": "NPD",
        "unit": "DET",
        "license": subject,
        **more,
    }


def coded(rows: list[dict[str, Any]]) -> tuple[Bench, Groups]:
    bench = Bench.of(pl.DataFrame(rows, infer_schema_length=None), Context({}))
    return bench, bench.groups(repeated_lookups)


def test_a_number_of_an_own_case_is_given_for_others_too() -> None:
    own = [look("U1", day, "A", case_number="24-00001") for day in DAYS[:9]]
    others = [look("U1", day, "B", case_number="24-00001") for day in DAYS[6:12]]
    alone = [look("U1", day, "C", case_number="24-00002") for day in DAYS[:9]]
    _, users = coded(own + others + alone)
    nothing = np.zeros(users.starts[-1], np.bool_)
    work = case_work(users, users["subject"], nothing)
    told = set(zip(users["subject"].tolist(), work.others.tolist(), strict=True))
    assert {days for _, days in told} == {6, 9, 0}  # B's days, A's days, nobody else's
    assert work.cases.tolist() == [2]
    assert work.unknown_for_known == 0.0


def test_a_number_of_a_colleagues_case_counts_as_nobodys() -> None:
    theirs = [look("U1", day, "A", case_number="24-00001") for day in DAYS[:4]]
    taken = [look("U2", day, s, case_number="24-00001") for day in DAYS[:4] for s in "XY"]
    unknown = [look("U2", day, s, case_number="24-00002") for day in DAYS[4:8] for s in "XY"]
    _, users = coded(theirs + taken + unknown)
    explained = users.owner == 0
    work = case_work(users, users["subject"], explained)
    by_day = dict(
        zip(users["day"][users.owner == 1] - users["day"].min(), work.others[~explained], strict=True)
    )
    assert by_day == {0: 0, 1: 0, 2: 0, 3: 0, 4: 4, 5: 4, 6: 4, 7: 4}
    assert work.unknown_for_known == 1.0


def test_the_number_in_the_reason_is_the_one_in_the_field() -> None:
    rows = [
        look("U1", DAYS[0], "A", case_number="DR 24-00758", reason="inv"),
        look("U1", DAYS[1], "A", case_number=None, reason="follow up 24-00758"),
        look("U1", DAYS[2], "A", case_number=None, reason="pc 273.5"),
    ]
    number, count = numbers_given(coded(rows)[1])
    assert count > number[0] == number[1] >= 0
    assert number[2] == -1


def test_pairs_that_recur_and_those_that_do_not() -> None:
    rows = [look("U1", day, "A") for day in DAYS[:3]] + [look("U1", DAYS[5], "B")]
    _, users = coded(rows)
    pairs = pairs_of(users, users["subject"])
    seen = pairs.seen(users["day"][pairs.rows] > users["day"].min(), 30)
    assert (seen.days.tolist(), seen.looked.tolist(), seen.first.tolist()) == ([2], [2], [1])
    assert pairs.alone.tolist() == [False, False, False, True]
    assert pairs.at_least(seen, np.array([1])).tolist() == [[2, 1] + 14 * [0]]
    assert pairs.looked_up(seen, np.array([1])).tolist() == [3]


def patrol(count: int) -> list[dict[str, Any]]:
    """Users of three units, who meet somebody new every day."""
    return [
        look(f"{unit}{k}", day, f"{unit}{k}{n}", unit=unit)
        for unit in ("PATROL", "JAIL", "RECORDS")
        for k in range(count)
        for n, day in enumerate(DAYS)
    ]


def test_one_of_a_kind_is_judged_by_every_unit() -> None:
    chief = [look("CHIEF", day, "EX", unit="ADMIN") for day in DAYS[::2]]
    bench = Bench.of(pl.DataFrame(patrol(8) + chief, infer_schema_length=None), Context({}))
    signals = bench.run(repeated_lookups)
    assert bench.log.texts["user"].gather(signals.actor).to_list() == ["CHIEF"]
    assert signals.measures["peers"] == ["the unit that comes back most"]
    assert signals.p[0] < 0.01  # nobody comes back: how long such go on is hardly known


def test_a_mere_sign_is_seen_though_the_user_types_it_beside_cases_too() -> None:
    rows = patrol(10)
    for n, row in enumerate(rows):
        row["message_key"] = "DQ"
        row["reason"] = "." if row["user"] == "PATROL0" and n % 2 else "traffic stop"
    bench = Bench.of(pl.DataFrame(rows, infer_schema_length=None), Context({}))
    signals = bench.run(unstated_reasons)
    assert bench.log.texts["user"].gather(signals.actor).to_list() == ["PATROL0"]
    assert signals.measures["signs"][0].endswith("with a mere sign")


def vague(times: list[str]) -> list[dict[str, Any]]:
    """Users of three units with telling reasons; beside them PATROL0 types `inv` at some times, each about
    somebody new.
    """
    rows = [row | {"message_key": "DQ", "purpose": "F", "reason": "traffic stop"} for row in patrol(10)]
    return rows + [
        rows[0] | {"time": time, "license": f"LOT{n}", "reason": "inv"} for n, time in enumerate(times)
    ]


LOT = [f"{DAYS[3]}T21:{minute:02d}:00" for minute in range(30)]
DAILY = [f"{day}T21:00:00" for day in DAYS]


def test_one_reason_for_a_whole_lot_is_one_choice() -> None:
    every, at_once = (Bench.of(pl.DataFrame(vague(times))).run(unstated_reasons) for times in (DAILY, LOT))
    told = [(one.measures["events"].tolist(), one.measures["times"].tolist()) for one in (every, at_once)]
    assert told == [([31], [31]), ([30], [2])]
    assert every.p[0] < 1e-6
    assert at_once.p[0] > 1e-3


def test_an_application_says_why_as_a_case_does() -> None:
    asked = [f"license:LOT{n}" for n in range(len(DAILY))]
    permits = pl.DataFrame({"subject": asked, "kind": "ccw", "agency": "NPD", "applied": date(2024, 2, 20)})
    signals = Bench.of(pl.DataFrame(vague(DAILY)), Context({"permits": permits})).run(unstated_reasons)
    assert len(signals) == 0


def test_somebody_and_a_car_this_person_shares_are_no_two_people() -> None:
    def runs(user: str, day: str, driver: str) -> list[dict[str, Any]]:
        plain = look(user, day, driver, unit="PATROL") | {"cascade_id": f"{user} {day} {driver}"}
        return [plain | {"license": None, "plate": "7ABC123"}, plain | {"time": f"{day}T12:00:09"}]

    others = [row | {"cascade_id": None, "plate": None} for row in patrol(10)]
    both = [row for day in DAYS[:20] for row in runs("PATROL0", day, "ANN")]
    alone = [look("PATROL0", day, "ANN", unit="PATROL", plate=None, cascade_id=None) for day in DAYS[:20]]
    for row in alone:
        row["time"] = row["time"].replace("T12", "T15")
    rows = others + both + alone
    shared = Bench.of(pl.DataFrame(rows + runs("PATROL1", DAYS[3], "BEA"), infer_schema_length=None))
    assert len(shared.log.subjects.root[~shared.log.subjects.person]) == 1
    assert len(shared.run(linked_pair)) == 0
    for row in both:  # two people, each by a key of the own
        row["cascade_id"] = None
    apart = Bench.of(pl.DataFrame(rows, infer_schema_length=None))
    assert len(apart.run(linked_pair)) == 1
