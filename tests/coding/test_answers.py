"""A switch's own answers are part of the query, in a log that does not say which rows one query set off."""

from __future__ import annotations

import polars as pl
import pytest

from tests.coding.logs import at, coded

P7_AND_D7 = [{"plate": "P7"}, {"license": "D7"}]


def stops(
    count: int, *, share: float = 1.0, agency: str = "PD", user: str = "ANN", first: int = 0
) -> list[dict[str, str]]:
    """Plate runs of as many cars, of which a share has the owner's licence and warrants after it."""
    rows = []
    for n in range(first, first + count):
        common = {"user": user, "agency": agency}
        rows.append(
            common | {"time": at(minutes=9 * n), "message_key": "RQ", "plate": f"P{n}", "reason": "stop"}
        )
        if n - first < share * count:
            rows.append(
                common
                | {
                    "time": at(minutes=9 * n, seconds=4),
                    "message_key": "DQ",
                    "license": f"D{n}",
                    "attention": "ANN",
                }
            )
            rows.append(
                common
                | {
                    "time": at(minutes=9 * n, seconds=9),
                    "message_key": "QW",
                    "name": f"A{n},B",
                    "dob": "1990-04-12",
                }
            )
    return rows


def test_what_most_queries_are_followed_by_is_one_action_and_one_person() -> None:
    """With other fields filled in on each, as every message key has its own."""
    log = coded(stops(150, share=0.7))
    assert len(log.actions) == 150
    assert len(set(log.actions.subject.tolist())) == 150


@pytest.mark.parametrize(("count", "share"), [(150, 0.4), (60, 1.0)], ids=["by hand", "too few to tell"])
def test_what_a_person_may_have_typed_is_an_action_of_its_own(count: int, share: float) -> None:
    """The licence and the warrants after it are one person's all the same where only plates are in doubt."""
    rows = [row for row in stops(count, share=share) if "name" not in row]
    assert len(coded(rows).actions) == len(rows)


def test_every_agency_has_a_switch_of_its_own() -> None:
    by_hand = [row for row in stops(150, share=0.4, agency="SO", user="BEN", first=500) if "name" not in row]
    log = coded(stops(150) + by_hand)
    assert len(log.actions) == 150 + len(by_hand)


def test_another_person_asked_for_once_after_a_car_is_not_its_owner() -> None:
    """The licence of a friend at the wheel, typed within seconds, beside ten answers of the switch."""
    rows = stops(120) + [row | {"plate": "P7"} for row in stops(1, first=200)[:1]]
    rows += [row | {"license": "D9"} for row in stops(1, first=200)[1:2]]
    rows += [
        row | key for n in range(10) for row, key in zip(stops(1, first=300 + n), P7_AND_D7, strict=False)
    ]
    log = coded(rows)
    owner, friend = log.subjects.lookup(pl.Series(["license:D7", "license:D9"])).tolist()
    assert owner != friend
    assert log.subjects.lookup(pl.Series(["plate:P7"])).item() == owner
