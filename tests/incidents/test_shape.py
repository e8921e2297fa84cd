"""The deck's two shapes are told apart whatever their counts, and every event counts once."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from anomaly.incidents.shape import INVOLVED, _figures, shape
from anomaly.report.agencies import agencies, shapes
from anomaly.scan import Settings, scan
from tests.stories import load_story


@pytest.mark.parametrize(
    ("events", "name"),
    [
        ([25], "isolated"),
        ([96, 24], "isolated"),
        ([4] * 9 + [2], "widespread"),
        ([300] * 22 + [189], "widespread"),
        ([5, 5], "between"),
        ([6, 3, 1], "between"),
        ([], None),
        ([0, 0], None),
    ],
)
def test_shapes(events: list[int], name: str | None) -> None:
    assert shape(events) == name


def test_agency_figures_agree_with_the_evidence_and_the_log() -> None:
    story = load_story("applicants")
    result = scan([story.log], Settings(context=story.context))
    assert result.incidents
    log = pl.read_csv(story.log, infer_schema=False)
    queries = dict(log["agency"].value_counts().iter_rows())
    told = {one["agency"]: one for one in result.summary["agencies"]}
    for name, one in told.items():
        assert one["queries"] == queries.get(name, 0)
        assert one["users"] == log.filter(pl.col("agency") == name)["user"].n_unique()
    entries = Counter(name for one in result.incidents for name in one.agencies)
    assert {name: one["entries"] for name, one in told.items() if one["entries"]} == entries
    first = result.incidents[0]
    assert sum(part.events for part in first.parts) == first.n_events
    assert {part.user for part in first.parts} <= set(first.users)
    supports = result.evidence.filter(
        pl.col("incident_id") == first.incident_id, pl.col("role") == "supports"
    )
    assert first.n_events == len(supports.unique(["source", "row"]))
    rows = {one["category"]: one for one in told[first.agencies[0]]["categories"]}
    assert rows[first.category]["events"] >= first.n_events
    assert rows[first.category]["persons"] >= first.n_users


def test_agencies_without_entries_are_in_no_table_and_no_picture() -> None:
    assert agencies([]) == []
    quiet = {"agency": "A", "queries": 9, "users": 2, "entries": 0, "categories": [], "units": []}
    assert agencies([quiet]) == []
    assert shapes([]) is None


def test_redacted_users_have_no_shape() -> None:
    rows = [("immigration enforcement", k, "ERO X", None, None, 1, k) for k in range(2)]
    figures = _figures(pl.DataFrame(rows, schema=INVOLVED, orient="row"))
    assert (figures["events"], figures["persons"], figures["subjects"]) == (2, 0, 1)
    assert (figures["largest_share"], figures["shape"]) == (None, None)
