"""A report made again is the report of the scan; what is not a whole folder of this version is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from anomaly import __version__
from anomaly.errors import InputError
from anomaly.incidents.model import ScanResult
from anomaly.report.formats import FORMATS
from anomaly.report.outputs import READ_AGAIN, files_of, write_outputs
from anomaly.report.record import from_json, json_schema, to_json
from anomaly.report.reopened import reopen

from .sample import hostile, result

SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schema" / "incidents.json"


def _of_this_version(scan: ScanResult) -> ScanResult:
    return replace(scan, manifest={**scan.manifest, "versions": {"anomaly": __version__}})


@pytest.fixture(params=["full", "empty", "hostile"])
def scan(request: pytest.FixtureRequest) -> ScanResult:
    made = {"full": result(), "empty": result(empty=True), "hostile": hostile()}
    return _of_this_version(made[request.param])


def test_what_was_written_is_read_again_and_makes_the_same_files(scan: ScanResult, tmp_path: Path) -> None:
    write_outputs(scan, tmp_path, budget=3)
    again = reopen(tmp_path)
    assert again.incidents == tuple(sorted(scan.incidents, key=lambda one: one.rank))
    first, second = files_of(scan, 3), files_of(again, 3)
    # A CSV is neutralised for spreadsheets: a reject's text comes back so, and is shown so.
    assert {name for name in first if first[name] != second[name]} <= {"rejects.csv", "manifest.json"}
    for name, form in FORMATS.items():
        assert form.write(scan, 3) == form.write(again, 3), name


def test_the_published_schema_is_that_of_the_classes() -> None:
    assert json.loads(SCHEMA.read_text()) == json_schema()


@pytest.mark.parametrize("name", [*READ_AGAIN, "manifest.json"])
def test_an_incomplete_folder_is_refused(name: str, tmp_path: Path) -> None:
    write_outputs(_of_this_version(result()), tmp_path, budget=3)
    (tmp_path / name).unlink()
    with pytest.raises(InputError, match=r"the folder is incomplete \(No such file"):
        reopen(tmp_path)


@pytest.mark.parametrize("name", READ_AGAIN)
def test_a_file_of_another_scan_is_refused(name: str, tmp_path: Path) -> None:
    write_outputs(_of_this_version(result()), tmp_path, budget=3)
    write_outputs(_of_this_version(hostile()), tmp_path / "other", budget=3)
    (tmp_path / "other" / name).replace(tmp_path / name)
    with pytest.raises(InputError, match="not the file that the scan wrote"):
        reopen(tmp_path)


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    scan = result()
    write_outputs(
        replace(scan, manifest={**scan.manifest, "versions": {"anomaly": "0.0.9"}}), tmp_path, budget=3
    )
    with pytest.raises(InputError, match=rf"of version 0\.0\.9, this is {__version__}"):
        reopen(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "nope", '{"versions": 3}'])
def test_a_manifest_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    write_outputs(_of_this_version(result()), tmp_path, budget=3)
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError):
        reopen(tmp_path)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        reopen(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [("return.json", "{}", "a return"), ("summary.json", '{"public": {}}', "a public edition")],
)
def test_what_is_no_scan_is_named(name: str, text: str, what: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(
        InputError, match=rf"this folder holds no scan: {what}\n  next: name the folder a scan wrote"
    ):
        reopen(tmp_path)


def test_a_record_of_another_form_is_refused() -> None:
    assert from_json(to_json(()), "here") == ()
    for text in (b'{"form": 2, "incidents": []}', b"{}", b"nope", b'{"form": 1, "incidents": [{}]}'):
        with pytest.raises(InputError, match="here: this is no record of incidents"):
            from_json(text, "here")
