"""Pictures bear every shape of data, stay small, and say in words what they show."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.incidents.model import Day, Peers
from anomaly.report.drawing import ticks
from anomaly.report.standing import is_logarithmic, standing, standing_chart
from anomaly.report.timeline import hours, timeline


def _peers(value: float, values: list[float]) -> Peers:
    return Peers("queries", "users of EAST PD", value, tuple(sorted(values)))


@pytest.mark.parametrize(
    ("value", "values", "said"),
    [
        (9, [2], "This user: 9; the only comparable value is 2."),
        (4, [4] * 12, "This user: 4; the median is 4; the same as all 12."),
        (21, [1, 2, 3], "This user: 21; the median is 2; higher than all 3."),
        (2, [1, 2, 3], "This user: 2; the median is 2; higher than 1 of 3, equal to 1."),
        (0, [1, 2, 3], "This user: 0; the median is 2; higher than 0 of 3."),
    ],
)
def test_standing_is_said_exactly(value: float, values: list[float], said: str) -> None:
    assert standing(_peers(value, values), "this user") == said


def test_a_share_is_said_in_percent() -> None:
    peers = Peers("share of queries at night", "users", 0.31, (0.02, 0.04, 0.06))
    assert standing(peers, "this user") == "This user: 31%; the median is 4%; higher than all 3."
    assert "this user: 31%" in standing_chart(peers, "this user")


def test_a_value_far_beyond_the_rest_gets_a_logarithmic_axis() -> None:
    assert is_logarithmic(_peers(200, [1, 2, 2, 3]))
    assert not is_logarithmic(_peers(21, [1, 2, 2, 3]))
    assert ">1k<" in standing_chart(_peers(200, [1, 2, 2, 3]), "this user")


def test_ten_thousand_peers_make_no_larger_a_picture_than_a_hundred() -> None:
    rng = np.random.default_rng(1)
    many = standing_chart(_peers(40, rng.poisson(8, 10_000).tolist()), "this user")
    assert len(many) < 12_000
    assert many.count("Z") < 80


def test_one_dot_for_each_peer_while_dots_stand_apart() -> None:
    picture = standing_chart(_peers(30, [1.0, 1.0, 2.0, 5.0, 9.0]), "this user")
    assert picture.count("<circle") == 5


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    st.lists(st.floats(0, 1e6) | st.integers(0, 50).map(float), min_size=1, max_size=60),
    st.floats(0, 1e7) | st.integers(0, 500).map(float),
)
def test_any_peers_can_be_drawn_inside_the_picture(values: list[float], value: float) -> None:
    picture = standing_chart(_peers(value, values), "this user")
    assert "NaN" not in picture
    places = [
        float(x) for x in re.findall(r'translate\((-?[\d.]+),[^)]*\)" (?:d="[^"]*" )?fill="var\(--', picture)
    ]
    assert places
    assert all(-1 <= x <= 307 for x in places)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    st.dictionaries(
        st.integers(0, 4000), st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40
    )
)
def test_timeline_counts_every_event_once(offsets: dict[int, tuple[int, int]]) -> None:
    days = tuple(Day(date(2020, 2, 29) + timedelta(days=k), s, e) for k, (s, e) in sorted(offsets.items()))
    _, picture = timeline(days)
    said = re.search(r": ([\d,]+) events? without an explanation, ([\d,]+) with one", picture)
    assert said is not None
    assert int(said[1].replace(",", "")) == sum(day.supports for day in days)
    assert int(said[2].replace(",", "")) == sum(day.explains for day in days)


@pytest.mark.parametrize(
    ("last", "unit"), [(0, "day"), (44, "day"), (45, "week"), (349, "week"), (350, "month"), (1500, "year")]
)
def test_timeline_chooses_the_unit_by_the_span(last: int, unit: str) -> None:
    days = tuple(Day(date(2024, 1, 1) + timedelta(days=k), 1, 0) for k in sorted({0, last}))
    assert timeline(days)[0] == unit


def test_explained_events_are_drawn_hollow_not_only_in_another_colour() -> None:
    _, picture = timeline((Day(date(2025, 1, 1), 3, 2), Day(date(2025, 1, 2), 1, 0)))
    filled = re.search(r'<g fill="var\(--supports\)">(.*?)</g>', picture)
    assert filled
    assert filled[1].count("<path") == 2
    assert picture.count('fill="var(--hollow)" stroke="var(--explains)"') == 1


def test_hours_name_the_busiest() -> None:
    assert "busiest hour begins at 3:00" in hours([0, 1, 2, 9, *[0] * 20])


def test_pictures_carry_no_identifiers_fixed_colours_or_network_names() -> None:
    for picture in (hours(range(24)), standing_chart(_peers(3, [1, 2, 9]), "this user")):
        assert not re.search(r'\bid="|#[0-9a-f]{3,6}"|http|xlink|black|white', picture)


@given(st.floats(1e-6, 1e9), st.integers(2, 8))
def test_ticks_are_few_and_reach_the_top(high: float, most: int) -> None:
    found = ticks(high, most, whole=False)
    assert found[0] == 0
    assert found[-1] >= high * (1 - 1e-6)
    assert len(found) <= most + 1
