"""Case numbers rise with time, each of one file; ids are a bijection; a file answers the same each time."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.synth import load, size_of
from anomaly.synth.actions import FILE_OF_STEP, FILES, STEPS
from anomaly.synth.make import build, make
from anomaly.synth.numbers import AGENCY, DETECTIVES, LANES, OTHERS, REPORTS, YEAR, Numbering
from anomaly.synth.rows import Rows
from anomaly.synth.slices import one_slice, scenes
from anomaly.synth.staff import DAY, HOUR
from anomaly.synth.streams import HALF, MASK, Ints, scrambled

FIRST, DAYS = date(2024, 1, 8), 730
NEW_YEAR = (date(2025, 1, 1) - FIRST).days * DAY
PREFIXES = ["ELM", "ASH", "OAK"]


def numbering(first: date = FIRST, seed: int = 3) -> Numbering:
    """Of three agencies: slots of ten minutes, of four, and of three seconds."""
    return Numbering.of(seed, PREFIXES, np.array([5, 90, 10_000]), first, DAYS)


def serial(texts: list[str]) -> list[int]:
    return [int(text[6:]) for text in texts]


FILED = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.integers(-20 * DAY, DAYS * DAY),
            st.integers(0, 3 * HOUR),
            st.integers(-60, 60).map(NEW_YEAR.__add__),
        ),
    ),
    min_size=1,
    max_size=200,
)


@given(FILED)
@settings(deadline=None, max_examples=60)
def test_numbers_of_a_lane_are_different_and_rise_with_time(filed: list[tuple[int, int]]) -> None:
    agency, opened = np.array(filed, dtype=np.int64).T
    numbers = numbering().numbers(agency, opened, REPORTS)
    assert len(np.unique(numbers)) == len(numbers)
    assert (numbers // AGENCY == agency).all()
    for one in range(3):
        mine = np.flatnonzero(agency == one)
        mine = mine[np.argsort(opened[mine], kind="stable")]
        assert (np.diff(numbers[mine]) > 0).all()


@given(FILED)
@settings(deadline=None, max_examples=30)
def test_no_two_lanes_give_the_same_number_or_text(filed: list[tuple[int, int]]) -> None:
    agency, opened = np.array(filed, dtype=np.int64).T
    one = numbering()
    numbers = np.concatenate([one.numbers(agency, opened, lane) for lane in range(LANES)])
    assert len(np.unique(numbers)) == LANES * len(filed)
    assert one.render(numbers, []).is_unique().all()


def test_lanes_stand_in_no_order_inside_a_slot() -> None:
    one, n = numbering(), 400
    agency, opened = np.zeros(n, dtype=np.int64), np.arange(n) * HOUR
    lanes = np.stack([one.numbers(agency, opened, lane) for lane in range(LANES)])
    assert (lanes.max(axis=0) - lanes.min(axis=0) == LANES - 1).all(), "one slot each"
    assert (lanes[:, 1:].min(axis=0) > lanes[:, :-1].max(axis=0)).all(), "slots rise"
    first = np.bincount(lanes.argmin(axis=0), minlength=LANES) / n
    assert first.max() < 2 / LANES


def test_a_number_is_of_the_year_in_which_its_file_was_opened_and_each_year_begins_again() -> None:
    one = numbering()
    opened = np.array([0, NEW_YEAR - 1, NEW_YEAR, NEW_YEAR + 30 * DAY])
    texts = one.render(one.numbers(np.zeros(4, dtype=np.int64), opened, DETECTIVES), []).to_list()
    assert [text[:6] for text in texts] == ["24-ELM", "24-ELM", "25-ELM", "25-ELM"]
    before, last, first, later = serial(texts)
    assert before < last
    assert first <= LANES
    assert first < later < last


def test_numbers_rise_into_a_new_century() -> None:
    one = numbering(date(1999, 12, 1))
    opened = np.arange(60) * DAY
    numbers = one.numbers(np.ones(60, dtype=np.int64), opened, OTHERS)
    assert (np.diff(numbers) > 0).all()
    assert one.render(numbers, []).str.slice(0, 6).to_list() == ["99-ASH"] * 31 + ["00-ASH"] * 29


def test_numbers_are_written_with_six_digits_or_more_beside_typed_texts_and_nothing() -> None:
    one = numbering()
    [year] = np.flatnonzero(one.years == 24)
    head = 2 * AGENCY + int(year) * YEAR
    numbers = np.array([-3, head + 7, -1, -2, head + 12_345_678])
    texts = one.render(numbers, ["n/a", "24-1234"]).to_list()
    assert texts == ["24-1234", "24-OAK000007", None, "n/a", "24-OAK12345678"]
    assert one.render(np.array([-1, -1]), []).to_list() == [None, None]


def test_reports_of_slices_that_overlap_have_numbers_of_their_own() -> None:
    """Slices of three hours, shifts of twelve: who stays late writes reports in the time of later slices."""
    p = load()
    world = build(size_of(p, seed=1, events=200_000, users=500, days=30), p)
    world.staff.pace *= 8
    reports = [one for k in range(60) for one in one_slice(world, k, 3 * HOUR).made.reports]
    number, opened, agency = (
        np.concatenate([getattr(one, name) for one in reports]) for name in ("number", "opened", "agency")
    )
    assert len(number) > 5000
    assert len(np.unique(number)) == len(number)
    assert not np.isin(number, world.cases.number).any()
    order = np.lexsort((opened, agency))
    falls = (np.diff(number[order]) < 0) & (np.diff(agency[order]) == 0)
    assert falls.mean() < 0.05, "queues of neighbouring slices alone"


def unscrambled(rng: np.random.Generator, value: int) -> int:
    """The naive way back through the four rounds of `scrambled`."""
    left, right = value >> HALF, value & MASK
    for key, more in reversed(rng.integers(1 << 40, 1 << 62, size=(4, 2)).tolist()):
        mixed = (left + key) * (more | 1) % (1 << 64)
        left, right = right ^ ((mixed >> 40) & MASK), left
    return left << HALF | right


def test_ids_are_a_bijection_below_two_to_the_38() -> None:
    rng = np.random.default_rng(2)
    top = 1 << 2 * HALF
    near = [start + np.arange(50_000) for start in (0, 1 << 33, 3 << 32, top - 50_000)]
    values = np.unique(np.concatenate([*near, rng.integers(top, size=200_000)]))
    made = scrambled(np.random.default_rng(7), values)
    assert len(np.unique(made)) == len(values)
    assert made.min() >= 0
    assert made.max() < top
    assert len(str(top - 1)) == 12
    # As good as independent: neighbours are half the range apart one time in four, and order is lost.
    assert np.mean(np.abs(np.diff(made)) > top // 2) == pytest.approx(0.25, abs=0.01)
    assert abs(np.corrcoef(values, made)[0, 1]) < 0.01


@given(st.integers(0, (1 << 38) - 1), st.integers(0, 1 << 32))
@settings(deadline=None, max_examples=100)
def test_ids_lead_back_with_the_same_seed_alone(value: int, seed: int) -> None:
    [made] = scrambled(np.random.default_rng(seed), np.array([value])).tolist()
    assert unscrambled(np.random.default_rng(seed), made) == value


def test_ids_differ_by_seed() -> None:
    values: Ints = np.arange(100_000)
    one, same, other = (scrambled(np.random.default_rng(seed), values) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one == other).mean() < 1e-3


def test_the_same_file_gives_the_same_answer_about_a_person_each_time() -> None:
    p = load()
    world, _ = make(size_of(p, size="town", seed=5), p)
    rows = pl.DataFrame(Rows.joined([one_slice(world, 0, world.end).rows, *scenes(world)]))
    step = rows["step"].to_numpy()
    rows = rows.with_columns(
        pl.Series("file", np.array(FILES)[FILE_OF_STEP[step]]),
        pl.Series("share", np.array([one.hits for one in STEPS])[step]),
    )
    asked = rows.group_by("person", "file", "share").agg(
        pl.len(), pl.col("hit").min(), pl.col("hit").max().alias("most")
    )
    assert asked.filter(pl.col("len") > 1).height > 5000
    assert (asked["hit"] == asked["most"]).all()
    # Where two ways to ask a file find a different share, who is found by the worse is found by the better.
    worse_first = asked.sort("person", "file", "share")
    found = worse_first.select(pl.col("hit").cast(pl.Int8).diff().over("person", "file").alias("gain"))[
        "gain"
    ]
    assert (found.drop_nulls() >= 0).all()
