"""What a scan or another program left is read as it is, and what does not fit is an error that says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from anomaly.errors import InputError
from anomaly.evaluate import Scorecard, evaluate, read_scanned, read_truth

INCIDENTS = (
    '"rank","incident_id","kind","users","agencies","score","q_value"\n'
    '2,"I-2","agency","ann; ben","NORTH PD",0.5,\n1,"I-1","person","ann","NORTH PD",0.9,0.01\n'
)
EVIDENCE = pl.DataFrame(
    {
        "incident_id": ["I-1", "I-1", "I-1", "I-1", "I-2"],
        "detector": ["volume", "harvesting", "volume", "volume", "volume"],
        "source": ["log.csv"] * 5,
        "row": [1, 1, 2, 3, 4],
        "user": ["ann", "ann", "ann", "ann", "ben"],
        "role": ["supports", "supports", "supports", "explains", "supports"],
    }
)
SUMMARY = {
    "log": {"files": [{"name": "log.csv", "rows": 20}], "rows_rejected": 2, "duplicates": 1, "users": 2}
}
SUMMARY["log"] |= {"first": "2024-01-08", "last": "2024-01-31"}
MANIFEST = {"inputs": [{"name": "log.csv", "sha256": "ab"}], "settings": {"fdr": 0.1}}
HEAD = "scenario_id,pattern,misuse,agency,users,subjects,first,last\n"
SCENARIOS = HEAD + (
    "M1,stalking,true,NORTH PD,ann,,2024-01-09T10:00:00,2024-01-20T11:30:00\nN1,manhunt,false,,ann;ben,,,\n"
)
EVENTS = "source,row,scenario_id\nlog.csv,1,M1\nlog.csv,2,M1\nlog.csv,4,N1\nlog.csv,4,N1\n"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "incidents.csv").write_text(INCIDENTS)
    EVIDENCE.write_parquet(folder / "evidence.parquet")
    (folder / "summary.json").write_text(json.dumps(SUMMARY))
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    folder = tmp_path / "truth"
    folder.mkdir()
    (folder / "scenarios.csv").write_text(SCENARIOS)
    (folder / "events.csv").write_text(EVENTS)
    return folder


def said(run: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as caught:
        run()
    assert caught.value.next
    return caught.value


def test_reads_what_another_program_left(scan: Path) -> None:
    listing = read_scanned(scan).listing
    assert listing.entries.select("rank", "kind", "users", "subjects").rows() == [
        (1, "person", ["ann"], []),
        (2, "agency", ["ann", "ben"], []),
    ]
    assert listing.entries["q_value"].to_list() == [0.01, None]
    assert listing.evidence.select("rank", "row").rows() == [
        (1, 1),
        (1, 2),
        (2, 4),
    ]  # distinct, and supporting


def test_reads_a_truth(truth: Path) -> None:
    known = read_truth(truth)
    assert known.misuse.select("scenario_id", "users", "agencies").rows() == [("M1", ["ann"], ["NORTH PD"])]
    assert known.hard_negatives["users"].to_list() == [["ann", "ben"]]
    assert known.scenarios["first"].to_list() == [datetime(2024, 1, 9, 10), None]
    assert len(known.events) == 3


def test_parquet_and_csv_of_a_truth_are_the_same(truth: Path, tmp_path: Path) -> None:
    other = tmp_path / "parquet"
    other.mkdir()
    for name in ("scenarios", "events"):
        pl.read_csv(truth / f"{name}.csv").write_parquet(other / f"{name}.parquet")
    assert read_truth(other).scenarios.equals(read_truth(truth).scenarios)
    assert read_truth(other).events.equals(read_truth(truth).events)


def test_scores_the_folder(scan: Path, truth: Path) -> None:
    card = evaluate(scan, truth).ours
    assert (card.average_precision, card.promised_fdr) == (1, 0.1)


def test_a_list_without_manifest_and_summary_is_scored_too(scan: Path, truth: Path) -> None:
    (scan / "manifest.json").unlink()
    (scan / "summary.json").unlink()
    assert evaluate(scan, truth).ours.average_precision == 1


def test_entries_without_evidence_are_read(scan: Path, truth: Path) -> None:
    (scan / "incidents.csv").write_text(INCIDENTS + '3,"I-3","agency","","SOUTH PD",0.1,\n')
    (truth / "scenarios.csv").write_text(SCENARIOS + "M2,missing_filing,true,SOUTH PD,,,,\n")
    card = evaluate(scan, truth)
    assert card.notes == ()
    assert card.ours.average_precision == pytest.approx((1 + 2 / 3) / 2)
    EVIDENCE.clear().write_parquet(scan / "evidence.parquet")
    assert evaluate(scan, truth).ours.average_precision == pytest.approx(1 / 3 / 2)


def test_forms_are_read_where_they_are_there(scan: Path, truth: Path) -> None:
    assert read_truth(truth).scenarios["form"].to_list() == [None, None]
    (truth / "forms.csv").write_text("scenario_id,form\nM1,evasive spread\n")
    assert read_truth(truth).scenarios["form"].to_list() == ["evasive spread", None]
    assert evaluate(scan, truth).ours.forms.filter(budget="T")["found"].to_list() == [1]


@pytest.mark.parametrize("told", [{"log": SUMMARY["log"]}, {}])
def test_evidence_of_rows_that_the_log_does_not_have(
    scan: Path, truth: Path, told: dict[str, object]
) -> None:
    """By the summary, which counts each file, or by all rows that the manifest counts."""
    (scan / "summary.json").write_text(json.dumps(told))
    (scan / "manifest.json").write_text(json.dumps(MANIFEST | {"counts": {"rows_read": 23}}))
    assert evaluate(scan, truth).log_rows == 23
    far = EVIDENCE.with_columns(row=pl.when(incident_id="I-2").then(9_000_000).otherwise("row"))
    far.write_parquet(scan / "evidence.parquet")
    error = said(lambda: evaluate(scan, truth))
    assert error.what == "holds row 9,000,000 of log.csv, which has at most 23"
    assert error.where == str(scan / "evidence.parquet")


def test_evidence_of_a_file_that_was_not_scanned(scan: Path, truth: Path) -> None:
    EVIDENCE.with_columns(source=pl.lit("other.csv")).write_parquet(scan / "evidence.parquet")
    assert said(lambda: evaluate(scan, truth)).what == "holds rows of other.csv, which was not scanned"


def test_a_truth_of_which_no_row_is_listed_may_be_of_another_log(scan: Path, truth: Path) -> None:
    EVIDENCE.with_columns(row=pl.lit(15)).write_parquet(scan / "evidence.parquet")
    [note] = evaluate(scan, truth).notes
    assert "nothing shows that this truth is of this log" in note


def test_misuse_without_a_row_is_noted(scan: Path, truth: Path) -> None:
    (truth / "scenarios.csv").write_text(SCENARIOS + "M2,selling,true,,ben,,,\n")
    card: Scorecard = evaluate(scan, truth)
    assert card.notes == ("no row of the log is of M2: counted as missed",)
    assert card.ours.average_precision == 0.5


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("scenarios.csv", SCENARIOS.replace(",true,", ",yes,"), "misuse of M1 is 'yes'"),
        ("scenarios.csv", SCENARIOS.replace("N1", "M1"), "stands twice"),
        ("scenarios.csv", SCENARIOS.replace("2024-01-20T11:30:00", "20 Jan"), "`last` of M1 is '20 Jan'"),
        ("scenarios.csv", SCENARIOS.replace("pattern", "family"), "no column `pattern`"),
        ("scenarios.csv", "", "cannot be read"),
        ("events.csv", EVENTS + "log.csv,x,M1\n", "data row 5: `row` is 'x'"),
        ("events.csv", EVENTS + "log.csv,0,M1\n", "data row 5: `row` is '0'"),
        ("events.csv", EVENTS + "log.csv,,M1\n", "data row 5: `row` is None"),
        ("events.csv", EVENTS + "log.csv,9,M7\n", "names scenario 'M7'"),
        ("events.csv", EVENTS + "log.csv,9,M1,more\n", "cannot be read"),
        ("forms.csv", "scenario_id,form\nM7,plain\n", "names scenario 'M7'"),
        ("forms.csv", "scenario_id,form\nM1,plain\nM1,plain\n", "M1 stands twice"),
        ("forms.csv", "scenario_id,kind\nM1,plain\n", "no column `form`"),
    ],
)
def test_a_truth_that_is_wrong_in_itself(truth: Path, name: str, text: str, part: str) -> None:
    (truth / name).write_text(text)
    error = said(lambda: read_truth(truth))
    assert part in error.what
    assert error.where == str(truth / name)


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("events.csv", EVENTS + "other.csv,3,M1\n", "speaks of other.csv, which"),
        ("events.csv", EVENTS + "log.csv,24,M1\n", "row 24 of log.csv, which has at most 23"),
        ("scenarios.csv", SCENARIOS.replace(",ann,", ",cal,"), "row 1 of log.csv is of scenario M1"),
        ("scenarios.csv", SCENARIOS.replace("2024-01-20", "2024-03-20"), "from 2024-01-08 to 2024-01-31"),
    ],
)
def test_a_truth_of_another_log(scan: Path, truth: Path, name: str, text: str, part: str) -> None:
    (truth / name).write_text(text)
    error = said(lambda: evaluate(scan, truth))
    assert part in error.what
    assert error.where == str(truth)


def test_a_truth_of_another_log_when_there_is_no_manifest(scan: Path, truth: Path) -> None:
    (scan / "manifest.json").unlink()
    (scan / "summary.json").unlink()
    (truth / "events.csv").write_text(EVENTS.replace("log.csv", "other.csv"))
    assert "no file in common" in said(lambda: evaluate(scan, truth)).what


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("incidents.csv", INCIDENTS.replace("\n2,", "\n3,"), "ranks are not 1 to 2"),
        ("incidents.csv", INCIDENTS.replace("\n2,", "\nb,"), "`rank` is 'b'"),
        ("incidents.csv", INCIDENTS.replace("I-2", "I-1"), "stands twice"),
        ("incidents.csv", INCIDENTS.replace("I-2", "I-3"), "incident I-2, which is not listed"),
        ("incidents.csv", INCIDENTS.replace("0.5", "high"), "`score` holds 'high'"),
        ("incidents.csv", INCIDENTS.replace("users", "people"), "no column `users`"),
        ("manifest.json", "{", "cannot be read"),
        ("summary.json", "[]", "no JSON object"),
    ],
)
def test_a_scan_that_is_wrong_in_itself(scan: Path, name: str, text: str, part: str) -> None:
    (scan / name).write_text(text)
    assert part in said(lambda: read_scanned(scan)).what


def test_folders_that_are_none_or_empty(scan: Path, truth: Path, tmp_path: Path) -> None:
    assert "no folder" in said(lambda: evaluate(tmp_path / "none", truth)).what
    assert "no folder" in said(lambda: evaluate(scan, tmp_path / "none")).what
    assert "no incidents.parquet and no incidents.csv" in said(lambda: evaluate(truth, truth)).what
    assert "no scenarios.parquet and no scenarios.csv" in said(lambda: evaluate(scan, scan)).what
    (scan / "evidence.parquet").write_bytes(b"PAR1 and no more")
    assert "cannot be read" in said(lambda: evaluate(scan, truth)).what
