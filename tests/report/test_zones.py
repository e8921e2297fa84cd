"""Times stand on the clock of the agency they are about, which is named; files for programs keep UTC."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from pypdf import PdfReader

from anomaly.incidents.model import Incident, ScanResult
from anomaly.report.alone import entry_page, entry_paper
from anomaly.report.page import pages
from anomaly.report.record import to_json
from anomaly.report.subject import render_subject
from anomaly.report.tables import as_csv, incidents_frame
from anomaly.report.zones import Zones, zones_of
from anomaly.scan import Settings, scan
from anomaly.scan.asked import who_asked
from tests.report.sample import _requests, asked, result
from tests.stories import load_story

WEST, EAST = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")


def _text(page: str) -> str:
    bare = html.unescape(re.sub("<[^>]*>", " ", page.split("</style>")[-1]))
    return " ".join(bare.split())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, ScanResult]:
    """One town's story twice, the second time with another town's names, three hours ahead of the log."""
    story, folder = load_story("repeated_lookups"), tmp_path_factory.mktemp("zones")
    (folder / "tables").mkdir()
    for path in [story.log, *story.context.glob("*.csv")]:
        text = path.read_text()
        head, rows = text.split("\n", 1)
        other = rows.replace("ELMFORD PD", "EASTMOOR PD").replace("ELM", "EAS")
        place = folder / "tables" if path != story.log else folder
        (place / path.name).write_text(f"{head}\n{rows}{other}")
    (folder / "tables" / "agencies.csv").write_text(
        "agency,time_zone\nELMFORD PD,America/Los_Angeles\nEASTMOOR PD,America/New_York\n"
    )
    settings = Settings(context=folder / "tables")
    return folder / "log.csv", settings, scan([folder / "log.csv"], settings)


def _entry(found: ScanResult, agencies: tuple[str, ...]) -> Incident:
    return next(one for one in found.incidents if one.agencies == agencies)


def test_a_dossier_is_on_the_clock_of_its_agency(world: tuple[Path, Settings, ScanResult]) -> None:
    _, _, found = world
    for agencies, zone in ((("ELMFORD PD",), WEST), (("EASTMOOR PD",), EAST)):
        one = _entry(found, agencies)
        first = found.evidence.filter(incident_id=one.incident_id)["time"].min()
        assert isinstance(first, datetime)
        said = f"{first.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        page = _text(entry_page(found, one.rank).decode())
        sheets = PdfReader(BytesIO(entry_paper(found, one.rank))).pages
        paper = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
        for text in (page, paper.replace("\u200b", "")):
            assert said in text
            assert f"Time ({zone})" in text
        assert ("America/New_York" in page) == (zone == EAST)
    report = pages(found, budget=50)
    assert "(America/New_York)" in _text(report["report.html"].split('id="entries"')[0])
    assert "an agency that keeps another zone has its times in that zone" in _text(report["limits.html"])


def test_an_agency_has_its_own_hours(world: tuple[Path, Settings, ScanResult]) -> None:
    _, _, found = world
    west, east = (
        next(one for one in found.summary["agencies"] if one["agency"] == name)
        for name in ("ELMFORD PD", "EASTMOOR PD")
    )
    assert east["hours"] == west["hours"][-3:] + west["hours"][:-3]
    assert sum(east["months"].values()) == sum(east["hours"])
    page = pages(found, budget=50)["agencies.html"]
    assert "Look-ups by hour of the day America/New_York" in _text(page)
    assert "Look-ups by hour of the day America/Los_Angeles" in _text(page)


def test_a_person_asked_about_in_two_zones_sees_each_row_in_its_own(
    world: tuple[Path, Settings, ScanResult],
) -> None:
    log, settings, found = world
    who = who_asked([log], _entry(found, ("EASTMOOR PD",)).subjects[0], settings)
    assert dict(who.zones) == {"ELMFORD PD": "America/Los_Angeles", "EASTMOOR PD": "America/New_York"}
    page = _text(render_subject(who))
    assert "Time (each agency's own)" in page
    assert "America/Los_Angeles, the log's: its agencies keep 2 zones" in page
    for row in who.rows.head(20).iter_rows(named=True):
        zone = EAST if row["agency"] == "EASTMOOR PD" else WEST
        assert f"{row['time'].astimezone(zone):%Y-%m-%d %H:%M} {zone}" in page
    assert as_csv(who.rows).count(b"Z") >= len(who.rows)  # UTC
    alone = replace(asked(), zones=(("NORTHGATE PD", "America/New_York"),), zone="America/New_York")
    assert "Time (America/New_York)" in render_subject(alone)


def test_files_for_programs_keep_utc(world: tuple[Path, Settings, ScanResult]) -> None:
    _, _, found = world
    one = _entry(found, ("EASTMOOR PD",))
    assert incidents_frame(found.incidents).schema["first_at"] == pl.Datetime("ms", "UTC")
    record = json.loads(to_json(found.incidents))["incidents"][one.rank - 1]
    assert datetime.fromisoformat(record["first_at"]) == one.first_at
    assert record["first_at"].endswith("Z")


def test_an_entry_of_several_zones_keeps_the_log_s_and_says_so() -> None:
    found = result()
    several = ("CAFBI0000", "NORTHGATE PD")
    figures = [
        {**one, "time_zone": "America/Denver" if one["agency"] == "NORTHGATE PD" else None}
        for one in found.summary["agencies"]
    ]
    entries = tuple(replace(one, agencies=several) if one.rank == 4 else one for one in found.incidents)
    both = replace(found, incidents=entries, summary={**found.summary, "agencies": figures})
    page = _text(entry_page(both, 4).decode())
    assert "America/Los_Angeles, the log's: its agencies keep 2 zones" in page
    assert "Time (America/Los_Angeles)" in page
    paper = PdfReader(BytesIO(entry_paper(both, 4))).pages[0].extract_text()
    assert "its agencies keep 2 zones" in " ".join(paper.split())
    assert "America/Denver" in _text(entry_page(both, 1).decode())


def test_rows_to_request_stand_on_the_clock_of_the_agency_asked() -> None:
    found = result()
    figures = [
        {"agency": "CAICE0900", "time_zone": "America/New_York", "queries": 9, "entries": 0, "users": 1}
    ]
    figures[0] |= {"categories": [], "units": [], "months": None, "hours": None}
    east = replace(
        found,
        summary={**found.summary, "agencies": figures},
        requests=_requests("CAICE0900", "u-0007", 2),
    )
    page = _text(pages(east, budget=1)["federal.html"])
    assert "Time (America/New_York)" in page
    assert "2025-03-03 19:05 u-0007" in page


def test_zones_of_agencies() -> None:
    assert zones_of({"log": {"local_zone": "America/Los_Angeles"}}) == Zones(WEST, {})
    zones = Zones(WEST, {"A": EAST, "B": WEST})
    assert zones.of([]) == zones.of(["C", None]) == zones.of(["A", "B"]) == WEST
    assert zones.of(["A"]) == EAST
    assert (zones.note(["A"]), zones.note(["B"])) == ("America/New_York", "")
    at = datetime(2025, 1, 1, 7, tzinfo=UTC)
    rows = [{"time": at, "agency": "A"}, {"time": at + timedelta(hours=2), "agency": None}]
    assert zones.stamps(rows) == (
        "each agency's own",
        ["2025-01-01 02:00 America/New_York", "2025-01-01 01:00 America/Los_Angeles"],
    )
    assert zones.stamps(rows[:1]) == ("America/New_York", ["2025-01-01 02:00"])
    assert zones.stamps([{"time": None, "agency": "A"}, rows[1]])[1][0] == "–"
    assert zones.stamps([]) == ("America/Los_Angeles", [])
