"""A real log of public record, read with no options: its department should find the result fair."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from anomaly.context import Context
from anomaly.detectors import BY_NAME
from anomaly.explain import try_all
from anomaly.incidents import ScanResult
from anomaly.report.outputs import write_outputs
from anomaly.scan import Settings, scan
from anomaly.scan.run import run_detectors
from anomaly.scan.timing import Timing
from tests.coding.logs import coded

LOG = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "eugene_or_alpr_audit_2025.csv"
ROWS = 4296
NOT_A_HABIT = (
    "daytime search for best result",
    "administrative test",
    "camera test",
    "admin test",
    "training",
)

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the shared data is not on this machine")


@pytest.fixture(scope="module")
def result() -> ScanResult:
    return scan(LOG)


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    return pl.read_csv(LOG, infer_schema=False)


def test_every_row_is_accounted_for(result: ScanResult) -> None:
    assert result.manifest["counts"] == {
        "rows_read": ROWS,
        "rows_scanned": ROWS,
        "rows_rejected": 0,
        "duplicates": 0,
    }
    assert result.summary["log"]["profile"] == "flock_portal"
    assert (result.summary["log"]["users"], result.summary["log"]["subjects"]) == (147, 0)
    assert result.summary["warnings"] == []


def test_hours_are_those_of_eugene(result: ScanResult, raw: pl.DataFrame) -> None:
    """Times are written in UTC: the quiet hours are the small hours of the Pacific coast."""
    times = raw["searchDate"].str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_zone="UTC")
    local = times.dt.convert_time_zone("America/Los_Angeles").dt.hour().value_counts().sort("searchDate")
    assert result.summary["hours"] == local["count"].to_list()


def test_what_cannot_run_says_why(result: ScanResult) -> None:
    why = {d["name"]: d["why_not"] for d in result.summary["detectors"] if not d["ran"]}
    assert {"repeated_lookups", "convergence", "ended_access", "after_separation"} <= set(why)
    assert "subject" in why["repeated_lookups"]
    assert "subject" in why["convergence"]
    assert "agency" in why["ended_access"]
    assert "users" in why["after_separation"]
    ran = {d["name"] for d in result.summary["detectors"] if d["ran"]}
    assert {"immigration_purpose", "isolated_sessions", "harvesting", "reason_quality"} <= ran
    tried = {e["name"]: e for e in result.summary["explanations"]}
    assert tried["stated test"]["could_run"]
    assert tried["stated test"]["cleared"] >= 76
    assert not any(tried[name]["could_run"] for name in ("case", "call", "bulletin"))


def test_nobody_is_said_to_serve_immigration_enforcement(result: ScanResult) -> None:
    """No reason of this log names it; "Felony Peron Crime" holds the letters of ERO."""
    assert not any("immigration_purpose" in one.detectors for one in result.incidents)


def told(reasons: pl.Series) -> list[str]:
    return reasons.str.to_lowercase().str.replace_all("+", " ", literal=True).str.strip_chars().to_list()


def test_evidence_is_of_the_row_it_names_and_holds_no_artefact(raw: pl.DataFrame) -> None:
    evidence = scan(LOG, Settings(fdr=0.2)).evidence.filter(role="supports")
    rows = raw[[row - 1 for row in evidence["row"].to_list()]]
    assert evidence["event_id"].to_list() == rows["id"].to_list()
    assert not set(told(rows["reason"])) & set(NOT_A_HABIT)


def test_no_test_search_and_no_vendor_artefact_counts_against_anybody() -> None:
    """What every signal rests on, however weak and listed or not: a log without incidents proves nothing."""
    log = coded(LOG, "America/Los_Angeles", time_zone="UTC")
    explained = try_all(log, Context())
    held = []
    for ran in run_detectors(log, Context(), explained, Settings(), lambda stage, rows: None, Timing()):
        for actions in ran.signals.actions:
            unexplained = actions[~explained.by(ran.detector.clears)[actions]]
            reasons = told(log.texts["reason"].gather(log.actions.reason[unexplained]))
            held += [(ran.detector.name, reason) for reason in reasons if reason in NOT_A_HABIT]
    assert Counter(held) == Counter()


def test_the_page_is_written_and_names_users_by_their_account_only(
    result: ScanResult, tmp_path: Path
) -> None:
    write_outputs(result, tmp_path / "out", budget=20)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "4,296" in page
    assert "<script" not in page
    for name in ("repeated_lookups", "ended_access"):
        assert BY_NAME[name].title.rstrip(".") in page
