"""Events for a SIEM hold to the OCSF schema that a package carries, and never say more than the list does."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from anomaly.errors import InputError
from anomaly.incidents.model import ScanResult
from anomaly.report.ocsf import MOST_ROWS, VERSION, to_ocsf

from .sample import hostile, result


@cache
def _validator() -> Draft202012Validator:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    name = schema.lookup_class_name_from_uid(class_uid=2004)
    assert name == "detection_finding"
    return Draft202012Validator(schema.get_class_schema(class_name=name, profiles=[]))


def _events(scan: ScanResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in to_ocsf(scan).decode("ascii").splitlines()]


@pytest.mark.parametrize("scan", [result(), hostile()], ids=["sample", "hostile"])
def test_every_event_is_what_the_schema_of_ocsf_says(scan: ScanResult) -> None:
    events = _events(scan)
    assert len(events) == len(scan.incidents)
    for event in events:
        assert [error.message for error in _validator().iter_errors(event)] == []


def test_the_schema_refuses_what_is_no_such_event() -> None:
    event = _events(result())[0]
    for wrong in (
        {**event, "verdict_of_ours": "guilt"},
        {**event, "severity_id": 17},
        {**event, "finding_info": {}},
        {**event, "time": "yesterday"},
    ):
        assert not _validator().is_valid(wrong)


def test_an_event_says_what_the_list_says_and_where_to_look() -> None:
    first = _events(result())[0]
    one = result().incidents[0]
    assert first["metadata"]["version"] == VERSION
    assert first["finding_info"]["uid"] == one.incident_id
    assert first["finding_info"]["desc"] == one.summary
    assert first["message"].startswith("Suspected, for review: ")
    assert first["finding_info"]["analytic"]["uid"] == "repeated_lookups"
    assert [other["uid"] for other in first["finding_info"]["related_analytics"]] == ["own_hours"]
    assert first["finding_info"]["related_events_count"] == one.n_events  # two detectors name each row
    assert len(first["evidences"]) == MOST_ROWS
    assert first["evidences"][0]["data"]["source"] == "queries-2025.csv"
    assert first["evidences"][0]["data"]["row"] == 1001
    assert first["evidences"][0]["actor"] == {"user": {"uid": "u-1138"}}
    assert first["resources"][0] == {"uid": "license:k7f3a9c2", "type": "subject"}
    assert first["unmapped"]["q_value"] == one.q_value


def test_times_are_those_of_the_log_and_the_bytes_those_of_the_run_before() -> None:
    first, one = _events(result())[0], result().incidents[0]
    assert first["time"] == int(one.last_at.timestamp() * 1000) == first["finding_info"]["last_seen_time"]
    assert first["start_time"] == int(one.first_at.timestamp() * 1000)
    assert to_ocsf(result()) == to_ocsf(result())


def test_severity_is_sparse_and_nothing_is_a_verdict() -> None:
    events = {event["finding_info"]["types"][0]: event for event in _events(result())}
    assert events["personal use"]["severity"] == "Medium"
    assert events["harvesting"]["severity"] == "Medium"
    assert events["credential misuse"]["severity"] == "Medium"  # a score of exactly 0.5
    assert events["record keeping"]["severity"] == "Informational"
    assert events["oversight"]["severity"] == "Informational"
    assert "suspicion about nobody" in events["oversight"]["message"]
    for event in events.values():
        assert event["status"] == "New"
        assert not {"verdict_id", "disposition_id", "confidence_score", "is_alert"} & set(event)


def test_a_scan_that_found_nothing_leaves_an_empty_file() -> None:
    assert to_ocsf(result(empty=True)) == b""


def test_subjects_in_the_clear_are_refused() -> None:
    scan = result()
    with pytest.raises(InputError, match=r"--format ocsf: .*--clear"):
        to_ocsf(replace(scan, manifest={**scan.manifest, "settings": {"clear": True}}))
