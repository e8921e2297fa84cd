"""A log coded in pieces is the log coded whole, however it is cut and whichever piece comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.coding import READ, EventCoder, Partial, PieceCoder, WholeCoder
from anomaly.coding.ordered import Ordered, put_in_order
from anomaly.sources import Log, LogFile, open_log
from anomaly.sources.blocks import numbered
from anomaly.sources.columnar import Frame
from anomaly.sources.pieces import open_piece, pieces_of, take_counted, told
from anomaly.sources.recognise import recognise
from tests.coding.logs import at, frame_of
from tests.stories import load_story

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOGS = Path(__file__).parents[2] / "fixtures" / "logs"


def columns_of(log: Log) -> frozenset[str]:
    return log.columns & READ if "event_id" in log.columns else log.columns


def whole(log: Log) -> Ordered:
    coder = EventCoder(columns_of(log))
    coder.read(coder.rows_of(log))
    columns, texts = coder.columns_read()
    return put_in_order(columns, texts, coder.subjects)


def gathered(log: Log, parts: list[tuple[list[int], Log]], order: list[int]) -> Ordered:
    """Code each part by itself, write it as bytes, and take the parts in some order."""
    coder = WholeCoder(columns_of(log), 10)
    counts = []
    for files, piece in parts:
        one = PieceCoder(columns_of(log))
        one.read(one.rows_of(piece))
        counts.append((files, Partial.of(dict(one.told(told(piece)).parts()))))
    for k in order:
        coder.absorb(counts[k][1], counts[k][0])
    take_counted(log, [(files, part.counted) for files, part in counts])
    columns, texts = coder.columns_read()
    return put_in_order(columns, texts, coder.subjects)


def assert_same(one: Ordered, other: Ordered) -> None:
    assert one.columns.keys() == other.columns.keys()
    for name, column in one.columns.items():
        assert column.dtype == other.columns[name].dtype, name
        np.testing.assert_array_equal(column, other.columns[name], err_msg=name)
    np.testing.assert_array_equal(one.typed, other.typed)
    assert (one.starts is None) == (other.starts is None)
    if one.starts is not None and other.starts is not None:
        np.testing.assert_array_equal(one.starts, other.starts)
    assert one.texts.texts.keys() == other.texts.texts.keys()
    for name, texts in one.texts.texts.items():
        assert texts.to_list() == other.texts.texts[name].to_list()
    np.testing.assert_array_equal(one.texts.places, other.texts.places)
    for name in ("hashes", "root", "person"):
        np.testing.assert_array_equal(getattr(one.subjects, name), getattr(other.subjects, name))
    for name, values in one.subjects.of_key.items():
        assert values.dtype == other.subjects.of_key[name].dtype
        np.testing.assert_array_equal(values, other.subjects.of_key[name], err_msg=name)
    assert one.duplicates == other.duplicates


def file_of(frame: pl.DataFrame, name: str, first: int = 1) -> LogFile:
    return LogFile(name, 1, "arrow", Frame(frame, numbered(first, frame.height)), _digest="ab")


def log_of(files: list[LogFile], *, piece: bool = False) -> Log:
    return Log(files, [recognise(file.reader.headers, None, file.name) for file in files], NOW, piece=piece)


FIELDS = {
    "user": st.sampled_from(["ANN", "BOB", "ANN ", "***", ""]),
    "agency": st.sampled_from(["PD", "SO", ""]),
    "unit": st.sampled_from(["A", "B", None]),
    "reason": st.sampled_from(["stop", "REDACTED", "warrant", None]),
    "message_key": st.sampled_from(["QV", "qv", None]),
    "system": st.sampled_from(["dmv", "DMV", "nlets"]),
    "purpose": st.sampled_from(["C", "J"]),
    "subject": st.sampled_from([None, None, "plate:1ABC234", "license:D1", "X9"]),
    "license": st.sampled_from([None, "D1", "D2", "d-2"]),
    "name": st.sampled_from([None, "SMITH,JANE", "Smith, Jane", "ROE,R"]),
    "dob": st.sampled_from([None, "1990-04-12", "4/12/1990", "bad"]),
    "sex": st.sampled_from([None, "F", "M"]),
    "plate": st.sampled_from([None, "1ABC234", "1abc-234", "2XYZ999", "3*"]),
    "address_key": st.sampled_from([None, "1 MAIN", "9 OAK"]),
    "networks": st.sampled_from([None, "3", "many", "12"]),
    "cascade_id": st.sampled_from([None, "c1", "c2", " c1", "***"]),
    "event_id": st.sampled_from(["1", "2", "3", "4"]),
}
TIMES = st.integers(0, 40).map(lambda k: "noon" if k == 40 else at(minutes=k))


@st.composite
def logs(draw: st.DrawFn) -> list[pl.DataFrame]:
    """Draw one or two files, which may have different columns and share rows."""
    files = []
    for _ in range(draw(st.integers(1, 2))):
        names = draw(st.sets(st.sampled_from(sorted(FIELDS.keys() - {"user"}))))
        one = st.fixed_dictionaries({"time": TIMES, "user": FIELDS["user"]} | {n: FIELDS[n] for n in names})
        rows = draw(st.lists(one, min_size=1, max_size=25))
        files.append(frame_of([*rows, *rows[: draw(st.integers(0, 3))]]))
    return files


@given(frames=logs(), data=st.data())
@settings(deadline=None, max_examples=150)
def test_any_cut_in_any_order(frames: list[pl.DataFrame], data: st.DataObject) -> None:
    frames[0] = pl.concat([frames[0], frame_of([{"time": at(), "user": "ANN"}])], how="diagonal")
    log = log_of([file_of(frame, f"{k}.csv") for k, frame in enumerate(frames)])
    one = whole(log)
    parts = []
    for k, frame in enumerate(frames):
        cuts = (
            sorted(data.draw(st.sets(st.integers(1, frame.height - 1), max_size=4))) if len(frame) > 1 else []
        )
        for begin, end in zip([0, *cuts], [*cuts, frame.height], strict=True):
            parts.append(([k], log_of([file_of(frame[begin:end], f"{k}.csv", begin + 1)], piece=True)))
    again = log_of(log.files)
    order = data.draw(st.permutations(range(len(parts))))
    assert_same(one, gathered(again, parts, list(order)))
    assert again.counted() == log.counted()
    assert again.warnings == log.warnings


def test_rows_of_two_files_in_one_piece() -> None:
    frames = [frame_of([{"time": at(minutes=k), "plate": f"{k}ABC12{n}"} for k in range(5)]) for n in (0, 1)]
    log = log_of([file_of(frame, f"{n}.csv") for n, frame in enumerate(frames)])
    both = log_of([file_of(frames[1], "1.csv"), file_of(frames[0], "0.csv")], piece=True)
    assert_same(whole(log), gathered(log_of(log.files), [([1, 0], both)], [0]))


def test_what_one_file_writes_as_a_plate_repeats_nothing_that_another_writes_as_a_licence() -> None:
    frames = [frame_of([{"time": at(), kind: "1ABC234"}]) for kind in ("plate", "license")]
    log = log_of([file_of(frame, f"{k}.csv") for k, frame in enumerate(frames)])
    assert whole(log).duplicates == 0


def test_a_key_that_two_columns_write_is_of_one_kind_in_any_order() -> None:
    rows = [{"time": at(), "license": "D1"}, {"time": at(1), "subject": "license:D1"}]
    kinds = [
        whole(log_of([file_of(frame_of(order), "a")])).subjects.kind.tolist() for order in (rows, rows[::-1])
    ]
    assert kinds == [[0], [0]]


def test_pieces_of_parquet_are_whole_blocks(tmp_path: Path) -> None:
    frame = pl.concat(
        [frame_of([{"time": at(minutes=k), "plate": f"{k % 90}ABC12"} for k in range(700)])] * 500
    )
    frame.write_parquet(tmp_path / "log.parquet", row_group_size=60_000)
    frame[:5].write_csv(tmp_path / "log.csv")
    log = open_log([tmp_path], now=NOW)
    pieces = pieces_of(log, 130_000)
    assert [(one.file, one.first, one.rows) for one in pieces] == [
        (0, 1, 0), (1, 1, 120_000), (1, 120_001, 120_000), (1, 240_001, 120_000),
    ]  # fmt: skip
    parts = [([one.file], open_piece(one)) for one in pieces]
    one = whole(log)
    again = open_log([tmp_path], now=NOW)
    assert_same(one, gathered(again, parts, [3, 0, 2, 1]))
    assert [file.sha256() for file in again.files] == [file.sha256() for file in log.files]


def test_profiles_with_prefixes_and_refused_rows() -> None:
    for names in (
        ["flock_monthly_audit_13.csv", "flock_monthly_audit_14.csv"],
        ["warts.csv", "canonical.csv"],
    ):
        paths = [LOGS / name for name in names]
        log, again = (open_log(paths, local_zone="America/Los_Angeles", now=NOW) for _ in range(2))
        parts = [([one.file], open_piece(one)) for one in pieces_of(again, 100)]
        assert_same(whole(log), gathered(again, parts, [1, 0]))
        assert again.counted() == log.counted()


def test_a_story_in_seven_pieces() -> None:
    frame = pl.read_csv(load_story("convergence").log, infer_schema=False)
    log = log_of([file_of(frame, "log.csv")])
    size = frame.height // 7 + 1
    parts = [
        ([0], log_of([file_of(frame[begin : begin + size], "log.csv", begin + 1)], piece=True))
        for begin in range(0, frame.height, size)
    ]
    assert_same(whole(log), gathered(log_of(log.files), parts, list(range(len(parts)))))
