"""Bad input gives an error that says what, where and what next, or a counted reject; never a lost row."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.errors import InputError, ProfileError
from anomaly.sources import Reason, open_log
from anomaly.sources.delimited import Delimited
from anomaly.sources.jsonlines import JsonLines
from anomaly.sources.streams import Source
from tests.sources.workbooks import write_workbook

LOGS = Path(__file__).parents[2] / "fixtures" / "logs"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = b"time,user,reason\n2025-03-01T12:00:00Z,u1,stop\n"


def parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(
        {"time": ["2025-03-01T12:00:00Z"] * 1000, "user": [f"u{i}" for i in range(1000)]}
    ).write_parquet(out)
    return out.getvalue()


def locked_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("xl/workbook.xml", "x" * 50)
    data = bytearray(out.getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


WHOLE_FILE = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n", "is empty"),
    "header.csv": (b"time,user\n", "header and no rows"),
    "header.jsonl": (b'{"broken\n', "no line that is a JSON object"),
    "array.json": (b'[{"time": 1}]', "JSON array"),
    "unknown.bin": (bytes(range(256)), "no format that is known"),
    "notes.txt": (b"dear diary\nit rained\n", "no format that is known"),
    "no_time.csv": (b"user,reason\nu,x\n", "no time column .*headers are user, reason"),
    "no_user.csv": (b"time,reason\n2025-01-01T00:00:00Z,x\n", "no user column"),
    "neither.csv": (b"a,b\n1,2\n", "no time and no user column"),
    "twice.csv": (b"time,user,user\n2025-01-01T00:00:00Z,a,b\n", "names user more than once"),
    "utf16.csv": (GOOD.decode().encode("utf-16"), "UTF-16"),
    "utf16le.csv": (GOOD.decode().encode("utf-16-le") * 5, "UTF-16"),
    "mac.csv": (GOOD.replace(b"\n", b"\r"), "bare carriage returns"),
    "cut.csv.gz": (gzip.compress(GOOD + bytes(range(33, 127)) * 3000)[:-40], "breaks off"),
    "not.csv.gz": (GOOD, "neither|not gzip or zstd"),
    "cut.csv.zst": (pa.compress(GOOD * 3000, "zstd", asbytes=True)[:-6], "breaks off"),
    "cut.parquet": (parquet()[:-30], "not a whole Parquet file"),
    "not.parquet": (b"PAR1" + b"x" * 100, "not a whole Parquet file"),
    "text.parquet": (GOOD, "named as parquet but is not"),
    "none.parquet": (
        (lambda b: (pl.DataFrame({"time": [], "user": []}).write_parquet(b), b.getvalue())[1])(io.BytesIO()),
        "no rows",
    ),
    "locked.parquet": (b"PARE" + b"x" * 100, "encrypted"),
    "not.xlsx": (b"PK\x03\x04" + b"x" * 100, "not a whole workbook"),
    "locked.xlsx": (b"\xd0\xcf\x11\xe0" + b"x" * 100, "encrypted"),
    "zipped.xlsx": (locked_zip(), "encrypted"),
}


@pytest.mark.parametrize("name", WHOLE_FILE)
def test_a_file_that_is_no_log_is_refused_with_what_where_and_next(tmp_path: Path, name: str) -> None:
    data, says = WHOLE_FILE[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=says) as caught:
        list(open_log([tmp_path / name], now=NOW).batches())
    assert caught.value.where == name
    assert caught.value.next
    assert str(tmp_path) not in str(caught.value)


def test_places_without_logs(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    for given_path, says in (
        (tmp_path / "none.csv", "no such file"),
        ("s3://bucket/log.parquet", "object stores and other addresses are not read"),
        (tmp_path, "no logs"),
        (f"{tmp_path}/*.csv", "no file matches"),
    ):
        with pytest.raises(InputError, match=says):
            open_log([given_path])
    for inputs in ([], [42]):
        with pytest.raises(InputError):
            open_log(inputs)
    with pytest.raises(InputError, match="has no rows"):
        open_log([pl.DataFrame({"time": [], "user": []})])


def test_an_empty_workbook_and_one_with_repeated_headers(tmp_path: Path) -> None:
    for rows, says in (
        ([], "first sheet is empty"),
        ([["time", "user"]], "header and no rows"),
        ([["time", "user", "user"], ["2025-01-01T00:00:00Z", "a", "b"]], "more than once"),
    ):
        with pytest.raises(InputError, match=says):
            open_log([write_workbook(tmp_path / "log.xlsx", {"one": rows})])


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.zst"
    path.write_bytes(pa.compress(GOOD + b"2025-03-01T12:00:00Z,u1,stop\n" * 10_000_000, "zstd", asbytes=True))
    with pytest.raises(InputError, match="400 times"):
        list(open_log([path], now=NOW).batches())


def test_a_log_of_which_nothing_can_be_used_shows_its_first_rejects(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"time,user\nnever,u\n2025-01-01T00:00:00Z,\n")
    with pytest.raises(InputError, match=r"none of 2 rows.*row 1: time not readable.*row 2: user missing"):
        list(open_log([path]).batches())


def test_a_profile_for_another_export(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(GOOD.replace(b"reason", b"cause"))
    with pytest.raises(ProfileError, match="event_id = id"):
        open_log([tmp_path / "log.csv"], "flock_portal")


REJECTED = [
    (b"2025-03-01T12:00:00Z,u,x,y", None, Reason.TOO_MANY_FIELDS),
    (b"2025-03-01T12:00:00Z,u", None, Reason.TOO_FEW_FIELDS),
    (b"2025-03-01T12:00:00Z,u,\0", None, Reason.NUL),
    (b"2025-03-01T12:00:00Z,u,\xff", None, Reason.UTF8),
    (b'2025-03-01T12:00:00Z,u,"open', None, Reason.QUOTE),
    (b'2025-03-01T12:00:00Z,u,"a"b', None, Reason.QUOTE),
    (b'2025-03-01T12:00:00Z,"u,stop', None, Reason.QUOTE),
    (b"2025-03-01T12:00:00Z,u,a\rb", None, Reason.CARRIAGE_RETURN),
    (b"2025-03-01T12:00:00Z,u," + b"x" * 200_000 + b"\xff", None, Reason.UTF8),
    (b",u,x", "time", Reason.TIME_MISSING),
    (b"***,u,x", "time", Reason.TIME_MISSING),
    (b"noon,u,x", "time", Reason.TIME_UNREADABLE),
    (b"2025-03-01,u,x", "time", Reason.TIME_UNREADABLE),
    (b"2025-02-30T12:00:00Z,u,x", "time", Reason.TIME_UNREADABLE),
    (b"2026-01-03T12:00:00Z,u,x", "time", Reason.TIME_FUTURE),
    (b"1979-12-31T12:00:00Z,u,x", "time", Reason.TIME_EARLY),
    (b"2025-03-01T12:00:00Z,,x", "user", Reason.USER_MISSING),
    (b"2025-03-01T12:00:00Z, ,x", "user", Reason.USER_MISSING),
]


@pytest.mark.parametrize(("line", "column", "reason"), REJECTED)
def test_a_bad_row_is_one_reject_and_its_neighbours_are_read(
    tmp_path: Path, line: bytes, column: str | None, reason: Reason
) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(
        GOOD + line + b'\n2025-03-01T12:00:01Z,u2,"stop, two"\n2025-03-01T12:00:02Z,u3,stop\n\n\n'
    )
    log = open_log([path], now=NOW)
    assert [row for batch in log.batches() for row in batch["row"]] == [1, 3, 4]
    assert [(one.file, one.row, one.column, one.reason) for one in log.rejects.kept] == [
        ("log.csv", 2, column, reason)
    ]
    assert log.rows_read == 4


def test_the_warts_fixture_says_which_rows_and_why() -> None:
    log = open_log([LOGS / "warts.csv"])
    (batch,) = log.batches()
    assert batch["row"].to_list() == [1, 7, 8]
    assert batch["reason"].to_list() == [
        "a reason\non two lines",
        "a redacted user is kept",
        'a 5" mark inside a plain field is kept',
    ]
    assert batch["user"].to_list() == ["tmarlowe", None, "jvance"]
    assert log.warnings == ["line break inside a quoted field: 1"]


@pytest.mark.parametrize("tail", [b"\nx,y,z,1", b"", b"\n\n\r\n"])
def test_an_unclosed_mark_does_not_swallow_the_rest(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "log.csv"
    rows = [b"2025-03-01T12:00:00Z,u%d,stop" % i for i in range(500)]
    rows[250] = b'2025-03-01T12:00:00Z,u250,"stop'
    path.write_bytes(b"time,user,reason\n" + b"\n".join(rows) + tail)
    log = open_log([path], now=NOW)
    assert sum(batch.height for batch in log.batches()) == 499
    assert log.rejects.kept[0].row == 251


def test_broken_json_lines_are_counted(tmp_path: Path) -> None:
    good = b'{"time": "2025-03-01T12:00:00Z", "user": "u"}\n'
    bad = [
        b'{"time": 1',
        b"[1]",
        b'"x"',
        b"null",
        b'{"user": "\xff"}',
        b'{"user": "a\0"}',
        b'{"user": "a\\u0000"}',
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(good + b"\n".join(bad) + b"\n\n" + good)
    log = open_log([path], now=NOW)
    assert [row for batch in log.batches() for row in batch["row"]] == [1, 9]
    assert [one.reason for one in log.rejects.kept] == [
        Reason.JSON,
        Reason.NOT_OBJECT,
        Reason.NOT_OBJECT,
        Reason.NOT_OBJECT,
        Reason.UTF8,
        Reason.NUL,
        Reason.NUL,
    ]


def test_a_key_that_appears_late_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    good = b'{"time": "2025-03-01T12:00:00Z", "user": "u"}\n'
    path.write_bytes(good * 10 + b'{"time": "2025-03-01T12:00:00Z", "user": "u", "plate": "8XYZ991"}\n')
    reader = JsonLines(Source(path, "log.jsonl", None), block=100)
    blocks = list(reader.blocks(["time", "user"]))
    assert sum(block.frame.height for block in blocks) == 11
    assert [note for block in blocks for note in block.noticed] == [
        "key 'plate' first appears far into the file and is not read"
    ]


def test_local_times_on_both_nights_the_clocks_change(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "time,user\n2025-11-02 01:30:00,u\n2025-11-02 03:30:00,u\n"
        "2025-03-09 02:30:00,u\n2025-03-09 03:30:00,u\n"
    )
    log = open_log([path], time_zone="America/Los_Angeles", now=NOW)
    (batch,) = log.batches()
    assert batch["time"].to_list() == [
        datetime(2025, 11, 2, 8, 30, tzinfo=UTC),
        datetime(2025, 11, 2, 11, 30, tzinfo=UTC),
        datetime(2025, 3, 9, 10, 30, tzinfo=UTC),
    ]
    assert [(one.row, one.reason) for one in log.rejects.kept] == [(3, Reason.TIME_GAP)]
    assert "happened twice" in log.warnings[0]


def test_mixed_layouts_and_zones_in_one_column(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    texts = [
        "2025-06-01T12:00:00Z",
        "2025-06-01 05:00:00-07:00",
        "2025-06-01 12:00",
        '"06/01/2025, 05:00:00 AM PDT"',
        "20250601T120000Z",
    ]
    path.write_text("time,user\n" + "".join(f"{text},u\n" for text in texts))
    mixed = open_log([path], now=NOW, time_zone="UTC")
    assert sum(batch.height for batch in mixed.batches()) == 4
    profile = mixed.profile.model_copy(update={"time_formats": ("%m/%d/%Y, %I:%M:%S %p %Z",)})
    (batch,) = open_log([path], profile, now=NOW).batches()
    assert batch["time"].to_list() == [datetime(2025, 6, 1, 12, tzinfo=UTC)] * 5


PIECES = st.sampled_from(
    [
        "2025-03-01T12:00:00Z",
        "u1",
        "a",
        "",
        '"',
        '""',
        ",",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\0",
        "é",
        '"x"',
        '","',
        " ",
        "***",
        '"a\nb"',
    ]
)


@settings(deadline=None, max_examples=400)
@given(st.lists(PIECES, max_size=60), st.sampled_from([16, 40, 1 << 20]), st.booleans())
def test_every_line_of_garbage_is_a_row_or_a_reject(pieces: list[str], block: int, bad_bytes: bool) -> None:
    body = "".join(pieces).encode() + (b"\xff" if bad_bytes else b"")
    _conserve(body, block)


RECORD = st.tuples(*[st.text(alphabet='ab ",\n\ré', max_size=6)] * 3)


@settings(deadline=None, max_examples=200)
@given(st.lists(RECORD, min_size=1, max_size=30), st.sampled_from([48, 64, 1 << 20]), st.data())
def test_well_written_records_all_come_back(
    records: list[tuple[str, str, str]], block: int, data: st.DataObject
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows(records)
    rows, refused = _conserve(out.getvalue().encode(), block)
    assert refused == []
    assert [row[1:] for row in rows] == records


def _conserve(body: bytes, block: int) -> tuple[list[tuple[object, ...]], list[int]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes(b"time,user,reason\n2025-03-01T12:00:00Z,first,x\n" + body)
        reader = Delimited(Source(path, "log.csv", None), ",", block=max(block, 50))
        reader._block = block
        found = list(reader.blocks(reader.headers))
    rows = [(n, *row) for b in found for n, row in zip(b.rows, b.frame.rows(), strict=True)]
    refused = [one.row for b in found for one in b.refused]
    numbers = sorted([int(str(row[0])) for row in rows] + refused)
    assert numbers == list(range(1, len(numbers) + 1))
    lines = [line for line in body.split(b"\n") if line.strip(b"\r")]
    joined = sum(b.noticed.total() for b in found)
    assert len(numbers) - 1 <= len(lines) <= len(numbers) - 1 + joined
    return rows[1:], refused
