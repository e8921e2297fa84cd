"""The same rows come out of every format, every way in, and every pass."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pyarrow as pa
import pytest

from anomaly.errors import InputError
from anomaly.sources import Log, open_log
from tests.sources.workbooks import Cell, write_workbook

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
FRAME = pl.DataFrame(
    {
        "time": [(START + timedelta(minutes=7 * i)).strftime("%Y-%m-%dT%H:%M:%S.250Z") for i in range(50)],
        "user": [f"u{i % 7}" for i in range(50)],
        "reason": [["stop, 1", "", "***", 'a "b"', "two\nlines"][i % 5] for i in range(50)],
        "plate": [f"8XYZ{i:03}" for i in range(50)],
    }
)


def rows(log: Log, columns: list[str] | None = None) -> pl.DataFrame:
    return pl.concat(list(log.batches(columns)))


EXPECTED = FRAME.select(
    pl.lit(0, pl.UInt32).alias("file"),
    pl.int_range(1, 51, dtype=pl.Int64).alias("row"),
    pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms").dt.replace_time_zone("UTC"),
    "user",
    pl.when(pl.col("reason") != "").then("reason").alias("reason"),  # a hidden reason was given
    "plate",
)


def test_the_expected_frame_is_one_worth_comparing_with() -> None:
    assert EXPECTED["reason"].null_count() == 10
    assert EXPECTED["time"][1] == START + timedelta(minutes=7, milliseconds=250)


def content(kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "csv":
        FRAME.write_csv(out)
    elif kind == "tsv":
        FRAME.write_csv(out, separator="\t", quote_style="always")
    elif kind == "semicolon":
        out.write(b"\xef\xbb\xbf")
        FRAME.write_csv(out, separator=";", line_terminator="\r\n")
    elif kind in {"jsonl", "ndjson", "json"}:
        FRAME.write_ndjson(out)
    elif kind == "parquet":
        FRAME.write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
@pytest.mark.parametrize("kind", ["csv", "tsv", "semicolon", "jsonl", "ndjson", "json", "parquet"])
def test_every_text_and_columnar_format(tmp_path: Path, kind: str, packing: str) -> None:
    data = content(kind)
    packed = {"": data, ".gz": gzip.compress(data), ".zst": pa.compress(data, "zstd", asbytes=True)}[packing]
    path = tmp_path / f"log.{kind.replace('semicolon', 'csv')}{packing}"
    path.write_bytes(packed)
    log = open_log([path])
    assert rows(log).equals(EXPECTED)
    assert log.files[0].sha256() == hashlib.sha256(packed).hexdigest()
    assert log.rejects.total == 0


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_first_bytes_decide_where_the_suffix_says_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "export.log"
    path.write_bytes(gzip.compress(content(kind)))
    assert rows(open_log([path])).equals(EXPECTED)


def test_a_workbook_with_dates_numbers_blank_rows_and_a_second_sheet(tmp_path: Path) -> None:
    sheet: list[list[Cell]] = [
        ["time", "user", "networks", "reason"],
        [datetime(2025, 6, 18, 0, 2, 4), " ab ", 2510, "***"],
        [None, None, None, None],
        ["2025-06-18 01:00:00", "cd", 7, "stop"],
        [datetime(2025, 6, 18, 2), None, 1, "nobody"],
    ]
    log = open_log(
        [write_workbook(tmp_path / "log.xlsx", {"Log": sheet, "Notes": [["x"], ["y"]]})], time_zone="UTC"
    )
    frame = rows(log)
    assert frame["row"].to_list() == [1, 3]
    assert frame["time"].to_list() == [
        datetime(2025, 6, 18, 0, 2, 4, tzinfo=UTC),
        datetime(2025, 6, 18, 1, tzinfo=UTC),
    ]
    assert frame["networks"].to_list() == ["2510", "7"]
    assert frame["user"].to_list() == ["ab", "cd"]
    assert [(one.row, one.column) for one in log.rejects.kept] == [(4, "user")]
    assert "sheet 'Notes' is not read" in log.warnings[0]


def objects() -> dict[str, Any]:
    pandas = pd.DataFrame({name: FRAME[name].to_list() for name in FRAME.columns})
    return {
        "polars": FRAME,
        "pandas": pandas,
        "pyarrow": FRAME.to_arrow(),
        "reader": FRAME.to_arrow().to_reader(),
        "duckdb": duckdb.from_arrow(FRAME.to_arrow()),
    }


@pytest.mark.parametrize("name", ["polars", "pandas", "pyarrow", "reader", "duckdb"])
def test_python_objects_with_an_arrow_stream(name: str) -> None:
    log = open_log([objects()[name]])
    assert rows(log).equals(EXPECTED)
    assert rows(log).equals(EXPECTED)
    assert len(log.files[0].sha256()) == 64


def test_typed_columns_are_read_as_they_are() -> None:
    frame = pl.DataFrame(
        {
            "time": pl.Series([START.replace(tzinfo=None)] * 2, dtype=pl.Datetime("us")),
            "user": pl.Series(["a", "b"], dtype=pl.Categorical),
            "networks": [12, None],
            "hit": [True, False],
        }
    )
    out = rows(open_log([frame], time_zone="UTC"))
    assert out["time"].dtype == pl.Datetime("ms", "UTC")
    assert out["time"][0] == START
    assert out.select("user", "networks", "hit").rows() == [("a", "12", "true"), ("b", None, "false")]


class _Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(content(kind)))
    log = open_log(["-"])
    assert rows(log).equals(EXPECTED)
    assert rows(log, ["plate"]).equals(EXPECTED.select("file", "row", "plate"))
    assert log.files[0].name == "stdin"
    spooled = log.files[0].path
    assert spooled is not None
    assert spooled.stat().st_mode & 0o777 == 0o600


def test_a_second_pass_gives_the_same_rows_and_leaves_the_counts_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "time,user,plate\n2025-01-01T00:00:00Z,u,P1\nnever,u,P2\n"
        "2025-01-01T00:00:01Z,,P3\n2025-01-01T00:00:02Z,v,P4\n"
    )
    log = open_log([path])
    first = rows(log)
    assert rows(log, ["plate"]).equals(first.select("file", "row", "plate"))
    assert first["row"].to_list() == [1, 4]
    assert (log.rows_read, log.rejects.total) == (4, 2)


def test_a_pass_that_was_left_early_counts_nothing(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_bytes(content("csv"))
    log = open_log(paths)
    next(log.batches())
    assert log.rows_read == 0
    assert rows(log).height == log.rows_read == 100


def test_folders_patterns_and_names(tmp_path: Path) -> None:
    for month in ("b", "a"):
        (tmp_path / month).mkdir()
        (tmp_path / month / "log.csv").write_bytes(content("csv"))
    (tmp_path / "a" / "notes.txt").write_text("not a log")
    (tmp_path / "a" / ".hidden.csv").write_text("x")
    assert [file.name for file in open_log([tmp_path]).files] == ["a/log.csv", "b/log.csv"]
    again = open_log([f"{tmp_path}/*/log.csv", tmp_path / "a" / "log.csv"])
    assert [file.name for file in again.files] == ["a/log.csv", "b/log.csv"]
    assert rows(again)["file"].unique().sort().to_list() == [0, 1]
    assert [file.name for file in open_log([tmp_path / "a"]).files] == ["log.csv"]


def test_a_log_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content("csv"))
    log = open_log([path])
    path.write_bytes(content("csv") + b"2025-03-01T12:00:00Z,late,x,y\n")
    with pytest.raises(InputError, match="changed while it was read"):
        list(log.batches())


def test_json_values_and_late_keys(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"time": "2025-01-01T00:00:00Z", "user": 7, "networks": 12345678901234567890, '
        '"reason": {"a": [1, true]}}\n'
        '{"user": "b", "time": "2025-01-01T00:00:00Z", "hit": null, "reason": "x"}\n'
    )
    frame = rows(open_log([path]))
    assert frame["user"].to_list() == ["7", "b"]
    assert frame["networks"].to_list() == ["12345678901234567890", None]
    assert frame["reason"].to_list() == ['{"a": [1, true]}', "x"]
