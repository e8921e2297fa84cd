"""When what several users did is one event or practice, and when it is several persons'."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from anomaly.detectors import BY_NAME, Signals
from anomaly.incidents import keep
from anomaly.incidents.practices import practices
from tests.coding.logs import at, coded

SPANS = 40  # days
# A large agency, with one unit of 12 and one of 200, and a small one of 20.
UNITS = {"BIG · NARCOTICS": 12, "BIG · PATROL": 200, "BIG · RECORDS": 38, "SMALL · PATROL": 20}
STAFF = [(f"{unit} {k}", *unit.split(" · ")) for unit, size in UNITS.items() for k in range(size)]
LOG = coded(
    [
        {"time": at(24 * day), "user": user, "agency": agency, "unit": unit}
        for day in range(0, SPANS, 10)
        for user, agency, unit in STAFF
    ]
)
USER = {name: code for code, name in enumerate(LOG.texts["user"].to_list())}
STATED = replace(BY_NAME["protected_reasons"], practice=True)


def found(*who: tuple[str, int, int], practice: bool = True) -> list[tuple[str, str, int]]:
    """Give each of some users a signal about the days from first to last; tell the practices."""
    day = LOG.actions.day - LOG.actions.day.min()
    actor = np.array([USER[user] for user, _, _ in who], np.int32)
    actions = tuple(
        np.flatnonzero((LOG.actions.user == USER[user]) & (day >= first) & (day <= last)).astype(np.int32)
        for user, first, last in who
    )
    kept = keep([(replace(STATED, practice=practice), Signals.of_rule(actor, 0.9, actions, 9))], 0.1)
    alone, together = practices(kept, LOG)
    assert len(alone) + sum(len(one.kept) for one in together) == len(who)
    return [(one.kind, one.name, len(one.kept)) for one in together]


def test_two_are_an_event_when_nobody_else_did_it_in_these_weeks() -> None:
    two = [("BIG · NARCOTICS 0", 0, 20), ("BIG · NARCOTICS 1", 0, 20)]
    assert found(*two) == [("unit", "BIG · NARCOTICS", 2)]
    assert found(*two, ("SMALL · PATROL 0", 0, 20)) == []
    assert found(*two, ("SMALL · PATROL 0", 30, 30)) == [("unit", "BIG · NARCOTICS", 2)]


def test_two_who_did_it_in_other_weeks_are_two_persons() -> None:
    assert found(("BIG · NARCOTICS 0", 0, 10), ("BIG · NARCOTICS 1", 20, 30)) == []
    assert found(("BIG · NARCOTICS 0", 0, 30), ("BIG · NARCOTICS 1", 10, 10)) == []


def test_so_many_of_a_small_unit_are_its_practice_and_of_a_large_one_are_persons() -> None:
    elsewhere = [("SMALL · PATROL 0", 0, 30), ("BIG · RECORDS 0", 0, 30)]
    three = [(f"BIG · NARCOTICS {k}", 0, 30) for k in range(3)]
    assert found(*three[:2], *elsewhere) == []
    assert found(*three, *elsewhere) == [("unit", "BIG · NARCOTICS", 3)]
    assert found(*[(f"BIG · PATROL {k}", 0, 30) for k in range(3)], *elsewhere) == []


def test_users_of_several_units_are_an_event_only_when_they_are_all() -> None:
    some = [("SMALL · PATROL 0", 0, 30), ("SMALL · PATROL 1", 0, 30)]
    assert found(*some) == [("unit", "SMALL · PATROL", 2)]
    assert found(("BIG · NARCOTICS 0", 0, 30), ("BIG · RECORDS 0", 0, 30)) == []  # most users are of BIG


def test_private_conduct_is_never_put_together() -> None:
    two = [("BIG · NARCOTICS 0", 0, 20), ("BIG · NARCOTICS 1", 0, 20)]
    assert found(*two, practice=False) == []
    private = ("personal use", "curiosity")
    assert not [one.name for one in BY_NAME.values() if one.practice and one.category in private]
