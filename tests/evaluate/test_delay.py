"""Time to detection by hand."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from anomaly.evaluate.delay import detected_after, median_days, median_ends
from anomaly.evaluate.truth import Truth
from tests.evaluate.worlds import Entry, Scenario, listing, truth

MAY, JUNE, JULY = (datetime(2024, month, 1) for month in (5, 6, 7))


def world() -> Truth:
    known = truth(A=Scenario([1, 2]), B=Scenario([3, 4]), C=Scenario([5, 6]), N=Scenario([9], misuse=False))
    days = {"first": datetime(2024, 4, 1, 12), "last": datetime(2024, 6, 15)}
    return Truth(
        known.scenarios.with_columns(pl.lit(v).cast(pl.Datetime("ms")).alias(k) for k, v in days.items()),
        known.events,
    )


def test_days_from_the_first_and_the_last_event_to_the_first_month_end_that_lists_it() -> None:
    rescans = [
        (JULY, listing(Entry([1, 2]), Entry([3, 4]), Entry([9]))),
        (MAY, listing(Entry([9]))),
        (JUNE, listing(Entry([1, 2]))),
    ]
    delay = detected_after(rescans, world())
    assert delay.scenarios.select("scenario_id", "detected_at", "from_first", "from_last").rows() == [
        ("A", JUNE, 60.5, -14.0),
        ("B", JULY, 90.5, 16.0),
        ("C", None, None, None),
    ]
    assert (delay.found, delay.median_from_first, delay.median_from_last) == (2, 90.5, 16)


def test_below_the_budget_is_not_detected() -> None:
    rescans = [(MAY, listing(Entry([9]), Entry([1, 2]))), (JUNE, listing(Entry([1, 2])))]
    found = detected_after(rescans, world(), budget=1).scenarios["detected_at"].to_list()
    assert found == [JUNE, None, None]


def test_what_is_never_detected_counts_as_for_ever() -> None:
    assert detected_after([(MAY, listing(Entry([1, 2])))], world()).median_from_first is None
    assert detected_after([], world()).found == 0


@pytest.mark.parametrize(
    ("days", "median"),
    [([], None), ([None], None), ([3.0], 3), ([1.0, None], None), ([1.0, 2.0, None], 2), ([1.0, 2.0], 2)],
)
def test_the_median_of_an_even_number_is_the_later(days: list[float | None], median: float | None) -> None:
    assert median_days(pl.Series(days, dtype=pl.Float64)) == median


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        (list(range(5)), None),
        (list(range(6)), (0.0, 5.0)),
        ([*range(9), None], (1.0, 8.0)),
        ([*range(5), *[None] * 5], (1.0, None)),
        ([None] * 10, (None, None)),
        ([], None),
    ],
)
def test_a_median_of_few_days_is_not_sure(
    days: list[float | None], ends: tuple[float | None, float | None] | None
) -> None:
    """Ends as in the tables of the sign test: of 6 the first and last, of 10 the second and ninth."""
    assert median_ends(pl.Series(days, dtype=pl.Float64)) == ends
