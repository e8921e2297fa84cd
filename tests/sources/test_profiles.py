"""Each export is recognised by its header, and read as its profile says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from anomaly.errors import InputError, ProfileError
from anomaly.sources import Profile, load_profile, open_log, profile_names, profile_report

LOGS = Path(__file__).parents[2] / "fixtures" / "logs"
REAL = LOGS.parents[2] / "shared" / "data" / "eugene_or_alpr_audit_2025.csv"


@pytest.mark.parametrize(
    ("file", "profile", "read", "accepted"),
    [
        ("canonical.csv", "canonical", 5, 5),
        ("switch.tsv", "auto", 4, 3),
        ("switch.jsonl", "auto", 5, 3),
        ("flock_portal.csv", "flock_portal", 4, 4),
        ("flock_portal_variant.csv", "flock_portal", 2, 2),
        ("flock_organization_audit.csv", "flock_organization_audit", 2, 2),
        ("flock_network_audit.csv", "flock_network_audit", 2, 2),
        ("flock_monthly_audit_14.csv", "flock_monthly_audit", 2, 2),
        ("flock_monthly_audit_13.csv", "flock_monthly_audit", 1, 1),
        ("flock_federal_searches.csv", "flock_federal_searches", 3, 3),
        ("warts.csv", "canonical", 8, 3),
    ],
)
def test_a_fixture_is_recognised_and_accounted_for(file: str, profile: str, read: int, accepted: int) -> None:
    log = open_log([LOGS / file])
    rows = sum(batch.height for batch in log.batches())
    assert (log.profile.name, log.rows_read, rows) == (profile, read, accepted)
    assert log.rejects.total == read - accepted


def test_every_fixture_is_listed_in_its_readme() -> None:
    readme = (LOGS / "README.md").read_text()
    assert [log.name for log in sorted(LOGS.iterdir()) if f"`{log.name}`" not in readme] == ["README.md"]


def test_a_federal_export_has_commas_in_its_dates_and_a_mark_before_its_agencies() -> None:
    log = open_log([LOGS / "flock_federal_searches.csv"])
    (batch,) = log.batches()
    assert batch["time"][0] == datetime(2026, 4, 10, 5, 1, 33, tzinfo=UTC)
    assert batch["agency"].to_list() == ["Example Field Office"] * 2 + ["Example Park Service"]
    assert log.marked["agency"]["Example Park Service"] == {"kind": "federal"}
    assert batch["user"].to_list() == [None, None, "A. Placeholder"]
    assert (log.quality["user"].filled, log.quality["user"].redacted) == (1, 2)
    assert batch["system"].to_list() == ["ALPR"] * 3
    assert batch["reason"][2] == "stolen+vehicle"


def test_births_become_iso_whatever_their_layout() -> None:
    (batch,) = open_log([LOGS / "canonical.csv"]).batches(["dob", "reason"])
    assert batch.columns == ["file", "row", "reason", "dob"]
    assert batch["dob"].to_list() == ["1988-02-17", None, "1979-07-04", "1979-07-04", "1988-02-17"]
    assert batch["reason"].to_list()[2:4] == ["***", 'said "urgent"']


def test_a_birth_that_is_no_date_is_counted_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,user,dob\n2025-01-01T00:00:00Z,u,4/3/90\n2025-01-01T00:00:00Z,u,1990-04-03\n")
    log = open_log([path])
    (batch,) = log.batches()
    assert batch["dob"].to_list() == [None, "1990-04-03"]
    assert log.quality["dob"].unreadable == 1
    assert log.warnings == ["dob that is no date, taken as empty: 1"]


def test_packaged_profiles_load_under_their_own_names_and_say_where_they_come_from() -> None:
    assert [load_profile(name).name for name in profile_names()] == profile_names()
    assert all(load_profile(name).source for name in profile_names())
    for name in profile_names():  # without the trust that spares a scan the trial of every layout
        assert Profile.model_validate(load_profile(name).model_dump()) == load_profile(name)


def test_capitals_in_canonical_names_leave_it_to_the_synonyms(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Time,User,OLN\n2025-06-01 00:00:00,u,D1\n")
    log = open_log([path])
    (batch,) = log.batches()
    assert (log.profile.name, batch["license"][0]) == ("auto", "D1")
    assert batch["time"][0] == datetime(2025, 6, 1, 7, tzinfo=UTC)


def test_a_header_may_carry_a_remark_and_say_its_zone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Search Time (UTC),User Name [login],Plate,Reason\n2025-06-01 00:00:00,u,7ABC123,stop\n")
    log = open_log([path])
    (batch,) = log.batches()
    assert batch["time"][0] == datetime(2025, 6, 1, tzinfo=UTC)
    assert batch["user"][0] == "u"
    (local,) = open_log([path], time_zone="America/Denver").batches()
    assert local["time"][0] == datetime(2025, 6, 1, 6, tzinfo=UTC)


MINE = """
name = "mine"
title = "My switch"
time_zone = "America/New_York"
time_formats = ["%d.%m.%Y %H:%M"]
[columns]
time = "When"
user = ["Who", "Person"]
plate = "Tag"
[constants]
system = "CAD"
"""


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    (tmp_path / "log.csv").write_text("When,Who,Tag,Rest\n03.02.2025 10:00,u1,8XYZ991,x\n")
    log = open_log([tmp_path / "log.csv"], str(tmp_path / "mine.toml"))
    (batch,) = log.batches()
    assert batch["time"][0] == datetime(2025, 2, 3, 15, tzinfo=UTC)
    assert log.columns == {"time", "user", "plate", "system"}
    assert (log.header_map["user"], log.unmapped) == ("Who", ("Rest",))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[columns]", "[columns"), "not valid TOML"),
        (('plate = "Tag"', 'tag = "Tag"'), "'tag' is no event column"),
        (('title = "My switch"', "zones = 1"), "title"),
        (("America/New_York", "America/Nowhere"), "is no time zone"),
        (("%d.%m.%Y %H:%M", "%Q"), "is no layout"),
        (("%d.%m.%Y %H:%M", "%d.%m.%Y"), "is no layout"),
        (('"Tag"', '"Plate no"'), "plate = Plate no"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    (tmp_path / "mine.toml").write_text(MINE.replace(*change))
    (tmp_path / "log.csv").write_text("When,Who,Tag\n03.02.2025 10:00,u1,8XYZ991\n")
    with pytest.raises(ProfileError, match=says) as caught:
        open_log([tmp_path / "log.csv"], str(tmp_path / "mine.toml"))
    assert caught.value.next


def test_an_unknown_profile_lists_those_there_are() -> None:
    with pytest.raises(ProfileError, match="flock_portal"):
        load_profile("flok")


def test_zones_given_win_over_the_profile() -> None:
    log = open_log([LOGS / "flock_portal.csv"], time_zone="America/Denver", local_zone="America/Denver")
    assert next(log.batches())["time"][3] == datetime(2025, 6, 18, 7, 30, tzinfo=UTC)
    assert log.profile.local_zone == "America/Denver"
    with pytest.raises(ProfileError, match="is no time zone"):
        open_log([LOGS / "flock_portal.csv"], time_zone="Mars/Olympus")


def test_files_of_different_profiles_go_together_when_their_local_zone_is_one(tmp_path: Path) -> None:
    log = open_log([LOGS / "flock_portal.csv", LOGS / "canonical.csv"])
    batches = list(log.batches(["user", "networks"]))
    assert [batch["file"][0] for batch in batches] == [0, 1]
    assert batches[1]["networks"].null_count() == 5
    (tmp_path / "mine.toml").write_text(MINE)
    with pytest.raises(InputError):
        open_log([LOGS / "flock_portal.csv"], load_profile("canonical"))


def test_a_report_of_a_log() -> None:
    report = profile_report(open_log([LOGS / "switch.tsv"]))
    by_name = {column.name: column for column in report.columns}
    assert (report.rows_read, report.rows_accepted, report.unmapped) == (4, 3, ("Remarks",))
    assert (by_name["user"].header, by_name["user"].distinct) == ("Operator", 2)
    assert (by_name["reason"].filled, by_name["reason"].redacted) == (3, 1)
    assert report.first == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)
    assert list(report.rejects.values()) == [1]


@pytest.mark.skipif(not REAL.exists(), reason="the shared data is not here")
def test_the_real_log_needs_no_options() -> None:
    log = open_log([REAL])
    frame = list(log.batches())
    assert (log.profile.name, log.profile.time_zone, log.profile.local_zone) == (
        "flock_portal",
        "UTC",
        "America/Los_Angeles",
    )
    assert (log.rows_read, sum(batch.height for batch in frame), log.rejects.total) == (4296, 4296, 0)
    assert frame[0]["reason"][1] == "investigative+"


def test_a_profile_is_frozen_and_takes_no_unknown_keys() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_profile("canonical").name = "other"
    with pytest.raises(ValueError, match="colour"):
        Profile.model_validate({"name": "x", "title": "x", "columns": {"time": "t"}, "colour": "red"})
