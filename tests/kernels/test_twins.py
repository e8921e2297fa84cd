"""Every kernel gives what its naive twin gives, on read-only arrays; run once more without the compiler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

import kernels
from anomaly.sources.arrow import views_of
from anomaly.sources.layouts import fixed_layouts
from kernels.arrays import I64
from kernels.text import BASIS
from tests import naive

EXAMPLES = 150 if hasattr(kernels.group, "py_func") else 30  # plain Python is 100 times slower
settings.register_profile("kernels", deadline=None, max_examples=EXAMPLES)
settings.load_profile("kernels")

N_CODES = 5  # few values, so that rows meet
WINDOW = st.integers(1, 20)


def agree(name: str, *arguments: Any) -> Any:
    """Assert that kernel and twin agree in values, types and shapes; return the kernel's answer."""
    frozen = [read_only(argument) for argument in arguments]
    answer, expected = getattr(kernels, name)(*frozen), getattr(naive, name)(*arguments)
    pairs = zip(answer, expected, strict=True) if isinstance(answer, tuple) else [(answer, expected)]
    for got, wanted in pairs:
        np.testing.assert_array_equal(got, wanted, strict=True)
    return answer


def fills(name: str, *arguments: Any, out: Sequence[Any]) -> list[Any]:
    """Assert that kernel and twin fill arrays, their last arguments, alike; return them."""
    filled, expected = [each.copy() for each in out], [each.copy() for each in out]
    getattr(kernels, name)(*map(read_only, arguments), *filled)
    getattr(naive, name)(*arguments, *expected)
    for got, wanted in zip(filled, expected, strict=True):
        np.testing.assert_array_equal(got, wanted, strict=True)
    return filled


def read_only(argument: Any) -> Any:
    if isinstance(argument, np.ndarray):
        argument = argument.copy()
        argument.setflags(write=False)
    return argument


@st.composite
def grouped(draw: st.DrawFn) -> tuple[I64, I64]:
    """Groups, some of them empty, of rows at few times, so that there are ties."""
    group = st.lists(st.integers(0, 30), max_size=9).map(sorted)
    times = draw(st.lists(group, max_size=4))
    starts = np.cumsum([0, *map(len, times)])
    return starts.astype(np.int64), np.array([t for group in times for t in group], np.int64)


def column(data: st.DataObject, starts: I64, values: st.SearchStrategy[int], dtype: type) -> Any:
    """One value for every row."""
    n = int(starts[-1])
    return np.array(data.draw(st.lists(values, min_size=n, max_size=n)), dtype)


CODE = st.integers(-1, N_CODES - 1)


@given(st.lists(st.lists(st.sampled_from([0, 1, 2, 3, 17, 2**32 + 1, 2**63, 2**64 - 1]), max_size=12)))
def test_code_batch_by_batch(batches: list[list[int]]) -> None:
    table, twin = empty(2), empty(2)
    used = 0
    for batch in batches:
        left = np.array(batch, np.uint64)
        while len(left):
            codes, fresh = kernels.code(read_only(left), *table, used)
            expected, new = naive.code(left, *twin, used)
            np.testing.assert_array_equal(codes, expected, strict=True)
            np.testing.assert_array_equal(fresh, new, strict=True)
            assert codes[fresh].tolist() == list(range(used, used + len(fresh)))
            used += len(fresh)
            left = left[len(codes) :]
            if len(left):
                assert used == len(table[0]) * 11 // 16
                bigger, wider = empty(2 * len(table[0])), empty(2 * len(table[0]))
                kernels.grow(*table, *bigger)
                naive.grow(*twin, *wider)
                table, twin = bigger, wider
        agree("known", np.array([*batch, 5, 2**32, 2**63 + 1], np.uint64), *table)
    assert entries(*table) == entries(*twin)


def empty(capacity: int) -> tuple[Any, Any]:
    return np.zeros(capacity, np.uint64), np.zeros(capacity, np.int32)


def entries(keys: Any, slots: Any) -> dict[int, int]:
    return {int(key): int(slot) for key, slot in zip(keys, slots, strict=True) if key}


def as_bytes(texts: list[str]) -> tuple[Any, I64]:
    encoded = [text.encode() for text in texts]
    return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)])


@given(st.lists(st.text("AB ,é", max_size=6)))
def test_rough(texts: list[str]) -> None:
    signs = np.zeros(256, np.uint8)
    signs[[*b"AB ,"]] = 1, 1, 2, 2
    agree("rough", *as_bytes(texts), signs)


@given(st.lists(st.text("0189:/A*?%é", max_size=12)), st.integers(0, 2**64 - 1))
def test_read_keys(texts: list[str], seed: int) -> None:
    agree("read_keys", *as_bytes(texts), np.full(len(texts), seed, np.uint64))


@given(st.text(), st.text())
def test_a_hash_goes_on_from_that_of_what_stands_in_front(front: str, text: str) -> None:
    start = np.array([BASIS])
    whole, before = (kernels.read_keys(*as_bytes([said]), start)[0] for said in (front + text, front))
    assert kernels.read_keys(*as_bytes([text]), before)[0] == whole


@given(st.lists(st.text("AZM ,|.é日", max_size=16)))
def test_read_names(texts: list[str]) -> None:
    agree("read_names", *as_bytes(texts))


LAYOUTS = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y, %I:%M:%S %p UTC", "%Y%m%dT%H%M", "%d.%m.%Y %I:%M%p")


@given(
    st.sampled_from(LAYOUTS),
    st.lists(
        st.tuples(
            st.datetimes(datetime(1, 1, 1), datetime(9999, 1, 1)),
            st.integers(0, 30),
            st.text("0159/ :APMm", max_size=1),
        )
    ),
)
def test_read_times(layout: str, written: list[tuple[datetime, int, str]]) -> None:
    """Times as they should be, and with one sign changed or left out somewhere."""
    texts = []
    for time, at, sign in written:
        whole = time.strftime(layout.replace("%Y", f"{time.year:04d}"))
        texts.append(whole[:at] + sign + whole[at + 1 :])
    (fixed,) = fixed_layouts(layout, pl.Series(texts, dtype=pl.String))
    agree("read_times", *as_bytes(texts), fixed.fields, fixed.signs)


@given(st.lists(st.tuples(CODE, st.integers(-1, 3))), st.lists(CODE, min_size=4, max_size=4))
def test_choose(rows: list[tuple[int, int]], keys: list[int]) -> None:
    subject, written = np.array(rows, np.int32).reshape(-1, 2).T.copy()
    answers = []
    for kernel in kernels.choose, naive.choose:
        filled, beside = subject.copy(), np.full(N_CODES, -1, np.int32)
        answers.append((*kernel(filled, written, np.array(keys, np.int32), beside), filled, beside))
    for got, wanted in zip(*answers, strict=True):
        np.testing.assert_array_equal(got, wanted, strict=True)


@given(st.lists(st.tuples(CODE, st.integers(-1, 3))), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_largest(rows: list[tuple[int, int]], values: list[int]) -> None:
    subject, written = np.array(rows, np.int32).reshape(-1, 2).T.copy()
    held, expected = np.zeros((2, N_CODES), np.int16)
    kernels.largest(held, subject, written, np.array(values, np.int16))
    naive.largest(expected, subject, written, np.array(values, np.int16))
    assert held.tolist() == expected.tolist()


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))), st.sampled_from("IQ"))
def test_mix(rows: list[tuple[int, int]], width: str) -> None:
    numbers = np.array([number for number, _ in rows], width)
    answers = np.array([[digest for _, digest in rows]] * 2, np.uint64)
    kernels.mix(read_only(numbers), answers[0])
    naive.mix(numbers, answers[1])
    np.testing.assert_array_equal(*answers)


@given(
    st.lists(st.one_of(st.none(), st.text("aAé", max_size=40))),
    st.integers(0, 9),
    st.integers(0, 2),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_hash_views(texts: list[str | None], left: int, buffer: int, salt: int, blank: bool) -> None:
    column = pl.concat([pl.Series([text], dtype=pl.String) for text in [None, *texts]], rechunk=False)
    views = views_of(column[min(left, len(texts)) :])
    data = views.buffers[buffer] if buffer < len(views.buffers) else np.zeros(0, np.uint8)
    n = len(views.words) // 2
    asked = views.words, views.valid, views.first, data, buffer, salt, blank
    answers = np.full((2, n), 5, np.uint64)
    hashed = kernels.hash_views(*map(read_only, asked), answers[0], n // 4)
    assert hashed == naive.hash_views(*asked, answers[1], n // 4)
    np.testing.assert_array_equal(*answers[:, :hashed])


@given(st.lists(CODE))
def test_group(codes: list[int]) -> None:
    agree("group", np.array(codes, np.int32), N_CODES)


def test_group_of_nothing() -> None:
    starts, order = agree("group", np.full(3, -1, np.int32), 0)
    assert (starts.tolist(), order.tolist()) == ([0], [])


@given(
    st.lists(st.integers(0, 255), min_size=1), st.data(), st.sampled_from([np.uint8, np.uint32, np.uint64])
)
def test_gather(values: list[int], data: st.DataObject, width: type) -> None:
    order = data.draw(st.lists(st.integers(-1, len(values) - 1)))
    fills("gather", np.array(values, width), np.array(order, np.int32), out=[np.zeros(len(order), width)])


@given(st.lists(st.tuples(CODE, st.integers(0, 9)), max_size=80), st.booleans())
def test_group_in_time(rows: list[tuple[int, int]], together: bool) -> None:
    codes = np.array([0 if together else code for code, _ in rows], np.int32)
    times = np.array([time for _, time in rows], np.int64)
    starts, order = np.zeros(N_CODES + 1, np.int64), np.zeros(len(rows), np.int32)
    fills("group_in_time", codes, times, out=[starts, order, np.zeros(len(rows), np.int64)])


@given(st.lists(CODE), st.sampled_from([np.uint8, np.uint32, np.uint64]))
def test_destinations_are_where_group_puts_rows(codes: list[int], width: type) -> None:
    coded = np.array(codes, np.int32)
    (place,) = fills("destinations", coded, N_CODES, out=[np.zeros(len(codes), np.int32)])
    column = np.arange(len(codes)).astype(width)
    (moved,) = fills("move", column, place, out=[np.zeros(len(codes), width)])
    _, order = kernels.group(np.where(coded < 0, np.int32(N_CODES), coded), N_CODES + 1)
    assert moved.tolist() == column[order].tolist()


@given(grouped(), st.data(), st.integers(0, 10))
def test_collapse(rows: tuple[I64, I64], data: st.DataObject, window: int) -> None:
    subjects = column(data, rows[0], CODE, np.int32)
    cascades = column(data, rows[0], CODE, np.int32)
    agree("collapse", *rows, subjects, cascades, N_CODES, N_CODES, window)


def test_collapse_without_subjects_or_cascades() -> None:
    nothing = np.full(3, -1, np.int32)
    rows = np.array([0, 2, 3]), np.array([1, 1, 1])
    assert agree("collapse", *rows, nothing, nothing, 0, 0, 5).tolist() == [0, 1, 2]


def test_collapse_chains_repeats_and_ignores_rows_of_a_cascade_between() -> None:
    times = np.array([0, 60, 90, 120, 181])
    subjects, cascades = np.array([7, 7, 7, 7, 7], np.int32), np.array([-1, -1, 0, -1, -1], np.int32)
    assert agree("collapse", np.array([0, 5]), times, subjects, cascades, 8, 1, 60).tolist() == [
        0,
        0,
        1,
        0,
        2,
    ]


@given(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9)), max_size=12))
def test_unite(links: list[tuple[int, int]]) -> None:
    left, right = np.array(links, np.int32).reshape(-1, 2).T
    agree("unite", np.ascontiguousarray(left), np.ascontiguousarray(right), 10)


@given(grouped(), st.data(), st.permutations(range(N_CODES)))
def test_renumber(rows: tuple[I64, I64], data: st.DataObject, hashes: list[int]) -> None:
    users = np.repeat(np.arange(len(rows[0]) - 1, dtype=np.int32), np.diff(rows[0]))
    subject = column(data, rows[0], CODE, np.int32)
    answers = []
    for kernel in kernels.renumber, naive.renumber:
        filled = subject.copy()
        answers.append((*kernel(filled, users, rows[1], np.array(hashes, np.uint64)), filled))
    for got, wanted in zip(*answers, strict=True):
        np.testing.assert_array_equal(got, wanted, strict=True)


KINDS = np.array([0, 1, 1, 2, 2], np.uint8)  # of N_CODES keys


@given(grouped(), st.data())
def test_neighbours(rows: tuple[I64, I64], data: st.DataObject) -> None:
    order = np.arange(len(rows[1]), dtype=np.int32)
    agree("neighbours", rows[0], order, rows[1], column(data, rows[0], CODE, np.int32), KINDS)


@given(grouped(), st.data(), WINDOW)
def test_moments(rows: tuple[I64, I64], data: st.DataObject, window: int) -> None:
    """The last group is of users nobody knows."""
    users = np.repeat(np.arange(len(rows[0]) - 1, dtype=np.int32), np.diff(rows[0]))
    users[users == len(rows[0]) - 2] = -1
    agree("moments", users, rows[1], column(data, rows[0], CODE, np.int32), KINDS, window)


@given(st.lists(st.sampled_from([(0, 1), (1, 3), (3, 1), (4, 0), (2, 4)]), max_size=30), st.integers(1, 3))
def test_faithful(pairs: list[tuple[int, int]], least: int) -> None:
    left, right = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    agree("faithful", left, right, KINDS, least, 0.6)


@given(grouped(), st.data())
def test_recurring(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("recurring", rows[0], column(data, rows[0], CODE, np.int32), N_CODES)


@given(grouped(), st.data(), st.integers(0, 10))
def test_repeated_days(rows: tuple[I64, I64], data: st.DataObject, gap: int) -> None:
    days = (rows[1] // 6).astype(np.int32)
    agree("repeated_days", *rows, days, column(data, rows[0], st.booleans(), np.bool_), gap)


@given(grouped(), st.data(), st.integers(1, 3))
def test_on_days(rows: tuple[I64, I64], data: st.DataObject, least: int) -> None:
    days = (rows[1] // 6).astype(np.int32)
    agree("on_days", column(data, rows[0], CODE, np.int32), days, N_CODES, least)


@given(grouped(), st.data())
def test_days_of_others(rows: tuple[I64, I64], data: st.DataObject) -> None:
    days = (rows[1] // 6).astype(np.int32)
    agree("days_of_others", rows[0], days, column(data, rows[0], st.integers(0, 2), np.int32), 3)


@given(grouped(), st.data(), st.integers(1, 4), st.integers(1, 3))
def test_on_same_days(rows: tuple[I64, I64], data: st.DataObject, crowd: int, least: int) -> None:
    """Pairs of a group stand side by side; days do not ascend."""
    groups = np.arange(len(rows[0]) - 1, dtype=np.int32) // 3
    days, marks = column(data, rows[0], CODE, np.int32), column(data, rows[0], st.booleans(), np.bool_)
    agree("on_same_days", groups, rows[0], days, marks, crowd, least)


def test_on_same_days_of_many() -> None:
    """More couples than there is room for at first."""
    n_pairs, n_days = 60, 40
    days = np.tile(np.arange(n_days, dtype=np.int32), n_pairs)
    groups, starts = np.zeros(n_pairs, np.int32), np.arange(n_pairs + 1, dtype=np.int64) * n_days
    agree("on_same_days", groups, starts, days, np.ones(len(days), np.bool_), n_pairs, 2)


@given(grouped(), st.data())
def test_first_meetings(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("first_meetings", rows[0], column(data, rows[0], CODE, np.int32), N_CODES)


MANY_BITS = st.sampled_from([-1, 0, 1, 2, 1 << 31, 1 << 32, (1 << 32) + 1, (1 << 63) - 1])


@given(grouped(), st.data())
def test_distinct(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("distinct", rows[0], column(data, rows[0], CODE, np.int32), N_CODES)


@given(grouped(), st.data(), st.sampled_from([0, 1, 2**20, 2**31 - N_CODES]))
def test_distinct_of_many(rows: tuple[I64, I64], data: st.DataObject, above: int) -> None:
    codes = column(data, rows[0], CODE, np.int32)
    agree("distinct_of_many", rows[0], np.where(codes >= 0, codes + np.int32(above), codes))


@given(grouped(), st.data())
def test_first_alike(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("first_alike", rows[0], column(data, rows[0], MANY_BITS, np.int64))


@given(grouped(), st.data(), WINDOW)
def test_follows(rows: tuple[I64, I64], data: st.DataObject, within: int) -> None:
    starts, _ = rows
    subjects = column(data, starts, CODE, np.int32)
    marks = [column(data, starts, st.booleans(), np.bool_) for _ in range(2)]
    agree("follows", *rows, subjects, *marks, within, N_CODES)


@given(st.data(), st.booleans())
def test_furthest_and_closest(data: st.DataObject, one_group: bool) -> None:
    moment = st.integers(0, 30)
    many = st.lists(st.tuples(moment, moment, CODE), max_size=25 if one_group else 4).map(sorted)
    spans = data.draw(st.lists(many, max_size=1 if one_group else 4))
    starts = np.cumsum([0, *map(len, spans)]).astype(np.int64)
    lines = [line for of_group in spans for line in of_group]
    begins, ends = (np.array([line[k] for line in lines], np.int64) for k in (0, 1))
    names = np.array([line[2] for line in lines], np.int32)
    reaches = agree("furthest", starts, ends)
    kinds = np.array(data.draw(st.sampled_from([[], [0, 1, 0, -1, -1]])), np.int32)
    row = st.tuples(st.integers(-1, 4), CODE, moment)  # the last group has no span
    rows = data.draw(st.lists(row, max_size=12))
    groups, codes = (np.array([one[k] for one in rows], np.int32) for k in (0, 1))
    times = np.array([one[2] for one in rows], np.int64)
    of_spans = starts, begins, ends, reaches, names, kinds
    fills("closest", *of_spans, groups, codes, times, out=[np.full(len(rows), 9, np.uint8)])


HASH = st.sampled_from([0, 1, 2, 3, 17, 2**32 + 1, 2**63, 2**64 - 1])  # 1, 17 and others share a slot


@given(st.lists(HASH, max_size=15), st.lists(HASH, max_size=15))
def test_first_rows_and_the_rows_of_lines(rows: list[int], lines: list[int]) -> None:
    hashes, slots = np.array(rows, np.uint64), np.zeros(16, np.int32)
    twin = slots.copy()
    firsts = kernels.first_rows(read_only(hashes), slots)
    np.testing.assert_array_equal(firsts, naive.first_rows(hashes, twin), strict=True)
    assert sorted(slots[slots > 0].tolist()) == twin[twin > 0].tolist()
    agree("rows_of", np.array(lines, np.uint64), hashes, firsts, slots)
    agree("rows_of", np.array(rows + rows[:1], np.uint64), hashes, firsts, slots)


def test_work_across_midnight_is_one_day() -> None:
    minutes = np.array([23 * 60 + 50, 24 * 60 + 5, 48 * 60])
    days, marks = (minutes // 1440).astype(np.int32), np.ones(3, np.bool_)
    n_days, *_ = agree("repeated_days", np.array([0, 3]), minutes * 60_000, days, marks, 30 * 60_000)
    assert n_days.tolist() == [2]


@given(grouped(), st.data())
def test_commonest(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("commonest", rows[0], column(data, rows[0], CODE, np.int32), N_CODES)


@given(grouped(), st.data(), st.sampled_from([np.int32, np.int16]), st.permutations(range(N_CODES)))
def test_earliest_and_union(rows: tuple[I64, I64], data: st.DataObject, width: Any, order: list[int]) -> None:
    starts, times = np.unique(rows[0]).astype(np.int32), rows[1]  # an action has a row
    codes, bits = (
        column(data, starts, CODE, width),
        column(data, starts, st.integers(0, 2**16 - 1), np.uint16),
    )
    for ranks in ([], order):
        told = np.array(ranks, np.int32)
        fills("earliest", starts, times, codes, told, out=[np.zeros(len(starts) - 1, width)])
    agree("contested", starts, times, codes.astype(np.int32), N_CODES)
    fills("union", starts, bits, out=[np.zeros(len(starts) - 1, np.uint16)])


@given(grouped(), st.data())
def test_written_twice(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("written_twice", *rows, column(data, rows[0], st.sampled_from([0, 1, 2**64 - 1]), np.uint64))


@given(grouped(), st.data(), st.integers(1, 24))
def test_own_hours(rows: tuple[I64, I64], data: st.DataObject, width: int) -> None:
    agree("own_hours", rows[0], column(data, rows[0], st.integers(0, 23), np.int8), width)


@given(grouped(), WINDOW)
def test_sessions(rows: tuple[I64, I64], silence: int) -> None:
    begins, owner = agree("sessions", *rows, silence)
    assert len(begins) == len(owner) + 1


@given(grouped(), WINDOW, st.integers(0, 20))
def test_long_sessions(rows: tuple[I64, I64], silence: int, length: int) -> None:
    agree("long_sessions", *rows, silence, length)


@given(grouped(), st.integers(0, 2))
def test_day_streaks(rows: tuple[I64, I64], rest: int) -> None:
    agree("day_streaks", rows[0], rows[1].astype(np.int32), rest)


@given(grouped(), st.data(), WINDOW, st.integers(1, 3))
def test_paces(rows: tuple[I64, I64], data: st.DataObject, occasion: int, month: int) -> None:
    starts, times = rows
    days, marks = (
        column(data, starts, st.integers(2, 9), np.int32),
        column(data, starts, st.booleans(), np.bool_),
    )
    agree("paces", starts, times, days, marks, occasion, 2, month, 8)


@given(grouped(), WINDOW)
def test_densest(rows: tuple[I64, I64], window: int) -> None:
    agree("densest", *rows, window)


@given(grouped(), st.data())
def test_sequential(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("sequential", *rows, column(data, rows[0], st.integers(-1, 4), np.int64))


@given(grouped(), st.data(), st.randoms(use_true_random=False))
def test_sequential_forgets_the_order_of_ties(
    rows: tuple[I64, I64], data: st.DataObject, random: Any
) -> None:
    starts, times = rows
    serials = column(data, starts, st.integers(-1, 4), np.int64)
    shuffled = serials.copy()
    for k in range(len(starts) - 1):
        for time in set(times[starts[k] : starts[k + 1]].tolist()):
            tie = [i for i in range(starts[k], starts[k + 1]) if times[i] == time]
            shuffled[tie] = shuffled[random.sample(tie, len(tie))]
    for got, wanted in zip(
        agree("sequential", *rows, shuffled), agree("sequential", *rows, serials), strict=True
    ):
        np.testing.assert_array_equal(got, wanted)


def test_sequential_counts_each_direction_alone() -> None:
    serials = np.array([101, 102, 103, 102, 101, 100, -1, 99], np.int64)
    steps, longest, begin, end = agree("sequential", np.array([0, 8]), np.arange(8), serials)
    assert (steps[0], longest[0], begin[0], end[0]) == (5, 4, 2, 6)


@given(grouped(), st.data(), WINDOW)
def test_distinct_in_window(rows: tuple[I64, I64], data: st.DataObject, window: int) -> None:
    agree("distinct_in_window", *rows, column(data, rows[0], CODE, np.int32), window, N_CODES)


@given(grouped(), st.data(), WINDOW)
def test_came_back(rows: tuple[I64, I64], data: st.DataObject, apart: int) -> None:
    agree("came_back", *rows, column(data, rows[0], CODE, np.int32), apart, N_CODES)


@given(grouped(), st.data())
def test_homes(rows: tuple[I64, I64], data: st.DataObject) -> None:
    marks = column(data, rows[0], st.booleans(), np.bool_)
    agree("homes", rows[0], column(data, rows[0], CODE, np.int32), marks, N_CODES)


@given(grouped(), st.data())
def test_tally(rows: tuple[I64, I64], data: st.DataObject) -> None:
    agree("tally", rows[0], column(data, rows[0], st.integers(0, 3), np.uint8), 4)


@given(grouped(), st.data(), st.sampled_from([np.uint8, np.int16]))
def test_sums(rows: tuple[I64, I64], data: st.DataObject, kind: type) -> None:
    agree("sums", rows[0], column(data, rows[0], st.integers(0, 200), kind))


@given(grouped(), st.data())
def test_tally_once(rows: tuple[I64, I64], data: st.DataObject) -> None:
    """The code of a row is the first row of its group that is like it."""
    codes = kernels.first_alike(rows[0], column(data, rows[0], CODE, np.int64))
    kinds = column(data, rows[0], st.integers(0, 7), np.uint8)
    agree("tally_once", rows[0], codes, kinds, column(data, rows[0], st.integers(0, 3), np.uint8), 3, 4)


@given(grouped(), st.integers(0, 3), st.lists(st.integers(0, 40), max_size=9))
def test_owners(rows: tuple[I64, I64], bits: int, wanted: list[int]) -> None:
    starts = rows[0]
    near = np.searchsorted(starts[1:], np.arange(0, starts[-1], 1 << bits), side="right").astype(np.int32)
    agree("owners", starts, near, bits, np.array(wanted, np.int32))


EMPTY = np.zeros(1, np.int64), np.zeros(0, np.int64)
NONE = np.zeros(0, np.int32)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("collapse", (*EMPTY, NONE, NONE, 0, 0, 1)),
        ("unite", (NONE, NONE, 0)),
        ("neighbours", (EMPTY[0], NONE, EMPTY[1], NONE, NONE.astype(np.uint8))),
        ("moments", (NONE, EMPTY[1], NONE, NONE.astype(np.uint8), 1)),
        ("faithful", (NONE, NONE, NONE.astype(np.uint8), 1, 0.9)),
        ("recurring", (EMPTY[0], NONE, 0)),
        ("repeated_days", (*EMPTY, NONE, NONE.astype(np.bool_), 1)),
        ("on_days", (NONE, NONE, 0, 1)),
        ("days_of_others", (EMPTY[0], NONE, NONE, 0)),
        ("on_same_days", (NONE, EMPTY[0], NONE, NONE.astype(np.bool_), 8, 2)),
        ("first_meetings", (EMPTY[0], NONE, 0)),
        ("first_alike", EMPTY),
        ("follows", (*EMPTY, NONE, NONE.astype(np.bool_), NONE.astype(np.bool_), 1, 0)),
        ("furthest", EMPTY),
        ("known", (EMPTY[1].astype(np.uint64), np.zeros(1, np.uint64), np.zeros(1, np.int32))),
        ("came_back", (*EMPTY, NONE, 1, 0)),
        ("rough", (np.zeros(0, np.uint8), EMPTY[0], np.zeros(256, np.uint8))),
        ("read_keys", (np.zeros(0, np.uint8), EMPTY[0], np.zeros(0, np.uint64))),
        ("read_names", (np.zeros(0, np.uint8), EMPTY[0])),
        ("read_times", (np.zeros(0, np.uint8), EMPTY[0], np.ones(4, np.uint8), np.zeros(4, np.uint8))),
        ("distinct", (EMPTY[0], NONE, 0)),
        ("distinct_of_many", (EMPTY[0], NONE)),
        ("tally", (EMPTY[0], NONE.astype(np.uint8), 2)),
        ("sums", (EMPTY[0], NONE)),
        ("tally_once", (EMPTY[0], NONE, NONE.astype(np.uint8), NONE.astype(np.uint8), 2, 3)),
        ("homes", (EMPTY[0], NONE, NONE.astype(np.bool_), 0)),
        ("commonest", (EMPTY[0], NONE, 0)),
        ("own_hours", (EMPTY[0], NONE.astype(np.int8), 8)),
        ("sessions", (*EMPTY, 1)),
        ("long_sessions", (*EMPTY, 1, 0)),
        ("owners", (EMPTY[0], NONE, 6, NONE)),
        ("day_streaks", (EMPTY[0], NONE, 0)),
        ("paces", (*EMPTY, NONE, NONE.astype(np.bool_), 1, 0, 1, 1)),
        ("densest", (*EMPTY, 1)),
        ("sequential", (*EMPTY, EMPTY[1])),
        ("distinct_in_window", (*EMPTY, NONE, 1, 0)),
    ],
)
def test_no_groups_at_all(name: str, arguments: tuple[Any, ...]) -> None:
    agree(name, *arguments)


def test_writable_input_is_left_as_it_was() -> None:
    starts, times, serials = np.array([0, 4]), np.array([5, 5, 5, 6]), np.array([3, 1, 2, 4])
    kernels.sequential(starts, times, serials)
    assert (starts.tolist(), times.tolist(), serials.tolist()) == ([0, 4], [5, 5, 5, 6], [3, 1, 2, 4])


def test_every_kernel_has_a_twin_and_a_line_in_the_list() -> None:
    listed: Callable[[str], bool] = lambda name: f"\n{name} " in (kernels.__doc__ or "")  # noqa: E731
    assert [name for name in kernels.__all__ if not hasattr(naive, name) or not listed(name)] == []
