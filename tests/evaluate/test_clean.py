"""Incidents where there is no misuse, for each 1,000 officer-years."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anomaly.errors import InputError
from anomaly.evaluate.clean import clean_of, officer_years
from anomaly.evaluate.run import evaluate
from anomaly.evaluate.scanned import Scanned
from tests.evaluate.worlds import Entry, Scenario, listing, truth

YEAR = {"log": {"users": 100, "first": "2023-01-01", "last": "2023-12-31"}}


def scanned(entries: int, statistical: int = 0) -> Scanned:
    made = [Entry([k + 1], q_value=0.05 if k < statistical else None) for k in range(entries)]
    return Scanned(Path("twin"), listing(*made), YEAR)


def users(folder: Path, rows: str) -> Path:
    folder.mkdir()
    (folder / "users.csv").write_text("user,hired,separated\n" + rows)
    return folder


def test_counts_what_is_listed_for_each_thousand_officer_years() -> None:
    clean = clean_of(scanned(3, statistical=2))
    assert clean.officer_years == pytest.approx(100 * 365 / 365.25)
    assert clean.all.value == pytest.approx(30.02, abs=0.01)
    assert (clean.all.low, clean.all.high) == pytest.approx((6.19, 87.73), abs=0.01)  # 3: 0.6187 to 8.7673
    assert (clean.all.count, clean.statistical.count, clean.rule.count) == (3, 2, 1)


def test_what_is_wrong_with_the_records_is_as_wrong_in_the_twin() -> None:
    known = truth(M=Scenario([], [], agency="NORTH PD"), S=Scenario([1]))
    filing = Entry([], [], "agency", ["NORTH PD"])
    twin = Scanned(Path("twin"), listing(filing, filing, Entry([1])), YEAR)
    assert clean_of(twin).all.count == 3
    assert clean_of(twin, truth=known).all.count == 2  # the copy counts, and so does the row


def test_silence_is_not_certainty() -> None:
    clean = clean_of(scanned(0))
    assert (clean.all.value, clean.all.low) == (0, 0)
    assert clean.all.high == pytest.approx(36.9, abs=0.1)


def test_officers_count_for_the_days_they_were_there(tmp_path: Path) -> None:
    rows = "ann,2010-01-01,\nben,2023-07-01,\ncal,2010-01-01,2023-01-31\ndee,2010-01-01,2020-01-01\nele,,\n"
    years, basis = officer_years(scanned(0), users(tmp_path / "context", rows))
    assert years == pytest.approx((365 + 184 + 31 + 0 + 365) / 365.25)
    assert basis == "employment in the users table"


def test_people_who_never_queried_do_not_thin_out_the_alarms(tmp_path: Path) -> None:
    many = "".join(f"u{k},2010-01-01,\n" for k in range(500))
    years, basis = officer_years(scanned(0), users(tmp_path / "context", many))
    assert years == pytest.approx(100 * 365 / 365.25)
    assert basis == "users of the log, for the days of the log"


def test_without_a_summary_there_is_no_rate() -> None:
    with pytest.raises(InputError, match="neither how many users nor which days"):
        clean_of(Scanned(Path("twin"), listing()))


def folder(path: Path, *, sha: str, fdr: float = 0.1) -> Path:
    path.mkdir()
    (path / "incidents.csv").write_text("rank,incident_id,kind,users,score\n")
    (path / "evidence.csv").write_text("incident_id,source,row,role\n")
    (path / "summary.json").write_text(json.dumps(YEAR))
    told = {"inputs": [{"name": "log.csv", "sha256": sha}], "settings": {"fdr": fdr}}
    (path / "manifest.json").write_text(json.dumps(told))
    return path


def test_a_twin_is_another_log_scanned_in_the_same_way(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    truth.mkdir()
    (truth / "scenarios.csv").write_text("scenario_id,pattern,misuse,agency,users,subjects,first,last\n")
    (truth / "events.csv").write_text("source,row,scenario_id\n")
    scan, twin = folder(tmp_path / "scan", sha="a"), folder(tmp_path / "twin", sha="b")
    laxer = folder(tmp_path / "laxer", sha="b", fdr=0.01)
    told = evaluate(scan, truth).notes
    assert evaluate(scan, truth, clean=twin).notes == told
    assert "other settings" in evaluate(scan, truth, clean=laxer).notes[-1]
    with pytest.raises(InputError, match="a scan of the same log"):
        evaluate(scan, truth, clean=scan)
