"""Outputs: whole or not at all, the same bytes twice, the contract's columns, safe in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.report.outputs import READ_AGAIN, write_outputs

from .sample import hostile, result


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan") / "deep" / "out"
    write_outputs(result(), folder, budget=2)
    return folder


def test_leaves_the_files_of_the_contract_and_nothing_else(out: Path) -> None:
    assert sorted(_bytes(out)) == [
        "agencies.html",
        "evidence.parquet",
        "federal.html",
        "federal_requests.csv",
        "federal_requests.parquet",
        "incidents.csv",
        "incidents.json",
        "incidents.parquet",
        "limits.html",
        "manifest.json",
        "rejects.csv",
        "report.html",
        "summary.json",
    ]
    assert [path.name for path in out.parent.parent.iterdir()] == ["deep"]


def test_incidents_have_the_columns_and_types_of_the_contract(out: Path) -> None:
    frame = pl.read_parquet(out / "incidents.parquet")
    time, texts = pl.Datetime("ms", "UTC"), pl.List(pl.String)
    assert list(frame.schema.items()) == [
        ("rank", pl.Int64),
        ("incident_id", pl.String),
        ("kind", pl.String),
        ("category", pl.String),
        ("detectors", texts),
        ("agencies", texts),
        ("users", texts),
        ("subjects", texts),
        ("first_at", time),
        ("last_at", time),
        ("n_events", pl.Int64),
        ("n_days", pl.Int64),
        ("n_users", pl.Int64),
        ("n_subjects", pl.Int64),
        ("score", pl.Float64),
        ("p_value", pl.Float64),
        ("q_value", pl.Float64),
        ("explained_share", pl.Float64),
        ("summary", pl.String),
        ("marking", pl.String),
    ]
    assert frame["rank"].to_list() == list(range(1, 9))
    assert frame["p_value"].is_null().to_list() == [i in (1, 2) for i in range(8)]


def test_an_empty_result_has_the_same_columns(tmp_path: Path, out: Path) -> None:
    write_outputs(result(empty=True), tmp_path / "empty", budget=5)
    for name in ("incidents.parquet", "evidence.parquet"):
        empty = pl.read_parquet(tmp_path / "empty" / name)
        assert empty.height == 0
        assert empty.schema == pl.read_parquet(out / name).schema
    assert (tmp_path / "empty" / "incidents.csv").read_text().count("\n") == 1


def test_same_bytes_twice_and_over_an_older_scan(tmp_path: Path, out: Path) -> None:
    write_outputs(hostile(), tmp_path / "again", budget=9)
    (tmp_path / "again" / "notes.txt").write_text("mine")
    write_outputs(result(), tmp_path / "again", budget=2)
    assert _bytes(tmp_path / "again") == _bytes(out) | {"notes.txt": b"mine"}


def test_json_is_sorted_ascii_and_ends_its_last_line(out: Path) -> None:
    for name in ("summary.json", "manifest.json"):
        text = (out / name).read_bytes().decode("ascii")
        assert text.endswith("}\n")
        read = json.loads(text)
        outputs = read.pop("outputs", {})
        assert read == json.loads(json.dumps(dict(getattr(result(), name[:-5]))))
        of_all = {at: hashlib.sha256(content).hexdigest() for at, content in _bytes(out).items()}
        del of_all["manifest.json"]
        assert outputs == (of_all if name == "manifest.json" else {})
        assert set(READ_AGAIN) < set(of_all)
        assert list(json.loads(text)) == sorted(json.loads(text))


def test_csv_cells_are_neutral_in_a_spreadsheet(tmp_path: Path) -> None:
    write_outputs(hostile(), tmp_path / "out", budget=0)
    for name in ("incidents.csv", "rejects.csv"):
        text = (tmp_path / "out" / name).read_bytes().decode()
        assert "\r" not in text
        rows = list(csv.reader(text.splitlines()))
        assert len(rows) == 13
        for row in rows:
            for cell in row:
                assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
                assert cell.isprintable(), cell
    summaries = pl.read_csv(tmp_path / "out" / "incidents.csv")["summary"].to_list()
    assert summaries[2].startswith("'=HYPERLINK(")
    assert summaries[0] == "<script>alert(1)</script>"
    assert pl.read_parquet(tmp_path / "out" / "evidence.parquet")["user"][6] == "\x1b[31mred\x1b]0;title\x07"


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    broken = replace(result(), manifest={"share": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_outputs(broken, tmp_path / "a" / "b", budget=1)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_older_scan_as_it_was(tmp_path: Path) -> None:
    write_outputs(result(empty=True), tmp_path, budget=1)
    before = _bytes(tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_outputs(replace(result(), manifest={"share": float("nan")}), tmp_path, budget=1)
    assert _bytes(tmp_path) == before


def test_out_that_is_a_file_or_lies_in_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(InputError, match="this is a file, not a folder"):
            write_outputs(result(), out, budget=1)


def test_a_folder_in_the_place_of_an_output_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    (tmp_path / "report.html" / "keep").write_text("x")
    with pytest.raises(InputError, match="folder where an output file should go"):
        write_outputs(result(), tmp_path, budget=1)
    assert [path.name for path in tmp_path.rglob("*")] == ["report.html", "keep"]


def test_a_folder_that_cannot_be_written_to_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_outputs(result(), Path("/proc/self/out"), budget=1)
